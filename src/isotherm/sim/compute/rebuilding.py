"""Rebuilding servers from images, and making images of servers."""

from __future__ import annotations

import secrets
from typing import Any

from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.compute import view, volumes
from isotherm.sim.compute.boot import check_metadata, check_user_data, find_image
from isotherm.sim.compute.rendering import missing, unknown
from isotherm.sim.compute.states import begin
from isotherm.sim.errors import BadRequest
from isotherm.sim.image import data, images
from isotherm.sim.storage import Body

FIELDS = {"imageRef": (2, 1), "name": (2, 1), "adminPass": (2, 1), "metadata": (2, 1), "OS-DCF:diskConfig": (2, 1),
          "accessIPv4": (2, 1), "accessIPv6": (2, 1), "preserve_ephemeral": (2, 1), "personality": (2, 1),
          "description": (2, 19), "key_name": (2, 54), "user_data": (2, 57), "trusted_image_certificates": (2, 63),
          "hostname": (2, 90)}


def rebuild(call: Call, server: Body, asked: Any) -> Answer:
    """The same server on a new disk."""
    if not isinstance(asked, dict) or not asked.get("imageRef"):
        raise missing("rebuild", asked, "imageRef")
    extra = {name for name in asked if name not in FIELDS or not call.at_least(*FIELDS[name])}
    if extra:
        raise unknown("rebuild", asked, extra)
    image = find_image(call, asked["imageRef"])
    if not server["image"] and not call.at_least(2, 93) and image["id"] != _root_image(call, server):
        raise BadRequest("Unable to rebuild with a different image for a volume-backed server.")
    if server["_flavor"]["ram"] < int(image["min_ram"]):
        raise BadRequest("Flavor's memory is too small for requested image.")
    if 0 < server["_flavor"]["disk"] < int(image["min_disk"]):
        raise BadRequest("Flavor's disk is too small for requested image.")
    check_metadata(asked.get("metadata") or {})
    check_user_data(asked.get("user_data"))
    key_name = asked.get("key_name")
    if key_name is not None and call.cloud.get("keypair", f"{call.ctx.user_id}:{key_name}") is None:
        raise BadRequest("Invalid key_name provided.")
    direct = ("name", "metadata", "accessIPv4", "accessIPv6", "description", "key_name", "user_data", "hostname")
    server.update({name: asked[name] for name in direct if name in asked})
    if server["image"]:
        server["image"] = image["id"]
    target = "SHUTOFF" if server["status"] == "SHUTOFF" else "ACTIVE"
    begin(call.cloud, server, "rebuilding", {"status": target}, shown="REBUILD",
          error="Rebuild failed: injected by a fault rule.")
    body = {**view.changed(call, server), "adminPass": asked.get("adminPass") or secrets.token_urlsafe(9)}
    if call.at_least(2, 54):
        body["key_name"] = server["key_name"]
    if call.at_least(2, 57):
        body["user_data"] = server["user_data"]
    return Answer(202, {"server": body}, {"Location": f"{call.url}/v2.1/servers/{server['id']}"})


def _root_image(call: Call, server: Body) -> str | None:
    """The image the root volume of a server was made of."""
    root = next((row for row in volumes.attached(call.cloud, server) if row["device"] == "/dev/vda"), {"volume_id": None})
    volume = call.cloud.get("volume", root["volume_id"]) or {}
    return (volume.get("_image_metadata") or {}).get("image_id")


def _snapshot(call: Call, server: Body, asked: Any, kind: str, **more: Any) -> Answer:
    if not isinstance(asked, dict) or not asked.get("name"):
        raise missing(kind, asked, "name")
    check_metadata(asked.get("metadata") or {})
    source = call.cloud.get("image", server["image"]) or {}
    image = images.make(
        call.cloud, call.ctx.project_id or "", **{
            **(asked.get("metadata") or {}), "name": asked["name"], "disk_format": source.get("disk_format") or "raw",
            "container_format": source.get("container_format") or "bare", "visibility": "private", "status": "queued",
            "min_disk": server["_flavor"]["disk"], "min_ram": source.get("min_ram", 0), "image_type": "snapshot",
            "instance_uuid": server["id"], "base_image_ref": server["image"] or "", "user_id": call.ctx.user_id, **more,
        },
    )  # fmt: skip
    call.cloud.later("image", image, effect="compute.imaged", after=call.cloud.delay("server"), fail={"status": "killed"})
    begin(call.cloud, server, "image_snapshot", {})
    body = {"image_id": image["id"]} if call.at_least(2, 45) else None
    return Answer(202, body, {"Location": f"{call.base}/image/v2/images/{image['id']}"})


def create_image(call: Call, server: Body, asked: Any) -> Answer:
    return _snapshot(call, server, asked, "createImage")


def create_backup(call: Call, server: Body, asked: Any) -> Answer:
    return _snapshot(call, server, asked, "createBackup", backup_type=str((asked or {}).get("backup_type", "daily")))


def imaged(cloud: Cloud, image: Body) -> None:
    """The end of createImage."""
    data.fill(cloud, image, image["instance_uuid"].encode())


EFFECTS = {"compute.imaged": imaged}
