"""Traversals: the runs of stacks towards their goals."""

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa

from isotherm.model.records import TraversalRow
from isotherm.store.schema import traversal

_NAMES = tuple(column.name for column in traversal.c)
_GET = sa.select(traversal).where(traversal.c.id == sa.bindparam("id"))
_ROLLING_BACK = sa.select(traversal.c.id).where(
    traversal.c.id.in_(sa.bindparam("ids", expanding=True)), traversal.c.rollback, traversal.c.state == "running")


def insert(conn: sa.Connection, row: TraversalRow) -> None:
    """Add a traversal."""
    conn.execute(traversal.insert(), {name: getattr(row, name) for name in _NAMES})


def get(conn: sa.Connection, traversal_id: str) -> TraversalRow | None:
    """The traversal of that id."""
    row = conn.execute(_GET, {"id": traversal_id}).one_or_none()
    return None if row is None else TraversalRow(**row._mapping)


def end(conn: sa.Connection, traversal_id: str, state: str, at: datetime) -> bool:
    """A running traversal is over: complete or failed. False when it was over before."""
    running = traversal.update().where(traversal.c.id == traversal_id, traversal.c.state == "running")
    return conn.execute(running.values(state=state, ended_at=at)).rowcount == 1


def supersede(conn: sa.Connection, stack_id: str) -> None:
    """Another traversal of the stack takes over from what is running."""
    running = traversal.update().where(traversal.c.stack_id == stack_id, traversal.c.state == "running")
    conn.execute(running.values(state="superseded", ended_at=datetime.now(UTC)))


def with_rollback(conn: sa.Connection, ids: Collection[str]) -> list[str]:
    """Those of these running traversals whose failure starts a rollback, in order."""
    return sorted(conn.scalars(_ROLLING_BACK, {"ids": list(ids)})) if ids else []


def delete_ended(conn: sa.Connection, stack_id: str) -> None:
    """Forget the stack's traversals that are over."""
    conn.execute(traversal.delete().where(traversal.c.stack_id == stack_id, traversal.c.state != "running"))
