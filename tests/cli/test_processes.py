"""The commands as an operator runs them: processes, signals, ports."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from cryptography.fernet import Fernet

Start = Callable[..., "Process"]


class Process:
    """`isotherm ...`, with its output."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str]):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "isotherm.cli.main", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self) -> str:
        """What stands behind "ready: "; blocks until it is printed."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.startswith("ready: "):
            _, said = self._process.communicate(timeout=20)
            raise AssertionError(f"not ready: {line}{said}")
        return line.removeprefix("ready: ").strip()

    def end(self, number: int = signal.SIGTERM) -> int:
        """The exit code after a signal."""
        self._process.send_signal(number)
        return self.code()

    def code(self) -> int:
        self._process.communicate(timeout=30)
        return self._process.returncode

    def said(self) -> tuple[int, str]:
        """Exit code and standard error of one that ends by itself."""
        _, said = self._process.communicate(timeout=30)
        return self._process.returncode, said.strip()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Process] = []

    def run(*arguments: object, **environment: str) -> Process:
        started.append(Process(tuple(map(str, arguments)), environment))
        return started[-1]

    yield run
    for process in started:
        process.kill()


def log_in(clouds_yaml: Path, name: str) -> dict[str, Any]:
    auth = yaml.safe_load(clouds_yaml.read_text())["clouds"][name]["auth"]
    domain = {"name": "Default"}
    user = {"name": auth["username"], "domain": domain, "password": auth["password"]}
    answer = requests.post(
        f"{auth['auth_url']}/auth/tokens",
        json={
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": {"name": auth["project_name"], "domain": domain}},
            }
        },
        timeout=10,
    )
    assert answer.status_code == 201, answer.text
    token: dict[str, Any] = answer.json()["token"]
    return token


def test_up_is_found_where_its_clouds_file_says_also_after_a_restart(start: Start, tmp_path: Path) -> None:
    first = start("up", "--data", tmp_path, "--port", 0)
    url = first.ready()
    assert requests.get(f"{url}/healthcheck", timeout=10).status_code == 200
    token = log_in(tmp_path / "clouds.yaml", "isotherm")
    log_in(tmp_path / "clouds.yaml", "isotherm-admin")
    project = token["project"]["id"]
    listed = [
        one["url"] for entry in token["catalog"] if entry["type"] == "orchestration" for one in entry["endpoints"]
    ]
    assert f"{url}/v1/{project}" in listed
    before = (tmp_path / "clouds.yaml").read_text()
    assert first.end() == 0

    second = start("up", "--data", tmp_path, "--port", 0)
    assert second.ready() == url
    assert (tmp_path / "clouds.yaml").read_text() == before
    assert log_in(tmp_path / "clouds.yaml", "isotherm")["project"]["id"] == project
    assert second.end(signal.SIGINT) == 0


def test_up_survives_being_killed(start: Start, tmp_path: Path) -> None:
    first = start("up", "--data", tmp_path, "--port", 0)
    url = first.ready()
    first.kill()
    assert start("up", "--data", tmp_path, "--port", 0).ready() == url


def test_a_port_in_use_is_one_sentence(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = start("up", "--data", tmp_path, "--port", port).said()
    assert (code, said) == (78, f"isotherm: Nothing can listen on 127.0.0.1 port {port}: Address already in use")


def test_a_directory_in_use_is_one_sentence(start: Start, tmp_path: Path) -> None:
    first = start("up", "--data", tmp_path, "--port", 0)
    first.ready()
    code, said = start("up", "--data", tmp_path, "--port", 0).said()
    assert (code, said) == (78, f"isotherm: {tmp_path} is in use by process {first.pid}")


def test_a_wrong_option_ends_what_was_started_before_it_was_read(start: Start, tmp_path: Path) -> None:
    (tmp_path / "conf").write_text("[engine]\nthreads = x\n")
    code, said = start("up", "--data", tmp_path / "data", "--port", 0, "--config", tmp_path / "conf").said()
    assert code == 78
    assert said.startswith("isotherm: [engine] threads: ")


@pytest.mark.parametrize("file", ["isotherm.db", "sim.db"])
def test_a_broken_database_is_one_sentence(start: Start, tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_bytes(b"no database" * 1000)
    code, said = start("up", "--data", tmp_path, "--port", 0).said()
    assert code == 78, said
    assert "not a database" in said
    assert len(said.splitlines()) == 1


def settings(tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        "OS_ISOTHERM__DATABASE__URL": f"sqlite:///{tmp_path}/x.db",
        "OS_ISOTHERM__SECRETS__KEYS": Fernet.generate_key().decode(),
        **more,
    }


def test_the_api_alone(start: Start, tmp_path: Path) -> None:
    api = start("api", "--port", 0, **settings(tmp_path))
    url = api.ready()
    assert requests.get(f"{url}/", timeout=10).status_code == 300
    assert requests.get(f"{url}/healthcheck", timeout=10).status_code == 200
    assert api.end() == 0


def test_workers_end_with_their_parent(start: Start, tmp_path: Path) -> None:
    """On SIGTERM at once; when the parent is killed, because their standard input ends."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        engine = start("engine", "--workers", 2, **settings(tmp_path))
        assert engine.ready() == "2 workers"
        children = children_of(engine.pid)
        assert len(children) == 2
        watched = [os.pidfd_open(pid) for pid in children]
        engine.end(number)
        for descriptor in watched:
            assert ended(descriptor)
            os.close(descriptor)


def test_workers_that_cannot_start_end_the_parent(start: Start, tmp_path: Path) -> None:
    code, said = start("engine", "--workers", 2, **settings(tmp_path, OS_ISOTHERM__SECRETS__KEYS="short")).said()
    assert code == 78
    assert "[secrets] keys" in said


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in text for child in (task / "children").read_text().split()]


def ended(descriptor: int) -> bool:
    """Waits until the process is gone; False if it takes too long."""
    poll = select.poll()
    poll.register(descriptor)
    return bool(poll.poll(20_000))
