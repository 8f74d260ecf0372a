"""Snapshots of volumes."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import new_id
from isotherm.sim.errors import BadRequest
from isotherm.sim.storage import Body
from isotherm.sim.volume import limits
from isotherm.sim.volume.answers import Row, chosen, find, flag, label, listed, pairs_of_text, part, require_admin
from isotherm.sim.volume.volumes import own, stamp

FIELDS = ("volume_id", "name", "description", "display_name", "display_description", "force", "metadata")
FILTERS = ("name", "status", "volume_id", "metadata", "availability_zone", "consumes_quota", "display_name", "id")
SHOWN = ("id", "name", "description", "volume_id", "status", "size", "created_at", "updated_at", "metadata")


def snapshot_of(call: Call, snapshot_id: str) -> Body:
    """A snapshot the caller may see, or 404."""
    return find(call, "snapshot", snapshot_id, "Snapshot")


def brief(call: Call, snapshot: Body) -> Body:
    return {name: snapshot[name] for name in SHOWN}


def view(call: Call, snapshot: Body, *, tenant: bool = True) -> Body:
    """A snapshot as the caller sees it; `tenant`: lists and GET name the project."""
    found = brief(call, snapshot)
    if call.at_least(3, 14):
        found["group_snapshot_id"] = None
    if call.at_least(3, 41):
        found["user_id"] = snapshot["user_id"]
    if call.at_least(3, 65):
        found["consumes_quota"] = True
    if tenant:
        found["os-extended-snapshot-attributes:progress"] = "100%" if snapshot["status"] == "available" else "0%"
        found["os-extended-snapshot-attributes:project_id"] = snapshot["project_id"]
    return found


def list_snapshots(call: Call) -> Body:
    return listed(call, "snapshots", chosen(call, "snapshot", FILTERS), lambda body: brief(call, body), "Snapshot")


def list_details(call: Call) -> Body:
    return listed(call, "snapshots", chosen(call, "snapshot", FILTERS), lambda body: view(call, body), "Snapshot")


def create_snapshot(call: Call) -> Body:
    """POST /snapshots. Volumes in use may be taken too from 3.66 on, or with force before."""
    asked, cloud = part(call, "snapshot", FIELDS, ("volume_id",)), call.cloud
    volume = own(call, str(asked["volume_id"]))
    if "force" in asked and call.at_least(3, 66) and not flag("force", asked["force"]):
        raise BadRequest("Invalid value 'False' for snapshot force: the force flag is not supported since 3.66.")
    forced = call.at_least(3, 66) or flag("force", asked.get("force") or False)
    allowed = ("available", "in-use") if forced else ("available",)
    if volume["status"].startswith("error"):
        raise BadRequest(f"Invalid volume: The snapshot cannot be created when the volume is in {volume['status']} status.")
    if volume["status"] not in allowed:
        raise BadRequest(f"Invalid volume: Volume {volume['id']} status must be {', '.join(allowed)}, but current status "
                         f"is: {volume['status']}.")
    limits.check(cloud, volume["project_id"], "snapshots", volume["size"])
    snapshot = cloud.add("snapshot", {
        "id": new_id(), "name": label("name", asked.get("name", asked.get("display_name"))), "status": "creating",
        "description": label("description", asked.get("description", asked.get("display_description"))),
        "volume_id": volume["id"], "size": volume["size"], "project_id": volume["project_id"], "user_id": call.ctx.user_id,
        "metadata": pairs_of_text("metadata", asked.get("metadata") or {}), "created_at": stamp(cloud), "updated_at": None,
    })  # fmt: skip
    cloud.later("snapshot", snapshot, {"status": "available", "updated_at": stamp(cloud)}, fail={"status": "error"})
    return {"snapshot": view(call, snapshot, tenant=False)}


def show_snapshot(call: Call, snapshot_id: str) -> Body:
    return {"snapshot": view(call, snapshot_of(call, snapshot_id))}


def update_snapshot(call: Call, snapshot_id: str) -> Body:
    snapshot = snapshot_of(call, snapshot_id)
    asked = part(call, "snapshot", ("name", "description", "display_name", "display_description"))
    changed = {key.removeprefix("display_"): label(key, value) for key, value in asked.items()}
    call.cloud.update("snapshot", snapshot, updated_at=stamp(call.cloud), **changed)
    return {"snapshot": view(call, snapshot, tenant=False)}


def delete_snapshot(call: Call, snapshot_id: str) -> None:
    snapshot, cloud = snapshot_of(call, snapshot_id), call.cloud
    if snapshot["status"] not in ("available", "error"):
        raise BadRequest("Invalid snapshot: Snapshot status must be available or error and must not be part of a group.")
    cloud.update("snapshot", snapshot, status="deleting", updated_at=stamp(cloud))
    cloud.later("snapshot", snapshot, remove=True, fail={"status": "error_deleting"})


def act(call: Call, snapshot_id: str) -> None:
    """POST /snapshots/{id}/action: os-reset_status, os-force_delete."""
    snapshot, cloud = snapshot_of(call, snapshot_id), call.cloud
    body = call.json if isinstance(call.json, dict) else {}
    require_admin(call, "volume_extension:snapshot_admin_actions")
    if "os-reset_status" in body:
        cloud.cancel("snapshot", snapshot)
        cloud.update("snapshot", snapshot, status=str(body["os-reset_status"].get("status")))
    elif "os-force_delete" in body:
        cloud.cancel("snapshot", snapshot)
        cloud.update("snapshot", snapshot, status="deleting")
        cloud.later("snapshot", snapshot, remove=True)
    else:
        raise BadRequest(f"There is no such action: {next(iter(body), '')}. Verify the request body and Content-Type header "
                         "and try again.")


ROUTES: list[Row] = [
    ("GET", "/snapshots", list_snapshots),
    ("POST", "/snapshots", create_snapshot, 202),
    ("GET", "/snapshots/detail", list_details),
    ("GET", "/snapshots/{snapshot_id}", show_snapshot),
    ("PUT", "/snapshots/{snapshot_id}", update_snapshot),
    ("DELETE", "/snapshots/{snapshot_id}", delete_snapshot, 202),
    ("POST", "/snapshots/{snapshot_id}/action", act, 202),
]
