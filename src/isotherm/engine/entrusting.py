"""Whose rights a stack acts with: those of its creator, until somebody else changes or deletes it."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa

from isotherm.cloud.clouds import Clouds
from isotherm.model.credential import Credential
from isotherm.model.errors import IsothermError
from isotherm.model.records import StackRow
from isotherm.model.request import Caller
from isotherm.store import credentials, stacks
from isotherm.store.store import Store
from isotherm.store.vault import VaultError

T = TypeVar("T")

log = logging.getLogger(__name__)


class Entrusting:
    """Takes rights from callers and gives them back."""

    def __init__(self, store: Store, clouds: Clouds):
        self.store, self.clouds = store, clouds

    def take(self, caller: Caller) -> Credential:
        """The caller's rights in the project, to act with later."""
        return self.clouds.delegate(caller.token, caller.user_id, caller.project_id, caller.roles)

    def former(self, stack: StackRow, caller: Caller) -> Credential | None:
        """The stack's credential when it is another user's and can be replaced: nothing that uses it is under way.

        The user who gave it may be gone, and the stack must not be stuck for that. None, too, when it is unreadable: nobody knows whose it is.
        """
        if stack.credential_id is None or stack.status == "IN_PROGRESS" or stack.owner_id is not None:
            return None
        try:
            known = self.store.read(credentials.get, stack.credential_id)
        except VaultError as error:
            log.warning("stack %s: %s", stack.id, error)
            return None
        return known if known is not None and known.trustor_user_id != caller.user_id else None

    def hand_over(self, given: Credential | None, former: Credential | None, write: Callable[[], T]) -> T:
        """Run the transaction that stores `given` in place of `former`, and give back the one that is not needed afterwards: `given`
        when it fails, or finds that there is nothing to do."""
        try:
            done = write()
        except BaseException:
            self.give_back(given)
            raise
        if given is not None:
            self.give_back(former if done else given)
        return done

    def give_back(self, credential: Credential | None) -> None:
        """Nothing is worth failing for here: a right that cannot be given back is logged."""
        if credential is None:
            return
        try:
            self.clouds.revoke(credential)
        except IsothermError as error:
            log.warning("a credential in project %s could not be revoked: %s", credential.project_id, error)


def entrust(conn: sa.Connection, stack: StackRow, given: Credential | None) -> StackRow:
    """Store the credential for the stack and all nested in it; the one it had before is forgotten."""
    if given is None:
        return stack
    id_ = credentials.insert(conn, given)
    stacks.entrust(conn, stack.root_id or stack.id, id_)
    if stack.credential_id is not None:
        credentials.delete(conn, stack.credential_id)
    return replace(stack, credential_id=id_)
