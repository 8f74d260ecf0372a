"""The cloud under test: the simulator always, a real OpenStack when one is named.

`ISOTHERM_REAL_CLOUD=path/to/clouds.yaml:demo,admin` names a clouds.yaml and the entries of a member and an
administrator in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import openstack
import pytest
from openstack.connection import Connection

from isotherm.sim.server import SimServer
from isotherm.sim.settings import Passwords, Settings

REAL = os.environ.get("ISOTHERM_REAL_CLOUD")
NO_REAL = "NOT RUN AGAINST A REAL CLOUD: set ISOTHERM_REAL_CLOUD=clouds.yaml:member-entry,admin-entry"


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
        return openstack.connection.from_config(cloud_config=openstack.config.OpenStackConfig([path]).get_one(name))
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
