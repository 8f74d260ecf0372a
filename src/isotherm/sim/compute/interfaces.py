"""Interfaces of servers: ports attached and detached while they run."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.compute import ports
from isotherm.sim.compute.rendering import unknown
from isotherm.sim.compute.servers import find, unlocked
from isotherm.sim.compute.states import check_state
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body

ATTACHABLE = ("ACTIVE", "SHUTOFF", "PAUSED")


def _view(call: Call, port: Body, server: Body) -> Body:
    body = {"net_id": port["network_id"], "port_id": port["id"], "mac_addr": port["mac_address"],
            "port_state": port["status"], "fixed_ips": port["fixed_ips"]}
    if call.at_least(2, 70):
        body["tag"] = (server.get("_interface_tags") or {}).get(port["id"])
    return body


def list_interfaces(call: Call, server_id: str) -> Body:
    server = find(call, server_id)
    return {"interfaceAttachments": [_view(call, port, server) for port in ports.plugged(call.cloud, server)]}


def show_interface(call: Call, server_id: str, port_id: str) -> Body:
    server = find(call, server_id)
    port = next((p for p in ports.plugged(call.cloud, server) if p["id"] == port_id), None)
    if port is None:
        raise NotFound(f"Instance {server_id} does not have a port with id {port_id}")
    return {"interfaceAttachment": _view(call, port, server)}


def attach_interface(call: Call, server_id: str) -> Body:
    """POST: a port, or a network to make a port on; without either the only network there is."""
    server = find(call, server_id)
    asked = call.json.get("interfaceAttachment") or {}
    extra = set(asked) - {"net_id", "port_id", "fixed_ips", "tag"}
    if extra:
        raise unknown("interfaceAttachment", asked, extra)
    if asked.get("net_id") and asked.get("port_id"):
        raise BadRequest("Must not input both network_id and port_id")
    if asked.get("fixed_ips") and not asked.get("net_id"):
        raise BadRequest("Must input network_id when request IP address")
    unlocked(call, server)
    check_state(server, "attach_interface", ATTACHABLE)
    wanted = None
    if asked.get("port_id") or asked.get("net_id"):
        addresses = asked.get("fixed_ips") or [{}]
        wanted = [{"port": asked.get("port_id"), "uuid": asked.get("net_id"), "fixed_ip": addresses[0].get("ip_address")}]
    nics = ports.plan(call, wanted)
    if not nics:
        raise BadRequest("No more available networks")
    port = ports.plug(call.cloud, server, nics[0])
    if asked.get("tag"):
        server.setdefault("_interface_tags", {})[port["id"]] = asked["tag"]
    call.cloud.update("server", server, updated=call.cloud.stamp())
    return {"interfaceAttachment": _view(call, port, server)}


def detach_interface(call: Call, server_id: str, port_id: str) -> None:
    """DELETE: accepted at once, done after the delay of interfaces; accepted too for a port the server does not have."""
    server = find(call, server_id)
    unlocked(call, server)
    check_state(server, "detach_interface", ATTACHABLE)
    port = call.cloud.get("port", port_id)
    if port and port["device_id"] == server_id:
        call.cloud.later("port", port, after=call.cloud.delay("interface"), effect="compute.unplugged")


def unplugged(cloud: Cloud, port: Body) -> None:
    """The end of detaching an interface."""
    server = cloud.get("server", port["device_id"])
    if server:
        ports.unplug(cloud, server, port)


EFFECTS = {"compute.unplugged": unplugged}
ROUTES = [
    ("GET", "/servers/{server_id}/os-interface", list_interfaces),
    ("POST", "/servers/{server_id}/os-interface", attach_interface),
    ("GET", "/servers/{server_id}/os-interface/{port_id}", show_interface),
    ("DELETE", "/servers/{server_id}/os-interface/{port_id}", detach_interface, 202),
]
