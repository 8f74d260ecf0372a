"""Outputs: the values a stack's last node stored."""

from collections.abc import Iterable

import sqlalchemy as sa

from isotherm.model.records import OutputRow
from isotherm.store.schema import output
from isotherm.store.vault import opened, seal

_OF = sa.select(output).where(output.c.stack_id == sa.bindparam("stack")).order_by(output.c.number)


def replace(conn: sa.Connection, stack_id: str, rows: Iterable[OutputRow]) -> None:
    """Make these the outputs of the stack, in this order."""
    conn.execute(output.delete().where(output.c.stack_id == stack_id))
    values = [{"stack_id": stack_id, "number": number, "name": row.name, "description": row.description,
               "value": seal(conn, row.value), "error": row.error} for number, row in enumerate(rows)]
    if values:
        conn.execute(output.insert(), values)


def of(conn: sa.Connection, stack_id: str) -> list[OutputRow]:
    """The outputs of a stack, in the order of its template. One that is unreadable says so in its error."""
    found = []
    for row in conn.execute(_OF, {"stack": stack_id}):
        value, why = opened(conn, row.value, "The stored value", None)
        found.append(OutputRow(row.name, value, row.description, row.error or why or None))
    return found
