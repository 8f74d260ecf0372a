"""Subnets: ranges, gateways, pools, IPv6 modes."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from isotherm.sim.call import Call, Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network import networks, subnetpools
from isotherm.sim.network.fields import ADMIN, REQUIRED, Field, shown
from isotherm.sim.network.reading import (
    Reader,
    address,
    boolean,
    cidr,
    integer,
    items,
    mapping,
    one_of,
    optional,
    prefix,
    text,
    unusable,
    uuid,
)  # fmt: skip
from isotherm.sim.network.resources import Resource, forbidden, keep, touch
from isotherm.sim.storage import Body

MODES = ("dhcpv6-stateful", "dhcpv6-stateless", "slaac")
AUTOMATIC = ("dhcpv6-stateless", "slaac")
"""Address modes in which the host makes its address from its MAC address."""
MISSING = ("Subnet {} could not be found.", "SubnetNotFound")
Range = IPv4Network | IPv6Network


def pool_bound(name: str, value: Any) -> str:
    return address(name, value)


POOLS: Reader = items(mapping("start", "end", start=pool_bound, end=pool_bound))
ROUTES: Reader = items(mapping("destination", "nexthop", destination=cidr, nexthop=address))

FIELDS = (
    f.NAME,
    Field("network_id", uuid, REQUIRED, put=False),
    Field("ip_version", integer(), REQUIRED, put=False),
    Field("cidr", optional(prefix), put=False),
    Field("subnetpool_id", optional(text()), None, put=False),
    Field("use_default_subnetpool", boolean, False, put=False, seen=f.NOBODY),
    Field("prefixlen", optional(integer(0, 128)), put=False, seen=f.NOBODY),
    Field("gateway_ip", optional(address)),
    Field("allocation_pools", POOLS),
    Field("dns_nameservers", items(address, "nameserver"), []),
    Field("host_routes", ROUTES, []),
    Field("enable_dhcp", boolean, True),
    Field("ipv6_ra_mode", optional(one_of(*MODES)), None, put=False),
    Field("ipv6_address_mode", optional(one_of(*MODES)), None, put=False),
    Field("service_types", items(text()), []),
    Field("segment_id", optional(uuid), None, write=ADMIN, seen=ADMIN),
    Field("dns_publish_fixed_ip", boolean, False),
    shown("router:external"),
    *f.STANDARD,
)


def check_modes(body: Body) -> None:
    """400 for IPv6 modes that make no sense."""
    ra, mode, version = body["ipv6_ra_mode"], body["ipv6_address_mode"], body["ip_version"]
    for name, value in (("ipv6_ra_mode", ra), ("ipv6_address_mode", mode)):
        if value and version == 4:
            raise unusable(f"{name} is not valid when ip_version is 4")
        if value and not body["enable_dhcp"]:
            raise unusable("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
    if ra and mode and ra != mode:
        raise unusable(f"ipv6_ra_mode set to '{ra}' with ipv6_address_mode set to '{mode}' is not valid. If both "
                       "attributes are set, they must be the same value")


def check_form(body: Body, span: Range) -> None:
    """400 for a range of another version, or one too small for DHCP."""
    if span.version != body["ip_version"]:
        raise unusable(f"cidr '{span}' does not match the ip_version '{body['ip_version']}'")
    if body["ipv6_address_mode"] in AUTOMATIC and span.prefixlen != 64:
        raise unusable(f"Invalid CIDR {span} for IPv6 address mode. OpenStack uses the EUI-64 address format, which "
                       "requires the prefix to be /64")
    if body["enable_dhcp"] and span.max_prefixlen - span.prefixlen < 2:
        raise unusable("Subnet has a prefix length that is incompatible with DHCP service enabled")


def check_overlap(cloud: Cloud, body: Body, span: Range) -> None:
    """400 for a range that overlaps another of the network."""
    for other in cloud.where("subnet", network_id=body["network_id"]):
        if span.version == other["ip_version"] and span.overlaps(_span(other)):
            raise unusable(f"Requested subnet with cidr: {span} for network: {body['network_id']} overlaps with another "
                           "subnet")


def _span(subnet: Body) -> Range:
    return ip_network(subnet["cidr"])


def default_gateway(span: Range) -> str:
    """The first address of a range; in IPv6 that is the range's own (the routers' anycast address)."""
    return str(span[1] if span.version == 4 and span.prefixlen < 31 else span[0])


def check_gateway(gateway: str | None, span: Range) -> None:
    """400 for the network's or broadcast address as gateway. One outside the range is allowed."""
    if gateway is None or span.version == 6 or span.prefixlen > 30:
        return
    if ip_address(gateway) in (span.network_address, span.broadcast_address):
        raise unusable("Gateway is not valid on subnet")


def default_pools(span: Range, gateway: str | None) -> list[Body]:
    """All usable addresses but the gateway's, as one or two ranges."""
    low, high = int(span.network_address), int(span.broadcast_address)
    if span.version == 6:
        low += 1
    elif span.prefixlen < 31:
        low, high = low + 1, high - 1
    kind = type(span.network_address)
    around = int(ip_address(gateway)) if gateway else -1
    parts = [(low, around - 1), (around + 1, high)] if low <= around <= high else [(low, high)]
    return [{"start": str(kind(start)), "end": str(kind(end))} for start, end in parts if start <= end]


def check_pools(pools: list[Body], span: Range, gateway: str | None) -> None:
    """400 or 409 for pools that are no ranges, leave the subnet, overlap, or hold the gateway."""
    found: list[tuple[int, int, str]] = []
    for pool in pools:
        start, end = ip_address(pool["start"]), ip_address(pool["end"])
        label = f"{start}-{end}"
        if start.version != end.version or start.version != span.version or int(end) < int(start):
            shape = {"start": pool["start"], "end": pool["end"]}
            raise BadRequest(f"The allocation pool {shape} is not valid.", "InvalidAllocationPool")
        if start not in span or end not in span or _reserved(int(start), span) or _reserved(int(end), span):
            raise BadRequest(f"The allocation pool {label} spans beyond the subnet cidr {span}.", "OutOfBoundsAllocationPool")
        for low, high, other in found:
            if int(start) <= high and low <= int(end):
                raise Conflict(f"Found overlapping allocation pools: {other} {label} for subnet {span}.",
                               "OverlappingAllocationPools")
        found.append((int(start), int(end), label))
    for low, high, label in found:
        if gateway and low <= int(ip_address(gateway)) <= high:
            raise Conflict(f"Gateway ip {gateway} conflicts with allocation pool {label}.",
                           "GatewayConflictWithAllocationPools")


def _reserved(number: int, span: Range) -> bool:
    if span.version == 6 or span.prefixlen > 30:
        return False
    return number in (int(span.network_address), int(span.broadcast_address))


def create(cloud: Cloud, body: Body) -> Body:
    """A subnet on the network in the body."""
    if body["ip_version"] not in (4, 6):
        raise BadRequest(f"Invalid input for ip_version. Reason: {body['ip_version']} is not in [4, 6].", "HTTPBadRequest")
    network = networks.find(cloud, body["network_id"])
    check_modes(body)
    span = ip_network(subnetpools.take(cloud, body))
    check_form(body, span)
    body["cidr"] = str(span)
    body.setdefault("gateway_ip", default_gateway(span))
    check_gateway(body["gateway_ip"], span)
    if "allocation_pools" in body:
        check_pools(body["allocation_pools"], span, body["gateway_ip"])
    else:
        body["allocation_pools"] = default_pools(span, body["gateway_ip"])
    check_overlap(cloud, body, span)
    for name in ("prefixlen", "use_default_subnetpool"):
        body.pop(name, None)
    subnet = keep(cloud, "subnet", {**body, "revision_number": 0, "router:external": network["router:external"]})
    if subnet["ipv6_address_mode"] in AUTOMATIC:
        for port in cloud.where("port", network_id=network["id"]):
            if not port["device_owner"].startswith("network:router"):
                own = {"subnet_id": subnet["id"], "ip_address": from_mac(subnet["cidr"], port["mac_address"])}
                touch(cloud, "port", port, fixed_ips=[*port["fixed_ips"], own])
    return subnet


def from_mac(span: str, mac: str) -> str:
    """The address a host gives itself in an IPv6 range (modified EUI-64)."""
    octets = [int(part, 16) for part in mac.split(":")]
    octets = [octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]]
    return str(ip_network(span)[int.from_bytes(bytes(octets), "big")])


def update(cloud: Cloud, subnet: Body, changed: Body) -> None:
    span = ip_network(subnet["cidr"])
    gateway: str | None = changed.get("gateway_ip", subnet["gateway_ip"])
    pools: list[Body] = {**subnet, **changed}["allocation_pools"]
    check_gateway(gateway, span)
    if "allocation_pools" in changed or "gateway_ip" in changed:
        check_pools(pools, span, gateway)
    if gateway != subnet["gateway_ip"] and (port := _gateway_port(cloud, subnet)):
        raise Conflict(f"Current gateway ip {subnet['gateway_ip']} already in use by port {port['id']}. Unable to "
                       "update.", "GatewayIpInUse")
    touch(cloud, "subnet", subnet, **changed)


def _gateway_port(cloud: Cloud, subnet: Body) -> Body | None:
    wanted = {"subnet_id": subnet["id"], "ip_address": subnet["gateway_ip"]}
    ports = cloud.where("port", network_id=subnet["network_id"], device_owner="network:router_interface")
    return next((port for port in ports if wanted in port["fixed_ips"]), None)


def delete(cloud: Cloud, subnet: Body) -> None:
    """Delete a subnet; 409 while ports have addresses of it (other than those their hosts made by themselves)."""
    mode = subnet["ipv6_address_mode"]
    for port in cloud.where("port", network_id=subnet["network_id"]):
        here = [ip for ip in port["fixed_ips"] if ip["subnet_id"] == subnet["id"]]
        automatic = mode in AUTOMATIC and not port["device_owner"].startswith("network:router")
        if here and not automatic and port["device_owner"] != "network:dhcp":
            raise Conflict(f"Unable to complete operation on subnet {subnet['id']}: One or more ports have an IP "
                           "allocation from this subnet.", "SubnetInUse")
    for port in cloud.where("port", network_id=subnet["network_id"]):
        kept = [ip for ip in port["fixed_ips"] if ip["subnet_id"] != subnet["id"]]
        if len(kept) != len(port["fixed_ips"]):
            touch(cloud, "port", port, fixed_ips=kept)
    cloud.remove("subnet", subnet["id"])


def find(cloud: Cloud, subnet_id: str) -> Body:
    """A subnet, or Neutron's 404."""
    subnet = cloud.get("subnet", subnet_id)
    if subnet is None:
        raise NotFound(MISSING[0].format(subnet_id), MISSING[1])
    return subnet


def admit(call: Call, body: Body) -> None:
    """Only a network's owner makes subnets on it."""
    networks.visible(call, body["network_id"])
    if not networks.owner(call.cloud, call.ctx, body):
        raise forbidden("create", SUBNETS)


def sees(cloud: Cloud, ctx: Context, subnet: Body) -> bool:
    """Whoever sees its network does, except that external networks do not show theirs to all."""
    network = cloud.get("network", subnet["network_id"])
    return ctx.sees(subnet) or (network is not None and networks.sees(cloud, ctx, network))


SUBNETS = Resource(
    "subnet", "subnet", "/subnets", FIELDS, MISSING, create, update, delete, sees=sees, admit=admit,
    privileged=networks.owner,
)  # fmt: skip
