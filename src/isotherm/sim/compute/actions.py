"""POST /servers/{id}/action: one table of all actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.sim.call import Answer, Call
from isotherm.sim.compute import consoles, power, rebuilding, resizing
from isotherm.sim.compute.history import record
from isotherm.sim.compute.servers import begin_delete, find, unlocked
from isotherm.sim.compute.states import Moves, check_state
from isotherm.sim.errors import BadRequest, Forbidden
from isotherm.sim.storage import Body

Act = Callable[[Call, Body, Any], Any]
"""Gets the call, the server and what the body holds under the action's name."""
ANY_STATE: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """One action: in which states of the server it is allowed, and what it does."""

    act: Act
    states: tuple[str, ...] = ANY_STATE
    """Statuses it is allowed in; empty for all."""
    admin: bool = False
    locks: bool = True
    """Whether a locked server refuses it."""
    busy: bool = False
    """Whether it is allowed while another task runs."""


def _moves(moves: Moves) -> Action:
    return Action(lambda call, server, _: power.move(call, server, moves), moves.states)


def _force_delete(call: Call, server: Body, _: Any) -> None:
    begin_delete(call.cloud, server)


ACTIONS: Mapping[str, Action] = {
    **{name: _moves(moves) for name, moves in power.MOVES.items()},
    "reboot": Action(power.reboot, ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "ERROR", "RESCUE")),
    "lock": Action(power.lock, locks=False, busy=True),
    "unlock": Action(power.unlock, locks=False, busy=True),
    "rescue": Action(power.rescue, ("ACTIVE", "SHUTOFF", "ERROR")),
    "os-resetState": Action(power.reset_state, admin=True, busy=True),
    "changePassword": Action(power.change_password, ("ACTIVE", "SHUTOFF")),
    "injectNetworkInfo": Action(power.accept, admin=True),
    "resetNetwork": Action(power.accept, admin=True),
    "trigger_crash_dump": Action(power.accept, ("ACTIVE", "PAUSED", "RESCUE", "ERROR")),
    "addSecurityGroup": Action(power.add_group, locks=False),
    "removeSecurityGroup": Action(power.remove_group, locks=False),
    "resize": Action(resizing.resize, ("ACTIVE", "SHUTOFF")),
    "confirmResize": Action(resizing.confirm, ("VERIFY_RESIZE",)),
    "revertResize": Action(resizing.revert, ("VERIFY_RESIZE",)),
    "migrate": Action(resizing.migrate, ("ACTIVE", "SHUTOFF"), admin=True),
    "os-migrateLive": Action(resizing.live_migrate, ("ACTIVE", "PAUSED"), admin=True),
    "evacuate": Action(resizing.evacuate, ("ACTIVE", "SHUTOFF", "ERROR"), admin=True),
    "rebuild": Action(rebuilding.rebuild, ("ACTIVE", "SHUTOFF", "ERROR")),
    "createImage": Action(rebuilding.create_image, ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED")),
    "createBackup": Action(rebuilding.create_backup, ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED")),
    "forceDelete": Action(_force_delete, busy=True),
    "restore": Action(power.restore, ("SOFT_DELETED",)),
    "os-getConsoleOutput": Action(consoles.output, locks=False, busy=True),
    "os-getVNCConsole": Action(consoles.legacy("os-getVNCConsole"), locks=False, busy=True),
    "os-getSPICEConsole": Action(consoles.legacy("os-getSPICEConsole"), locks=False, busy=True),
    "os-getSerialConsole": Action(consoles.legacy("os-getSerialConsole"), locks=False, busy=True),
}


def run_action(call: Call, server_id: str) -> Any:
    """Find the action in the body's only key, check the server's state, run it; 202 without a body by default."""
    server = find(call, server_id)
    names = list(call.json) if isinstance(call.json, dict) else []
    if len(names) != 1 or names[0] not in ACTIONS:
        name = names[0] if names else None
        raise BadRequest(f"There is no such action: {name}" if name else "Malformed request body")
    name, action = names[0], ACTIONS[names[0]]
    if action.admin and not call.ctx.is_admin:
        raise Forbidden(f"Policy doesn't allow os_compute_api:{name} to be performed.")
    if action.locks:
        unlocked(call, server)
    check_state(server, name, action.states, action.busy)
    result = action.act(call, server, call.json[name])
    if action.locks:
        record(call, server, name)
    return Answer(202) if result is None else result


ROUTES = [("POST", "/servers/{server_id}/action", run_action, 202)]
