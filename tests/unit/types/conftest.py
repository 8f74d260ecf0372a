"""What tests of resource types share."""

from collections.abc import Callable

import pytest
from plans import Kind


@pytest.fixture
def kind() -> Callable[[str], Kind]:
    return Kind
