"""The list of stacks as a project sees it: filtered, sorted, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from isotherm.model.records import StackRow
from isotherm.store import paging, stacks
from isotherm.store.schema import stack, tag

SORT_KEYS: Mapping[str, sa.ColumnElement[Any]] = {
    "name": stack.c.name, "status": stack.c.status, "created_at": stack.c.created_at,
    # Never updated sorts before everything updated, on every database.
    "updated_at": sa.func.coalesce(stack.c.updated_at, sa.literal(0, sa.BigInteger)),
}
FILTERS = frozenset({
    "id", "name", "project_id", "action", "status", "reason", "disable_rollback", "timeout_mins", "owner_id",
    "parent_resource", "user_name", "user_project_id"})


@dataclass(frozen=True, slots=True)
class Query:
    """Which stacks, and in what order.

    filters: column of FILTERS -> the values it may have. states: (action, status) pairs, one of which must hold.
    tags: all of them; tags_any: at least one; not_tags: not all of them; not_tags_any: none. hidden_tags: stacks with one of
    these are left out. nested, deleted: whether such stacks are listed as well. sort: keys of SORT_KEYS; descending:
    for all of them. marker: the id of the last stack of the page before; limit None: no limit.
    """

    filters: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    states: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    tags_any: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    not_tags_any: tuple[str, ...] = ()
    hidden_tags: tuple[str, ...] = ()
    nested: bool = False
    deleted: bool = False
    sort: tuple[str, ...] = ("created_at",)
    descending: bool = True
    marker: str | None = None
    limit: int | None = None


def page(conn: sa.Connection, project_id: str | None, query: Query) -> list[StackRow]:
    """The stacks of a project (None: of all) that the query asks for. LookupError when the marker is not among its
    project's stacks."""
    scope = _scope(project_id)
    wanted = sa.select(*(column for column in stack.c if column.name != "alive")).where(scope, *_conditions(query))
    order = paging.Order(tuple(SORT_KEYS[key] for key in query.sort), stack.c.id, query.descending)
    return stacks.with_tags(conn, conn.execute(paging.page(
        conn, wanted, order, stack.c.id, query.marker, query.limit, scope)))


def count(conn: sa.Connection, project_id: str | None, query: Query) -> int:
    """How many stacks the query matches on all its pages together."""
    matching = sa.select(sa.func.count()).select_from(stack).where(_scope(project_id), *_conditions(query))
    return conn.scalar(matching) or 0


def _scope(project_id: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if project_id is None else stack.c.project_id == project_id


def _conditions(query: Query) -> list[sa.ColumnElement[bool]]:
    unknown = set(query.filters) - FILTERS
    if unknown:
        raise ValueError(f"stacks have no filter {', '.join(sorted(unknown))}; there are {', '.join(sorted(FILTERS))}")
    found: list[sa.ColumnElement[bool]] = [stack.c[name].in_(values) for name, values in query.filters.items()]
    if query.states:
        found.append(sa.or_(*(sa.and_(stack.c.action == action, stack.c.status == status)
                              for action, status in query.states)))
    if not query.nested:
        found.append(stack.c.owner_id.is_(None))
    if not query.deleted:
        found.append(stack.c.alive == "")
    return found + _tag_conditions(query)


def _tag_conditions(query: Query) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [_has_one(text) for text in query.tags]
    if query.tags_any:
        found.append(_has_one(*query.tags_any))
    if query.not_tags:
        found.append(sa.not_(sa.and_(*(_has_one(text) for text in query.not_tags))))
    if query.not_tags_any or query.hidden_tags:
        found.append(sa.not_(_has_one(*query.not_tags_any, *query.hidden_tags)))
    return found


def _has_one(*texts: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(tag.c.stack_id == stack.c.id, tag.c.tag.in_(texts)).correlate(stack)
