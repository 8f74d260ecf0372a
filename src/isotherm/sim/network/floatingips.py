"""Floating IPs."""

from __future__ import annotations

from ipaddress import ip_address

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network import networks, ports
from isotherm.sim.network.fields import ADMIN, REQUIRED, Field, complete, shown
from isotherm.sim.network.reading import address, optional, text, uuid
from isotherm.sim.network.resources import Resource, keep, touch
from isotherm.sim.storage import Body

FIELDS = (
    Field("floating_network_id", uuid, REQUIRED, put=False),
    Field("subnet_id", optional(uuid), None, put=False, seen=f.NOBODY),
    Field("floating_ip_address", optional(address), None, put=False, write=ADMIN),
    Field("port_id", optional(uuid), None),
    Field("fixed_ip_address", optional(address), None),
    Field("qos_policy_id", optional(uuid), None),
    Field("dns_name", text(), "", put=False),
    Field("dns_domain", text(), "", put=False),
    shown("router_id"),
    shown("status"),
    shown("port_details"),
    shown("port_forwardings"),
    *f.STANDARD,
)
FORWARDED = ("id", "internal_ip_address", "internal_port_id", "internal_port", "external_port", "protocol")
MISSING = ("Floating IP {} could not be found", "FloatingIPNotFound")


def bad(reason: str) -> BadRequest:
    return BadRequest(f"Bad floatingip request: {reason}.", "BadRequest")


def router_for(cloud: Cloud, subnet_id: str, external_id: str) -> str | None:
    """The router that connects a subnet with an external network, if any."""
    subnet = cloud.get("subnet", subnet_id)
    if subnet is None:
        return None
    for port in cloud.where("port", network_id=subnet["network_id"], device_owner="network:router_interface"):
        router = cloud.get("router", port["device_id"])
        here = any(ip["subnet_id"] == subnet_id for ip in port["fixed_ips"])
        if here and router and (router["external_gateway_info"] or {}).get("network_id") == external_id:
            return str(router["id"])
    return None


def target(cloud: Cloud, body: Body, port_id: str, wanted: str | None) -> Body:
    """The fields of a floating IP that points to a port; 400, 404 or 409 when it cannot."""
    port = ports.find(cloud, port_id)
    fixed = [ip for ip in port["fixed_ips"] if ip_address(ip["ip_address"]).version == 4]
    if wanted:
        fixed = [ip for ip in fixed if ip["ip_address"] == wanted]
        if not fixed:
            raise bad(f"Port {port_id} does not have fixed ip {wanted}")
    if not fixed:
        raise bad(f"Cannot add floating IP to port {port_id} that has no fixed IPv4 addresses")
    if len(fixed) > 1:
        raise bad(f"Port {port_id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning "
                  "a floating IP")
    inside, external_id = fixed[0], body["floating_network_id"]
    for other in cloud.where("floatingip", port_id=port_id, floating_network_id=external_id):
        if other["fixed_ip_address"] == inside["ip_address"] and other["id"] != body["id"]:
            raise Conflict(f"Cannot associate floating IP {body['floating_ip_address']} ({body['id']}) with port {port_id} "
                           f"using fixed IP {inside['ip_address']}, as that fixed IP already has a floating IP on external "
                           f"network {external_id}.", "FloatingIPPortAlreadyAssociated")
    router_id = router_for(cloud, inside["subnet_id"], external_id)
    if router_id is None:
        raise NotFound(f"External network {external_id} is not reachable from subnet {inside['subnet_id']}.  Therefore, "
                       f"cannot associate Port {port_id} with a Floating IP.", "ExternalGatewayForFloatingIPNotFound")
    return {"port_id": port_id, "fixed_ip_address": inside["ip_address"], "router_id": router_id, "status": "ACTIVE"}


NOWHERE: Body = {"port_id": None, "fixed_ip_address": None, "router_id": None, "status": "DOWN"}


def create(cloud: Cloud, body: Body) -> Body:
    """A floating IP for the project in the body. It keeps a port on the external network."""
    network = networks.find(cloud, body["floating_network_id"])
    if not network["router:external"]:
        raise bad(f"Network {network['id']} is not a valid external network")
    networks.check_policy(cloud, body["qos_policy_id"])
    if body["fixed_ip_address"] and not body["port_id"]:
        raise bad("fixed_ip_address cannot be specified without a port_id")
    fip = {**body, "id": new_id(), "revision_number": 0}
    asked = {"network_id": network["id"], "device_owner": "network:floatingip", "device_id": fip["id"]}
    wanted = {name: value for name, value in (("subnet_id", fip.pop("subnet_id")),
                                              ("ip_address", fip["floating_ip_address"])) if value}
    ports_body = complete(ports.FIELDS, {**asked, "fixed_ips": [wanted]} if wanted else asked)
    outside = ports.create(cloud, {**ports_body, "project_id": ""})
    addresses = [ip["ip_address"] for ip in outside["fixed_ips"] if ip_address(ip["ip_address"]).version == 4]
    try:
        if not addresses:
            raise bad(f"Network {network['id']} does not contain any IPv4 subnet")
        fip["floating_ip_address"] = addresses[0]
        fip.update(target(cloud, fip, body["port_id"], body["fixed_ip_address"]) if body["port_id"] else NOWHERE)
    except (BadRequest, NotFound, Conflict):
        cloud.remove("port", outside["id"])
        raise
    return keep(cloud, "floatingip", fip)


def update(cloud: Cloud, fip: Body, changed: Body) -> None:
    networks.check_policy(cloud, changed.get("qos_policy_id"))
    if changed.get("fixed_ip_address") and not changed.get("port_id", fip["port_id"]):
        raise bad("fixed_ip_address cannot be specified without a port_id")
    if "port_id" in changed or "fixed_ip_address" in changed:
        port_id = changed.get("port_id", fip["port_id"])
        if port_id and cloud.where("port_forwarding", floatingip_id=fip["id"]):
            raise Conflict(f"Floating IP {fip['id']} in use by Port Forwarding resources.", "FipInUseByPortForwarding")
        where = target(cloud, fip, port_id, changed.get("fixed_ip_address")) if port_id else NOWHERE
        changed = {**changed, **where}
    touch(cloud, "floatingip", fip, **changed)


def delete(cloud: Cloud, fip: Body) -> None:
    for port in cloud.where("port", device_id=fip["id"], device_owner="network:floatingip"):
        cloud.remove("port", port["id"])
    for row in cloud.where("port_forwarding", floatingip_id=fip["id"]):
        cloud.remove("port_forwarding", row["id"])
    cloud.remove("floatingip", fip["id"])


def view(cloud: Cloud, fip: Body) -> Body:
    port = cloud.get("port", fip["port_id"])
    rows = cloud.where("port_forwarding", floatingip_id=fip["id"])
    names = ("name", "network_id", "mac_address", "admin_state_up", "status", "device_id", "device_owner")
    details = {name: port[name] for name in names} if port else None
    return {"port_details": details, "port_forwardings": [{name: row[name] for name in FORWARDED} for row in rows]}


def admit(call: Call, body: Body) -> None:
    """Network and port must be visible to the caller."""
    networks.visible(call, body["floating_network_id"])
    if body["port_id"]:
        ports.PORTS.find(call, body["port_id"])


FLOATINGIPS = Resource(
    "floatingip", "floatingip", "/floatingips", FIELDS, MISSING, create, update, delete, view, admit=admit,
)  # fmt: skip
