"""What tests of several packages share: databases.

`ISOTHERM_DATABASES=sqlite,postgresql` runs on these kinds only (all: sqlite, postgresql, mariadb). A server that is not
installed skips its tests with a note at the end of the run, and fails them when `CI` or `ISOTHERM_REQUIRE_DATABASES`
is set.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import STARTERS, Missing, Server, chosen

REQUIRED = any(os.environ.get(name, "") not in ("", "0", "false") for name in ("CI", "ISOTHERM_REQUIRE_DATABASES"))
MARK = "NOT TESTED ON"


class Databases:
    """Makes databases; starts each kind of server when it is first asked for."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._servers: dict[str, Server] = {}

    def create(self, kind: str) -> str:
        """The URL of a new, empty database of this kind."""
        if kind == "sqlite":
            return f"sqlite:///{self._directory / uuid.uuid4().hex}.db"
        return self._server(kind).create()

    def drop(self, kind: str, url: str) -> None:
        """Remove it again."""
        if kind != "sqlite":
            self._server(kind).drop(url)

    def stop(self) -> None:
        for server in self._servers.values():
            server.stop()

    def _server(self, kind: str) -> Server:
        if kind not in self._servers:
            try:
                self._servers[kind] = STARTERS[kind]()
            except Missing as exc:
                reason = f"{MARK} {kind.upper()}: missing {exc}; install it with tools/install_packages.sh"
                if REQUIRED:
                    pytest.fail(reason, pytrace=False)
                pytest.skip(reason)
        return self._servers[kind]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where databases come from."""
    made = Databases(tmp_path_factory.mktemp("sqlite"))
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(params=chosen())
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The URL of an empty database, of each kind in turn."""
    url = databases.create(request.param)
    yield url
    databases.drop(request.param, url)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    for reason in sorted({text[text.index(MARK):] for text in skipped if MARK in text}):
        terminalreporter.write_line(reason, red=True, bold=True)
