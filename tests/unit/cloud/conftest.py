"""Clouds over a stub that a test programs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from stub_cloud import PROJECT, Stub

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.stop()


@pytest.fixture
def make_clouds(stub: Stub) -> Iterator[Callable[..., Clouds]]:
    """Clouds over the stub, with options of the group [cloud] as given."""
    made: list[Clouds] = []

    def make(**cloud: Any) -> Clouds:
        made.append(Clouds(load([], {"keystone_authtoken": {"auth_url": stub.url + "/identity"}, "cloud": cloud}, {})))
        return made[-1]

    yield make
    for clouds in made:
        clouds.close()


@pytest.fixture
def cloud(make_clouds: Callable[..., Clouds]) -> Cloud:
    return make_clouds().for_token("a-token", PROJECT)
