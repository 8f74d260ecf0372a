"""Runs a recorded case as a user would: the request is checked, planned, stored, and carried out by a worker, on a database of its own.

There is no cloud: a case that needs one to be made is an error of the stage "cloud". Whoever uses this calls `close` in the end.
"""

import json
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import public

from isotherm.bus.local import LocalBus
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.engine.commands import Commands
from isotherm.engine.definitions import Definitions, pseudo_of
from isotherm.engine.inputs import define, needs_cloud, read_inputs
from isotherm.engine.names import utcnow
from isotherm.engine.service import Engine
from isotherm.model.errors import Invalid, IsothermError
from isotherm.model.records import StackRow
from isotherm.model.request import Caller, CreateRequest, StackIdentity, UpdateRequest, ValidateRequest
from isotherm.store import outputs, stacks
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.template import Definition
from isotherm.types.registry import registry

KEY = "wGm6wLLzwBLK0wSPTBI0CSGUcvjiPTZWkgmqIPQk3hY="
CALLER = Caller("user", "corpus_project")
MEMORY = Path("/dev/shm")
PATIENCE = 30.0                         # seconds


class Failed(Exception):
    """The case ends in an error of a stage."""

    def __init__(self, stage: str, kind: str, message: str):
        super().__init__(message)
        self.stage, self.kind = stage, kind


class House:
    """A service without an API and without a cloud, with one worker."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.settings = load([], {
            "database": {"url": f"sqlite:///{self._directory.name}/isotherm.db"}, "secrets": {"keys": (KEY,)},
            "limits": {"max_resources_per_stack": 1000}, "engine": {"poll_seconds": 0.2, "threads": 2}}, environment={})
        self.store, self.types = Store(self.settings.database.url, Vault([KEY])), registry()
        self.store.upgrade()
        bus, self.clouds = LocalBus(), Clouds(self.settings)
        compiled = Definitions(self.store, self.types)
        self.compiled = compiled
        self.commands = Commands(self.store, self.clouds, self.types, self.settings, bus, compiled)
        self.engine = Engine(self.store, self.clouds, bus, self.settings, self.types, compiled)
        self.engine.start()

    def close(self) -> None:
        self.engine.stop()
        self.clouds.close()
        self.store.dispose()
        self._directory.cleanup()

    def ended(self, identity: StackIdentity) -> StackRow:
        """The stack, once nothing is going on any more."""
        end = time.monotonic() + PATIENCE
        while (row := self.store.read(stacks.get, identity.id)) is not None and row.status == "IN_PROGRESS":
            if time.monotonic() > end:
                raise AssertionError(f"still {row.state} after {PATIENCE:g} s")
            time.sleep(0.002)
        assert row is not None
        return row

    def forget(self, identity: StackIdentity) -> None:
        """Make room for the next stack of that name."""
        self.store.write(stacks.mark_deleted, identity.id, utcnow())


_OWN = threading.local()
_ALL: list[House] = []


def house() -> House:
    """The calling thread's own."""
    if not hasattr(_OWN, "house"):
        _OWN.house = House()
        _ALL.append(_OWN.house)
    return _OWN.house


def close() -> None:
    """End every service that was started."""
    while _ALL:
        _ALL.pop().close()


def describe(entry: Mapping[str, Any], root: str) -> dict[str, Any]:
    """A public template, as the corpus' runner wants it. One that needs no cloud is also made."""
    told = public.describe(entry, root)
    types = {registry().get(name) for name in told.get("resource_types", ())}
    if types and all(kind is not None and not kind.service for kind in types):
        told["created"] = run({
            "template": entry["text"], "files": public.files_of(entry, root), "parameters": entry.get("sample_parameters") or {},
            "environment": {"resource_registry": entry.get("resource_registry") or {}}})
    return told


def run(case: Mapping[str, Any]) -> dict[str, Any]:
    """One case, as the corpus' runner wants it."""
    try:
        return outcome(case)
    except Failed as exc:
        return {"error": {"stage": exc.stage, "kind": exc.kind, "message": str(exc)}}


def outcome(case: Mapping[str, Any]) -> dict[str, Any]:
    here = house()
    request = create_request(case)
    definition = checked(here, request)
    if case.get("until"):
        return {"valid": True}
    if needs_cloud(definition, here.types):
        raise Failed("cloud", "", f"needs a cloud: {', '.join(sorted({one.target for one in definition.resources.values()}))}")
    identity = here.commands.create(request, CALLER)
    try:
        row = here.ended(identity)
        if row.status == "FAILED":
            raise Failed("create", "ResourceFailure", row.reason)
        if case.get("then"):
            row = updated(here, case, identity)
        return shown(here, case, row, definition)
    finally:
        here.forget(identity)


def create_request(case: Mapping[str, Any]) -> CreateRequest:
    return CreateRequest("corpus", case["template"], case.get("files") or {}, case.get("environment") or {},
                         tuple(case.get("environment_files") or ()), case.get("parameters") or {})


def checked(here: House, request: CreateRequest) -> Definition:
    """The definition as the service would accept it."""
    try:
        inputs = read_inputs(request, here.commands.sources)
    except Invalid as exc:
        raise Failed("parse", exc.wire, str(exc)) from None
    try:
        return define(inputs, pseudo_of(here.commands.new_stack(request, CALLER), ""), here.types, CALLER)
    except IsothermError as exc:
        raise Failed("validate", exc.wire, str(exc)) from None


def updated(here: House, case: Mapping[str, Any], identity: StackIdentity) -> StackRow:
    """The stack after the case's second step, a PUT."""
    then = case["then"]
    request = UpdateRequest(then.get("template") or case["template"], case.get("files") or {}, case.get("environment") or {},
                            tuple(case.get("environment_files") or ()), {**(case.get("parameters") or {}), **(then.get("parameters") or {})})
    try:
        here.commands.update(identity, request, CALLER)
    except IsothermError as exc:
        raise Failed("update", exc.wire, str(exc)) from None
    row = here.ended(identity)
    if row.status == "FAILED":
        raise Failed("update", "ResourceFailure", row.reason)
    return row


def shown(here: House, case: Mapping[str, Any], row: StackRow, definition: Definition) -> dict[str, Any]:
    """What the API shows of the stack, in the corpus' words."""
    found = here.store.read(outputs.of, row.id)
    wrong = [one for one in found if one.error]
    if wrong:
        raise Failed("output", "", str(wrong[0].error))
    now = here.compiled.get(row)
    return {
        "outputs": json.loads(json.dumps({one.name: one.value for one in found})),
        "resources": {name: one.type for name, one in definition.resources.items()},
        **({} if case.get("environment_files") else {"schema": schema(here, case)}),
        "stack_parameters": {name: text for name, text in now.parameter_texts.items() if not name.lower().endswith(("stack_id", "stackid"))},
    }


def schema(here: House, case: Mapping[str, Any]) -> dict[str, Any]:
    """What POST validate answers, but for the environment."""
    request = ValidateRequest(case["template"], case.get("files") or {}, case.get("environment") or {},
                              tuple(case.get("environment_files") or ()), case.get("parameters") or {})
    answer = here.commands.validate(request, CALLER).answer
    return {key: value for key, value in answer.items() if key != "Environment"}
