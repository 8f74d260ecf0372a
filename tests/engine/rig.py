"""A service for tests: a simulated cloud over real HTTP, a real database, and as many workers as a test wants."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet

from isotherm.bus.local import LocalBus
from isotherm.cloud.clouds import Clouds
from isotherm.config import Settings
from isotherm.configfile import load
from isotherm.engine.commands import Commands
from isotherm.engine.definitions import Definitions
from isotherm.engine.service import Engine
from isotherm.model.records import EventRow, OutputRow, ResourceRow, StackRow
from isotherm.model.request import Caller, CreateRequest, StackIdentity, UpdateRequest
from isotherm.sim.server import SimServer
from isotherm.sim.settings import Settings as SimSettings
from isotherm.store import events, outputs, resources, stacks
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.types.registry import registry
from waiting import eventually

# Kinds a project is given without asking for them.
GIVEN = frozenset({"security_group", "security_group_rule"})


class CloudProcess:
    """A simulated cloud in a process of its own, so that it has a processor for itself and stays when others are killed."""

    def __init__(self, directory: Path, delay: float):
        self._directory, self._delay = directory, delay
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        kinds = (word for kind in ("server", "volume", "snapshot") for word in ("--delay", f"{kind}={self._delay}"))
        with (self._directory / "cloud.log").open("a") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "isotherm.cli.main", "sim", "--port", "0", *kinds],
                                             stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout
        return self._process.stdout.readline().split()[-1].removesuffix("/identity")

    def stop(self) -> None:
        assert self._process
        self._process.kill()
        self._process.communicate()


class Rig:
    """Commands on one database and one simulated cloud. Workers are started by the test. apart: the cloud is another process."""

    def __init__(self, url: str, directory: Path, delay: float = 0.05, apart: bool = False, **groups: Mapping[str, Any]):
        self.directory = directory
        self.sim = (CloudProcess(directory, delay) if apart
                    else SimServer(data=directory / "sim.db", settings=SimSettings(delay=delay)))
        self.cloud_url = self.sim.start()
        key = Fernet.generate_key().decode()
        self.groups: dict[str, dict[str, Any]] = {
            "database": {"url": url}, "secrets": {"keys": (key,)},
            "keystone_authtoken": {"auth_url": f"{self.cloud_url}/identity/v3", "username": "isotherm", "password": "secret"},
            "engine": {"poll_seconds": 0.2}}
        for group, values in groups.items():
            self.groups.setdefault(group, {}).update(values)
        self.settings: Settings = load([], self.groups, environment={})
        self.store = Store(url, Vault([key]))
        self.store.upgrade()
        self.bus, self.clouds, self.types = LocalBus(), Clouds(self.settings), registry()
        self.compiled = Definitions(self.store, self.types, self.settings.cloud.region_name)
        self.commands = Commands(self.store, self.clouds, self.types, self.settings, self.bus, self.compiled)
        self.admin = self.token("admin", "admin")
        self.caller = self.caller_of("demo", "demo")
        self.at_start = self.objects()

    def close(self) -> None:
        self.clouds.close()
        self.store.dispose()
        self.sim.stop()

    # --- the cloud

    def login(self, user: str, project: str) -> requests.Response:
        domain = {"id": "default"}
        identity = {"methods": ["password"], "password": {"user": {"name": user, "domain": domain, "password": "secret"}}}
        body = {"auth": {"identity": identity, "scope": {"project": {"name": project, "domain": domain}}}}
        answer = requests.post(f"{self.cloud_url}/identity/v3/auth/tokens", json=body, timeout=30)
        answer.raise_for_status()
        return answer

    def token(self, user: str, project: str) -> str:
        return self.login(user, project).headers["X-Subject-Token"]

    def caller_of(self, user: str, project: str) -> Caller:
        answer = self.login(user, project)
        token = answer.json()["token"]
        return Caller(user_id=token["user"]["id"], project_id=token["project"]["id"], token=answer.headers["X-Subject-Token"],
                      roles=tuple(role["name"] for role in token["roles"]), user_name=user, project_name=project)

    def ask(self, method: str, path: str, **arguments: Any) -> Any:
        """A request as the cloud's administrator."""
        answer = requests.request(method, self.cloud_url + path, headers={"X-Auth-Token": self.admin}, timeout=30, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def faults(self, *rules: str, latency: float = 0.0) -> None:
        self.ask("PUT", "/sim/faults", json={"rules": list(rules), "latency": latency})

    def objects(self) -> set[tuple[str, str]]:
        """Everything in the cloud, as (kind, id)."""
        return {(row["kind"], row["id"]) for row in self.ask("GET", "/sim/objects")["objects"]}

    def made(self) -> list[tuple[str, str]]:
        """(kind, id) of what is there beyond the start, but for what a project is given without asking."""
        default = {row["id"] for row in self.ask("GET", "/network/v2.0/security-groups")["security_groups"] if row["name"] == "default"}
        rules = {row["id"] for row in self.ask("GET", "/network/v2.0/security-group-rules")["security_group_rules"]
                 if row["security_group_id"] in default}
        return sorted(one for one in self.objects() - self.at_start if one[1] not in default | rules)

    def requests(self) -> dict[tuple[str, str], int]:
        """(method, path template) -> count since the last reset."""
        rows = self.ask("GET", "/sim/requests")["requests"]
        return {(row["method"], row["path"]): row["count"] for row in rows}

    # --- stacks

    def create(self, template: str, name: str = "s", **more: Any) -> StackIdentity:
        return self.commands.create(CreateRequest(name=name, template=template, **more), self.caller)

    def update(self, stack: StackIdentity, template: str, **more: Any) -> None:
        self.commands.update(stack, UpdateRequest(template=template, **more), self.caller)

    def delete(self, stack: StackIdentity) -> None:
        self.commands.delete(stack, self.caller)

    def stack(self, stack: StackIdentity) -> StackRow:
        row = self.store.read(stacks.get, stack.id)
        assert row is not None
        return row

    def wait(self, stack: StackIdentity, seconds: float = 60.0) -> StackRow:
        """The stack, once nothing is going on any more."""
        def ended() -> StackRow | None:
            row = self.stack(stack)
            return row if row.status != "IN_PROGRESS" else None
        return eventually(f"{stack.name} ends, it is {self.stack(stack)}", ended, seconds)

    def resources(self, stack: StackIdentity) -> dict[str, ResourceRow]:
        return self.store.read(resources.current, stack.id)

    def rows(self, stack: StackIdentity) -> list[ResourceRow]:
        return self.store.read(resources.all_of, stack.id)

    def outputs(self, stack: StackIdentity) -> dict[str, OutputRow]:
        return {row.name: row for row in self.store.read(outputs.of, stack.id)}

    def events(self, stack: StackIdentity) -> list[EventRow]:
        """Oldest first."""
        rows = self.store.read(events.page, [stack.id], events.Query(limit=None))
        return sorted(rows, key=lambda row: row.id)

    # --- workers

    @contextmanager
    def working(self, workers: int = 1) -> Iterator[None]:
        """Workers in this process."""
        engines = [Engine(self.store, self.clouds, self.bus, self.settings, self.types, self.compiled) for _ in range(workers)]
        for engine in engines:
            engine.start()
        try:
            yield
        finally:
            for engine in engines:
                engine.stop()

    def process(self) -> "subprocess.Popen[bytes]":
        """A worker process of its own, as an operator starts it."""
        config = self.directory / "isotherm.conf"
        if not config.exists():
            config.write_text("".join(f"[{group}]\n" + "".join(f"{key} = {','.join(value) if isinstance(value, tuple) else value}\n"
                                                               for key, value in values.items()) for group, values in self.groups.items()))
            config.chmod(0o600)
        log = (self.directory / "worker.log").open("ab")
        return subprocess.Popen([sys.executable, "-m", "isotherm.cli.main", "engine", "--workers", "1", "--config", str(config)],
                                stdout=log, stderr=log, env={**os.environ})
