"""Pages of a sorted list: each goes on where the marker, the last row of the one before, stood."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by the keys, none of which may be NULL, and by the unique `last` among equals; all in one direction."""

    keys: tuple[sa.ColumnElement[Any], ...]
    last: sa.ColumnElement[Any]
    descending: bool = False

    @property
    def columns(self) -> tuple[sa.ColumnElement[Any], ...]:
        return (*self.keys, self.last)


def page(conn: sa.Connection, wanted: sa.Select[Any], order: Order, name: sa.ColumnElement[Any], marker: str | None,
         limit: int | None, scope: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """`wanted`, sorted, from behind the row whose column `name` is `marker`, at most `limit` rows.

    LookupError when there is no such row within `scope`: a marker must not tell of others' rows.
    """
    if marker is not None:
        place = conn.execute(sa.select(*order.columns).where(name == marker, scope)).one_or_none()
        if place is None:
            raise LookupError(f"the marker {marker!r} names nothing in this list")
        wanted = wanted.where(_behind(order, tuple(place)))
    columns = [column.desc() for column in order.columns] if order.descending else order.columns
    return wanted.order_by(*columns).limit(limit)


def _behind(order: Order, place: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    """(a, b, id) > (x, y, z) spelled out, for the databases that compare rows only slowly."""
    choices = []
    for number, column in enumerate(order.columns):
        beyond = column < place[number] if order.descending else column > place[number]
        equal = [before == value for before, value in zip(order.columns, place[:number], strict=False)]
        choices.append(sa.and_(*equal, beyond))
    return sa.or_(*choices)
