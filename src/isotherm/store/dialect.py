"""Everything that differs between SQLite, PostgreSQL and MariaDB."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import mysql, postgresql, sqlite

RETRYABLE = frozenset({"40001", "40P01", "1205", "1213", "1020"})     # serialization, deadlock, lock wait
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
# Whole numbers all the way: by way of a float, a time would not always come back as it went in.
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Utc(sa.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds (the same on every dialect)."""

    impl, cache_ok = sa.BigInteger, True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Words(sa.TypeDecorator[str]):
    """Text for people. What no database stores - NUL, halves of surrogate pairs - is shown as `?`, for a cloud's odd
    message must not keep what happened from being recorded."""

    impl, cache_ok = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"), True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        if value is None:
            return None
        return value.replace("\0", "?").encode("utf-8", "replace").decode()


def make_engine(url: str, pool_size: int = 20) -> sa.Engine:
    """An engine with the isolation and the settings the store relies on.

    `mysql://` and `mariadb://` mean PyMySQL, `postgresql://` psycopg 3. ValueError names the databases there are.
    """
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        made = sa.create_engine(parsed, hide_parameters=True, pool_size=pool_size)
        event.listen(made, "connect", _sqlite_connect)
        event.listen(made, "begin", _sqlite_begin)
        return made
    if backend not in DRIVERS:
        raise ValueError(f"{backend} is no database that can be used; the URL must begin with sqlite, {', '.join(DRIVERS)}")
    if backend != "postgresql" and "charset" not in parsed.query:
        parsed = parsed.update_query_dict({"charset": "utf8mb4"})
    return sa.create_engine(parsed.set(drivername=DRIVERS[backend]), isolation_level="READ COMMITTED", hide_parameters=True,
                            pool_pre_ping=True, pool_size=pool_size, max_overflow=pool_size)


def _sqlite_connect(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None                                       # we send BEGIN ourselves
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        dbapi.execute(f"PRAGMA {pragma}")


def _sqlite_begin(conn: sa.Connection) -> None:
    mode = "IMMEDIATE" if conn.get_execution_options().get("write") else "DEFERRED"
    conn.exec_driver_sql(f"BEGIN {mode}")


def is_retryable(exc: sa.exc.DBAPIError) -> bool:
    """Whether the database asks for the same transaction again."""
    orig: Any = exc.orig
    code = getattr(orig, "sqlstate", None) or (str(orig.args[0]) if getattr(orig, "args", None) else "")
    return code in RETRYABLE or "database is locked" in str(orig)


def insert_absent(conn: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet; the others are left as they are."""
    if conn.dialect.name in ("mysql", "mariadb"):
        # ON DUPLICATE KEY would lock the row that is there against every other reader of its lock.
        conn.execute(table.insert().prefix_with("IGNORE"), rows)
    else:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        conn.execute(insert(table).on_conflict_do_nothing(index_elements=list(table.primary_key)), rows)
