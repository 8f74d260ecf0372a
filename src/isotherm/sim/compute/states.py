"""States of servers, and how they change from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.sim.cloud import Cloud
from isotherm.sim.compute import view
from isotherm.sim.errors import Conflict
from isotherm.sim.storage import Body


@dataclass(frozen=True)
class Moves:
    """A simple action: it takes the server from one of some states, by way of a task, to another."""

    states: tuple[str, ...]
    task: str
    to: str


def check_state(server: Body, action: str, states: tuple[str, ...], busy: bool = False) -> None:
    """409 unless the server is in one of these states and has no task running."""
    text = f"Cannot '{action}' instance {server['id']} while it is in "
    if states and server["status"] not in states and not server["task_state"]:
        raise Conflict(text + f"vm_state {view.vm_state(server)}")
    if server["task_state"] and not busy:
        raise Conflict(text + f"task_state {server['task_state']}")


def begin(cloud: Cloud, server: Body, task: str, changes: Mapping[str, Any], *, shown: str | None = None,
          effect: str | None = None, error: str | None = None) -> None:
    """Start a task; when it ends the changes are made.

    `shown` is the status while it runs (None: as it is). A fault rule for that status, or for the task if none is
    shown, ends the task in ERROR, with `error` as the fault's message.
    """
    if shown:
        server["_base_state"] = view.vm_state(server)
        server["status"] = shown
    server.update(task_state=task, updated=cloud.stamp())
    message = error or "Injected by a fault rule of the simulated cloud."
    bad = {"status": "ERROR", "task_state": None, "fault": {"code": 500, "created": cloud.stamp(), "message": message,
                                                            "details": ""}}
    cloud.later("server", server, {"task_state": None, **changes}, effect=effect, fail=bad,
                state=shown or task)
