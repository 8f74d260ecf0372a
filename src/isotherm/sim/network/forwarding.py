"""Port forwardings: ports of a floating IP that lead to ports of inner addresses."""

from __future__ import annotations

from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import floatingips, ports
from isotherm.sim.network.fields import DESCRIPTION, REQUIRED, Field, changes, complete
from isotherm.sim.network.reading import address, integer, unusable, uuid
from isotherm.sim.network.resources import Row, keep, touch
from isotherm.sim.network.security_rules import NUMBERS
from isotherm.sim.storage import Body


def protocol(_name: str, value: Any) -> str:
    text = str(value).lower()
    if text not in NUMBERS and not (text.isdigit() and int(text) <= 255):
        raise unusable(f"IP protocol '{value}' is not supported. Only protocol names and their integer representation (0 to "
                       "255) are supported")
    return text


FIELDS = (
    Field("internal_ip_address", address, REQUIRED),
    Field("internal_port_id", uuid, REQUIRED),
    Field("internal_port", integer(1, 65535), REQUIRED),
    Field("external_port", integer(1, 65535), REQUIRED),
    Field("protocol", protocol, REQUIRED),
    DESCRIPTION,
)


def view(row: Body) -> Body:
    found = {name: row[name] for name in (*floatingips.FORWARDED, "description")}
    for side in ("internal", "external"):
        found[f"{side}_port_range"] = f"{row[f'{side}_port']}:{row[f'{side}_port']}"
    return found


def _check(cloud: Cloud, fip: Body, row: Body) -> str:
    """The router the forwarding goes through; 400, 404 or 409 when there is none or something is in the way."""
    if fip["port_id"]:
        raise Conflict(f"Floating IP {fip['id']} already in use by a port.", "FipInUseByPort")
    for other in cloud.where("port_forwarding", floatingip_id=fip["id"], protocol=row["protocol"]):
        if other["id"] == row.get("id"):
            continue
        same_inside = all(other[name] == row[name] for name in ("internal_port_id", "internal_ip_address"))
        for side, collides in (("internal", same_inside), ("external", True)):
            mine, theirs = row[f"{side}_port"], other[f"{side}_port"]
            if collides and mine == theirs:
                raise BadRequest(f"Bad port_forwarding request: There is a port collision with the {side}_port_range. The "
                                 f"following ranges collide: {theirs}:{theirs} and {mine}:{mine}.", "BadRequest")
    port = ports.find(cloud, row["internal_port_id"])
    inside = next((ip for ip in port["fixed_ips"] if ip["ip_address"] == row["internal_ip_address"]), None)
    if inside is None:
        raise BadRequest(f"Bad port_forwarding request: Port {port['id']} does not have the fixed IP "
                         f"{row['internal_ip_address']}.", "BadRequest")
    router_id = floatingips.router_for(cloud, inside["subnet_id"], fip["floating_network_id"])
    if router_id is None:
        raise NotFound(f"External network {fip['floating_network_id']} is not reachable from subnet {inside['subnet_id']}.",
                       "ExternalGatewayForFloatingIPNotFound")
    return router_id


def _find(call: Call, fip_id: str, row_id: str) -> tuple[Body, Body]:
    fip = floatingips.FLOATINGIPS.find(call, fip_id)
    row = call.cloud.get("port_forwarding", row_id)
    if row is None or row["floatingip_id"] != fip["id"]:
        raise NotFound(f"Port Forwarding {row_id} could not be found.", "PortForwardingNotFound")
    return fip, row


def list_rows(call: Call, fip_id: str) -> Body:
    fip = floatingips.FLOATINGIPS.find(call, fip_id)
    return {"port_forwardings": [view(row) for row in call.cloud.where("port_forwarding", floatingip_id=fip["id"])]}


def create(call: Call, fip_id: str) -> Body:
    fip = floatingips.FLOATINGIPS.find(call, fip_id)
    row = {**complete(FIELDS, call.part("port_forwarding")), "floatingip_id": fip["id"], "project_id": fip["project_id"]}
    router_id = _check(call.cloud, fip, row)
    touch(call.cloud, "floatingip", fip, router_id=router_id)
    return {"port_forwarding": view(keep(call.cloud, "port_forwarding", row))}


def show(call: Call, fip_id: str, row_id: str) -> Body:
    return {"port_forwarding": view(_find(call, fip_id, row_id)[1])}


def update(call: Call, fip_id: str, row_id: str) -> Body:
    fip, row = _find(call, fip_id, row_id)
    changed = changes(FIELDS, call.part("port_forwarding"))
    router_id = _check(call.cloud, fip, {**row, **changed})
    touch(call.cloud, "floatingip", fip, router_id=router_id)
    return {"port_forwarding": view(touch(call.cloud, "port_forwarding", row, **changed))}


def delete(call: Call, fip_id: str, row_id: str) -> None:
    fip, row = _find(call, fip_id, row_id)
    call.cloud.remove("port_forwarding", row["id"])
    if not call.cloud.where("port_forwarding", floatingip_id=fip["id"]):
        touch(call.cloud, "floatingip", fip, router_id=None)


PATH = "/floatingips/{fip_id}/port_forwardings"
ROUTES: list[Row] = [
    ("GET", PATH, list_rows),
    ("POST", PATH, create, 201),
    ("GET", PATH + "/{row_id}", show),
    ("PUT", PATH + "/{row_id}", update),
    ("DELETE", PATH + "/{row_id}", delete, 204),
]
