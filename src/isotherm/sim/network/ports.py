"""Ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isotherm.sim.call import Call, Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network import networks, security
from isotherm.sim.network.addresses import Allocation, fresh_mac
from isotherm.sim.network.fields import ADMIN, OWNER, REQUIRED, Field, changes, complete, shown
from isotherm.sim.network.reading import (
    address,
    address_or_prefix,
    anything,
    boolean,
    integer,
    items,
    mac,
    mapping,
    one_of,
    optional,
    text,
    uuid,
)  # fmt: skip
from isotherm.sim.network.resources import Resource, check_quota, forbidden, keep, owned, touch
from isotherm.sim.storage import Body

VNIC_TYPES = ("normal", "direct", "macvtap", "baremetal", "direct-physical", "virtio-forwarder", "smart-nic",
              "accelerator-direct", "accelerator-direct-physical", "vdpa", "remote-managed")  # fmt: skip
NUMA_POLICIES = ("required", "preferred", "legacy", "socket")

FIELDS = (
    f.NAME,
    Field("network_id", uuid, REQUIRED, put=False),
    f.ADMIN_STATE,
    f.STATUS,
    Field("mac_address", optional(mac), write=OWNER, rewrite=ADMIN),
    Field("fixed_ips", items(mapping(subnet_id=uuid, ip_address=address))),
    Field("device_id", text(), ""),
    Field("device_owner", text(), ""),
    Field("security_groups", items(uuid)),
    Field("port_security_enabled", boolean, write=OWNER),
    Field("allowed_address_pairs", items(mapping("ip_address", ip_address=address_or_prefix, mac_address=optional(mac))),
          [], write=OWNER),
    Field("extra_dhcp_opts", items(mapping("opt_name", opt_name=text(), opt_value=optional(text()),
                                           ip_version=integer(4, 6))), []),
    Field("binding:vnic_type", one_of(*VNIC_TYPES), "normal"),
    Field("binding:host_id", optional(text()), "", write=ADMIN, seen=ADMIN),
    Field("binding:profile", optional(anything), {}, write=ADMIN, seen=ADMIN),
    shown("binding:vif_type", ADMIN),
    shown("binding:vif_details", ADMIN),
    Field("qos_policy_id", optional(uuid), None),
    shown("qos_network_policy_id"),
    Field("dns_name", text(), ""),
    Field("dns_domain", text(), ""),
    shown("dns_assignment"),
    shown("trunk_details"),
    shown("ip_allocation"),
    shown("resource_request", ADMIN),
    Field("propagate_uplink_status", boolean, True),
    Field("numa_affinity_policy", optional(one_of(*NUMA_POLICIES)), None, write=ADMIN, seen=ADMIN),
    Field("device_profile", optional(text()), None, put=False, write=ADMIN, seen=ADMIN),
    *f.STANDARD,
)
MISSING = ("Port {} could not be found.", "PortNotFound")
ROUTER_OWNED = ("network:router_interface", "network:router_gateway", "network:floatingip")


def find(cloud: Cloud, port_id: str) -> Body:
    """A port, or Neutron's 404."""
    port = cloud.get("port", port_id)
    if port is None:
        raise NotFound(MISSING[0].format(port_id), MISSING[1])
    return port


def make(cloud: Cloud, project_id: str, asked: Mapping[str, Any]) -> Body:
    """A port of a project as POST /ports makes it from this body, all fields allowed; its quota counts."""
    body = {**complete(FIELDS, asked), "project_id": project_id}
    check_quota(cloud, "port", project_id)
    return create(cloud, body)


def change(cloud: Cloud, port: Body, asked: Mapping[str, Any]) -> None:
    """Change a port as PUT /ports does, all fields allowed."""
    update(cloud, port, changes(FIELDS, asked))


def drop(cloud: Cloud, port: Body) -> None:
    """Remove a port whoever owns it; its addresses are free again, its floating IPs point nowhere."""
    for ip in cloud.where("floatingip", port_id=port["id"]):
        touch(cloud, "floatingip", ip, port_id=None, fixed_ip_address=None, router_id=None, status="DOWN")
    for row in cloud.where("port_forwarding", internal_port_id=port["id"]):
        cloud.remove("port_forwarding", row["id"])
    cloud.remove("port", port["id"])


def create(cloud: Cloud, body: Body) -> Body:
    """A port on the network and of the project in the body; project "" is for the ports routers keep."""
    network = networks.find(cloud, body["network_id"])
    networks.check_policy(cloud, body["qos_policy_id"])
    mac_address = body.get("mac_address")
    if mac_address:
        _check_mac(cloud, network["id"], mac_address)
    port = {**body, "mac_address": mac_address or fresh_mac(cloud, network["id"])}
    _secure(cloud, port, network, body)
    choice = Allocation(cloud, port)
    port["fixed_ips"] = choice.asked(body["fixed_ips"]) if "fixed_ips" in body else choice.usual()
    port["allowed_address_pairs"] = _pairs(body["allowed_address_pairs"], port["mac_address"])
    port["extra_dhcp_opts"] = [{"ip_version": 4, **option} for option in body["extra_dhcp_opts"]]
    port["dns_domain"] = body["dns_domain"] or network["dns_domain"]
    port.update(ip_allocation="none" if body.get("fixed_ips") == [] else "immediate", resource_request=None, status="DOWN")
    _bind(port)
    return keep(cloud, "port", port)


def update(cloud: Cloud, port: Body, changed: Body) -> None:
    networks.check_policy(cloud, changed.get("qos_policy_id"))
    if changed.get("mac_address", port["mac_address"]) != port["mac_address"]:
        _check_mac(cloud, port["network_id"], changed["mac_address"])
    merged = {**port, **changed}
    if {"security_groups", "port_security_enabled", "allowed_address_pairs"} & changed.keys():
        _check_security(cloud, merged, changed)
    if "fixed_ips" in changed:
        merged["fixed_ips"] = Allocation(cloud, merged, own=port["fixed_ips"]).asked(changed["fixed_ips"])
    if "allowed_address_pairs" in changed:
        merged["allowed_address_pairs"] = _pairs(changed["allowed_address_pairs"], merged["mac_address"])
    if "extra_dhcp_opts" in changed:
        merged["extra_dhcp_opts"] = _options(port["extra_dhcp_opts"], changed["extra_dhcp_opts"])
    _bind(merged)
    touch(cloud, "port", port, **{name: value for name, value in merged.items() if port.get(name) != value})


def delete(cloud: Cloud, port: Body) -> None:
    """What DELETE /ports does: refuses the ports routers and floating IPs keep."""
    owner = port["device_owner"]
    if owner in ROUTER_OWNED and (cloud.get("router", port["device_id"]) or cloud.get("floatingip", port["device_id"])):
        raise Conflict(f"Port {port['id']} cannot be deleted directly via the port API: has device owner {owner}.",
                       "ServicePortInUse")
    for trunk in cloud.where("trunk"):
        if trunk["port_id"] == port["id"]:
            raise Conflict(f"Port {port['id']} is currently a parent port for trunk {trunk['id']}.", "PortInUseAsTrunkParent")
        if any(sub["port_id"] == port["id"] for sub in trunk["sub_ports"]):
            raise Conflict(f"Port {port['id']} is currently a subport for trunk {trunk['id']}.", "PortInUseAsSubPort")
    drop(cloud, port)


def _check_mac(cloud: Cloud, network_id: str, mac_address: str) -> None:
    if cloud.where("port", network_id=network_id, mac_address=mac_address):
        raise Conflict(f"Unable to complete operation for network {network_id}. The mac address {mac_address} is in use.",
                       "MacAddressInUse")


def _secure(cloud: Cloud, port: Body, network: Body, asked: Body) -> None:
    own = not port["device_owner"].startswith("network:")
    port.setdefault("port_security_enabled", network["port_security_enabled"] and own)
    if "security_groups" not in port:
        groups = [security.default_group(cloud, port["project_id"])["id"]] if port["port_security_enabled"] else []
        port["security_groups"] = groups
    _check_security(cloud, port, asked)


def _check_security(cloud: Cloud, port: Body, asked: Body) -> None:
    for group_id in asked.get("security_groups", ()):
        group = cloud.get("security_group", group_id)
        if group is None or not owned(cloud, Context("", port["project_id"]), group):
            raise NotFound(f"Security group {group_id} does not exist", "SecurityGroupNotFound")
    if not port["port_security_enabled"]:
        if port["allowed_address_pairs"]:
            raise Conflict("Port Security must be enabled in order to have allowed address pairs on a port.",
                           "AddressPairAndPortSecurityRequired")
        if port["security_groups"]:
            raise Conflict("Port has security group associated. Cannot disable port security or IP address until security "
                           "group is removed.", "PortSecurityPortHasSecurityGroup")


def _pairs(asked: list[Body], mac_address: str) -> list[Body]:
    for place, pair in enumerate(asked):
        if pair in asked[:place]:
            raise BadRequest(f"Request contains duplicate address pair: mac_address {pair.get('mac_address')} ip_address "
                             f"{pair['ip_address']}.", "DuplicateAddressPairInRequest")
    return [{"ip_address": pair["ip_address"], "mac_address": pair.get("mac_address") or mac_address} for pair in asked]


def _options(old: list[Body], asked: list[Body]) -> list[Body]:
    """DHCP options after a change: named ones replaced, those set to null removed, others kept."""
    found = {option["opt_name"]: option for option in old}
    for option in asked:
        if option.get("opt_value") is None:
            found.pop(option["opt_name"], None)
        else:
            found[option["opt_name"]] = {"ip_version": 4, **option}
    return list(found.values())


def _bind(port: Body) -> None:
    bound = bool(port["binding:host_id"])
    port["binding:host_id"] = port["binding:host_id"] or ""
    port["binding:profile"] = port["binding:profile"] or {}
    port["binding:vif_type"] = "ovs" if bound else "unbound"
    port["binding:vif_details"] = {"port_filter": True, "connectivity": "l2"} if bound else {}
    if port["device_owner"] == "network:floatingip":
        port["status"] = "N/A"
    else:
        live = bound or port["device_owner"].startswith("network:")
        port["status"] = "ACTIVE" if live and port["admin_state_up"] else "DOWN"


def _trunk(cloud: Cloud, trunk: Body) -> Body:
    macs = {sub["port_id"]: find(cloud, sub["port_id"])["mac_address"] for sub in trunk["sub_ports"]}
    return {"trunk_id": trunk["id"], "sub_ports": [{**sub, "mac_address": macs[sub["port_id"]]} for sub in trunk["sub_ports"]]}


def view(cloud: Cloud, port: Body) -> Body:
    network = cloud.get("network", port["network_id"])
    domain = "openstacklocal."
    names = [(ip["ip_address"], port["dns_name"] or "host-" + ip["ip_address"].replace(".", "-").replace(":", "-"))
             for ip in port["fixed_ips"]]
    trunk = cloud.first("trunk", port_id=port["id"])
    return {
        **({"trunk_details": _trunk(cloud, trunk)} if trunk else {}),
        "qos_network_policy_id": network["qos_policy_id"] if network else None,
        "dns_assignment": [{"ip_address": ip, "hostname": name, "fqdn": f"{name}.{domain}"} for ip, name in names],
    }


def admit(call: Call, body: Body) -> None:
    """Ports are for those who own the network or share it; some fields only for those who own it."""
    network = networks.visible(call, body["network_id"])
    if networks.owner(call.cloud, call.ctx, body):
        return
    if not owned(call.cloud, call.ctx, network):
        raise forbidden("create", PORTS)
    if body["device_owner"].startswith("network:"):
        raise forbidden("create", PORTS, "device_owner")
    if any("ip_address" in ip for ip in body.get("fixed_ips", ())):
        raise forbidden("create", PORTS, "fixed_ips")


def sees(cloud: Cloud, ctx: Context, port: Body) -> bool:
    """Its project, the owner of its network, administrators."""
    return ctx.sees(port) or networks.owner(cloud, ctx, port)


def _has_ip(port: Body, values: list[str]) -> bool:
    wanted = [tuple(value.split("=", 1)) for value in values if "=" in value]
    return any(all(_ip_fits(ip, name, value) for name, value in wanted) for ip in port["fixed_ips"])


def _ip_fits(ip: Body, name: str, value: str) -> bool:
    return value in ip["ip_address"] if name == "ip_address_substr" else ip.get(name) == value


PORTS = Resource(
    "port", "port", "/ports", FIELDS, MISSING, create, update, delete, view, sees=sees, admit=admit,
    privileged=networks.owner, tests={"fixed_ips": _has_ip}, computed=frozenset({"qos_network_policy_id"}),
)  # fmt: skip
