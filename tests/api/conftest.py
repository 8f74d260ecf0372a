"""A running service for the tests of its API: real database, engine and sockets."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from api_client import Client, Cloud, Running

from isotherm.api.app import make_app
from isotherm.bus.local import LocalBus
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.engine.commands import Commands
from isotherm.engine.definitions import Definitions
from isotherm.engine.service import Engine
from isotherm.server import Server
from isotherm.sim.server import SimServer
from isotherm.sim.settings import Settings as SimSettings
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.types.registry import registry
from isotherm.wire import make_site

KINDS = tuple(os.environ.get("ISOTHERM_DATABASES", "sqlite,postgresql,mariadb").split(","))
KEY = "wGm6wLLzwBLK0wSPTBI0CSGUcvjiPTZWkgmqIPQk3hY="


@contextmanager
def service(database: str, auth: bool, **groups: dict[str, Any]) -> Iterator[Running]:
    """An API with an engine, on an empty database; groups: further settings."""
    settings = load([], {
        "database": {"url": database}, "secrets": {"keys": (KEY,)}, "engine": {"poll_seconds": 0.2},
        **groups,
    }, environment={})
    store = Store(settings.database.url, Vault(list(settings.secrets.keys)))
    store.upgrade()
    bus, clouds, types = LocalBus(), Clouds(settings), registry()
    compiled = Definitions(store, types)
    engine = Engine(store, clouds, bus, settings, types, compiled)
    commands = Commands(store, clouds, types, settings, bus, compiled, make_site(settings))
    server = Server("127.0.0.1", groups.get("api", {}).get("port", 0), 4)
    server.start(make_app(store, commands, clouds, types, settings, auth=auth))
    engine.start()
    try:
        yield Running(server.url, store, settings)
    finally:
        server.stop()
        engine.stop()
        clouds.close()
        store.dispose()


@pytest.fixture(scope="session")
def a_service() -> Callable[..., AbstractContextManager[Running]]:
    """Starts a service with settings of the test's own."""
    return service


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all tests; identity headers are believed as they come."""
    with service(f"sqlite:///{tmp_path_factory.mktemp('api') / 'isotherm.db'}", auth=False) as made:
        yield made


@pytest.fixture(scope="session", params=KINDS)
def anywhere(request: pytest.FixtureRequest, databases: Any) -> Iterator[Running]:
    """`running` on each kind of database in turn."""
    url = databases.create(request.param)
    with service(url, auth=False) as made:
        yield made
    databases.drop(request.param, url)


@pytest.fixture
def client(running: Running) -> Client:
    """An ordinary member of a project."""
    return running.client()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A simulated cloud, and a service that checks tokens with it and is in its catalogue."""
    port = free_port()
    sim = SimServer(settings=SimSettings(orchestration_url=f"http://127.0.0.1:{port}/v1/%(project_id)s", delay=0.05))
    auth_url = sim.start() + "/identity/v3"
    try:
        with service(f"sqlite:///{tmp_path_factory.mktemp('cloud') / 'isotherm.db'}", auth=True, api={"port": port},
                     keystone_authtoken={"auth_url": auth_url, "username": "isotherm", "password": "secret"}) as made:
            yield Cloud(made, auth_url)
    finally:
        sim.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
