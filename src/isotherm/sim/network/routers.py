"""Routers, their gateways and extra routes. Interfaces are in `interfaces`."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import BadRequest, Conflict
from isotherm.sim.network import fields as f
from isotherm.sim.network import networks, ports
from isotherm.sim.network.fields import ADMIN, Field, complete, shown
from isotherm.sim.network.reading import (
    address,
    boolean,
    cidr,
    items,
    mapping,
    optional,
    text,
    uuid,
)  # fmt: skip
from isotherm.sim.network.resources import Resource, Row, forbidden, keep, touch
from isotherm.sim.storage import Body

GATEWAY = mapping(
    "network_id",
    network_id=uuid, enable_snat=boolean, qos_policy_id=optional(uuid),
    external_fixed_ips=items(mapping(subnet_id=uuid, ip_address=address)),
)  # fmt: skip


def gateway(name: str, value: Any) -> Any:
    """Null or {} for none, else an object with at least network_id."""
    if not value:
        return None
    return GATEWAY(name, value)


EXTRA_ROUTES = items(mapping("destination", "nexthop", destination=cidr, nexthop=address), "hostroute")

FIELDS = (
    f.NAME,
    f.ADMIN_STATE,
    f.STATUS,
    Field("external_gateway_info", gateway, None),
    Field("routes", EXTRA_ROUTES, [], post=False),
    Field("distributed", boolean, False, write=ADMIN, seen=ADMIN),
    Field("ha", boolean, False, write=ADMIN, seen=ADMIN),
    Field("availability_zone_hints", items(text()), [], put=False),
    shown("availability_zones"),
    Field("flavor_id", optional(uuid), None, put=False),
    Field("enable_ndp_proxy", optional(boolean), put=True, seen=f.NOBODY),
    *f.STANDARD,
)
MISSING = ("Router {} could not be found", "RouterNotFound")
ADMIN_GATEWAY = ("enable_snat", "external_fixed_ips")
"""Parts of external_gateway_info that only administrators give."""


def bad(reason: str) -> BadRequest:
    return BadRequest(f"Bad router request: {reason}.", "BadRequest")


def interface_ports(cloud: Cloud, router_id: str) -> list[Body]:
    """Ports by which a router is connected to project networks."""
    return cloud.where("port", device_id=router_id, device_owner="network:router_interface")


def create(cloud: Cloud, body: Body) -> Body:
    """A router of the project in the body."""
    networks.check_zones(body["availability_zone_hints"])
    body.pop("enable_ndp_proxy", None)
    router = {**body, "id": new_id(), "external_gateway_info": None, "routes": [], "status": "ACTIVE"}
    router["availability_zones"] = body["availability_zone_hints"] or list(networks.ZONES)
    _set_gateway(cloud, router, body["external_gateway_info"])
    return keep(cloud, "router", router)


def update(cloud: Cloud, router: Body, changed: Body) -> None:
    changed = dict(changed)
    changed.pop("enable_ndp_proxy", None)
    if "routes" in changed:
        check_routes(cloud, router, changed["routes"])
    if "external_gateway_info" in changed:
        _set_gateway(cloud, router, changed.pop("external_gateway_info"))
    touch(cloud, "router", router, **changed)


def delete(cloud: Cloud, router: Body) -> None:
    """Delete a router with its gateway; 409 while it has interfaces."""
    if attached := interface_ports(cloud, router["id"]):
        names = ",".join(port["id"] for port in attached)
        raise Conflict(f"Router {router['id']} has ports still attached: {names}", "RouterInUse")
    _drop_gateway(cloud, router)
    cloud.remove("router", router["id"])


def _drop_gateway(cloud: Cloud, router: Body) -> None:
    for port in cloud.where("port", device_id=router["id"], device_owner="network:router_gateway"):
        cloud.remove("port", port["id"])


def _check_gateway_unused(cloud: Cloud, router: Body, network_id: str) -> None:
    if cloud.where("floatingip", router_id=router["id"]):
        raise Conflict(f"Gateway cannot be updated for router {router['id']}, since a gateway to external network "
                       f"{network_id} is required by one or more floating IPs.", "RouterExternalGatewayInUseByFloatingIp")


def _set_gateway(cloud: Cloud, router: Body, asked: Body | None) -> None:
    old = router["external_gateway_info"]
    if old and (asked is None or asked["network_id"] != old["network_id"]):
        _check_gateway_unused(cloud, router, old["network_id"])
    if asked is None:
        _drop_gateway(cloud, router)
        router["external_gateway_info"] = None
        return
    network = networks.find(cloud, asked["network_id"])
    if not network["router:external"]:
        raise bad(f"Network {network['id']} is not an external network")
    networks.check_policy(cloud, asked.get("qos_policy_id"))
    addresses = old["external_fixed_ips"] if old else []
    wanted = asked.get("external_fixed_ips")
    if old is None or old["network_id"] != network["id"] or (wanted and not _held(wanted, addresses)):
        addresses = _plug_gateway(cloud, router, network["id"], wanted)
    router["external_gateway_info"] = {
        "network_id": network["id"],
        "external_fixed_ips": addresses,
        "enable_snat": asked.get("enable_snat", True),
        **({"qos_policy_id": asked["qos_policy_id"]} if asked.get("qos_policy_id") else {}),
    }


def _held(wanted: list[Body], held: list[Body]) -> bool:
    return len(wanted) == len(held) and all(any(ask.items() <= ip.items() for ip in held) for ask in wanted)


def _plug_gateway(cloud: Cloud, router: Body, network_id: str, wanted: list[Body] | None) -> list[Body]:
    asked: Body = {"network_id": network_id, "device_owner": "network:router_gateway", "device_id": router["id"]}
    if wanted:
        asked["fixed_ips"] = wanted
    port = ports.create(cloud, {**complete(ports.FIELDS, asked), "project_id": ""})
    for other in cloud.where("port", device_id=router["id"], device_owner="network:router_gateway"):
        if other["id"] != port["id"]:
            cloud.remove("port", other["id"])
    return list(port["fixed_ips"])


def check_routes(cloud: Cloud, router: Body, routes: list[Body]) -> None:
    """400 for a next hop that is on none of the router's networks, or is the router itself."""
    mine = cloud.where("port", device_id=router["id"])
    held = {ip["ip_address"] for port in mine for ip in port["fixed_ips"]}
    spans = [ip_network(subnet["cidr"]) for port in mine for ip in port["fixed_ips"]
             if (subnet := cloud.get("subnet", ip["subnet_id"]))]
    for route in routes:
        if not any(ip_address(route["nexthop"]) in span for span in spans):
            raise _invalid_routes(routes, "the nexthop is not connected with router")
        if route["nexthop"] in held:
            raise _invalid_routes(routes, "the nexthop is used by router")


def _invalid_routes(routes: list[Body], reason: str) -> BadRequest:
    return BadRequest(f"Invalid format for routes: {routes}, {reason}", "InvalidRoutes")


def admit(call: Call, body: Body) -> None:
    """The external network must be visible; parts of the gateway are the administrator's."""
    _admit_gateway(call, body["external_gateway_info"], "create")


def admit_change(call: Call, _router: Body, changed: Body) -> None:
    """The same of a change."""
    _admit_gateway(call, changed.get("external_gateway_info"), "update")


def _admit_gateway(call: Call, info: Body | None, verb: str) -> None:
    if info:
        networks.visible(call, info["network_id"])
        for part in ADMIN_GATEWAY:
            if part in info and not call.ctx.is_admin:
                raise forbidden(verb, ROUTERS, f"external_gateway_info:{part}")


def _change_routes(call: Call, router_id: str, add: bool) -> Body:
    router = ROUTERS.find(call, router_id)
    if not call.ctx.sees(router):
        raise forbidden("update", ROUTERS)
    given = EXTRA_ROUTES("routes", call.part("router").get("routes"))
    kept = [route for route in router["routes"] if route not in given]
    routes = [*router["routes"], *(route for route in given if route not in router["routes"])] if add else kept
    check_routes(call.cloud, router, routes)
    touch(call.cloud, "router", router, routes=routes)
    return {"router": ROUTERS.render(call.cloud, call.ctx, router)}


def add_extraroutes(call: Call, router_id: str) -> Body:
    return _change_routes(call, router_id, add=True)


def remove_extraroutes(call: Call, router_id: str) -> Body:
    return _change_routes(call, router_id, add=False)


ROUTERS = Resource("router", "router", "/routers", FIELDS, MISSING, create, update, delete, admit=admit,
                   admit_change=admit_change)

ROUTES: list[Row] = [
    ("PUT", "/routers/{router_id}/add_extraroutes", add_extraroutes),
    ("PUT", "/routers/{router_id}/remove_extraroutes", remove_extraroutes),
]
