"""What must hold between a server's properties. A value not known yet counts as given."""

from collections.abc import Iterator, Mapping
from typing import Any

from isotherm.model.problem import Problem
from isotherm.types.base import Values
from isotherm.types.neutron.base import problem
from isotherm.types.nova.devices import ROOT_DEVICES

PLACES = ("port", "network", "uuid", "subnet", "allocate_network")
SOURCES = ("volume_id", "snapshot_id", "image", "image_id")
BLANKS = ("swap_size", "ephemeral_size", "ephemeral_format")


def problems(values: Values) -> list[Problem]:
    """Every finding of these rules."""
    return [
        *_apart("", values, "block_device_mapping", "block_device_mapping_v2"),
        *_boots(values),
        *(p for i, device in entries(values, "block_device_mapping") for p in _older(f"block_device_mapping.{i}", device)),
        *(p for i, device in entries(values, "block_device_mapping_v2") for p in _newer(f"block_device_mapping_v2.{i}", device)),
        *_networks(values),
    ]


def entries(values: Values, name: str) -> Iterator[tuple[int, Values]]:
    """The maps in a list property, as far as they are known."""
    given = values.get(name)
    for i, entry in enumerate(given if isinstance(given, list | tuple) else ()):
        if isinstance(entry, Mapping):
            yield i, entry


def given(values: Values, *names: str) -> list[str]:
    return [name for name in names if values.get(name) is not None and values.get(name) != ""]


def _apart(prefix: str, values: Values, *names: str) -> Iterator[Problem]:
    """The finding that more than one of these is set, if so."""
    found = [name for name in given(values, *names) if values[name] != []]
    if len(found) > 1:
        yield problem("properties-exclude-each-other", prefix + found[1], f"{' and '.join(found)} cannot be used together.",
                      "Remove all but one of them.")


def _boots(values: Values) -> Iterator[Problem]:
    if given(values, "image") or any(_unknown(values.get(name)) for name in ("block_device_mapping", "block_device_mapping_v2")):
        return
    older = any(_unknown(device.get("device_name")) or device.get("device_name") in ROOT_DEVICES
                for _, device in entries(values, "block_device_mapping"))
    newer = any(given(device, *SOURCES) and (device.get("boot_index") in (None, 0, "0") or _unknown(device.get("boot_index")))
                for _, device in entries(values, "block_device_mapping_v2"))
    if not older and not newer:
        yield problem("server-boots-from-nothing", "image", "there is neither an image nor a volume to boot from.",
                      "Set image, or a block device with boot_index 0 (in the older form: device_name vda).")


def _older(path: str, device: Values) -> Iterator[Problem]:
    yield from _apart(f"{path}.", device, "volume_id", "snapshot_id")
    if not given(device, "volume_id", "snapshot_id"):
        yield problem("property-missing", path, f"the device {device.get('device_name')} has neither volume_id nor snapshot_id.")


def _newer(path: str, device: Values) -> Iterator[Problem]:
    sources, blanks = given(device, *SOURCES), given(device, *BLANKS)
    yield from _apart(f"{path}.", device, *SOURCES)
    if "swap_size" in blanks and (sources or len(blanks) > 1):
        yield problem("properties-exclude-each-other", f"{path}.swap_size", "a swap disk is nothing else besides.",
                      "Describe it in an entry of its own.")
    if not sources and not blanks:
        yield problem("property-missing", path, "a device needs one of volume_id, snapshot_id, image, swap_size, "
                      "ephemeral_size and ephemeral_format.")


def _networks(values: Values) -> Iterator[Problem]:
    nics = list(entries(values, "networks"))
    for i, nic in nics:
        path = f"networks.{i}"
        if not given(nic, *PLACES):
            yield problem("property-missing", path, "an interface needs one of port, network, subnet and allocate_network.")
        yield from _apart(f"{path}.", nic, "port", "fixed_ip")
        if given(nic, "allocate_network") and (len(nics) > 1 or len(_meant(nic)) > 1):
            yield problem("properties-exclude-each-other", f"{path}.allocate_network",
                          "allocate_network must be the only key of the only entry of networks.")
    if values.get("security_groups") and any(given(nic, "port") for _, nic in nics):
        yield problem("properties-exclude-each-other", "security_groups", "security_groups and networks with a port cannot be "
                      "used together: a port has security groups of its own.", "Move them to the port.")


def _meant(nic: Values) -> list[str]:
    return [name for name, value in nic.items() if value is not None and value != {}]


def _unknown(value: Any) -> bool:
    return value is not None and not isinstance(value, str | int | float | list | tuple | Mapping)
