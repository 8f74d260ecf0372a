"""Transactions: the one way to the database."""

import itertools
import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import event

from isotherm.store import migrating
from isotherm.store.dialect import is_retryable, make_engine
from isotherm.store.vault import Vault

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 8          # runs of one function when the database asks for it again
COLLISIONS = 3        # runs of one function when a unique key stands in its way


class Store:
    """Hands out transactions. Queries live in functions that take the connection.

    url: SQLAlchemy's; see `dialect.make_engine`. statements: how many SQL statements were sent so far.
    """

    def __init__(self, url: str, vault: Vault, pool_size: int = 20):
        engine = make_engine(url, pool_size)
        self._reader = engine.execution_options(vault=vault)
        self._writer = engine.execution_options(vault=vault, write=True)
        # SQLite lets one writer in and makes the others poll: threads of one process queue here instead.
        self._turn: AbstractContextManager[Any] = (
            threading.Lock() if engine.dialect.name == "sqlite" else nullcontext())
        self.statements = 0
        self._counter = itertools.count(1)
        event.listen(engine, "before_cursor_execute", self._count)

    @property
    def dialect(self) -> str:
        """sqlite, postgresql, mysql or mariadb."""
        return self._reader.dialect.name

    def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `fn(conn, ...)` finds, in one transaction that writes nothing."""
        return self._run(self._reader, nullcontext(), fn, args, kwargs)

    def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(conn, ...)` in one transaction and commit it.

        fn may run several times, each time from the start and with nothing of the last time left: when the database
        asks (deadlock, lock time-out, a connection lost before the commit) and when a unique key was met - a random
        id taken, or somebody else's insert, which the next run then sees. So it does SQL and nothing else.
        """
        return self._run(self._writer, self._turn, fn, args, kwargs)

    def upgrade(self) -> None:
        """Bring the database to the newest schema; safe from several processes at once."""
        migrating.upgrade(self._writer)

    def ping(self) -> None:
        """Raise SQLAlchemyError when the database does not answer."""
        with self._reader.connect() as conn:
            conn.exec_driver_sql("SELECT 1")

    def dispose(self) -> None:
        """Close all connections."""
        self._reader.dispose()

    def _run(self, engine: sa.Engine, turn: AbstractContextManager[Any], fn: Callable[..., T],
             args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        for attempt in itertools.count(1):
            finished = False
            try:
                with turn, engine.begin() as conn:
                    found = fn(conn, *args, **kwargs)
                    finished = True
                return found
            except sa.exc.DBAPIError as exc:
                if attempt >= _runs_allowed(exc, finished):
                    raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("the loop above ends by itself")

    def _count(self, *_args: Any) -> None:
        self.statements = next(self._counter)


def _runs_allowed(exc: sa.exc.DBAPIError, finished: bool) -> int:
    """How often a function that failed this way may run in all. finished: it had returned, the commit failed."""
    if isinstance(exc, sa.exc.IntegrityError):
        return COLLISIONS
    if is_retryable(exc):
        return ATTEMPTS
    # A connection that broke during the commit leaves open whether it was committed: running again might do it twice.
    return COLLISIONS if exc.connection_invalidated and not finished else 1
