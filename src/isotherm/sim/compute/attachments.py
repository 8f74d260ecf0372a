"""Volumes attached to servers while they run."""

from __future__ import annotations

from isotherm.sim import attaching
from isotherm.sim.call import Answer, Call
from isotherm.sim.compute import volumes
from isotherm.sim.compute.rendering import flag
from isotherm.sim.compute.servers import find, unlocked
from isotherm.sim.compute.states import check_state
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.storage import Body

ATTACHABLE = ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "SHELVED_OFFLOADED")


def _view(call: Call, row: Body) -> Body:
    body = {"serverId": row["server_id"], "volumeId": row["volume_id"], "device": row["device"]}
    if call.at_least(2, 89):
        body.update(attachment_id=row["id"], bdm_uuid=row["bdm_uuid"])
    else:
        body["id"] = row["volume_id"]
    if call.at_least(2, 70):
        body["tag"] = row["tag"]
    if call.at_least(2, 79):
        body["delete_on_termination"] = row["delete_on_termination"]
    return body


def _own(call: Call, server: Body, volume_id: str) -> Body:
    row = next((row for row in volumes.attached(call.cloud, server) if row["volume_id"] == volume_id), None)
    if row is None:
        raise NotFound(f"Instance {server['id']} is not attached to volume {volume_id}")
    return row


def list_attachments(call: Call, server_id: str) -> Body:
    return {"volumeAttachments": [_view(call, row) for row in volumes.attached(call.cloud, find(call, server_id))]}


def show_attachment(call: Call, server_id: str, volume_id: str) -> Body:
    return {"volumeAttachment": _view(call, _own(call, find(call, server_id), volume_id))}


def attach_volume(call: Call, server_id: str) -> Answer:
    server, asked = find(call, server_id), call.part("volumeAttachment")
    volume_id = asked.get("volumeId")
    if not volume_id:
        raise BadRequest(f"Invalid input for field/attribute volumeAttachment. Value: {asked}. 'volumeId' is a required property")
    unlocked(call, server)
    check_state(server, "attach_volume", ATTACHABLE)
    volume = call.cloud.get("volume", volume_id)
    if volume is None or not call.ctx.sees(volume):
        raise NotFound(f"Volume {volume_id} could not be found.")
    rows = volumes.attached(call.cloud, server)
    if any(row["volume_id"] == volume_id for row in rows):
        raise BadRequest(f"Invalid volume: volume {volume_id} is already attached to instances: {server_id}")
    device = asked.get("device")
    if device and any(row["device"] == device for row in rows):
        raise Conflict(f"The supplied device path ({device}) is in use.")
    volumes.check(volume)
    if volume.get("multiattach") and not call.at_least(2, 60):
        raise BadRequest("Multiattach volumes are only supported starting with compute API version 2.60.")
    delete = flag(asked.get("delete_on_termination", False), "delete_on_termination")
    row = volumes.reserve(call.cloud, server, volume, device, delete=delete, tag=asked.get("tag"))
    attaching.attach(call.cloud, row)
    return Answer(200, {"volumeAttachment": _view(call, row)})


def update_attachment(call: Call, server_id: str, volume_id: str) -> Answer:
    """PUT: change delete_on_termination (2.85), or swap the volume (administrators)."""
    server, asked = find(call, server_id), call.part("volumeAttachment")
    row = _own(call, server, volume_id)
    other = asked.get("volumeId", volume_id)
    if other != volume_id:
        volume = call.cloud.get("volume", other)
        if volume is None:
            raise NotFound(f"Volume {other} could not be found.")
        volumes.check(volume)
        attaching.detach(call.cloud, row, at_once=True)
        other_row = volumes.reserve(call.cloud, server, volume, row["device"], delete=row["delete_on_termination"])
        attaching.attach(call.cloud, other_row, at_once=True)
    elif "delete_on_termination" in asked:
        call.cloud.update("volume_attachment", row,
                          delete_on_termination=flag(asked["delete_on_termination"], "delete_on_termination"))
    return Answer(202)


def detach_volume(call: Call, server_id: str, volume_id: str) -> Answer:
    server = find(call, server_id)
    unlocked(call, server)
    check_state(server, "detach_volume", ATTACHABLE)
    row = _own(call, server, volume_id)
    if row["device"] == "/dev/vda" and not server["image"]:
        raise BadRequest("Cannot detach a root device volume")
    if row["status"] != "attached":
        raise BadRequest(f"Invalid volume: volume {volume_id} is {row['status']}; only what is attached can be detached.")
    attaching.detach(call.cloud, row)
    return Answer(202)


BASE = "/servers/{server_id}/os-volume_attachments"
ROUTES = [
    ("GET", BASE, list_attachments),
    ("POST", BASE, attach_volume),
    ("GET", BASE + "/{volume_id}", show_attachment),
    ("PUT", BASE + "/{volume_id}", update_attachment, 202),
    ("DELETE", BASE + "/{volume_id}", detach_volume, 202),
]
