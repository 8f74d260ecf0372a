"""Networks."""

from __future__ import annotations

from isotherm.sim.call import Call, Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network.fields import ADMIN, Field, shown
from isotherm.sim.network.reading import boolean, integer, items, one_of, optional, text, uuid
from isotherm.sim.network.resources import Resource, keep, owned, touch
from isotherm.sim.network.sharing import EXTERNAL, allowed
from isotherm.sim.storage import Body

NETWORK_TYPES = ("flat", "gre", "geneve", "local", "vlan", "vxlan")
TUNNELS = ("gre", "geneve", "vxlan")
FIELDS = (
    f.NAME,
    f.ADMIN_STATE,
    f.STATUS,
    shown("subnets"),
    Field("shared", boolean, False, write=ADMIN),
    Field("router:external", boolean, False, write=ADMIN),
    Field("is_default", boolean, False, write=ADMIN),
    f.MTU,
    Field("port_security_enabled", boolean, True),
    Field("availability_zone_hints", items(text()), [], put=False),
    shown("availability_zones"),
    shown("ipv4_address_scope"),
    shown("ipv6_address_scope"),
    shown("l2_adjacency"),
    Field("vlan_transparent", optional(boolean), False, put=False),
    Field("qinq", optional(boolean), False, put=False),
    Field("qos_policy_id", optional(uuid), None),
    Field("dns_domain", text(), ""),
    Field("provider:network_type", one_of(*NETWORK_TYPES), write=ADMIN, seen=ADMIN),
    Field("provider:physical_network", optional(text()), None, write=ADMIN, seen=ADMIN),
    Field("provider:segmentation_id", optional(integer(0)), write=ADMIN, seen=ADMIN),
    shown("segments", ADMIN),
    *f.STANDARD,
)
ZONES = ("nova",)
SEGMENT = ("network_type", "physical_network", "segmentation_id")
MISSING = ("Network {} could not be found.", "NetworkNotFound")


def check_zones(hints: list[str]) -> None:
    """404 for an availability zone there is none of."""
    for zone in hints:
        if zone not in ZONES:
            raise NotFound(f"AvailabilityZone {zone} could not be found.", "AvailabilityZoneNotFound")


def check_policy(cloud: Cloud, policy_id: str | None) -> None:
    """404 for a QoS policy there is none of."""
    if policy_id and cloud.get("qos_policy", policy_id) is None:
        raise NotFound(f"QoS policy {policy_id} could not be found.", "QosPolicyNotFound")


def create(cloud: Cloud, body: Body) -> Body:
    """A network of the project in the body."""
    check_zones(body["availability_zone_hints"])
    check_policy(cloud, body["qos_policy_id"])
    body.setdefault("provider:network_type", "vxlan")
    body.setdefault("mtu", 1450 if body["provider:network_type"] in TUNNELS else 1500)
    if "provider:segmentation_id" not in body:
        body["provider:segmentation_id"] = next_segment(cloud, body["provider:network_type"])
    network = keep(cloud, "network", {"status": "ACTIVE", "l2_adjacency": True, **body})
    keep(cloud, "segment", {
        "network_id": network["id"], "network_type": body["provider:network_type"], "name": None, "description": None,
        "physical_network": body["provider:physical_network"], "segmentation_id": body["provider:segmentation_id"],
        "revision_number": 0,
    })  # fmt: skip
    return network


def next_segment(cloud: Cloud, network_type: str) -> int | None:
    """A segmentation ID nobody uses; null for types that have none."""
    if network_type not in (*TUNNELS, "vlan"):
        return None
    meta = cloud.get("meta", "segments") or cloud.add("meta", {"id": "segments", "last": 100})
    return int(cloud.update("meta", meta, last=meta["last"] + 1)["last"])


def update(cloud: Cloud, network: Body, changed: Body) -> None:
    check_policy(cloud, changed.get("qos_policy_id"))
    if changed.get("shared") is False and network["shared"]:
        others = [p for p in cloud.where("port", network_id=network["id"])
                  if p["project_id"] not in ("", network["project_id"])]
        if others:
            raise Conflict(f"Unable to reconfigure sharing settings for network {network['name']}. Multiple projects are "
                           "using it.", "InvalidSharedSetting")
    touch(cloud, "network", network, **changed)


def delete(cloud: Cloud, network: Body) -> None:
    """Delete a network with its subnets; 409 while ports are on it. The DHCP ports of agents go with it."""
    ports = cloud.where("port", network_id=network["id"])
    if used := [port["id"] for port in ports if port["device_owner"] != "network:dhcp"]:
        raise Conflict(f"Unable to complete operation on network {network['id']}. There are one or more ports still in "
                       f"use on the network, id for these ports is: {','.join(used)}.", "NetworkInUse")
    for port in ports:
        cloud.remove("port", port["id"])
    for subnet in cloud.where("subnet", network_id=network["id"]):
        cloud.remove("subnet", subnet["id"])
    for row in cloud.where("rbac_policy", object_id=network["id"]):
        cloud.remove("rbac_policy", row["id"])
    for segment in cloud.where("segment", network_id=network["id"]):
        cloud.remove("segment", segment["id"])
    cloud.remove("network", network["id"])


def view(cloud: Cloud, network: Body) -> Body:
    subnets = cloud.where("subnet", network_id=network["id"])
    scopes: dict[int, str | None] = {}
    for subnet in subnets:
        pool = cloud.get("subnetpool", subnet["subnetpool_id"])
        if pool and pool["address_scope_id"]:
            scopes[subnet["ip_version"]] = pool["address_scope_id"]
    segments = cloud.where("segment", network_id=network["id"])
    several = {"segments": [{f"provider:{name}": segment[name] for name in SEGMENT} for segment in segments]}
    return {
        **(several if len(segments) > 1 else {}),
        "subnets": [subnet["id"] for subnet in subnets],
        "availability_zones": list(ZONES) if subnets else [],
        "ipv4_address_scope": scopes.get(4),
        "ipv6_address_scope": scopes.get(6),
        "shared": network["shared"] or allowed(cloud, network["id"], "*"),
    }


def sees(cloud: Cloud, ctx: Context, network: Body) -> bool:
    """Its project, administrators, those it is shared with; everybody when it is external."""
    external = network["router:external"]
    return owned(cloud, ctx, network) or external or allowed(cloud, network["id"], ctx.project_id, EXTERNAL)


def find(cloud: Cloud, network_id: str) -> Body:
    """A network, or Neutron's 404."""
    network = cloud.get("network", network_id)
    if network is None:
        raise NotFound(MISSING[0].format(network_id), MISSING[1])
    return network


def visible(call: Call, network_id: str) -> Body:
    """A network this caller may see, or 404."""
    network = find(call.cloud, network_id)
    if not sees(call.cloud, call.ctx, network):
        raise NotFound(MISSING[0].format(network_id), MISSING[1])
    return network


def owner(cloud: Cloud, ctx: Context, body: Body) -> bool:
    """Whether the caller owns the network a port or subnet is on (or is an administrator)."""
    network = cloud.get("network", body.get("network_id"))
    return ctx.is_admin or (network is not None and network["project_id"] == ctx.project_id)


NETWORKS = Resource(
    "network", "network", "/networks", FIELDS, MISSING, create, update, delete, view,
    computed=frozenset({"subnets", "ipv4_address_scope", "ipv6_address_scope", "shared", "availability_zones"}), sees=sees,
)  # fmt: skip

