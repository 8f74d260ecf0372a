"""Actions that switch servers on and off, lock them, and other small ones."""

from __future__ import annotations

from typing import Any

from isotherm.sim.call import Answer, Call
from isotherm.sim.compute import ports
from isotherm.sim.compute.states import Moves, begin
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body

MOVES = {
    "os-start": Moves(("SHUTOFF",), "powering-on", "ACTIVE"),
    "os-stop": Moves(("ACTIVE", "ERROR", "RESCUE"), "powering-off", "SHUTOFF"),
    "pause": Moves(("ACTIVE", "RESCUE"), "pausing", "PAUSED"),
    "unpause": Moves(("PAUSED",), "unpausing", "ACTIVE"),
    "suspend": Moves(("ACTIVE", "RESCUE"), "suspending", "SUSPENDED"),
    "resume": Moves(("SUSPENDED",), "resuming", "ACTIVE"),
    "shelve": Moves(("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED"), "shelving", "SHELVED_OFFLOADED"),
    "shelveOffload": Moves(("SHELVED",), "shelving_offloading", "SHELVED_OFFLOADED"),
    "unshelve": Moves(("SHELVED", "SHELVED_OFFLOADED"), "unshelving", "ACTIVE"),
    "unrescue": Moves(("RESCUE",), "unrescuing", "ACTIVE"),
}
KINDS = ("HARD", "Hard", "hard", "SOFT", "Soft", "soft")


def move(call: Call, server: Body, moves: Moves) -> None:
    """A simple change of state."""
    begin(call.cloud, server, moves.task, {"status": moves.to})


def reboot(call: Call, server: Body, asked: Any) -> None:
    kind = asked.get("type") if isinstance(asked, dict) else None
    if kind not in KINDS:
        raise BadRequest(f"Invalid input for field/attribute type. Value: {kind}. {kind!r} is not one of {[*KINDS]}")
    hard = str(kind).upper() == "HARD"
    task, shown = ("rebooting_hard", "HARD_REBOOT") if hard else ("rebooting", "REBOOT")
    begin(call.cloud, server, task, {"status": "ACTIVE"}, shown=shown)


def lock(call: Call, server: Body, asked: Any) -> None:
    reason = asked.get("locked_reason") if isinstance(asked, dict) and call.at_least(2, 73) else None
    call.cloud.update("server", server, locked=True, locked_reason=reason)


def unlock(call: Call, server: Body, asked: Any) -> None:
    call.cloud.update("server", server, locked=False, locked_reason=None)


def rescue(call: Call, server: Body, asked: Any) -> Answer:
    begin(call.cloud, server, "rescuing", {"status": "RESCUE"})
    return Answer(200, {"adminPass": (asked or {}).get("adminPass") or "rescue"})


def reset_state(call: Call, server: Body, asked: Any) -> None:
    state = str((asked or {}).get("state", "")).upper()
    if state not in ("ACTIVE", "ERROR"):
        raise BadRequest(f"Invalid input for field/attribute state. Value: {state.lower()}. "
                         f"{state.lower()!r} is not one of ['active', 'error']")
    call.cloud.cancel("server", server)
    call.cloud.update("server", server, status=state, task_state=None)


def change_password(call: Call, server: Body, asked: Any) -> None:
    if not isinstance(asked, dict) or not asked.get("adminPass"):
        raise BadRequest(f"Invalid input for field/attribute changePassword. Value: {asked}. 'adminPass' is a required property")


def accept(call: Call, server: Body, asked: Any) -> None:
    """An action whose effect cannot be seen from outside."""


def restore(call: Call, server: Body, asked: Any) -> None:
    begin(call.cloud, server, "restoring", {"status": "ACTIVE"})


def _group(call: Call, asked: Any) -> str:
    name = asked.get("name") if isinstance(asked, dict) else None
    own = call.cloud.where("security_group", project_id=call.ctx.project_id)
    group = next((g for g in own if name in (g["id"], g["name"])), None)
    if group is None:
        raise NotFound(f"Security group {name} not found for project {call.ctx.project_id}.")
    return str(group["id"])


def add_group(call: Call, server: Body, asked: Any) -> None:
    """Put a security group on every port of the server."""
    id_ = _group(call, asked)
    for port in ports.plugged(call.cloud, server):
        if id_ not in port["security_groups"]:
            call.cloud.update("port", port, security_groups=[*port["security_groups"], id_])


def remove_group(call: Call, server: Body, asked: Any) -> None:
    """Take a security group from every port of the server; 404 when no port has it."""
    id_ = _group(call, asked)
    having = [port for port in ports.plugged(call.cloud, server) if id_ in port["security_groups"]]
    if not having:
        raise NotFound(f"Security group {id_} not associated with the instance {server['id']}")
    for port in having:
        call.cloud.update("port", port, security_groups=[held for held in port["security_groups"] if held != id_])
