"""Volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume import limits, types
from isotherm.sim.volume.answers import (
    MICROSECONDS,
    Row,
    chosen,
    find,
    flag,
    invalid,
    label,
    links,
    listed,
    pairs_of_text,
    part,
    reference,
    require_admin,
    whole,
)  # fmt: skip

ZONES = ("nova",)
HOST = "sim@block#block"
FIELDS = (
    "size", "name", "description", "display_name", "display_description", "volume_type", "metadata", "snapshot_id",
    "source_volid", "imageRef", "image_id", "availability_zone", "multiattach", "consistencygroup_id", "group_id",
    "backup_id", "OS-SCH-HNT:scheduler_hints",
)  # fmt: skip
FILTERS = ("name", "status", "metadata", "bootable", "migration_status", "availability_zone", "group_id", "size",
           "created_at", "updated_at", "display_name", "volume_type_id", "description", "id")  # fmt: skip
DELETABLE = ("available", "error", "error_restoring", "error_extending", "error_managing")
UNDELETABLE = (
    "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and "
    "must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from "
    "snapshots after volume transfer."
)
SHOWN = (
    "id", "name", "description", "status", "size", "attachments", "availability_zone", "bootable", "consistencygroup_id",
    "created_at", "encrypted", "metadata", "multiattach", "replication_status", "snapshot_id", "source_volid",
    "updated_at", "user_id", "volume_type",
)  # fmt: skip
SINCE = (((3, 13), "group_id"), ((3, 48), "service_uuid"), ((3, 48), "shared_targets"), ((3, 61), "cluster_name"),
         ((3, 63), "volume_type_id"), ((3, 65), "consumes_quota"), ((3, 21), "provider_id"))  # fmt: skip
"""Fields that later microversions brought."""
FOR_ADMINS = ("migration_status", "cluster_name", "provider_id", "os-vol-host-attr:host", "os-vol-mig-status-attr:migstat",
              "os-vol-mig-status-attr:name_id")  # fmt: skip


def stamp(cloud: Cloud) -> str:
    """The time as Cinder writes it."""
    return cloud.stamp(MICROSECONDS)


def make(cloud: Cloud, project_id: str, user_id: str, asked: Mapping[str, Any]) -> Body:
    """A volume as POST /volumes makes it from this body, in status creating; its quotas count.

    Raises BadRequest, NotFound or OverLimit as that request is answered.
    """
    source = _source(cloud, project_id, asked)
    size = whole("size", asked["size"]) if asked.get("size") is not None else source.get("size")
    if size is None:
        raise BadRequest("The server could not comply with the request since it is either malformed or otherwise incorrect.")
    _check_size(size, source)
    zone = asked.get("availability_zone") or ZONES[0]
    if zone not in ZONES:
        raise BadRequest(f"Availability zone '{zone}' is invalid.")
    kind = types.named(cloud, asked.get("volume_type") or source.get("volume_type_id"), project_id)
    limits.check(cloud, project_id, "volumes", size)
    volume = cloud.add("volume", {
        "id": new_id(), "name": label("name", asked.get("name", asked.get("display_name"))), "status": "creating",
        "description": label("description", asked.get("description", asked.get("display_description"))), "size": size,
        "project_id": project_id, "user_id": user_id, "attachments": [],
        "metadata": pairs_of_text("metadata", asked.get("metadata") or {}), "created_at": stamp(cloud), "updated_at": None,
        "bootable": str(bool(source.get("bootable"))).lower(), "multiattach": types.multiattach(kind),
        "encrypted": bool(kind["_encryption"]), "volume_type": kind["name"], "volume_type_id": kind["id"],
        "availability_zone": zone, "replication_status": None, "consistencygroup_id": None, "group_id": None,
        "snapshot_id": asked.get("snapshot_id"), "source_volid": asked.get("source_volid"), "migration_status": None,
        "_image_metadata": source.get("image_metadata", {}),
    })  # fmt: skip
    done = {"status": "available", "updated_at": stamp(cloud)}
    if source.get("image"):
        done["bootable"] = "true"
    cloud.later("volume", volume, done, fail={"status": "error"})
    return volume


def _source(cloud: Cloud, project_id: str, asked: Mapping[str, Any]) -> Body:
    """What a new volume takes from its snapshot, volume, backup or image; {} for an empty volume."""
    if snapshot_id := reference("snapshot_id", asked.get("snapshot_id")):
        snapshot = _own(cloud, "snapshot", snapshot_id, project_id, "Snapshot")
        if snapshot["status"] != "available":
            raise BadRequest("Invalid snapshot: Originating snapshot status must be one of 'available' values")
        return _copied(snapshot["size"], "snapshot size", cloud.get("volume", snapshot["volume_id"]))
    if source_id := reference("source_volid", asked.get("source_volid")):
        origin = _own(cloud, "volume", source_id, project_id, "Volume")
        if origin["status"] not in ("available", "in-use"):
            raise BadRequest("Invalid volume: Originating volume status must be one of 'available, in-use' values")
        return _copied(origin["size"], "source volume size", origin)
    if backup_id := reference("backup_id", asked.get("backup_id")):
        backup = _own(cloud, "backup", backup_id, project_id, "Backup")
        return _copied(backup["size"], "backup size", cloud.get("volume", backup["volume_id"]))
    if image_id := asked.get("imageRef") or asked.get("image_id"):
        return _from_image(cloud, project_id, str(image_id).rsplit("/", 1)[-1])
    return {}


def _own(cloud: Cloud, kind: str, id_: str, project_id: str, label_: str) -> Body:
    body = cloud.get(kind, id_)
    if body is None or body["project_id"] != project_id:
        raise NotFound(f"{label_} {id_} could not be found.")
    return body


def _copied(size: int, what: str, origin: Body | None) -> Body:
    found: Body = {"size": size, "least": size, "what": what}
    if origin:
        found.update(bootable=origin["bootable"] == "true", image_metadata=dict(origin.get("_image_metadata", {})),
                     volume_type_id=origin["volume_type_id"])
    return found


def _from_image(cloud: Cloud, project_id: str, image_id: str) -> Body:
    image = cloud.get("image", image_id)
    if image is None or (image["visibility"] == "private" and image["project_id"] != project_id):
        raise BadRequest("Invalid image identifier or unable to access requested image.")
    if image["status"] != "active":
        raise BadRequest(f"Invalid input received: Image {image_id} is not active.")
    names = ("checksum", "container_format", "disk_format", "min_disk", "min_ram", "size")
    kept = {name: str(image[name]) for name in names if image.get(name) is not None}
    gigabytes = -(-int(image.get("size") or 0) // 2**30)
    return {"image": True, "gigabytes": gigabytes, "min_disk": int(image.get("min_disk") or 0),
            "image_metadata": {"image_id": image_id, "image_name": image["name"], **kept}}


def _check_size(size: int, source: Body) -> None:
    least = source.get("least")
    if least is not None and size < least:
        word = source["what"].removesuffix(" size")
        raise BadRequest(f"Invalid input received: Volume size '{size}'GB cannot be smaller than the {source['what']} "
                         f"{least}GB. They must be >= original {word} size.")
    if source.get("gigabytes", 0) > size:
        raise BadRequest(f"Invalid input received: Size of specified image {source['gigabytes']}GB is larger than volume "
                         f"size {size}GB.")
    if source.get("min_disk", 0) > size:
        raise BadRequest(f"Invalid input received: Volume size {size}GB cannot be smaller than the image minDisk size "
                         f"{source['min_disk']}GB.")


def drop(cloud: Cloud, volume: Body, *, cascade: bool = False) -> None:
    """Delete a volume as DELETE /volumes does: 400 when its state does not allow it; gone after the delay of volumes."""
    snapshots = cloud.where("snapshot", volume_id=volume["id"])
    attached = volume["attachments"] or cloud.where("volume_attachment", volume_id=volume["id"])
    if volume["status"] == "deleting":
        return
    if volume["status"] not in DELETABLE or attached or (snapshots and not cascade):
        raise BadRequest(UNDELETABLE)
    cloud.cancel("volume", volume)
    for snapshot in snapshots:
        cloud.update("snapshot", snapshot, status="deleting")
        cloud.later("snapshot", snapshot, remove=True)
    cloud.update("volume", volume, status="deleting", updated_at=stamp(cloud))
    cloud.later("volume", volume, remove=True, fail={"status": "error_deleting"})


def view(call: Call, volume: Body, *, tenant: bool = True) -> Body:
    """A volume as the caller sees it; `tenant`: lists and GET name the project, other answers do not."""
    admin = call.ctx.is_admin
    found = {name: volume[name] for name in SHOWN}
    found["attachments"] = [item if admin else {**item, "host_name": None} for item in volume["attachments"]]
    found["links"] = links(call, "volumes", volume["id"])
    more = {
        **volume, "service_uuid": None if volume["status"] == "creating" else _service(call.cloud), "shared_targets": True,
        "consumes_quota": True, "cluster_name": None, "provider_id": None, "os-vol-host-attr:host": HOST,
        "os-vol-mig-status-attr:migstat": None, "os-vol-mig-status-attr:name_id": None,
    }  # fmt: skip
    for version, name in SINCE:
        if call.at_least(*version) and (admin or name not in FOR_ADMINS):
            found[name] = more[name]
    if tenant:
        found["os-vol-tenant-attr:tenant_id"] = volume["project_id"]
        if volume["_image_metadata"]:
            found["volume_image_metadata"] = volume["_image_metadata"]
    if admin and tenant:
        found.update((name, more[name]) for name in FOR_ADMINS if name not in ("cluster_name", "provider_id"))
    return found


def _service(cloud: Cloud) -> str:
    meta = cloud.get("meta", "volume_service") or cloud.add("meta", {"id": "volume_service", "uuid": new_id()})
    return str(meta["uuid"])


def own(call: Call, volume_id: str) -> Body:
    """A volume the caller may see, or 404."""
    return find(call, "volume", volume_id, "Volume")


def list_volumes(call: Call) -> Body:
    def brief(volume: Body) -> Body:
        return {"id": volume["id"], "name": volume["name"], "links": links(call, "volumes", volume["id"])}

    return listed(call, "volumes", chosen(call, "volume", FILTERS), brief, "Volume")


def list_details(call: Call) -> Body:
    return listed(call, "volumes", chosen(call, "volume", FILTERS), lambda volume: view(call, volume), "Volume")


def summarise(call: Call) -> Body:
    found = chosen(call, "volume", FILTERS)
    return {"volume-summary": {"total_count": len(found), "total_size": sum(body["size"] for body in found),
                               "metadata": {}}}


def create_volume(call: Call) -> Body:
    asked = part(call, "volume", FIELDS)
    if flag("multiattach", asked.get("multiattach") or False):
        raise BadRequest("Invalid volume type: multiattach parameter has been removed. The default behavior is to use "
                         "multiattach enabled volume types. Contact your administrator to create a multiattach enabled "
                         "volume type and use it to create multiattach volumes.")
    return {"volume": view(call, make(call.cloud, str(call.ctx.project_id), call.ctx.user_id, asked), tenant=False)}


def show_volume(call: Call, volume_id: str) -> Body:
    return {"volume": view(call, own(call, volume_id))}


def update_volume(call: Call, volume_id: str) -> Body:
    volume = own(call, volume_id)
    asked = part(call, "volume", ("name", "description", "display_name", "display_description", "metadata"))
    if not asked:
        raise invalid("volume", asked, "{} is not valid under any of the given schemas")
    changed = {key.removeprefix("display_"): label(key, value) for key, value in asked.items() if key != "metadata"}
    if asked.get("metadata") is not None:
        changed["metadata"] = pairs_of_text("metadata", asked["metadata"])  # type: ignore[assignment]
    call.cloud.update("volume", volume, updated_at=stamp(call.cloud), **changed)
    return {"volume": view(call, volume, tenant=False)}


def delete_volume(call: Call, volume_id: str) -> None:
    volume, query = own(call, volume_id), call.query
    if query.get("force", "").lower() == "true":
        require_admin(call, "volume:force_delete")
        force_delete(call.cloud, volume)
        return
    drop(call.cloud, volume, cascade=query.get("cascade", "").lower() == "true")


def force_delete(cloud: Cloud, volume: Body) -> None:
    """Delete whatever the state; attachments go first."""
    for row in cloud.where("volume_attachment", volume_id=volume["id"]):
        cloud.remove("volume_attachment", row["id"])
    cloud.cancel("volume", volume)
    cloud.update("volume", volume, status="deleting", attachments=[])
    cloud.later("volume", volume, remove=True)


ROUTES: list[Row] = [
    ("GET", "/volumes", list_volumes),
    ("POST", "/volumes", create_volume, 202),
    ("GET", "/volumes/detail", list_details),
    ("GET", "/volumes/summary", summarise),
    ("GET", "/volumes/{volume_id}", show_volume),
    ("PUT", "/volumes/{volume_id}", update_volume),
    ("DELETE", "/volumes/{volume_id}", delete_volume, 202),
]
