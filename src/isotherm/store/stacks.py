"""Stacks: one row each, deleted ones included until they are purged. Listing them is in `stack_list`."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from isotherm.model.records import StackRow
from isotherm.store.schema import stack, tag

_COLUMNS = tuple(column for column in stack.c if column.name != "alive")
_GET = sa.select(*_COLUMNS).where(stack.c.id == sa.bindparam("id"))
_SOME = sa.select(*_COLUMNS).where(stack.c.id.in_(sa.bindparam("ids", expanding=True)))
_LOCK = _GET.with_for_update()
_BY_NAME = sa.select(*_COLUMNS).where(stack.c.name == sa.bindparam("name"), stack.c.alive == "")
_CHILDREN = sa.select(*_COLUMNS).where(
    stack.c.owner_id.in_(sa.bindparam("owners", expanding=True)), stack.c.alive == "").order_by(stack.c.name)
_TAGS = (sa.select(tag.c.stack_id, tag.c.tag).where(tag.c.stack_id.in_(sa.bindparam("ids", expanding=True)))
         .order_by(tag.c.stack_id, tag.c.number))


def insert(conn: sa.Connection, row: StackRow) -> None:
    """Add a stack. IntegrityError when a living stack of the project has its name."""
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    conn.execute(stack.insert(), values | {"root_id": row.root_id or row.id, "alive": ""})
    _add_tags(conn, row.id, row.tags)


def get(conn: sa.Connection, stack_id: str) -> StackRow | None:
    """The stack of that id, alive or deleted."""
    return _one(conn, conn.execute(_GET, {"id": stack_id}).one_or_none())


def get_many(conn: sa.Connection, ids: Collection[str]) -> dict[str, StackRow]:
    """id -> stack, those that exist; without their tags."""
    rows = conn.execute(_SOME, {"ids": list(ids)}) if ids else ()
    return {row.id: StackRow(**row._mapping) for row in rows}


def lock(conn: sa.Connection, stack_id: str) -> StackRow | None:
    """`get`, and nobody else changes the row or locks it before this transaction ends."""
    return _one(conn, conn.execute(_LOCK, {"id": stack_id}).one_or_none())


def find(conn: sa.Connection, project_id: str | None, name_or_id: str) -> StackRow | None:
    """The stack a request means, or None: by id also a deleted one, by name only a living one.

    Only stacks of the project, and those whose own users live in that project. project_id None: of any project
    (for the service itself and its administrators; a name must then be the only one of its kind).
    """
    row = conn.execute(_GET, {"id": name_or_id}).one_or_none() if len(name_or_id) == 36 else None
    if row is None or (project_id is not None and project_id not in (row.project_id, row.user_project_id)):
        row = _by_name(conn, project_id, name_or_id)
    return _one(conn, row)


def children(conn: sa.Connection, stack_id: str) -> list[StackRow]:
    """The living stacks that resources of this one stand for, ordered by name."""
    return with_tags(conn, conn.execute(_CHILDREN, {"owners": [stack_id]}))


def descendants(conn: sa.Connection, stack_id: str, depth: int) -> list[StackRow]:
    """The living stacks at most `depth` levels below this one, parents before their children."""
    found: list[StackRow] = []
    owners = [stack_id]
    while owners and depth > 0:
        level = with_tags(conn, conn.execute(_CHILDREN, {"owners": owners}))
        found += level
        owners, depth = [row.id for row in level], depth - 1
    return found


def update(conn: sa.Connection, row: StackRow) -> None:
    """Write the row over the one of its id, tags included. Whoever read it before must have it locked."""
    values = {column.name: getattr(row, column.name) for column in _COLUMNS if column.name != "id"}
    conn.execute(stack.update().where(stack.c.id == row.id), values)
    conn.execute(tag.delete().where(tag.c.stack_id == row.id))
    _add_tags(conn, row.id, row.tags)


def entrust(conn: sa.Connection, root_id: str, credential_id: str) -> None:
    """Let a stack and all nested in it act with this credential."""
    conn.execute(stack.update().where(stack.c.root_id == root_id, stack.c.alive == "").values(credential_id=credential_id))


def set_state(conn: sa.Connection, stack_id: str, action: str, status: str, reason: str, **values: Any) -> bool:
    """Change the state, and other columns that come along (`traversal_id`, `updated_at`...); False when there is no such
    stack."""
    changed = stack.update().where(stack.c.id == stack_id).values(action=action, status=status, reason=reason, **values)
    return conn.execute(changed).rowcount == 1


def mark_deleted(conn: sa.Connection, stack_id: str, at: datetime) -> bool:
    """Take the stack from the living: its name is free again, its row stays. False when it was deleted before."""
    living = stack.update().where(stack.c.id == stack_id, stack.c.alive == "")
    return conn.execute(living.values(alive=stack_id, deleted_at=at)).rowcount == 1


def living(conn: sa.Connection, project_id: str) -> int:
    """How many stacks the project has, nested ones not counted."""
    mine = sa.select(sa.func.count()).select_from(stack).where(
        stack.c.project_id == project_id, stack.c.alive == "", stack.c.owner_id.is_(None))
    return conn.scalar(mine) or 0


def with_tags(conn: sa.Connection, rows: Iterable[Any]) -> list[StackRow]:
    """Database rows as values, in their order."""
    found = [row._mapping for row in rows]
    tags = _tags(conn, [row["id"] for row in found])
    return [StackRow(**row, tags=tuple(tags.get(row["id"], ()))) for row in found]


def _by_name(conn: sa.Connection, project_id: str | None, name: str) -> Any:
    named = {"name": name}
    if project_id is None:
        rows = conn.execute(_BY_NAME.limit(2), named).all()
        return rows[0] if len(rows) == 1 else None
    own = conn.execute(_BY_NAME.where(stack.c.project_id == project_id), named).one_or_none()
    if own is not None:
        return own
    # A query of its own: "or" in the one above would keep every database from using the index on the project.
    return conn.execute(_BY_NAME.where(stack.c.user_project_id == project_id).limit(1), named).one_or_none()


def _one(conn: sa.Connection, row: Any) -> StackRow | None:
    return None if row is None else with_tags(conn, [row])[0]


def _tags(conn: sa.Connection, ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    if ids:
        for stack_id, text in conn.execute(_TAGS, {"ids": list(ids)}):
            found[stack_id].append(text)
    return found


def _add_tags(conn: sa.Connection, stack_id: str, tags: Iterable[str]) -> None:
    rows = [{"stack_id": stack_id, "number": number, "tag": text} for number, text in enumerate(tags)]
    if rows:
        conn.execute(tag.insert(), rows)
