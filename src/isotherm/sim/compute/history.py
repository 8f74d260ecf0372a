"""What was done to a server, by whom and when."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.compute.rendering import MICROSECONDS
from isotherm.sim.errors import NotFound
from isotherm.sim.storage import Body

NAMES = {"os-start": "start", "os-stop": "stop", "os-resetState": "resetState", "os-migrateLive": "live-migration"}
"""Actions that the history calls otherwise than the request does."""
KEPT = 50
"""Entries kept for a server."""


def record(call: Call, server: Body, action: str) -> None:
    """Add an entry to a server's history."""
    now = call.cloud.stamp(MICROSECONDS)
    entry = {"action": NAMES.get(action, action), "instance_uuid": server["id"], "request_id": call.request_id,
             "user_id": call.ctx.user_id, "project_id": call.ctx.project_id, "start_time": now, "message": None,
             "updated_at": now}
    server["_history"] = [entry, *server.get("_history", ())][:KEPT]
    call.cloud.save("server", server)


def _entries(call: Call, server_id: str) -> list[Body]:
    server = call.cloud.get("server", server_id) or call.cloud.get("deleted_server", server_id)
    if server is None or not call.ctx.sees(server):
        raise NotFound(f"Instance {server_id} could not be found.")
    return list(server.get("_history", ()))


def list_actions(call: Call, server_id: str) -> Body:
    return {"instanceActions": _entries(call, server_id)}


def show_action(call: Call, server_id: str, request_id: str) -> Body:
    entry = next((entry for entry in _entries(call, server_id) if entry["request_id"] == request_id), None)
    if entry is None:
        raise NotFound(f"Action {request_id} not found")
    event = {"event": f"compute__do_{entry['action']}_instance", "start_time": entry["start_time"],
             "finish_time": entry["updated_at"], "result": "Success"}
    return {"instanceAction": {**entry, "events": [event]}}


ROUTES = [
    ("GET", "/servers/{server_id}/os-instance-actions", list_actions),
    ("GET", "/servers/{server_id}/os-instance-actions/{request_id}", show_action),
]
