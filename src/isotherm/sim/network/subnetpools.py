"""Subnet pools, and the ranges subnets take from them."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import ApiError, BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network.fields import ADMIN, REQUIRED, Field, shown
from isotherm.sim.network.reading import boolean, integer, items, optional, prefix, uuid
from isotherm.sim.network.resources import Resource, keep, touch
from isotherm.sim.storage import Body

FIELDS = (
    f.NAME,
    Field("prefixes", items(prefix), REQUIRED),
    Field("default_prefixlen", integer(0, 128)),
    Field("min_prefixlen", integer(0, 128)),
    Field("max_prefixlen", integer(0, 128)),
    Field("default_quota", optional(integer(0)), None),
    Field("address_scope_id", optional(uuid), None),
    Field("shared", boolean, False, put=False, write=ADMIN),
    Field("is_default", boolean, False, write=ADMIN),
    shown("ip_version"),
    *f.STANDARD,
)
MISSING = ("Subnet pool {} could not be found.", "SubnetPoolNotFound")
Range = IPv4Network | IPv6Network


def find(cloud: Cloud, pool_id: str) -> Body:
    """A pool, or Neutron's 404."""
    pool = cloud.get("subnetpool", pool_id)
    if pool is None:
        raise NotFound(MISSING[0].format(pool_id), MISSING[1])
    return pool


def check_lengths(body: Body) -> None:
    low, usual, high = body["min_prefixlen"], body["default_prefixlen"], body["max_prefixlen"]
    for name, one, other, bad in (("min", low, high, low > high), ("default", usual, low, usual < low),
                                  ("default", usual, high, usual > high)):
        if bad:
            raise BadRequest(f"Illegal prefix bounds: {name}_prefixlen={one} does not fit {other}.",
                             "IllegalSubnetPoolPrefixBounds")


def check_scope(cloud: Cloud, body: Body) -> None:
    scope_id = body.get("address_scope_id")
    if not scope_id:
        return
    scope = cloud.get("address_scope", scope_id)
    if scope is None:
        raise NotFound(f"Address scope {scope_id} could not be found.", "AddressScopeNotFound")
    if scope["ip_version"] != body["ip_version"]:
        raise BadRequest(f"Illegal subnetpool association: subnetpool {body.get('id', body['name'])} cannot associate with "
                         f"address scope {scope_id} because subnetpool ip_version is not {scope['ip_version']}.",
                         "IllegalSubnetPoolIpVersionAssociation")


def compact(prefixes: list[str]) -> list[str]:
    """The same addresses in as few ranges as possible."""
    return [str(span) for span in collapse_addresses([ip_network(text) for text in prefixes])]  # type: ignore[type-var]


def create(cloud: Cloud, body: Body) -> Body:
    """A pool of the project in the body."""
    if not body["prefixes"]:
        raise BadRequest("Empty subnet pool prefix list.", "EmptySubnetPoolPrefixList")
    versions = {ip_network(text).version for text in body["prefixes"]}
    if len(versions) > 1:
        raise BadRequest("Cannot mix IPv4 and IPv6 prefixes in a subnet pool.", "PrefixVersionMismatch")
    version = versions.pop()
    body["ip_version"] = version
    body.setdefault("min_prefixlen", 8 if version == 4 else 64)
    body.setdefault("max_prefixlen", 32 if version == 4 else 128)
    body.setdefault("default_prefixlen", body["min_prefixlen"])
    check_lengths(body)
    check_scope(cloud, body)
    body["prefixes"] = compact(body["prefixes"])
    return keep(cloud, "subnetpool", {**body, "revision_number": 0})


def update(cloud: Cloud, pool: Body, changed: Body) -> None:
    merged = {**pool, **changed}
    check_lengths(merged)
    check_scope(cloud, {**merged, "address_scope_id": changed.get("address_scope_id")})
    if "prefixes" in changed:
        wider = [ip_network(text) for text in compact(changed["prefixes"])]
        if not all(_inside(ip_network(text), wider) for text in pool["prefixes"]):
            raise BadRequest("Illegal update to prefixes: Existing prefixes must be a subset of the new prefixes.",
                             "IllegalSubnetPoolPrefixUpdate")
        changed["prefixes"] = compact(changed["prefixes"])
    touch(cloud, "subnetpool", pool, **changed)


def _inside(span: Range, wider: list[Range]) -> bool:
    return any(span.version == other.version and span.subnet_of(other) for other in wider)  # type: ignore[arg-type]


def delete(cloud: Cloud, pool: Body) -> None:
    if cloud.where("subnet", subnetpool_id=pool["id"]):
        raise BadRequest("Unable to delete subnet pool: Subnet pool has existing allocations.", "SubnetPoolDeleteError")
    cloud.remove("subnetpool", pool["id"])


def take(cloud: Cloud, body: Body) -> str:
    """The range of a subnet that is to be made: as asked for, or the next free one of its pool."""
    pool_id, cidr = body["subnetpool_id"], body.get("cidr")
    if body.get("use_default_subnetpool") and not pool_id:
        default = cloud.first("subnetpool", is_default=True, ip_version=body["ip_version"])
        if default is None:
            raise NotFound(f"No default subnet pool found for IPv{body['ip_version']}.", "NotFound")
        pool_id = body["subnetpool_id"] = default["id"]
    if not pool_id:
        if not cidr:
            reason = "a subnetpool must be specified in the absence of a cidr"
            raise BadRequest(f"Bad subnets request: {reason}.", "BadRequest")
        return str(cidr)
    pool = find(cloud, pool_id)
    if pool["ip_version"] != body["ip_version"]:
        raise BadRequest("Bad subnets request: The requested ip_version does not match the subnet pool's.", "BadRequest")
    length = ip_network(cidr).prefixlen if cidr else body.get("prefixlen") or pool["default_prefixlen"]
    if length < pool["min_prefixlen"]:
        raise BadRequest(f"Unable to allocate subnet with prefix length {length}, minimum allowed prefix is "
                         f"{pool['min_prefixlen']}.", "MinPrefixSubnetAllocationError")
    if length > pool["max_prefixlen"]:
        raise BadRequest(f"Unable to allocate subnet with prefix length {length}, maximum allowed prefix is "
                         f"{pool['max_prefixlen']}.", "MaxPrefixSubnetAllocationError")
    return _free(cloud, pool, length, cidr)


def _free(cloud: Cloud, pool: Body, length: int, cidr: str | None) -> str:
    taken = [ip_network(subnet["cidr"]) for subnet in cloud.where("subnet", subnetpool_id=pool["id"])]
    spans = [ip_network(text) for text in pool["prefixes"]]
    wanted = [ip_network(cidr)] if cidr else [part for span in spans if span.prefixlen <= length
                                              for part in span.subnets(new_prefix=length)]
    for part in wanted:
        if _inside(part, spans) and not any(part.overlaps(other) for other in taken):
            return str(part)
    if cidr:
        raise ApiError("Failed to allocate subnet: Cannot allocate requested subnet from the available set of prefixes.",
                       "SubnetAllocationError", status=500)
    raise Conflict("Failed to allocate subnet: Insufficient prefix space to allocate subnet size /"
                   f"{length}.", "SubnetAllocationError")


SUBNETPOOLS = Resource("subnetpool", "subnetpool", "/subnetpools", FIELDS, MISSING, create, update, delete)
