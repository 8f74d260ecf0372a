"""Plays every story in stories/."""

from pathlib import Path

import pytest
from api_client import Running
from exchange import play

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path, anywhere: Running) -> None:
    play(path, anywhere.client())
