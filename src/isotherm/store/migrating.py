"""Bringing a database to the newest schema."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

REVISIONS = Path(__file__).with_name("migrations")
LOCK_SECONDS = 300
LOCK_NUMBER = 0x150_7E12                    # any number will do that nothing else in the database locks
_ALEMBIC = threading.Lock()                 # it keeps what it works on in module globals


def upgrade(engine: sa.Engine) -> None:
    """Apply the revisions that the database lacks. Of several processes that try at once one does the work, the others
    wait for it. An interrupted upgrade is taken up again by the next one."""
    config = Config()
    config.set_main_option("script_location", str(REVISIONS))
    with _ALEMBIC, engine.connect() as conn, _alone(conn):
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        conn.commit()                       # while the others are still kept out, or they would start from the old state


@contextmanager
def _alone(conn: sa.Connection) -> Iterator[None]:
    """Keep other upgrades out. On SQLite the transaction, which was begun for writing, does."""
    match conn.dialect.name:
        case "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_NUMBER)))
            yield
        case "mysql" | "mariadb":
            # Held by the session, not the transaction, which every change of a table would end.
            name = sa.func.concat("isotherm.", sa.func.sha1(sa.func.database()))
            if conn.scalar(sa.select(sa.func.get_lock(name, LOCK_SECONDS))) != 1:
                raise RuntimeError(f"another process has been upgrading this database for {LOCK_SECONDS} seconds; "
                                   "see whether it is stuck, then try again")
            try:
                yield
            finally:
                conn.execute(sa.select(sa.func.release_lock(name)))
        case _:
            yield
