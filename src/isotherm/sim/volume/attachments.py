"""Attachments: reserving a volume for a server, connecting it, giving it back.

The rows and what follows from them for the volume are `isotherm.sim.attaching`, which compute uses too.
"""

from __future__ import annotations

from isotherm.sim import attaching
from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import Row, chosen, invalid, listed, part
from isotherm.sim.volume.volumes import own, stamp

FILTERS = ("volume_id", "status", "attach_status", "instance_id")
ALIASES = {"instance_id": "server_id", "attach_status": "status"}
"""Fields of the rows that have another name in filters."""


def check(cloud: Cloud, volume: Body, server_id: str | None) -> None:
    """400 unless a volume can be reserved for this server: nobody else's, or of a type that several may have."""
    rows = cloud.where("volume_attachment", volume_id=volume["id"])
    shared = volume["multiattach"] and volume["status"] == "in-use"
    same = bool(rows) and all(row["server_id"] == server_id for row in rows)
    if volume["status"] not in ("available", "downloading") and not shared and not same:
        raise BadRequest(f"Invalid volume: Volume {volume['id']} status must be available or downloading to reserve, but "
                         f"the current status is {volume['status']}.")


def reserve(cloud: Cloud, volume: Body, server_id: str | None) -> Body:
    """A new attachment, reserved."""
    return attaching.reserve(cloud, volume, server_id, volume["project_id"], bdm_uuid=new_id(), attached_host=None,
                             attach_mode="null")


def connect(cloud: Cloud, row: Body, connector: Body) -> None:
    """Tell an attachment where the server is."""
    cloud.update("volume_attachment", row, device=connector.get("mountpoint"), attached_host=connector.get("host"),
                 attached_at=stamp(cloud), attach_mode=connector.get("mode") or "rw", status="attaching",
                 _connection={"driver_volume_type": "iscsi", "volume_id": row["volume_id"], "attachment_id": row["id"],
                              "access_mode": "rw", "encrypted": False, "discard": False, "qos_specs": None})
    attaching.show(cloud, cloud.get("volume", row["volume_id"]))


def find(call: Call, attachment_id: str) -> Body:
    """An attachment the caller may see, or 404."""
    row = call.cloud.get("volume_attachment", attachment_id)
    if row is None or not call.ctx.sees(row):
        raise NotFound(f"Volume attachment could not be found with filter: attachment_id = {attachment_id}.")
    return row


def view(row: Body) -> Body:
    return {
        "id": row["id"], "volume_id": row["volume_id"], "instance": row["server_id"],
        "status": row["status"], "attached_at": row["attached_at"], "detached_at": "", "attach_mode": row["attach_mode"],
        "connection_info": row.get("_connection", {}),
    }  # fmt: skip


def list_attachments(call: Call) -> Body:
    def brief(row: Body) -> Body:
        return {name: value for name, value in view(row).items() if name in ("id", "volume_id", "instance", "status")}

    return listed(call, "attachments", _chosen(call), brief, "Volume attachment")


def list_details(call: Call) -> Body:
    return listed(call, "attachments", _chosen(call), view, "Volume attachment")


def _chosen(call: Call) -> list[Body]:
    return chosen(call, "volume_attachment", FILTERS, ALIASES)


def create_attachment(call: Call) -> Body:
    asked = part(call, "attachment", ("volume_uuid", "instance_uuid", "connector", "mode"), ("volume_uuid",))
    volume = own(call, str(asked["volume_uuid"]))
    check(call.cloud, volume, asked.get("instance_uuid"))
    row = reserve(call.cloud, volume, asked.get("instance_uuid"))
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
    attaching.detach(call.cloud, row, at_once=True)
    left = call.cloud.where("volume_attachment", volume_id=row["volume_id"])
    return {"attachments": [view(other) for other in left]}


def complete(call: Call, attachment_id: str) -> None:
    """POST /attachments/{id}/action os-complete: the server has the volume."""
    row = find(call, attachment_id)
    if not isinstance(call.json, dict) or "os-complete" not in call.json:
        raise BadRequest("There is no such action. Verify the request body and Content-Type header and try again.")
    attaching.finish_attach(call.cloud, row)


ROUTES: list[Row] = [
    ("GET", "/attachments", list_attachments),
    ("POST", "/attachments", create_attachment),
    ("GET", "/attachments/detail", list_details),
    ("GET", "/attachments/{attachment_id}", show_attachment),
    ("PUT", "/attachments/{attachment_id}", update_attachment),
    ("DELETE", "/attachments/{attachment_id}", delete_attachment),
    ("POST", "/attachments/{attachment_id}/action", complete, 204),
]
