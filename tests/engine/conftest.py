"""A rig for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A service on SQLite."""
    made = Rig(f"sqlite:///{tmp_path / 'isotherm.db'}", tmp_path)
    yield made
    made.close()
