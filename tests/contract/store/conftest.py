"""A migrated store on each database, empty at the start of every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from databases import chosen
from isotherm.store.schema import metadata
from isotherm.store.store import Store
from isotherm.store.vault import Vault


@pytest.fixture(scope="session", params=chosen())
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
