"""All clouds that a process talks to: one session, the users' logins, and what they may share."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from keystoneauth1 import exceptions as ksa

from isotherm.cloud import delegation
from isotherm.cloud.auth import CallerToken, Login, normal_url, service_login, stored_login
from isotherm.cloud.cloud import Cloud
from isotherm.cloud.errors import failure
from isotherm.cloud.gate import Gates
from isotherm.cloud.kept import Kept
from isotherm.cloud.lookup import Lookup
from isotherm.cloud.requester import Requester
from isotherm.cloud.session import make_session
from isotherm.cloud.watch import Watches
from isotherm.config import Settings
from isotherm.model.credential import Credential, Deferral
from isotherm.model.errors import Forbidden

LOGINS = 500  # kept: each holds a token and its catalogue
CALLERS = 50
CALLER_SECONDS = 300.0
LOOKUPS = 8  # at once, of all `find_all` together


class Clouds:
    """One per process. Thread safe."""

    def __init__(self, settings: Settings):
        self._identity, self._access, self._trusts = settings.keystone_authtoken, settings.cloud, settings.trusts
        self._session = make_session(settings.cloud)
        self._gates = Gates(settings.cloud.max_in_flight, settings.cloud.timeout_seconds)
        self._watches = Watches()
        self._pool = ThreadPoolExecutor(LOOKUPS, "lookup")
        self._service = service_login(self._identity)
        self._stored: Kept[Cloud] = Kept(LOGINS)
        self._callers: Kept[Cloud] = Kept(CALLERS, CALLER_SECONDS)

    def for_token(self, token: str, project_id: str, auth_url: str | None = None) -> Cloud:
        """The cloud as the owner of the token sees it, for what the caller waits for: the token is never renewed."""
        url = normal_url(auth_url or self._identity.auth_url)
        key = (url, project_id, sha256(token.encode()).hexdigest())
        return self._callers.get_or_make(key, lambda: self._cloud(CallerToken(url, token), url, project_id, key))

    def for_credential(self, credential: Credential) -> Cloud:
        """The cloud as the giver of the credential sees it, for what runs later. Raises Forbidden for kind NONE."""
        url = normal_url(self._identity.auth_url)
        view = (url, credential.project_id, credential.roles)
        return self._stored.get_or_make(
            credential, lambda: self._cloud(stored_login(self._identity, credential), url, credential.project_id, view)
        )

    def delegate(self, token: str, user_id: str, project_id: str, roles: Sequence[str]) -> Credential:
        """Have the caller hand on its rights in the project: the roles that the settings name, or all it has.

        Raises Forbidden when the caller lacks a role or its login may not hand on rights.
        """
        wanted = self._trusts.trusts_delegated_roles or tuple(roles)
        missing = sorted(set(wanted) - set(roles))
        if missing:
            raise Forbidden(f"Stacks need their owner to have the role {' and '.join(missing)} in the project")
        return delegation.give(
            self.for_token(token, project_id), self._trustee(), user_id, wanted, self._trusts.deferred_auth_method
        )

    def revoke(self, credential: Credential) -> None:
        """Give back what `delegate` gave; nothing happens if it is gone already."""
        if credential.kind != Deferral.NONE:
            delegation.take_back(self.for_credential(credential), credential)
            self._stored.drop(credential)

    def close(self) -> None:
        """Let go of connections and threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._session.session.close()

    def _cloud(self, login: Login, url: str, project_id: str, view: object) -> Cloud:
        requester = Requester(self._session, login, self._gates.of(url, project_id), self._access, project_id)
        return Cloud(requester, Lookup(requester, self._access.lookup_seconds), self._watches, self._pool, view)

    def _trustee(self) -> str:
        try:
            return str(self._service.get_user_id(self._session))
        except ksa.ClientException as error:
            raise failure("identity", error) from error
