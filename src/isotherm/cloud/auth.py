"""Who a request is made as: plug-ins for keystoneauth, made from a caller's token or from a stored credential."""

from keystoneauth1.access import AccessInfo
from keystoneauth1.identity import v3
from keystoneauth1.plugin import BaseAuthPlugin
from keystoneauth1.session import Session

from isotherm.cloud.endpoints import Catalogue
from isotherm.config import Identity
from isotherm.model.credential import Credential, Deferral
from isotherm.model.errors import Forbidden


class CallerToken(BaseAuthPlugin):
    """A token that somebody else obtained: used as it is, never renewed."""

    def __init__(self, auth_url: str, token: str):
        super().__init__()
        self._auth_url, self._token = auth_url, token
        self._catalogue: Catalogue | None = None

    def get_token(self, session: Session) -> str:
        return self._token

    def invalidate(self) -> bool:
        return False

    def catalogue(self, session: Session) -> Catalogue:
        """Asked for once: a token's catalogue does not change."""
        if self._catalogue is None:
            answer = session.request(f"{self._auth_url}/auth/catalog", "GET", auth=self, log=False)
            self._catalogue = answer.json().get("catalog", [])
        return self._catalogue


class PasswordLogin(v3.Password):
    """The service user, in its own project or through a trust. Logs in again when its token ends."""

    def catalogue(self, session: Session) -> Catalogue:
        return _catalogue(self.get_access(session))


class ApplicationLogin(v3.ApplicationCredential):
    """An application credential. Logs in again when its token ends."""

    def catalogue(self, session: Session) -> Catalogue:
        return _catalogue(self.get_access(session))


Login = CallerToken | PasswordLogin | ApplicationLogin


def normal_url(auth_url: str) -> str:
    """The identity URL with its version."""
    url = auth_url.rstrip("/")
    return url if url.endswith("/v3") else f"{url}/v3"


def service_login(identity: Identity, trust_id: str = "") -> PasswordLogin:
    """The service user; with a trust, on behalf of the trustor in the trust's project."""
    own = not trust_id
    return PasswordLogin(
        auth_url=normal_url(identity.auth_url),
        username=identity.username,
        password=identity.password,
        user_domain_name=identity.user_domain_name,
        trust_id=trust_id or None,
        project_name=identity.project_name if own else None,
        project_domain_name=identity.project_domain_name if own else None,
    )


def stored_login(identity: Identity, credential: Credential) -> PasswordLogin | ApplicationLogin:
    """What a stored credential logs in with. Raises Forbidden when nothing was stored."""
    if credential.kind == Deferral.TRUST:
        return service_login(identity, credential.trust_id)
    if credential.kind == Deferral.APPLICATION:
        return ApplicationLogin(
            auth_url=normal_url(identity.auth_url),
            application_credential_id=credential.application_id,
            application_credential_secret=credential.secret,
        )
    raise Forbidden(
        "The stack keeps no credential of its owner, so nothing can be done in the cloud for it: update it once as "
        "its owner"
    )


def _catalogue(access: AccessInfo) -> Catalogue:
    catalogue: Catalogue = access.service_catalog.catalog
    return catalogue
