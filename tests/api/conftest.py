"""A running service for the tests of its API: real database, engine and sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import Client, Running

from isotherm.api.app import make_app
from isotherm.bus.local import LocalBus
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.engine.commands import Commands
from isotherm.engine.definitions import Definitions
from isotherm.engine.service import Engine
from isotherm.server import Server
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.types.registry import registry

KEY = "wGm6wLLzwBLK0wSPTBI0CSGUcvjiPTZWkgmqIPQk3hY="


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all tests; identity headers are believed as they come."""
    directory: Path = tmp_path_factory.mktemp("api")
    settings = load([], {
        "database": {"url": f"sqlite:///{directory / 'isotherm.db'}"}, "secrets": {"keys": (KEY,)},
        "api": {"policy_file": ""}, "engine": {"poll_seconds": 0.2},
    })
    store = Store(settings.database.url, Vault(list(settings.secrets.keys)))
    store.upgrade()
    bus, clouds, types = LocalBus(), Clouds(settings), registry()
    compiled = Definitions(store, types)
    engine = Engine(store, clouds, bus, settings, types, compiled)
    commands = Commands(store, clouds, types, settings, bus, compiled)
    server = Server("127.0.0.1", 0, 4)
    server.start(make_app(store, commands, clouds, types, settings, auth=False))
    engine.start()
    try:
        yield Running(server.url, store, engine, settings)
    finally:
        server.stop()
        engine.stop()
        clouds.close()
        store.dispose()


@pytest.fixture
def client(running: Running) -> Client:
    """An ordinary member of a project."""
    return running.client()
