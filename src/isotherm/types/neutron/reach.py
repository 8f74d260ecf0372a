"""What must be there before something else works, though no property says so.

A port may get its address from any subnet of its network; a floating IP reaches a port only through a router that is
connected to the floating IP's network and to the port's subnet. Values are looked at as far as they are known.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.types.base import Values

Others = Mapping[str, tuple[str, Values]]

PORT, SUBNET = "OS::Neutron::Port", "OS::Neutron::Subnet"
ROUTER, INTERFACE, GATEWAY = "OS::Neutron::Router", "OS::Neutron::RouterInterface", "OS::Neutron::RouterGateway"


def same(one: Any, other: Any) -> bool:
    """Whether two values surely name the same object: equal texts, or the same reference to a resource."""
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return bool(one.resource) and (one.resource, one.path) == (other.resource, other.path)
    return isinstance(one, str) and one == other


def either(values: Values, *names: str) -> Any:
    """The first of these properties that is set: newer name first, older names after it."""
    return next((values[name] for name in names if values.get(name) is not None), None)


def of_type(others: Others, kind: str) -> Iterator[tuple[str, Values]]:
    return ((name, values) for name, (found, values) in others.items() if found == kind)


def subnets_of(network: Any, others: Others) -> set[str]:
    """The template's subnets of a network."""
    return {name for name, values in of_type(others, SUBNET) if same(either(values, "network", "network_id"), network)}


def gateways_to(network: Any, others: Others) -> set[str]:
    """The template's resources that connect a router to an external network."""
    routers = {name for name, values in of_type(others, ROUTER) if same(_external(values), network)}
    return routers | {name for name, values in of_type(others, GATEWAY)
                      if same(either(values, "network", "network_id"), network)}


def interfaces_to(port: Any, others: Others) -> set[str]:
    """The template's router interfaces that may connect a port: all of them unless a different network is certain.

    A port that is no resource of the template was there before, with whatever connects it.
    """
    if not isinstance(port, Unknown):
        return set()
    ports = [others[name][1] for name, _ in port.sources if others.get(name, ("", {}))[0] == PORT]
    return {name for name, interface in of_type(others, INTERFACE)
            if not ports or any(_connects(interface, values, others) for values in ports)}


def _external(router: Values) -> Any:
    gateway = router.get("external_gateway_info")
    return gateway.get("network") if isinstance(gateway, Mapping) else None


def _connects(interface: Values, port: Values, others: Others) -> bool:
    """Whether they share a subnet, if both say which, or else a network; also when that cannot be known."""
    subnet = either(interface, "subnet", "subnet_id")
    fixed = (either(ip, "subnet", "subnet_id") for ip in port.get("fixed_ips") or () if isinstance(ip, Mapping))
    named = [one for one in fixed if one is not None]
    if subnet is not None and named:
        return any(_perhaps_same(subnet, one) for one in named)
    return _perhaps_same(_network(interface, others), either(port, "network", "network_id"))


def _perhaps_same(one: Any, other: Any) -> bool:
    return same(one, other) or not (_certain(one) and _certain(other))


def _network(interface: Values, others: Others) -> Any:
    """The network an interface is on, through the resource that its subnet or port is; None when not known."""
    target = either(interface, "subnet", "subnet_id", "port", "port_id")
    kind, values = others.get(target.resource, ("", {})) if isinstance(target, Unknown) else ("", {})
    return either(values, "network", "network_id") if kind in (SUBNET, PORT) else None


def _certain(value: Any) -> bool:
    return isinstance(value, str) or bool(getattr(value, "resource", ""))
