"""Changing keys: everything sealed is sealed anew with the first key, while the service runs.

Rows are read a batch at a time and each is written only where it still holds what was read: whoever has changed it meanwhile has
sealed it, and is looked at in the next pass. Nothing is kept between runs; what has the first key already is passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from isotherm.store.schema import credential, definition, node, output, resource, software_config
from isotherm.store.store import Store
from isotherm.store.vault import HARMLESS, Vault, VaultError

SEALED: tuple[sa.Column[Any], ...] = (
    definition.c.inputs, resource.c.facts, node.c.plan, node.c.progress, output.c.value, credential.c.content, software_config.c.content)
BATCH = 100               # rows of one transaction
PASSES = 5                # a pass that finds nothing to do is the last one


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at a column has found. newest: values sealed with the first key (also by this run, which are `rotated`); older:
    with another one of the keys; lost: rows that none of them opens, as `table.column` and primary key."""

    newest: int = 0
    rotated: int = 0
    older: int = 0
    lost: tuple[str, ...] = ()

    def __add__(self, other: "Found") -> "Found":
        return Found(self.newest + other.newest, self.rotated + other.rotated, self.older + other.older, self.lost + other.lost)


def rotate(store: Store, vault: Vault) -> dict[str, Found]:
    """Seal everything with the first key of the vault; `table.column` -> what is there now. Values stay older only where another process
    keeps writing with an older key."""
    done = dict.fromkeys(map(str, SEALED), 0)
    turn: dict[str, Found] = {}
    for _ in range(PASSES):
        turn = {str(column): sum((_rotated(store, vault, column, batch) for batch in _batches(store, column)), Found()) for column in SEALED}
        done = {name: done[name] + found.rotated for name, found in turn.items()}
        if not any(found.rotated or found.older for found in turn.values()):
            break
    return {name: replace(found, rotated=done[name]) for name, found in turn.items()}


def count(store: Store, vault: Vault) -> dict[str, Found]:
    """`table.column` -> by which keys its values are sealed. Nothing is written."""
    return {str(column): sum((_counted(vault, column, batch) for batch in _batches(store, column)), Found()) for column in SEALED}


def _batches(store: Store, column: sa.Column[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The sealed values of a column, each behind its primary key, in the order of that."""
    key = _key(column)
    wanted = sa.select(*key, column).where(column.is_not(None), column.not_in(HARMLESS)).order_by(*key).limit(BATCH)
    last: tuple[Any, ...] | None = None
    while True:
        chosen = wanted if last is None else wanted.where(_behind(key, last))
        rows = store.read(_rows, chosen)
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        last = rows[-1][:-1]


def _rows(conn: sa.Connection, chosen: sa.Select[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in conn.execute(chosen)]


def _counted(vault: Vault, column: sa.Column[Any], batch: Sequence[tuple[Any, ...]]) -> Found:
    others = [row for row in batch if not vault.is_newest(row[-1])]
    lost = tuple(_named(column, row) for row in others if not vault.opens(row[-1]))
    return Found(newest=len(batch) - len(others), older=len(others) - len(lost), lost=lost)


def _rotated(store: Store, vault: Vault, column: sa.Column[Any], batch: Sequence[tuple[Any, ...]]) -> Found:
    """The batch, after what could be read of it was sealed with the first key."""
    changes: list[tuple[tuple[Any, ...], str]] = []
    lost: list[str] = []
    newest = 0
    for row in batch:
        if vault.is_newest(row[-1]):
            newest += 1
            continue
        try:
            changes.append((row, vault.rotate(row[-1])))
        except VaultError:
            lost.append(_named(column, row))
    rotated = store.write(_replace, column, changes) if changes else 0
    return Found(newest + rotated, rotated, len(changes) - rotated, tuple(lost))


def _replace(conn: sa.Connection, column: sa.Column[Any], changes: Sequence[tuple[tuple[Any, ...], str]]) -> int:
    """Write the new texts of rows that still hold the old one; how many that were."""
    key = _key(column)
    where = sa.and_(column == sa.bindparam("before"), *(one == sa.bindparam(f"key_{one.name}") for one in key))
    statement = sa.update(column.table).where(where).values({column: sa.bindparam("after")})
    return sum(conn.execute(statement, {"before": row[-1], "after": text} | {
        f"key_{one.name}": value for one, value in zip(key, row, strict=False)}).rowcount for row, text in changes)


def _key(column: sa.Column[Any]) -> tuple[sa.Column[Any], ...]:
    return tuple(column.table.primary_key.columns)


def _behind(key: Sequence[sa.Column[Any]], last: Sequence[Any]) -> sa.ColumnElement[bool]:
    """(a, b) > (x, y), spelled out for the databases that compare rows only slowly."""
    return sa.or_(*(sa.and_(*(one == value for one, value in zip(key[:i], last, strict=False)), key[i] > last[i]) for i in range(len(key))))


def _named(column: sa.Column[Any], row: tuple[Any, ...]) -> str:
    return f"{column} {'/'.join(str(part) for part in row[:-1])}"
