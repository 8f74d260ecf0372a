"""Attributes of a server that are put together from several answers."""

from collections.abc import Callable, Mapping
from typing import Any

from isotherm.model.subject import Subject


def addresses(subject: Subject) -> dict[str, Any]:
    """For each network, by name and by id, its addresses with the port, subnets and network behind each."""
    return _by_name_and_id(subject, {
        name: [shown | _behind(subject, shown) for shown in entries] for name, entries in _shown(subject).items()})


def networks(subject: Subject) -> dict[str, Any]:
    """For each network, by name and by id, its addresses as texts."""
    return _by_name_and_id(subject, {name: [shown["addr"] for shown in entries] for name, entries in _shown(subject).items()})


def first_address(subject: Subject) -> str:
    return next((str(shown["addr"]) for entries in _shown(subject).values() for shown in entries), "")


COMPUTED: Mapping[str, Callable[[Subject], Any]] = {
    "addresses": addresses,
    "networks": networks,
    "first_address": first_address,
    "console_urls": lambda subject: subject.data.get("console_urls"),
    "os_collect_config": lambda subject: subject.metadata.get("os-collect-config") or {},
}


def _shown(subject: Subject) -> Mapping[str, list[dict[str, Any]]]:
    return subject.live.get("addresses") or {}


def _port(subject: Subject, shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """The port of an address: the same MAC, and the address among its own (a floating one is none of them)."""
    mac = shown.get("OS-EXT-IPS-MAC:mac_addr")
    same = [port for port in subject.data.get("ports") or () if port.get("mac_address") == mac]
    exact = [port for port in same if shown.get("addr") in {ip.get("ip_address") for ip in port.get("fixed_ips") or ()}]
    return next(iter(exact or same), {})


def _behind(subject: Subject, shown: Mapping[str, Any]) -> dict[str, Any]:
    port = _port(subject, shown)
    subnets = subject.data.get("subnets") or {}
    return {
        "port": port.get("id"),
        "network": (subject.data.get("networks") or {}).get(port.get("network_id")),
        "subnets": [subnets[ip["subnet_id"]] for ip in port.get("fixed_ips") or () if ip.get("subnet_id") in subnets],
    }


def _by_name_and_id(subject: Subject, named: dict[str, Any]) -> dict[str, Any]:
    """Each entry also under the id of its network, as far as that is known."""
    ids = {}
    for name, entries in _shown(subject).items():
        network = next((port["network_id"] for shown in entries if (port := _port(subject, shown))), None)
        if network:
            ids[network] = named[name]
    return {**named, **ids}
