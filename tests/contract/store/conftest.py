"""A migrated store on each database, empty at the start of every test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from isotherm.store.schema import metadata
from isotherm.store.store import Store
from isotherm.store.vault import Vault

KINDS = tuple(os.environ.get("ISOTHERM_DATABASES", "sqlite,postgresql,mariadb").split(","))


@pytest.fixture(scope="session", params=KINDS)
def migrated(request: pytest.FixtureRequest, databases: Any) -> Iterator[Store]:
    url = databases.create(request.param)
    store = Store(url, Vault([Vault.new_key()]))
    store.upgrade()
    yield store
    store.dispose()
    databases.drop(request.param, url)


@pytest.fixture
def store(migrated: Store) -> Store:
    migrated.write(lambda conn: [conn.execute(table.delete()) for table in reversed(metadata.sorted_tables)])
    return migrated
