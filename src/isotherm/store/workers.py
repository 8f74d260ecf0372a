"""Workers: which engine processes there are, and when each was last heard of."""

from datetime import datetime

import sqlalchemy as sa

from isotherm.model.records import WorkerRow
from isotherm.store.schema import worker

_NAMES = tuple(column.name for column in worker.c)
_LIST = sa.select(worker).order_by(worker.c.host, worker.c.pid, worker.c.id)


def beat(conn: sa.Connection, row: WorkerRow) -> None:
    """Say that the worker was alive at `row.seen_at`; the first time adds it."""
    seen = worker.update().where(worker.c.id == row.id).values(seen_at=row.seen_at)
    if conn.execute(seen).rowcount == 0:
        conn.execute(worker.insert(), {name: getattr(row, name) for name in _NAMES})


def everyone(conn: sa.Connection) -> list[WorkerRow]:
    """All workers, also those not heard of for long, ordered by host."""
    return [WorkerRow(**row._mapping) for row in conn.execute(_LIST)]


def remove(conn: sa.Connection, worker_id: str) -> None:
    """Forget a worker that ended."""
    conn.execute(worker.delete().where(worker.c.id == worker_id))


def remove_unseen(conn: sa.Connection, since: datetime) -> int:
    """Forget the workers not heard of since then; how many."""
    return conn.execute(worker.delete().where(worker.c.seen_at < since)).rowcount
