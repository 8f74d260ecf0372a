"""Migrated databases are as `schema` says, and migrating is safe to repeat and to do at once."""

import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from isotherm.store.dialect import make_engine
from isotherm.store.schema import metadata
from isotherm.store.store import Store
from isotherm.store.vault import Vault


def described(engine: sa.Engine) -> dict[str, Any]:
    """Everything the database itself says of its tables."""
    look = sa.inspect(engine)

    def column(found: Any) -> Any:
        kept = {key: value for key, value in found.items() if key != "type"}
        return kept | {"type": str(found["type"].compile(engine.dialect)),
                       "collation": getattr(found["type"], "collation", None)}

    return {name: {
        "columns": [column(found) for found in look.get_columns(name)],
        "primary key": look.get_pk_constraint(name),
        "indexes": sorted(look.get_indexes(name), key=lambda index: str(index["name"])),
        "unique": sorted(look.get_unique_constraints(name), key=lambda one: str(one["name"])),
        "foreign keys": look.get_foreign_keys(name),
        "options": {key: value for key, value in look.get_table_options(name).items() if "auto_increment" not in key},
    } for name in look.get_table_names() if name != "alembic_version"}


@pytest.fixture
def other_url(request: pytest.FixtureRequest, databases: Any, database_url: str) -> Any:
    kind = sa.make_url(database_url).get_backend_name()
    url = databases.create(kind)
    yield url
    databases.drop(kind, url)


def upgraded(url: str) -> Store:
    store = Store(url, Vault([Vault.new_key()]))
    store.upgrade()
    return store


def test_revisions_make_what_the_schema_says(database_url: str, other_url: str) -> None:
    upgraded(database_url).dispose()
    migrated, made = make_engine(database_url), make_engine(other_url)
    metadata.create_all(made)
    try:
        assert described(migrated) == described(made)
        assert set(described(made)) == set(metadata.tables)
    finally:
        migrated.dispose()
        made.dispose()


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    upgraded(database_url).dispose()
    store = upgraded(database_url)
    assert store.read(lambda conn: conn.scalar(sa.text("SELECT count(*) FROM alembic_version"))) == 1
    store.dispose()


def test_an_interrupted_upgrade_is_finished_by_the_next(database_url: str) -> None:
    """MariaDB keeps what was made before the interruption."""
    engine = make_engine(database_url)
    for name in ("blob", "stack"):
        metadata.tables[name].create(engine)
    with engine.begin() as conn:
        metadata.tables["stack"].indexes.copy().pop().drop(conn)
    store = upgraded(database_url)
    with engine.connect() as conn:
        assert set(described(engine)) == set(metadata.tables)
        assert len(sa.inspect(conn).get_indexes("stack")) >= len(metadata.tables["stack"].indexes)
    store.dispose()
    engine.dispose()


def test_processes_may_upgrade_at_once(database_url: str) -> None:
    program = ("import sys; from isotherm.store.store import Store; from isotherm.store.vault import Vault; "
               "Store(sys.argv[1], Vault([Vault.new_key()])).upgrade()")
    processes = [subprocess.Popen([sys.executable, "-c", program, database_url], stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
    engine = make_engine(database_url)
    assert set(described(engine)) == set(metadata.tables)
    engine.dispose()
