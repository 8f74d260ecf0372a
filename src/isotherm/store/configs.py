"""Software configs: written once, never changed. What they hold is sealed."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from isotherm.model.records import ConfigRow
from isotherm.store import paging
from isotherm.store.schema import software_config as table
from isotherm.store.vault import seal, unseal

CONTENT = ("config", "inputs", "outputs", "options")
_PLAIN = tuple(column for column in table.c if column.name != "content")


def insert_many(conn: sa.Connection, rows: Iterable[ConfigRow]) -> None:
    """Add configs."""
    values = [_values(conn, row) for row in rows]
    if values:
        conn.execute(table.insert(), values)


def get(conn: sa.Connection, project_id: str | None, config_id: str) -> ConfigRow | None:
    """The config of that id, if it is the project's. project_id None: of any project."""
    row = conn.execute(sa.select(table).where(table.c.id == config_id, _scope(project_id))).one_or_none()
    return None if row is None else _config(conn, row)


def get_many(conn: sa.Connection, project_id: str, ids: Collection[str]) -> dict[str, ConfigRow]:
    """id -> config, those that the project has."""
    rows = conn.execute(sa.select(table).where(table.c.id.in_(ids), _scope(project_id))) if ids else ()
    return {row.id: _config(conn, row) for row in rows}


def page(conn: sa.Connection, project_id: str | None, marker: str | None = None, limit: int | None = None) -> list[ConfigRow]:
    """The project's configs (None: of all projects) without their content, newest first, from behind the one whose id is the marker.

    LookupError when the marker is none of them.
    """
    scope = _scope(project_id)
    order = paging.Order((table.c.created_at,), table.c.id, descending=True)
    wanted = paging.page(conn, sa.select(*_PLAIN).where(scope), order, table.c.id, marker, limit, scope)
    return [ConfigRow(**row._mapping) for row in conn.execute(wanted)]


def count(conn: sa.Connection, project_id: str) -> int:
    """How many configs a project has."""
    return conn.scalar(sa.select(sa.func.count()).select_from(table).where(_scope(project_id))) or 0


def delete(conn: sa.Connection, project_id: str | None, config_id: str) -> bool:
    """Remove the project's config (None: of any project); False when there is none of that id."""
    return conn.execute(table.delete().where(table.c.id == config_id, _scope(project_id))).rowcount == 1


def delete_many(conn: sa.Connection, ids: Collection[str]) -> None:
    """Remove configs, those that are there."""
    if ids:
        conn.execute(table.delete().where(table.c.id.in_(ids)))


def _scope(project_id: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if project_id is None else table.c.project_id == project_id


def _values(conn: sa.Connection, row: ConfigRow) -> dict[str, Any]:
    content = {name: value for name in CONTENT if (value := getattr(row, name)) is not None and value != ()}
    return {column.name: getattr(row, column.name) for column in _PLAIN} | {"content": seal(conn, content)}


def _config(conn: sa.Connection, row: Any) -> ConfigRow:
    values = dict(row._mapping)
    return ConfigRow(**values | unseal(conn, values.pop("content"), f"The software config {row.id}"))
