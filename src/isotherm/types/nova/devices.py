"""Block devices of a server, as the compute service takes them."""

from collections.abc import Iterator
from typing import Any

from isotherm.types.base import Values
from isotherm.types.neutron.base import set_only

ROOT_DEVICES = ("vda", "/dev/vda")
PASSED = ("device_name", "device_type", "disk_bus", "volume_size", "volume_type")


def devices(values: Values) -> list[dict[str, Any]]:
    """Everything attached at boot; the image, when there is one, comes first and is booted from."""
    older = [_from_older(device) for device in values.get("block_device_mapping") or ()]
    newer = [_from_newer(device) for device in values.get("block_device_mapping_v2") or ()]
    every = [*older, *newer]
    if not every:
        return []
    if values.get("image"):
        local = {"uuid": values["image"], "source_type": "image", "destination_type": "local", "boot_index": 0,
                 "delete_on_termination": True}
        every.insert(0, local)
    return list(_in_boot_order(every))


def _from_older(device: Values) -> dict[str, Any]:
    out = _volume("volume", device["volume_id"]) if device.get("volume_id") else _volume("snapshot", device.get("snapshot_id"))
    root = {"boot_index": 0} if device.get("device_name") in ROOT_DEVICES else {}
    return out | root | set_only({name: device.get(name) for name in ("device_name", "volume_size", "delete_on_termination")})


def _from_newer(device: Values) -> dict[str, Any]:
    given = set_only({name: device.get(name) for name in (*PASSED, "boot_index", "delete_on_termination")})
    for source, key in (("volume", "volume_id"), ("snapshot", "snapshot_id"), ("image", "image")):
        if device.get(key):
            return _volume(source, device[key]) | given
    blank = {"source_type": "blank", "destination_type": "local", "boot_index": -1, "delete_on_termination": True}
    if device.get("swap_size"):
        return blank | {"guest_format": "swap", "volume_size": device["swap_size"]} | given
    size = set_only({"volume_size": device.get("ephemeral_size"), "guest_format": device.get("ephemeral_format")})
    return blank | size | given


def _volume(source: str, uuid: Any) -> dict[str, Any]:
    return {"uuid": uuid, "source_type": source, "destination_type": "volume", "delete_on_termination": False}


def _in_boot_order(every: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Devices without a place in the boot order: the first is booted from if none says so, the others are not."""
    taken = any(device.get("boot_index") == 0 for device in every)
    for device in every:
        if "boot_index" not in device:
            device = device | {"boot_index": -1 if taken else 0}
            taken = True
        yield device
