"""Everything that differs between SQLite, PostgreSQL and MariaDB."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

RETRYABLE = frozenset({"40001", "40P01", "1205", "1213", "1020"})     # serialization, deadlock, lock wait


class Utc(sa.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds (the same on every dialect)."""

    impl, cache_ok = sa.BigInteger, True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else int(value.timestamp() * 1_000_000)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


def make_engine(url: str, pool_size: int = 20) -> sa.Engine:
    """An engine with the isolation and the settings the store relies on.

    `mysql://` and `mariadb://` mean PyMySQL, `postgresql://` psycopg 3.
    """
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        made = sa.create_engine(parsed)
        event.listen(made, "connect", _sqlite_connect)
        event.listen(made, "begin", _sqlite_begin)
        return made
    driver = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}[backend]
    if backend != "postgresql" and "charset" not in parsed.query:
        parsed = parsed.update_query_dict({"charset": "utf8mb4"})
    return sa.create_engine(parsed.set(drivername=driver), isolation_level="READ COMMITTED",
                            pool_pre_ping=True, pool_size=pool_size, max_overflow=pool_size)


def _sqlite_connect(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None                                       # we send BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        dbapi.execute(f"PRAGMA {pragma}")


def _sqlite_begin(conn: sa.Connection) -> None:
    mode = "IMMEDIATE" if conn.get_execution_options().get("write") else "DEFERRED"
    conn.exec_driver_sql(f"BEGIN {mode}")


def is_retryable(exc: sa.exc.DBAPIError) -> bool:
    """Whether the database asks for the same transaction again."""
    orig: Any = exc.orig
    code = getattr(orig, "sqlstate", None) or (str(orig.args[0]) if getattr(orig, "args", None) else "")
    return code in RETRYABLE or "database is locked" in str(orig)
