"""Interfaces of a server as values: which need a port of their own, what each is called, what changes between two lists."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from json import dumps
from typing import Any

from isotherm.types.base import Values
from isotherm.types.neutron.base import set_only
from isotherm.types.neutron.port import Port

Slot = tuple[str, Values]                # key in the kept data under which its port's id is, and the interface


def slots(nics: Sequence[Values] | None) -> list[Slot]:
    """Each interface with a key that depends on what it is, not on its place in the list. Its floating IP may change."""
    seen: Counter[str] = Counter()
    out: list[Slot] = []
    for nic in nics or ():
        said = {key: value for key, value in nic.items() if key != "floating_ip" and value is not None}
        digest = sha256(dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:12]
        seen[digest] += 1
        out.append((f"port_{digest}_{seen[digest]}", nic))
    return out


def needs_port(nic: Values) -> bool:
    """Whether the compute service cannot make the port from what it is told, so that it is made beforehand."""
    special = any(nic.get(key) for key in ("subnet", "port_extra_properties", "floating_ip"))
    return special and not nic.get("port")


def allocation(nics: Sequence[Values] | None) -> str | None:
    """`auto` or `none` when there are no interfaces to list one by one."""
    return "auto" if not nics else next((nic["allocate_network"] for nic in nics if nic.get("allocate_network")), None)


def requested(nics: Sequence[Values] | None) -> str | list[dict[str, Any]]:
    """The `networks` of a boot request."""
    return allocation(nics) or [_requested(slot, nic) for slot, nic in slots(nics)]


def _requested(slot: str, nic: Values) -> dict[str, Any]:
    tag = set_only({"tag": nic.get("tag")})
    if nic.get("port"):
        return {"port": nic["port"]} | tag
    if needs_port(nic):
        return {"port": "{" + slot + "}"} | tag
    return set_only({"uuid": nic.get("network"), "fixed_ip": nic.get("fixed_ip")}) | tag


def port_body(nic: Values, groups: Sequence[str]) -> dict[str, Any]:
    """The request for an interface's own port, all but name, description and (when only a subnet is known) network."""
    extra: Mapping[str, Any] = nic.get("port_extra_properties") or {}
    fixed = set_only({"subnet": nic.get("subnet"), "ip_address": nic.get("fixed_ip")})
    values = {**extra, "network": nic.get("network"), "fixed_ips": [fixed] if fixed else None, "security_groups": list(groups) or None}
    return Port().body(values)


def changed(old: Sequence[Values] | None, new: Sequence[Values] | None) -> tuple[list[Slot], list[Slot]]:
    """Interfaces that go and those that come. What is only in another place in the list stays."""
    before, after = dict(slots(old)), dict(slots(new))
    return [(s, nic) for s, nic in before.items() if s not in after], [(s, nic) for s, nic in after.items() if s not in before]


def moved_addresses(old: Sequence[Values] | None, new: Sequence[Values] | None) -> Iterator[tuple[Slot, str | None, str | None]]:
    """Interfaces that stay and get another floating IP: the interface, the old one, the new one."""
    before = dict(slots(old))
    for slot, nic in slots(new):
        was, now = before.get(slot, nic).get("floating_ip"), nic.get("floating_ip")
        if was != now:
            yield (slot, nic), was, now
