"""Resources: one row a physical incarnation. What a listing does not show is sealed in `facts`."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from isotherm.model.records import ResourceRow
from isotherm.store.schema import resource, stack
from isotherm.store.vault import opened, seal

FACTS = ("properties", "data", "attributes", "metadata", "target")
FILTERS = frozenset({"id", "name", "type", "action", "status", "physical_id"})
_PLAIN = tuple(column for column in resource.c if column.name not in ("facts", "requires"))
_CURRENT = resource.c.replaced_by.is_(None)
_OF = resource.c.stack_id == sa.bindparam("stack")
_ONE = sa.select(resource).where(resource.c.id == sa.bindparam("id"))
_SOME = sa.select(resource).where(resource.c.id.in_(sa.bindparam("ids", expanding=True)))
_ALL = sa.select(resource).where(_OF).order_by(resource.c.created_at, resource.c.id)
_NOW = sa.select(resource).where(_OF, _CURRENT)
_NAMED = _NOW.where(resource.c.name.in_(sa.bindparam("names", expanding=True)))
_PAST = sa.select(resource).where(_OF, ~_CURRENT, resource.c.name.in_(sa.bindparam("names", expanding=True)))
_INSERT = resource.insert()
_WRITTEN = tuple(column.name for column in resource.c if column.name not in ("id", "created_at", "replaced_by"))
_REWRITE = resource.update().where(resource.c.id == sa.bindparam("row")).values({name: sa.bindparam(name) for name in _WRITTEN})
_REWRITE_PLAIN = resource.update().where(resource.c.id == sa.bindparam("row")).values(
    {name: sa.bindparam(name) for name in _WRITTEN if name != "facts"})
_POINT = resource.update().where(resource.c.id == sa.bindparam("row")).values(replaced_by=sa.bindparam("successor"))
_STALE = resource.update().where(resource.c.id.in_(sa.bindparam("ids", expanding=True))).values(fingerprint="")

_KEEP_ID = resource.update().where(resource.c.id == sa.bindparam("row"), resource.c.physical_id.is_(None)).values(
    physical_id=sa.bindparam("found"))


@dataclass(frozen=True, slots=True)
class Query:
    """Which resources of a stack. filters: column of FILTERS -> the values it may have; type: part of the type's name;
    states: (action, status) pairs, one of which must hold; facts: whether properties, data, attributes and metadata are
    read, which costs a decryption a row (else they are empty)."""

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    type: str = ""
    states: tuple[tuple[str, str], ...] = ()
    facts: bool = False


def insert_many(conn: sa.Connection, rows: Iterable[ResourceRow]) -> None:
    """Add resources."""
    values = [_values(conn, row) for row in rows]
    if values:
        conn.execute(_INSERT, values)


def save_many(conn: sa.Connection, rows: Iterable[ResourceRow]) -> None:
    """Write the rows over those of the same ids, all columns but `created_at` and `replaced_by`: which incarnation is the
    current one is not for those to say who work on one of them. Of a row that is unreadable the facts stay as they are."""
    kept: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for row in rows:
        value = _values(conn, row)
        # Left in the parameters, the other columns would be written all the same.
        kept[bool(row.unreadable)].append({"row": row.id} | {name: value[name] for name in _WRITTEN if name != "facts" or not row.unreadable})
    for statement, values in ((_REWRITE, kept[False]), (_REWRITE_PLAIN, kept[True])):
        if values:
            conn.execute(statement, values)


def point(conn: sa.Connection, successors: Mapping[str, str | None]) -> None:
    """Say which resource has taken over from each of these; None: it is the current one."""
    if successors:
        conn.execute(_POINT, [{"row": id_, "successor": successor} for id_, successor in sorted(successors.items())])


def distrust(conn: sa.Connection, ids: Collection[str]) -> None:
    """What these rows hold may be out of date: the next traversal looks at them, however unchanged their definition is."""
    if ids:
        conn.execute(_STALE, {"ids": list(ids)})


def update(conn: sa.Connection, resource_id: str, **values: Any) -> bool:
    """Change some columns of a resource, none of FACTS (`save_many` changes these); False when it does not exist."""
    if "requires" in values:
        values["requires"] = json.dumps(values["requires"])
    return conn.execute(resource.update().where(resource.c.id == resource_id).values(**values)).rowcount == 1


def keep_ids(conn: sa.Connection, rows: Iterable[ResourceRow]) -> None:
    """Write down the physical ids of resources that have none yet, and nothing else: what a worker without
    a claim may still tell."""
    values = [{"row": row.id, "found": row.physical_id} for row in rows if row.physical_id]
    if values:
        conn.execute(_KEEP_ID, values)


def delete_many(conn: sa.Connection, ids: Collection[str]) -> None:
    """Forget resources."""
    if ids:
        conn.execute(resource.delete().where(resource.c.id.in_(ids)))


def get(conn: sa.Connection, resource_id: str) -> ResourceRow | None:
    """The resource of that id."""
    row = conn.execute(_ONE, {"id": resource_id}).one_or_none()
    return None if row is None else _resource(conn, row)


def get_many(conn: sa.Connection, ids: Collection[str]) -> dict[str, ResourceRow]:
    """id -> resource, those that exist."""
    rows = conn.execute(_SOME, {"ids": list(ids)}) if ids else ()
    return {row.id: _resource(conn, row) for row in rows}


def current(conn: sa.Connection, stack_id: str) -> dict[str, ResourceRow]:
    """name -> the resource that stands for it now: the one without a successor."""
    return {row.name: _resource(conn, row) for row in conn.execute(_NOW, {"stack": stack_id})}


def by_names(conn: sa.Connection, stack_id: str, names: Collection[str]) -> dict[str, ResourceRow]:
    """`current`, for some names only; names that the stack does not have are left out."""
    rows = conn.execute(_NAMED, {"stack": stack_id, "names": list(names)}) if names else ()
    return {row.name: _resource(conn, row) for row in rows}


def rivals(conn: sa.Connection, rows: Collection[ResourceRow]) -> dict[str, list[ResourceRow]]:
    """id -> the resource's other incarnations, of those that have any."""
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row.stack_id, set()).add(row.name)
    found = [_resource(conn, other) for stack_id, some in names.items()
             for other in conn.execute(_PAST, {"stack": stack_id, "names": sorted(some)})]
    told = {row.id: [other for other in found if (other.stack_id, other.name) == (row.stack_id, row.name) and other.id != row.id]
            for row in rows} if found else {}
    return {id_: others for id_, others in told.items() if others}


def all_of(conn: sa.Connection, stack_id: str) -> list[ResourceRow]:
    """All resources of a stack, also those that wait to be cleaned up, oldest first."""
    return [_resource(conn, row) for row in conn.execute(_ALL, {"stack": stack_id})]


def page(conn: sa.Connection, stack_ids: Collection[str], query: Query) -> list[ResourceRow]:
    """The current resources of the stacks that the query asks for, ordered by stack and name.

    For a nested listing, `stack_ids` are those of `stacks.descendants` and the stack's own. The caller has found the
    stacks for the project; the resources are theirs.
    """
    columns = (*_PLAIN, resource.c.requires, *([resource.c.facts] if query.facts else []))
    wanted = sa.select(*columns).where(resource.c.stack_id.in_(stack_ids), _CURRENT, *_conditions(query))
    rows = conn.execute(wanted.order_by(resource.c.stack_id, resource.c.name))
    return [_resource(conn, row) for row in rows]


def count(conn: sa.Connection, stack_id: str) -> int:
    """How many resources a stack has now."""
    return conn.scalar(sa.select(sa.func.count()).select_from(resource).where(
        resource.c.stack_id == stack_id, _CURRENT)) or 0


def count_tree(conn: sa.Connection, root_id: str) -> int:
    """How many resources a stack and all stacks nested in it have now. root_id: of the outermost stack."""
    return conn.scalar(sa.select(sa.func.count()).select_from(resource.join(stack, stack.c.id == resource.c.stack_id)).where(
        stack.c.root_id == root_id, stack.c.alive == "", _CURRENT)) or 0


def states(conn: sa.Connection, stack_id: str) -> dict[tuple[str, str], int]:
    """(action, status) -> how many current resources of the stack are in it."""
    columns = (resource.c.action, resource.c.status)
    rows = conn.execute(sa.select(*columns, sa.func.count().label("many")).where(
        resource.c.stack_id == stack_id, _CURRENT).group_by(*columns))
    return {(row.action, row.status): row.many for row in rows}


def _conditions(query: Query) -> list[sa.ColumnElement[bool]]:
    unknown = set(query.filters) - FILTERS
    if unknown:
        raise ValueError(f"resources have no filter {', '.join(sorted(unknown))}; "
                         f"there are {', '.join(sorted(FILTERS))}")
    found: list[sa.ColumnElement[bool]] = [resource.c[name].in_(values) for name, values in query.filters.items()]
    if query.type:
        found.append(resource.c.type.contains(query.type, autoescape=True))
    if query.states:
        found.append(sa.or_(*(sa.and_(resource.c.action == action, resource.c.status == status)
                              for action, status in query.states)))
    return found


def _values(conn: sa.Connection, row: ResourceRow) -> dict[str, Any]:
    values = {column.name: getattr(row, column.name) for column in _PLAIN}
    values["requires"] = json.dumps(row.requires)
    values["facts"] = seal(conn, {name: value for name in FACTS if (value := getattr(row, name))})
    return values


def _resource(conn: sa.Connection, row: Any) -> ResourceRow:
    values = dict(row._mapping)
    values["requires"] = tuple(json.loads(values["requires"]))
    facts, why = opened(conn, values.pop("facts", "{}"), f"What is stored of the resource {row.name}", {})
    return ResourceRow(**values | facts, unreadable=why)
