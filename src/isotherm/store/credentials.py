"""Credentials: what lets the service act for a user later. Sealed whole."""

import uuid
from dataclasses import asdict
from datetime import UTC, datetime

import sqlalchemy as sa

from isotherm.model.credential import Credential, Deferral
from isotherm.store.schema import credential, stack
from isotherm.store.vault import seal, unseal

_GET = sa.select(credential.c.content).where(credential.c.id == sa.bindparam("id"))


def insert(conn: sa.Connection, value: Credential) -> str:
    """Store a credential; its new id."""
    new_id = str(uuid.uuid4())
    conn.execute(credential.insert(), {"id": new_id, "project_id": value.project_id, "created_at": datetime.now(UTC),
                                       "content": seal(conn, asdict(value))})
    return new_id


def get(conn: sa.Connection, credential_id: str) -> Credential | None:
    """The credential of that id."""
    text = conn.scalar(_GET, {"id": credential_id})
    if text is None:
        return None
    fields = unseal(conn, text, "The credential that the stack acts with")
    return Credential(**fields | {"kind": Deferral(fields["kind"]), "roles": tuple(fields["roles"])})


def delete(conn: sa.Connection, credential_id: str) -> None:
    """Forget a credential."""
    conn.execute(sa.delete(credential).where(credential.c.id == credential_id))


def in_use(conn: sa.Connection, credential_id: str) -> bool:
    """Whether a living stack still acts by it."""
    users = sa.exists().where(stack.c.credential_id == credential_id, stack.c.alive == "")
    return bool(conn.scalar(sa.select(users)))
