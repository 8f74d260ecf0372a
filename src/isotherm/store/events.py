"""Events: what happened to a stack and its resources, in order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from isotherm.model.records import EventRow
from isotherm.store import paging
from isotherm.store.schema import event, stack

SORT_KEYS: Mapping[str, tuple[sa.ColumnElement[Any], ...]] = {"at": (), "resource_type": (event.c.resource_type,)}
FILTERS = frozenset({"resource_name", "resource_type", "resource_id", "action", "status"})
_WITH_STACK = (sa.select(event, stack.c.name.label("stack_name"))
               .select_from(event.join(stack, stack.c.id == event.c.stack_id)))
_STORED = tuple(column.name for column in event.c if column.name != "id")
_INSERT = event.insert()
_KEPT = (sa.select(event.c.id).where(event.c.stack_id == sa.bindparam("stack")).order_by(event.c.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Query:
    """Which events, and in what order.

    filters: column of FILTERS -> the values it may have. sort: keys of SORT_KEYS, applied before the order in which
    things happened. marker: uuid of the last event of the page before; limit None: no limit.
    """

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    descending: bool = False
    marker: str | None = None
    limit: int | None = None


def insert_many(conn: sa.Connection, rows: Iterable[EventRow]) -> None:
    """Add events, in their order; ids are given by the database, whatever the rows say."""
    values = [{name: getattr(row, name) for name in _STORED} for row in rows]
    if values:
        conn.execute(_INSERT, values)


def get(conn: sa.Connection, stack_id: str, uuid: str) -> EventRow | None:
    """The event of a stack that has this uuid."""
    row = conn.execute(_WITH_STACK.where(event.c.stack_id == stack_id, event.c.uuid == uuid)).one_or_none()
    return None if row is None else EventRow(**row._mapping)


def page(conn: sa.Connection, stack_ids: Collection[str], query: Query) -> list[EventRow]:
    """The events of the stacks that the query asks for. LookupError when the marker is not among the stacks' events.

    The caller has found the stacks for the project; for a nested listing they are the stack and `stacks.descendants`.
    """
    scope = event.c.stack_id.in_(stack_ids)
    keys = tuple(column for key in query.sort for column in SORT_KEYS[key])
    # Events are numbered as they happen, so the number sorts by time and tells apart what one instant holds.
    order = paging.Order(keys, event.c.id, query.descending)
    wanted = _WITH_STACK.where(scope, *_conditions(query))
    rows = conn.execute(paging.page(conn, wanted, order, event.c.uuid, query.marker, query.limit, scope))
    return [EventRow(**row._mapping) for row in rows]


def prune(conn: sa.Connection, stack_id: str, keep: int, batch: int = 100) -> int:
    """Once a stack has `batch` events more than `keep`, delete the oldest down to `keep`. How many went. keep -1: all stay.

    Cheap when there is nothing to do: one look into an index.
    """
    if keep < 0:
        return 0
    if conn.scalar(_KEPT.offset(keep + batch), {"stack": stack_id}) is None:
        return 0
    newest_to_go = conn.scalar(_KEPT.offset(keep), {"stack": stack_id})
    return conn.execute(event.delete().where(event.c.stack_id == stack_id, event.c.id <= newest_to_go)).rowcount


def delete_of(conn: sa.Connection, stack_id: str) -> None:
    """Forget all events of a stack."""
    conn.execute(event.delete().where(event.c.stack_id == stack_id))


def _conditions(query: Query) -> list[sa.ColumnElement[bool]]:
    unknown = set(query.filters) - FILTERS
    if unknown:
        raise ValueError(f"events have no filter {', '.join(sorted(unknown))}; there are {', '.join(sorted(FILTERS))}")
    return [event.c[name].in_(values) for name, values in query.filters.items()]
