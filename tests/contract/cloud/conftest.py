"""The cloud under test: the simulator always, a real OpenStack when one is named.

`ISOTHERM_REAL_CLOUD=path/to/clouds.yaml:demo,admin` names a clouds.yaml and the entries of a member and an
administrator in it.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import openstack
import pytest
from openstack.connection import Connection

from isotherm.sim.server import SimServer
from isotherm.sim.settings import Passwords, Settings

REAL = os.environ.get("ISOTHERM_REAL_CLOUD")
NO_REAL = "NOT RUN AGAINST A REAL CLOUD: set ISOTHERM_REAL_CLOUD=clouds.yaml:member-entry,admin-entry"
PATIENCE = 120.0
"""Seconds a real cloud gets for an asynchronous change."""


@pytest.fixture(scope="session")
def sim() -> Iterator[SimServer]:
    """A simulated cloud whose asynchronous changes take no time."""
    server = SimServer(settings=Settings(delay=0.0, passwords=Passwords("a", "d", "s")))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=["sim", pytest.param("real", marks=pytest.mark.skipif(not REAL, reason=NO_REAL))])
def which(request: pytest.FixtureRequest) -> str:
    """Which cloud a test runs on."""
    return str(request.param)


def _connect(which: str, user: str, request: pytest.FixtureRequest) -> Connection:
    if which == "real":
        path, _, names = str(REAL).partition(":")
        name = names.split(",")[user == "admin"]
        return Connection(config=openstack.config.OpenStackConfig([path]).get_one(name))
    server = request.getfixturevalue("sim")
    passwords = server.cloud.settings.passwords
    return Connection(auth={
        "auth_url": server.url + "/identity", "username": user, "password": getattr(passwords, user),
        "project_name": user, "user_domain_id": "default", "project_domain_id": "default",
    }, region_name="RegionOne")  # fmt: skip


@pytest.fixture(scope="session")
def member(which: str, request: pytest.FixtureRequest) -> Connection:
    """The user demo in the project demo."""
    return _connect(which, "demo", request)


@pytest.fixture(scope="session")
def admin(which: str, request: pytest.FixtureRequest) -> Connection:
    """An administrator in the project admin."""
    return _connect(which, "admin", request)


@pytest.fixture
def later() -> Iterator[ExitStack]:
    """Clean-up to do when the test ends, last first: `later.callback(function, ...)`."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def name() -> str:
    """A name nothing else has."""
    return f"contract-{uuid.uuid4().hex[:12]}"


def eventually(look: Callable[[], Any], good: Callable[[Any], bool] = bool, patience: float = PATIENCE) -> Any:
    """Look until what is seen is good; returns it, fails with the last thing seen when patience ends."""
    end = time.monotonic() + patience
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < end, f"still {seen!r} after {patience} seconds"
        time.sleep(0.05)  # the interval of polling, not a wait for anything


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Any]:
    """`eventually` for tests, which cannot import a conftest."""
    return eventually


class Api:
    """Plain requests to one service of a cloud: what is sent and answered can be seen."""

    def __init__(self, connection: Connection, service: str, microversion: str | None = None):
        self._connection, self._service, self._microversion = connection, service, microversion

    def __call__(self, method: str, path: str, body: Any = None, status: int | None = None, **options: Any) -> Any:
        """The response; fails unless it has the status, when one is given."""
        headers = dict(options.pop("headers", {}))
        if self._microversion:
            headers["OpenStack-API-Version"] = f"{self._service} {self._microversion}"
        response = self._connection.session.request(
            path, method, json=body, headers=headers, raise_exc=False,
            endpoint_filter={"service_type": self._service, "interface": "public"}, **options,
        )  # fmt: skip
        if status is not None:
            assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        return response


@pytest.fixture
def compute(member: Connection) -> Api:
    """Nova at the highest microversion both the simulator and current releases have."""
    return Api(member, "compute", "2.96")


@pytest.fixture
def api(member: Connection, admin: Connection) -> Callable[..., Api]:
    """`api("compute", "2.1")`, `api("network", who="admin")`: any service, microversion and user."""

    def make(service: str, microversion: str | None = None, who: str = "member") -> Api:
        return Api({"member": member, "admin": admin}[who], service, microversion)

    return make
