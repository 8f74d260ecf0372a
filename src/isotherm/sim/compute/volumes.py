"""Servers and their volumes."""

from __future__ import annotations

from typing import Any

from isotherm.sim import attaching
from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import ApiError, BadRequest, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume import volumes

SOURCES = ("image", "volume", "snapshot", "blank")
SOURCE_FIELDS = {"image": "imageRef", "snapshot": "snapshot_id"}
"""How block storage calls what a new volume is made of."""


def plan(call: Call, asked: Body, image: Body | None) -> list[Body]:
    """The block devices a server asks for, in one form (that of block_device_mapping_v2), checked."""
    devices = [_device(call, item) for item in asked.get("block_device_mapping_v2") or ()]
    devices += [_legacy(call, item) for item in asked.get("block_device_mapping") or ()]
    if image and not any(d["boot_index"] == 0 for d in devices):
        devices.insert(0, {"source_type": "image", "destination_type": "local", "uuid": image["id"], "boot_index": 0,
                           "delete_on_termination": True, "volume_size": None, "device_name": None, "tag": None})
    boot = [d for d in devices if d["boot_index"] == 0]
    if len(boot) > 1 or len({d["boot_index"] for d in devices if d["boot_index"] >= 0}) != \
            len([d for d in devices if d["boot_index"] >= 0]):
        raise BadRequest("Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping "
                         "combination is not valid.")
    if not boot:
        raise BadRequest("Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping "
                         "combination is not valid." if devices else "Missing imageRef attribute")
    return devices


def _index(value: Any) -> int:
    return -1 if value is None or value == "" else int(value)


def _legacy(call: Call, item: Body) -> Body:
    kind = "snapshot" if item.get("snapshot_id") else "volume"
    return _device(call, {
        "source_type": kind, "destination_type": "volume", "uuid": item.get("snapshot_id") or item.get("volume_id"),
        "delete_on_termination": item.get("delete_on_termination", False), "device_name": item.get("device_name"),
        "volume_size": item.get("volume_size"),
        "boot_index": 0 if str(item.get("device_name", "")).rstrip("0123456789").endswith("da") else -1,
    })  # fmt: skip


def _device(call: Call, item: Any) -> Body:
    source = item.get("source_type") if isinstance(item, dict) else None
    if source not in SOURCES:
        raise BadRequest(f"Invalid input for field/attribute source_type. Value: {source}. {source!r} is not one of {[*SOURCES]}")
    destination = item.get("destination_type") or ("local" if source in ("image", "blank") else "volume")
    device = {"source_type": source, "destination_type": destination, "uuid": item.get("uuid"), "tag": item.get("tag"),
              "boot_index": _index(item.get("boot_index")), "volume_size": item.get("volume_size") or None,
              "delete_on_termination": item.get("delete_on_termination") in (True, "True", "true", "1"),
              "device_name": item.get("device_name"), "volume_type": item.get("volume_type")}
    if source == "blank" and device["uuid"]:
        raise BadRequest("Invalid device UUID.")
    if source == "volume":
        _source(call, device)
    elif source == "snapshot":
        snapshot = call.cloud.get("snapshot", device["uuid"])
        if snapshot is None or not call.ctx.sees(snapshot):
            raise BadRequest(f"Block Device Mapping is Invalid: failed to get snapshot {device['uuid']}.")
        device["volume_size"] = device["volume_size"] or snapshot["size"]
    elif source == "image":
        if call.cloud.get("image", device["uuid"]) is None:
            raise BadRequest(f"Block Device Mapping is Invalid: failed to get image {device['uuid']}.")
        if destination == "volume" and not device["volume_size"]:
            raise BadRequest("Images with destination_type 'volume' need to have a non-zero size specified")
    elif destination == "volume" and not device["volume_size"]:
        raise BadRequest("Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size")
    if device["volume_size"] is not None:
        device["volume_size"] = int(device["volume_size"])
    return device


def _source(call: Call, device: Body) -> None:
    try:
        usable(call, device["uuid"])
    except NotFound as error:
        words = f"Block Device Mapping is Invalid: failed to get volume {device['uuid']}."
        raise BadRequest(words if device["boot_index"] == 0 else error.message) from None


def usable(call: Call, volume_id: str | None) -> Body:
    """A volume the project may attach now; 404 when there is none, 400 when it is not free."""
    volume = call.cloud.get("volume", volume_id)
    if volume is None or not call.ctx.sees(volume):
        raise NotFound(f"Volume {volume_id} could not be found.")
    check(volume)
    return volume


def check(volume: Body) -> None:
    """400 unless a volume is free to be attached."""
    if volume["status"] != "available" and not (volume.get("multiattach") and volume["status"] == "in-use"):
        raise BadRequest(f"Invalid volume: volume '{volume['id']}' status must be 'available'. Currently in "
                         f"'{volume['status']}'")


def next_device(cloud: Cloud, server: Body) -> str:
    """The first device name the server does not use; the root disk has /dev/vda, volume or not."""
    used = {row["device"] for row in attached(cloud, server)}
    return next(name for letter in "bcdefghijklmnopqrstuvwxyz" if (name := f"/dev/vd{letter}") not in used)


def reserve(cloud: Cloud, server: Body, volume: Body, device: str | None, *, delete: bool = False,
            tag: str | None = None) -> Body:
    """Keep a volume for a server, under a device name of its own. Returns the attachment."""
    name = device or next_device(cloud, server)
    return attaching.reserve(cloud, volume, server["id"], server["project_id"], device=name, delete_on_termination=delete,
                             tag=tag, bdm_uuid=new_id(), attached_host=server["_host"])


def reserve_planned(cloud: Cloud, server: Body) -> None:
    """Keep the volumes a new server was given, until it is built or fails."""
    for device in server["_devices"]:
        volume = cloud.get("volume", device["uuid"]) if device["source_type"] == "volume" else None
        if volume:
            reserve(cloud, server, volume, _name(device), delete=device["delete_on_termination"], tag=device["tag"])


def _name(device: Body) -> str | None:
    return device["device_name"] or ("/dev/vda" if device["boot_index"] == 0 else None)


def release_reserved(cloud: Cloud, server: Body) -> None:
    """Give back the volumes kept for a server that could not be built."""
    for row in attached(cloud, server):
        if row["status"] == "reserved":
            attaching.detach(cloud, row, at_once=True)


def attached(cloud: Cloud, server: Body) -> list[Body]:
    """The attachments of a server, the root disk first."""
    return sorted(cloud.where("volume_attachment", server_id=server["id"]), key=lambda row: str(row["device"]))


def release_all(cloud: Cloud, server: Body) -> None:
    """Detach all volumes of a server that goes away; delete those that are to go with it."""
    for row in attached(cloud, server):
        attaching.detach(cloud, row, at_once=True)
        volume = cloud.get("volume", row["volume_id"])
        if row["delete_on_termination"] and volume:
            try:
                volumes.drop(cloud, volume)
            except ApiError:
                continue  # it has snapshots: Nova too leaves it behind


def boot(cloud: Cloud, server: Body, device: Body) -> None:
    """Provide one planned block device while a server is built; raises the block storage service's errors."""
    if device["destination_type"] != "volume":
        return
    if device["source_type"] == "volume":
        row = next((row for row in attached(cloud, server) if row["volume_id"] == device["uuid"]), None)
        if row is None:
            raise BadRequest(f"Volume {device['uuid']} could not be found.")
    else:
        volume = _make(cloud, server, device)
        row = reserve(cloud, server, volume, _name(device), delete=device["delete_on_termination"], tag=device["tag"])
    attaching.attach(cloud, row, at_once=True)


def _make(cloud: Cloud, server: Body, device: Body) -> Body:
    """A volume for a server that is being built; it is finished at once, the build waits for it anyway."""
    asked = {"size": device["volume_size"], "volume_type": device["volume_type"], "name": "", "description": ""}
    if device["source_type"] in SOURCE_FIELDS:
        asked[SOURCE_FIELDS[device["source_type"]]] = device["uuid"]
    volume = volumes.make(cloud, server["project_id"], server["user_id"], asked)
    outcome = dict(volume["_pending"][-1]["changes"])
    cloud.cancel("volume", volume)
    cloud.update("volume", volume, **outcome)
    if volume["status"] == "error":
        raise BadRequest(f"Build of instance {server['id']} aborted: Volume {volume['id']} did not finish being created even "
                         "after we waited 0 seconds or 1 attempts. And its status is error.")
    return volume
