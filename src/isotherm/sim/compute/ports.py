"""Servers and their network ports."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict
from isotherm.sim.network import ports, security
from isotherm.sim.storage import Body


def available(cloud: Cloud, project_id: str) -> list[Body]:
    """Networks a server of the project may be put on without being asked for."""
    own = cloud.where("network", project_id=project_id)
    return [*own, *(n for n in cloud.where("network", shared=True) if n["project_id"] != project_id)]


def plan(call: Call, asked: Any) -> list[Body]:
    """What a server's `networks` mean, checked: one {"network_id", "port_id", "fixed_ip", "tag"} for each interface.

    `asked` is a list, "auto", "none", or None when the request has no networks (allowed before 2.37).
    """
    if asked == "none":
        return []
    if asked is None or asked in ("auto", []):
        return _automatic(call, asked == "auto")
    if not isinstance(asked, list):
        raise BadRequest(f"Invalid input for field/attribute networks. Value: {asked}. {asked!r} is not of type 'array'")
    return [_nic(call, item) for item in asked]


def _automatic(call: Call, must: bool) -> list[Body]:
    project_id = call.ctx.project_id or ""
    found = [n for n in available(call.cloud, project_id) if not n.get("router:external") or n["project_id"] == project_id]
    if not found and must:
        raise BadRequest(f"Unable to automatically allocate a network for project {project_id}")
    if len(found) > 1:
        raise Conflict("Multiple possible networks found, use a Network ID to be more specific.")
    return [_checked_network(call, n["id"], {}) for n in found]


def _nic(call: Call, item: Any) -> Body:
    if not isinstance(item, dict):
        raise BadRequest(f"Invalid input for field/attribute networks. Value: {item}. {item!r} is not of type 'object'")
    if item.get("port"):
        port = call.cloud.get("port", item["port"])
        if port is None or not call.ctx.sees(port):
            raise BadRequest(f"Port id {item['port']} could not be found.")
        if port["device_id"]:
            raise Conflict(f"Port {port['id']} is still in use.")
        if not port["fixed_ips"] and port.get("ip_allocation") != "deferred":
            raise BadRequest(f"Port {port['id']} requires a FixedIP in order to be used.")
        return {"network_id": port["network_id"], "port_id": port["id"], "fixed_ip": None, "tag": item.get("tag")}
    if not item.get("uuid"):
        raise BadRequest("Invalid input for field/attribute networks. A network must have a 'uuid' or a 'port'")
    return _checked_network(call, item["uuid"], item)


def _checked_network(call: Call, network_id: str, item: Body) -> Body:
    network = call.cloud.get("network", network_id)
    if network is None or not (call.ctx.sees(network) or network["shared"] or network.get("router:external")):
        raise BadRequest(f"Network {network_id} could not be found.")
    if network.get("router:external") and not (call.ctx.is_admin or network["shared"]):
        raise BadRequest(f"It is not allowed to create an interface on external network {network_id}")
    if not call.cloud.where("subnet", network_id=network_id):
        raise BadRequest(f"Network {network_id} requires a subnet in order to boot instances on.")
    return {"network_id": network_id, "port_id": None, "fixed_ip": item.get("fixed_ip"), "tag": item.get("tag")}


def plug(cloud: Cloud, server: Body, nic: Body, group_ids: Iterable[str] = ()) -> Body:
    """Make or bind one port for a server; raises the network service's errors."""
    owner = {"device_id": server["id"], "device_owner": f"compute:{server['_zone']}", "binding:host_id": server["_host"]}
    if nic["port_id"]:
        port = ports.find(cloud, nic["port_id"])
        if port["device_id"] not in ("", server["id"]):
            raise Conflict(f"Port {port['id']} is still in use.")
        ports.change(cloud, port, owner)
        return port
    asked: Body = {"network_id": nic["network_id"], **owner}
    if nic["fixed_ip"]:
        asked["fixed_ips"] = [{"ip_address": nic["fixed_ip"]}]
    if group_ids:
        asked["security_groups"] = list(group_ids)
    port = ports.make(cloud, server["project_id"], asked)
    server["_made_ports"].append(port["id"])
    cloud.save("server", server)
    return port


def unplug(cloud: Cloud, server: Body, port: Body) -> None:
    """Take one port from a server: those Nova made are deleted, the others only unbound."""
    if port["id"] in server["_made_ports"]:
        server["_made_ports"].remove(port["id"])
        cloud.save("server", server)
        ports.drop(cloud, port)
    else:
        ports.change(cloud, port, {"device_id": "", "device_owner": "", "binding:host_id": ""})


def unplug_all(cloud: Cloud, server: Body) -> None:
    """Take all ports from a server that goes away."""
    for port in plugged(cloud, server):
        unplug(cloud, server, port)


def plugged(cloud: Cloud, server: Body) -> list[Body]:
    """The ports of a server."""
    return cloud.where("port", device_id=server["id"])


def addresses(cloud: Cloud, server: Body) -> dict[str, list[Body]]:
    """A server's addresses by network name, fixed and floating."""
    found: dict[str, list[Body]] = {}
    for port in plugged(cloud, server):
        network = cloud.get("network", port["network_id"])
        rows = found.setdefault(network["name"] if network else port["network_id"], [])
        floating = {ip["fixed_ip_address"]: ip["floating_ip_address"] for ip in cloud.where("floatingip", port_id=port["id"])}
        for ip in port["fixed_ips"]:
            rows.append(_address(port, ip["ip_address"], "fixed"))
            if ip["ip_address"] in floating:
                rows.append(_address(port, floating[ip["ip_address"]], "floating"))
    return found


def _address(port: Body, ip: str, kind: str) -> Body:
    return {"version": ipaddress.ip_address(ip).version, "addr": ip, "OS-EXT-IPS:type": kind,
            "OS-EXT-IPS-MAC:mac_addr": port["mac_address"]}


def security_groups(cloud: Cloud, server: Body) -> list[Body]:
    """Names of the security groups on a server's ports."""
    ids = dict.fromkeys(id_ for port in plugged(cloud, server) for id_ in port["security_groups"])
    groups = (cloud.get("security_group", id_) for id_ in ids)
    return [{"name": name} for name in dict.fromkeys(group["name"] for group in groups if group)]


def find_groups(call: Call, asked: Any) -> list[str]:
    """IDs of security groups given by name or ID; 400 for one the project does not have."""
    ids = []
    for item in asked or ():
        wanted = str(item.get("name", "")) if isinstance(item, dict) else str(item)
        own = call.cloud.where("security_group", project_id=call.ctx.project_id)
        found = [group for group in own if wanted in (group["id"], group["name"])]
        if not found and wanted == "default":
            found = [security.default_group(call.cloud, call.ctx.project_id or "")]
        if not found:
            raise BadRequest(f"Unable to find security_group with name or id '{wanted}'")
        if len(found) > 1 and wanted not in [group["id"] for group in found]:
            raise Conflict(f"Multiple security groups found matching '{wanted}'. Use an ID to be more specific.")
        ids.append(next((group["id"] for group in found if group["id"] == wanted), found[0]["id"]))
    return ids
