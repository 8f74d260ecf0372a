"""Backups of volumes, and restoring them."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import new_id
from isotherm.sim.errors import BadRequest
from isotherm.sim.storage import Body
from isotherm.sim.volume import limits
from isotherm.sim.volume.answers import Row, chosen, find, flag, label, links, listed, pairs_of_text, part, require_admin
from isotherm.sim.volume.snapshots import snapshot_of
from isotherm.sim.volume.volumes import ZONES, make, own, stamp

FIELDS = ("volume_id", "name", "description", "container", "incremental", "force", "snapshot_id", "metadata",
          "availability_zone")  # fmt: skip
FILTERS = ("name", "status", "volume_id", "id")
SHOWN = ("id", "name", "description", "status", "size", "object_count", "container", "volume_id", "snapshot_id",
         "is_incremental", "fail_reason", "availability_zone", "created_at", "updated_at", "data_timestamp")  # fmt: skip


def backup_of(call: Call, backup_id: str) -> Body:
    """A backup the caller may see, or 404."""
    return find(call, "backup", backup_id, "Backup")


def brief(call: Call, backup: Body) -> Body:
    return {"id": backup["id"], "name": backup["name"], "links": links(call, "backups", backup["id"])}


def view(call: Call, backup: Body) -> Body:
    """A backup as the caller sees it."""
    found = {name: backup[name] for name in SHOWN}
    found["links"] = links(call, "backups", backup["id"])
    found["has_dependent_backups"] = bool(call.cloud.where("backup", _parent=backup["id"]))
    if call.at_least(3, 43):
        found["metadata"] = backup["metadata"]
    if call.at_least(3, 56):
        found["user_id"] = backup["user_id"]
    if call.ctx.is_admin and call.at_least(3, 18):
        found["os-backup-project-attr:project_id"] = backup["project_id"]
    return found


def list_backups(call: Call) -> Body:
    return listed(call, "backups", chosen(call, "backup", FILTERS), lambda body: brief(call, body), "Backup")


def list_details(call: Call) -> Body:
    return listed(call, "backups", chosen(call, "backup", FILTERS), lambda body: view(call, body), "Backup")


def create_backup(call: Call) -> Body:
    asked, cloud = part(call, "backup", FIELDS, ("volume_id",)), call.cloud
    volume = own(call, str(asked["volume_id"]))
    snapshot = snapshot_of(call, asked["snapshot_id"]) if asked.get("snapshot_id") else None
    in_use = volume["status"] == "in-use"
    if not snapshot and volume["status"] != "available" and not (in_use and flag("force", asked.get("force") or False)):
        raise BadRequest(f"Invalid volume: Volume to be backed up must be available or in-use, but the current status is "
                         f'"{volume["status"]}".')
    limits.check(cloud, volume["project_id"], "backups", volume["size"])
    incremental = flag("incremental", asked.get("incremental") or False)
    earlier = cloud.where("backup", volume_id=volume["id"], status="available")
    if incremental and not earlier:
        raise BadRequest("Invalid backup: No backups available to do an incremental backup.")
    now = stamp(cloud)
    backup = cloud.add("backup", {
        "id": new_id(), "name": label("name", asked.get("name")), "description": label("description", asked.get("description")),
        "status": "creating", "size": volume["size"], "object_count": 0, "container": asked.get("container") or "backups",
        "volume_id": volume["id"], "snapshot_id": asked.get("snapshot_id"), "is_incremental": incremental,
        "fail_reason": None, "availability_zone": ZONES[0], "created_at": now, "updated_at": None, "data_timestamp": now,
        "metadata": pairs_of_text("metadata", asked.get("metadata") or {}), "project_id": volume["project_id"],
        "user_id": call.ctx.user_id, "_parent": earlier[-1]["id"] if incremental else None,
    })  # fmt: skip
    done = {"status": "available", "object_count": 1, "updated_at": now}
    cloud.later("backup", backup, done, fail={"status": "error", "fail_reason": "The backup could not be written."})
    if not snapshot:
        before = volume["status"]
        cloud.update("volume", volume, status="backing-up", updated_at=now)
        cloud.later("volume", volume, {"status": before}, after=cloud.delay("backup"))
    return {"backup": brief(call, backup)}


def show_backup(call: Call, backup_id: str) -> Body:
    return {"backup": view(call, backup_of(call, backup_id))}


def update_backup(call: Call, backup_id: str) -> Body:
    backup, asked = backup_of(call, backup_id), part(call, "backup", ("name", "description", "metadata"))
    call.cloud.update("backup", backup, updated_at=stamp(call.cloud), **asked)
    return {"backup": brief(call, backup)}


def delete_backup(call: Call, backup_id: str) -> None:
    backup, cloud = backup_of(call, backup_id), call.cloud
    if backup["status"] not in ("available", "error"):
        raise BadRequest("Invalid backup: Backup status must be available or error")
    if cloud.where("backup", _parent=backup_id):
        raise BadRequest("Invalid backup: Incremental backups exist for this backup.")
    cloud.update("backup", backup, status="deleting")
    cloud.later("backup", backup, remove=True, fail={"status": "error_deleting"})


def restore_backup(call: Call, backup_id: str) -> Body:
    """POST /backups/{id}/restore: onto a volume that is large enough, or a new one."""
    backup, asked, cloud = backup_of(call, backup_id), part(call, "restore", ("volume_id", "name")), call.cloud
    if backup["status"] != "available":
        raise BadRequest("Invalid backup: Backup status must be available")
    if asked.get("volume_id"):
        volume = own(call, asked["volume_id"])
        if volume["status"] != "available":
            raise BadRequest("Invalid volume: Volume to be restored to must be available")
        if volume["size"] < backup["size"]:
            raise BadRequest(f"Invalid volume: volume size {volume['size']} is too small to restore backup of size "
                             f"{backup['size']}.")
    else:
        name = asked.get("name") or f"restore_backup_{backup_id}"
        volume = make(cloud, backup["project_id"], call.ctx.user_id, {"size": backup["size"], "name": name})
        cloud.cancel("volume", volume)
    delay = cloud.delay("backup")
    cloud.update("backup", backup, status="restoring")
    cloud.later("backup", backup, {"status": "available"}, after=delay)
    cloud.update("volume", volume, status="restoring-backup", updated_at=stamp(cloud))
    cloud.later("volume", volume, {"status": "available"}, after=delay, fail={"status": "error_restoring"})
    return {"restore": {"backup_id": backup_id, "volume_id": volume["id"], "volume_name": volume["name"]}}


def act(call: Call, backup_id: str) -> None:
    """POST /backups/{id}/action: os-reset_status, os-force_delete."""
    backup, cloud = backup_of(call, backup_id), call.cloud
    require_admin(call, "volume_extension:backup_admin_actions")
    body = call.json if isinstance(call.json, dict) else {}
    if "os-reset_status" in body:
        cloud.cancel("backup", backup)
        cloud.update("backup", backup, status=str(body["os-reset_status"].get("status")))
    elif "os-force_delete" in body:
        cloud.cancel("backup", backup)
        cloud.later("backup", cloud.update("backup", backup, status="deleting"), remove=True)
    else:
        raise BadRequest(f"There is no such action: {next(iter(body), '')}. Verify the request body and Content-Type header "
                         "and try again.")


ROUTES: list[Row] = [
    ("GET", "/backups", list_backups),
    ("POST", "/backups", create_backup, 202),
    ("GET", "/backups/detail", list_details),
    ("GET", "/backups/{backup_id}", show_backup),
    ("PUT", "/backups/{backup_id}", update_backup),
    ("DELETE", "/backups/{backup_id}", delete_backup, 202),
    ("POST", "/backups/{backup_id}/restore", restore_backup, 202),
    ("POST", "/backups/{backup_id}/action", act, 202),
]
