"""Interfaces of routers: the ports that connect them to project networks."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Conflict, NotFound
from isotherm.sim.network import ports, subnets
from isotherm.sim.network.fields import complete
from isotherm.sim.network.resources import Row, forbidden, touch
from isotherm.sim.network.routers import ROUTERS, bad, interface_ports
from isotherm.sim.storage import Body

OWNER = "network:router_interface"


def _router(call: Call, router_id: str) -> Body:
    router = ROUTERS.find(call, router_id)
    if not call.ctx.sees(router):
        raise forbidden("update", ROUTERS)
    return router


def _wanted(call: Call) -> tuple[str | None, str | None]:
    body = call.json if isinstance(call.json, dict) else {}
    subnet_id, port_id = body.get("subnet_id"), body.get("port_id")
    if not subnet_id and not port_id:
        raise bad("Either subnet_id or port_id must be specified")
    return subnet_id, port_id


def _answer(router: Body, port: Body, subnet_ids: list[str]) -> Body:
    return {"id": router["id"], "project_id": router["project_id"],
            "network_id": port["network_id"], "port_id": port["id"], "subnet_id": subnet_ids[0], "subnet_ids": subnet_ids}


def check_overlap(cloud: Cloud, router: Body, subnet: Body) -> None:
    """400 when the router is on the subnet already, or on one that shares addresses with it."""
    span = ip_network(subnet["cidr"])
    for port in cloud.where("port", device_id=router["id"]):
        for ip in port["fixed_ips"]:
            if ip["subnet_id"] == subnet["id"]:
                raise bad(f"Router already has a port on subnet {subnet['id']}")
            other = cloud.get("subnet", ip["subnet_id"])
            if other is None or other["ip_version"] != span.version:
                continue
            there = ip_network(other["cidr"])
            if span.overlaps(there):
                raise bad(f"Cidr {span} of subnet {subnet['id']} overlaps with cidr {there} of subnet {other['id']}")


def _by_subnet(call: Call, router: Body, subnet_id: str) -> Body:
    subnet = subnets.SUBNETS.find(call, subnet_id)
    if subnet["gateway_ip"] is None:
        raise bad("Subnet for router interface must have a gateway IP")
    check_overlap(call.cloud, router, subnet)
    gateway = {"subnet_id": subnet_id, "ip_address": subnet["gateway_ip"]}
    if subnet["ip_version"] == 6 and (port := _ipv6_port(call.cloud, router, subnet["network_id"])):
        ports.change(call.cloud, port, {"fixed_ips": [*port["fixed_ips"], gateway]})
        return port
    asked = {"network_id": subnet["network_id"], "device_owner": OWNER, "device_id": router["id"],
             "fixed_ips": [gateway]}
    return ports.create(call.cloud, {**complete(ports.FIELDS, asked), "project_id": router["project_id"]})


def _ipv6_port(cloud: Cloud, router: Body, network_id: str) -> Body | None:
    """The interface that carries a router's IPv6 subnets of a network: they share one."""
    mine = (port for port in interface_ports(cloud, router["id"]) if port["network_id"] == network_id)
    return next((port for port in mine if any(":" in ip["ip_address"] for ip in port["fixed_ips"])), None)


def _by_port(call: Call, router: Body, port_id: str) -> Body:
    port = ports.PORTS.find(call, port_id)
    if port["device_id"]:
        raise Conflict(f"Unable to complete operation on port {port_id} for network {port['network_id']}. Port already has "
                       f"an attached device {port['device_id']}.", "PortInUse")
    if not port["fixed_ips"]:
        raise bad("Router port must have at least one fixed IP")
    if sum(ip_address(ip["ip_address"]).version == 4 for ip in port["fixed_ips"]) > 1:
        raise bad("Cannot have multiple IPv4 subnets on router port")
    for ip in port["fixed_ips"]:
        check_overlap(call.cloud, router, subnets.find(call.cloud, ip["subnet_id"]))
    return touch(call.cloud, "port", port, device_id=router["id"], device_owner=OWNER, status="ACTIVE")


def add(call: Call, router_id: str) -> Body:
    """Connect a router to a subnet, on its gateway address or by a port that exists."""
    router = _router(call, router_id)
    subnet_id, port_id = _wanted(call)
    if subnet_id and port_id:
        raise bad("Cannot specify both subnet-id and port-id")
    port = _by_subnet(call, router, subnet_id) if subnet_id else _by_port(call, router, str(port_id))
    touch(call.cloud, "router", router)
    return _answer(router, port, [subnet_id] if subnet_id else [ip["subnet_id"] for ip in port["fixed_ips"]])


def _attached(cloud: Cloud, router: Body, subnet_id: str | None, port_id: str | None) -> Body:
    mine = interface_ports(cloud, router["id"])
    if port_id:
        port = next((port for port in mine if port["id"] == port_id), None)
        if port is None:
            raise NotFound(f"Router {router['id']} does not have an interface with id {port_id}", "RouterInterfaceNotFound")
        if subnet_id and all(ip["subnet_id"] != subnet_id for ip in port["fixed_ips"]):
            raise Conflict(f"Subnet on port {port_id} does not match the requested subnet {subnet_id}.",
                           "SubnetMismatchForPort")
        return port
    for port in mine:
        if any(ip["subnet_id"] == subnet_id for ip in port["fixed_ips"]):
            return port
    raise NotFound(f"Router {router['id']} has no interface on subnet {subnet_id}", "RouterInterfaceNotFoundForSubnet")


def _has(cloud: Cloud, port_id: str | None, subnet_id: str, ip: str | None) -> bool:
    port = cloud.get("port", port_id)
    return port is not None and {"subnet_id": subnet_id, "ip_address": ip} in port["fixed_ips"]


def check_unused(cloud: Cloud, router: Body, subnet_id: str) -> None:
    """409 while floating IPs or extra routes need the interface on a subnet."""
    start = f"Router interface for subnet {subnet_id} on router {router['id']} cannot be deleted, as it is required by one "
    for fip in cloud.where("floatingip", router_id=router["id"]):
        rows = cloud.where("port_forwarding", floatingip_id=fip["id"])
        uses = [(fip["port_id"], fip["fixed_ip_address"])]
        uses += [(row["internal_port_id"], row["internal_ip_address"]) for row in rows]
        if any(_has(cloud, port_id, subnet_id, ip) for port_id, ip in uses):
            raise Conflict(start + "or more floating IPs.", "RouterInterfaceInUseByFloatingIP")
    span = ip_network(subnets.find(cloud, subnet_id)["cidr"])
    if any(ip_address(route["nexthop"]) in span for route in router["routes"]):
        raise Conflict(start + "or more routes.", "RouterInterfaceInUseByRoute")


def remove(call: Call, router_id: str) -> Body:
    """Disconnect a router from a subnet; the interface's port goes."""
    router = _router(call, router_id)
    subnet_id, port_id = _wanted(call)
    if subnet_id and not port_id:
        subnets.SUBNETS.find(call, subnet_id)
    port = _attached(call.cloud, router, subnet_id, port_id)
    left = [] if port_id else [ip for ip in port["fixed_ips"] if ip["subnet_id"] != subnet_id]
    subnet_ids = [ip["subnet_id"] for ip in port["fixed_ips"] if ip not in left]
    for id_ in subnet_ids:
        check_unused(call.cloud, router, id_)
    if left:
        ports.change(call.cloud, port, {"fixed_ips": left})
    else:
        ports.drop(call.cloud, port)
    touch(call.cloud, "router", router)
    return _answer(router, port, subnet_ids)


ROUTES: list[Row] = [
    ("PUT", "/routers/{router_id}/add_router_interface", add),
    ("PUT", "/routers/{router_id}/remove_router_interface", remove),
]
