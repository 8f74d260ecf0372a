"""Attachments: reserving a volume for a server, connecting it, giving it back.

Rows of kind `volume_attachment` are Nova's too; the volume lists those that are connected.
"""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import Row, chosen, invalid, listed, part
from isotherm.sim.volume.volumes import own, stamp

FILTERS = ("volume_id", "instance_id", "status", "attach_status", "server_id")


def check(volume: Body) -> None:
    """400 unless a volume can be reserved for one more server."""
    shared = volume["multiattach"] and volume["status"] == "in-use"
    if volume["status"] not in ("available", "downloading") and not shared:
        raise BadRequest(f"Invalid volume: Volume {volume['id']} status must be available or downloading to reserve, but "
                         f"the current status is {volume['status']}.")


def reserve(cloud: Cloud, volume: Body, server_id: str) -> Body:
    """A new attachment in status reserved."""
    check(volume)
    row = cloud.add("volume_attachment", {
        "id": new_id(), "volume_id": volume["id"], "server_id": server_id, "device": None, "tag": None,
        "project_id": volume["project_id"], "delete_on_termination": False, "bdm_uuid": new_id(), "attached_host": None,
        "attached_at": "", "attach_mode": "null", "status": "reserved", "_connection": {},
    })  # fmt: skip
    if volume["status"] != "in-use":
        cloud.update("volume", volume, status="reserved", updated_at=stamp(cloud))
    return row


def connect(cloud: Cloud, row: Body, connector: Body) -> None:
    """Tell an attachment where the server is: status attaching."""
    cloud.update("volume_attachment", row, device=connector.get("mountpoint"), attached_host=connector.get("host"),
                 attached_at=stamp(cloud), attach_mode=connector.get("mode") or "rw", status="attaching", _connection={
                     "driver_volume_type": "iscsi", "volume_id": row["volume_id"], "attachment_id": row["id"],
                     "access_mode": "rw", "encrypted": False, "discard": False, "qos_specs": None})
    volume = cloud.get("volume", row["volume_id"])
    if volume and volume["status"] == "reserved":
        cloud.update("volume", volume, status="attaching", updated_at=stamp(cloud))


def attach(cloud: Cloud, volume: Body, server_id: str, device: str | None, attachment_id: str) -> None:
    """Make a volume in-use by a server through an attachment that exists."""
    row = cloud.get("volume_attachment", attachment_id) or {}
    listed_ = {"id": volume["id"], "attachment_id": attachment_id, "volume_id": volume["id"], "server_id": server_id,
               "host_name": row.get("attached_host"), "device": device, "attached_at": row.get("attached_at")}
    others = [item for item in volume["attachments"] if item["attachment_id"] != attachment_id]
    cloud.update("volume", volume, status="in-use", attachments=[*others, listed_], updated_at=stamp(cloud))


def detach(cloud: Cloud, volume: Body, attachment_id: str) -> None:
    """Give a volume back; it is available when no other server has it. The attachment's row goes."""
    cloud.remove("volume_attachment", attachment_id)
    left = [item for item in volume["attachments"] if item["attachment_id"] != attachment_id]
    waiting = cloud.where("volume_attachment", volume_id=volume["id"])
    status = "in-use" if left else "reserved" if waiting else "available"
    cloud.cancel("volume", volume)
    cloud.update("volume", volume, status=status, attachments=left, updated_at=stamp(cloud))


def find(call: Call, attachment_id: str) -> Body:
    """An attachment the caller may see, or 404."""
    row = call.cloud.get("volume_attachment", attachment_id)
    if row is None or not call.ctx.sees(row):
        raise NotFound(f"Volume attachment could not be found with filter: attachment_id = {attachment_id}.")
    return row


def view(row: Body) -> Body:
    return {
        "id": row["id"], "volume_id": row["volume_id"], "instance": row["server_id"],
        "status": row.get("status", "attached"), "attach_mode": row.get("attach_mode", "rw"),
        "attached_at": row["attached_at"], "detached_at": "", "connection_info": row.get("_connection", {}),
    }  # fmt: skip


def list_attachments(call: Call) -> Body:
    def brief(row: Body) -> Body:
        return {name: value for name, value in view(row).items() if name in ("id", "volume_id", "instance", "status")}

    return listed(call, "attachments", _chosen(call), brief, "Volume attachment")


def list_details(call: Call) -> Body:
    return listed(call, "attachments", _chosen(call), view, "Volume attachment")


def _chosen(call: Call) -> list[Body]:
    rows = chosen(call, "volume_attachment", FILTERS)
    instance = call.query.get("instance_id")
    return [row for row in rows if instance in (None, row["server_id"])]


def create_attachment(call: Call) -> Body:
    asked = part(call, "attachment", ("volume_uuid", "instance_uuid", "connector", "mode"), ("volume_uuid",))
    volume = own(call, str(asked["volume_uuid"]))
    row = reserve(call.cloud, volume, str(asked.get("instance_uuid") or ""))
    if asked.get("connector"):
        connect(call.cloud, row, asked["connector"])
    return {"attachment": view(row)}


def show_attachment(call: Call, attachment_id: str) -> Body:
    return {"attachment": view(find(call, attachment_id))}


def update_attachment(call: Call, attachment_id: str) -> Body:
    row, asked = find(call, attachment_id), part(call, "attachment", ("connector", "mode"), ("connector",))
    if not isinstance(asked["connector"], dict) or not asked["connector"]:
        raise invalid("connector", asked["connector"], "A connector is required")
    connect(call.cloud, row, asked["connector"])
    return {"attachment": view(row)}


def delete_attachment(call: Call, attachment_id: str) -> Body:
    row = find(call, attachment_id)
    volume = call.cloud.get("volume", row["volume_id"])
    if volume:
        detach(call.cloud, volume, attachment_id)
    left = call.cloud.where("volume_attachment", volume_id=row["volume_id"])
    return {"attachments": [view(other) for other in left]}


def complete(call: Call, attachment_id: str) -> None:
    """POST /attachments/{id}/action os-complete: the server has the volume."""
    row = find(call, attachment_id)
    if not isinstance(call.json, dict) or "os-complete" not in call.json:
        raise BadRequest("There is no such action. Verify the request body and Content-Type header and try again.")
    volume = call.cloud.get("volume", row["volume_id"])
    if volume:
        call.cloud.update("volume_attachment", row, status="attached")
        attach(call.cloud, volume, row["server_id"], row["device"], attachment_id)


ROUTES: list[Row] = [
    ("GET", "/attachments", list_attachments),
    ("POST", "/attachments", create_attachment),
    ("GET", "/attachments/detail", list_details),
    ("GET", "/attachments/{attachment_id}", show_attachment),
    ("PUT", "/attachments/{attachment_id}", update_attachment),
    ("DELETE", "/attachments/{attachment_id}", delete_attachment),
    ("POST", "/attachments/{attachment_id}/action", complete, 204),
]
