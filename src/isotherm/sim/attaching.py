"""Volumes on servers: the state that compute and block storage share.

The kind volume_attachment holds one row for each volume on a server: {"id", "volume_id", "server_id", "device",
"status": reserved, attaching, attached or detaching, "attached_at", "project_id", ...}. A volume's own status and
its list of attachments follow from its rows.
"""

from __future__ import annotations

from typing import Any

from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.storage import Body

MICROSECONDS = "%Y-%m-%dT%H:%M:%S.%f"


def reserve(cloud: Cloud, volume: Body, server_id: str | None, project_id: str, **more: Any) -> Body:
    """Keep a volume for a server; `attach` makes it an attachment."""
    row = cloud.add("volume_attachment", {
        "id": new_id(), "volume_id": volume["id"], "server_id": server_id, "status": "reserved", "device": None,
        "attached_at": "", "project_id": project_id, "delete_on_termination": False, "tag": None,
        "attach_mode": "rw", **more,
    })  # fmt: skip
    show(cloud, volume)
    return row


def attach(cloud: Cloud, row: Body, *, at_once: bool = False) -> None:
    """Attach what is reserved; done after the delay of the kind volume_attachment, or now."""
    if at_once:
        finish_attach(cloud, row)
    else:
        _set(cloud, row, "attaching")
        cloud.later("volume_attachment", row, effect="compute.attached")


def finish_attach(cloud: Cloud, row: Body) -> None:
    """An attachment is there."""
    row["attached_at"] = cloud.stamp(MICROSECONDS)
    _set(cloud, row, "attached")


def detach(cloud: Cloud, row: Body, *, at_once: bool = False) -> None:
    """Detach; the attachment is gone after the delay of the kind volume_attachment, or now."""
    cloud.cancel("volume_attachment", row)
    if at_once:
        finish_detach(cloud, row)
    else:
        _set(cloud, row, "detaching")
        cloud.later("volume_attachment", row, effect="compute.detached")


def finish_detach(cloud: Cloud, row: Body) -> None:
    """An attachment is gone."""
    cloud.remove("volume_attachment", row["id"])
    show(cloud, cloud.get("volume", row["volume_id"]))


def _set(cloud: Cloud, row: Body, state: str) -> None:
    cloud.update("volume_attachment", row, status=state)
    show(cloud, cloud.get("volume", row["volume_id"]))


def show(cloud: Cloud, volume: Body | None) -> None:
    """Make a volume's status and list of attachments say what its attachments are."""
    if volume is None:
        return
    rows = cloud.where("volume_attachment", volume_id=volume["id"])
    states = [row["status"] for row in rows]
    busy = next((state for state in ("attaching", "detaching") if state in states), None)
    settled = "in-use" if "attached" in states else "reserved" if rows else "available"
    listed = [
        {"id": volume["id"], "attachment_id": row["id"], "volume_id": volume["id"], "server_id": row["server_id"],
         "host_name": row.get("attached_host"), "device": row["device"], "attached_at": row["attached_at"]}
        for row in rows if row["status"] in ("attached", "detaching")
    ]  # fmt: skip
    cloud.update("volume", volume, status=busy or settled, attachments=listed, updated_at=cloud.stamp(MICROSECONDS))


EFFECTS = {"compute.attached": finish_attach, "compute.detached": finish_detach}
