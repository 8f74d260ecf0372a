"""The cloud as a stack's owner sees it, from the credential stored with the stack."""

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.cloud.kept import Kept
from isotherm.model.credential import Credential
from isotherm.model.errors import Forbidden
from isotherm.model.records import StackRow
from isotherm.store import credentials as stored
from isotherm.store.store import Store

KEPT = 200


class Credentials:
    """Reads each credential once."""

    def __init__(self, store: Store, clouds: Clouds):
        self._store, self._clouds = store, clouds
        self._kept: Kept[Credential] = Kept(KEPT)

    def of(self, stack: StackRow) -> Credential | None:
        """The stack's credential; None when it was given none."""
        if stack.credential_id is None:
            return None
        known = self._kept.get(stack.credential_id)
        if known is None:
            known = self._store.read(stored.get, stack.credential_id)
            if known is not None:
                self._kept.put(stack.credential_id, known)
        return known

    def cloud(self, stack: StackRow) -> Cloud:
        """Raises Forbidden when the stack has no credential to act with."""
        credential = self.of(stack)
        if credential is None:
            raise Forbidden(f"Stack {stack.name} holds no credential to act on the cloud with; update it to give one")
        return self._clouds.for_credential(credential)

    def revoke(self, stack: StackRow) -> None:
        """Give the stack's rights back to its owner."""
        credential = self.of(stack)
        if credential is not None:
            self._clouds.revoke(credential)
