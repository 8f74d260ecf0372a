"""Consoles of servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import new_id
from isotherm.sim.compute.servers import find
from isotherm.sim.errors import BadRequest, Conflict
from isotherm.sim.storage import Body

LEGACY = {"os-getVNCConsole": ("vnc", ("novnc", "xvpvnc")), "os-getSPICEConsole": ("spice", ("spice-html5",)),
          "os-getSerialConsole": ("serial", ("serial",))}
"""Protocol and types of the actions that remote-consoles has replaced."""
PATHS = {"novnc": "vnc_auto.html?path=%3Ftoken%3D", "xvpvnc": "console?token=", "spice-html5": "spice_auto.html?token=",
         "serial": "?token=", "webmks": "?token="}


def _url(kind: str) -> str:
    scheme = "ws" if kind == "serial" else "http"
    return f"{scheme}://127.0.0.1:6080/{PATHS[kind]}{new_id()}"


def output(call: Call, server: Body, asked: Any) -> Answer:
    """The log of the server's boot, made up; the user data is seen to have run."""
    if not server["_host"]:
        raise Conflict(f"Instance {server['id']} is not ready")
    lines = [f"[    0.000000] Booting {server['hostname']}", "cloud-init: modules:config", "cloud-init: modules:final",
             f"{server['hostname']} login:"]
    length = asked.get("length") if isinstance(asked, dict) else None
    chosen = lines[-int(length) :] if length not in (None, "", -1, "-1") else lines
    return Answer(200, {"output": "\n".join(chosen if str(length) != "0" else [])})


def legacy(name: str) -> Callable[[Call, Body, Any], Answer]:
    """An action that gives a console's URL; gone from 2.6 on."""
    _, kinds = LEGACY[name]

    def act(call: Call, server: Body, asked: Any) -> Answer:
        if call.at_least(2, 6):
            raise BadRequest(f"There is no such action: {name}")
        kind = asked.get("type") if isinstance(asked, dict) else None
        if kind not in kinds:
            raise BadRequest(f"Invalid input for field/attribute type. Value: {kind}. {kind!r} is not one of {[*kinds]}")
        return Answer(200, {"console": {"type": kind, "url": _url(kind)}})

    return act


def create_console(call: Call, server_id: str) -> Body:
    """POST .../remote-consoles, from 2.6 on."""
    server, asked = find(call, server_id), call.part("remote_console")
    if not server["_host"]:
        raise Conflict(f"Instance {server_id} is not ready")
    kind = asked.get("type")
    if kind not in PATHS:
        raise BadRequest(f"Invalid input for field/attribute type. Value: {kind}. {kind!r} is not one of {[*PATHS]}")
    return {"remote_console": {"protocol": asked.get("protocol"), "type": kind, "url": _url(str(kind))}}


ROUTES = [("POST", "/servers/{server_id}/remote-consoles", create_console)]
