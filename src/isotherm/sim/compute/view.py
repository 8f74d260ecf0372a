"""How a server is sent, by microversion and by who asks."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.compute import hosts, ports, volumes
from isotherm.sim.compute.rendering import bookmark, links
from isotherm.sim.storage import Body

VM_STATES = {
    "BUILD": "building", "ACTIVE": "active", "ERROR": "error", "SHUTOFF": "stopped", "PAUSED": "paused",
    "SUSPENDED": "suspended", "SHELVED": "shelved", "SHELVED_OFFLOADED": "shelved_offloaded", "VERIFY_RESIZE": "resized",
    "RESCUE": "rescued", "SOFT_DELETED": "soft-delete", "DELETED": "deleted",
}  # fmt: skip
"""Nova's internal state by status; a status that is not here is shown while an active server is worked on."""
POWER_STATES = {"BUILD": 0, "ERROR": 0, "DELETED": 0, "PAUSED": 3, "SHUTOFF": 4, "SUSPENDED": 4, "SHELVED": 4, "SHELVED_OFFLOADED": 4}


def vm_state(server: Body) -> str:
    """Nova's internal state of a server."""
    return str(VM_STATES.get(server["status"], server.get("_base_state", "active")))


def brief(call: Call, server: Body) -> Body:
    """A server in a short list."""
    return {"id": server["id"], "name": server["name"], "links": links(call, "servers", server["id"])}


def full(call: Call, server: Body) -> Body:
    """A server in full."""
    body = {**_core(call, server), **_extended(call, server)}
    if call.ctx.is_admin:
        body.update(_for_admins(call, server))
    body.update(_by_microversion(call, server))
    if server.get("fault") and server["status"] in ("ERROR", "DELETED"):
        fault = server["fault"]
        body["fault"] = fault if call.ctx.is_admin else {k: v for k, v in fault.items() if k != "details"}
    return body


def changed(call: Call, server: Body) -> Body:
    """A server as PUT and rebuild answer: in full from 2.75 on, less before."""
    if call.at_least(2, 75):
        return full(call, server)
    return {**_core(call, server), "OS-DCF:diskConfig": server["_disk_config"], **_by_microversion(call, server)}


def _flavor(call: Call, server: Body) -> Body:
    flavor = server["_flavor"]
    if not call.at_least(2, 47):
        return {"id": flavor["id"], "links": [bookmark(call, "flavors", flavor["id"])]}
    return {"vcpus": flavor["vcpus"], "ram": flavor["ram"], "disk": flavor["disk"], "ephemeral": flavor["ephemeral"],
            "swap": flavor["swap"], "original_name": flavor["name"], "extra_specs": flavor["extra_specs"]}


def _core(call: Call, server: Body) -> Body:
    image: Body | str = ""
    if server["image"]:
        image = {"id": server["image"], "links": [bookmark(call, "images", server["image"])]}
    return {
        "accessIPv4": server["accessIPv4"], "accessIPv6": server["accessIPv6"],
        "addresses": ports.addresses(call.cloud, server), "created": server["created"], "flavor": _flavor(call, server),
        "hostId": hosts.opaque(server), "id": server["id"], "image": image, "links": links(call, "servers", server["id"]),
        "metadata": server["metadata"], "name": server["name"], "status": server["status"],
        "tenant_id": server["project_id"], "user_id": server["user_id"], "updated": server["updated"],
        **({"progress": server["progress"]} if server["status"] in ("ACTIVE", "BUILD", "REBUILD", "RESIZE",
                                                                     "VERIFY_RESIZE", "REVERT_RESIZE", "MIGRATING") else {}),
    }  # fmt: skip


def _extended(call: Call, server: Body) -> Body:
    rows = volumes.attached(call.cloud, server)
    attached = [{"id": row["volume_id"]} for row in rows]
    if call.at_least(2, 3):
        attached = [{"id": row["volume_id"], "delete_on_termination": row["delete_on_termination"]} for row in rows]
    body = {
        "OS-DCF:diskConfig": server["_disk_config"],
        "OS-EXT-AZ:availability_zone": server["_zone"] if server["_host"] else "",
        "config_drive": server["config_drive"], "key_name": server["key_name"],
        "OS-SRV-USG:launched_at": server["launched_at"], "OS-SRV-USG:terminated_at": server.get("terminated_at"),
        "OS-EXT-STS:task_state": server["task_state"], "OS-EXT-STS:vm_state": vm_state(server),
        "OS-EXT-STS:power_state": POWER_STATES.get(server["status"], 1),
        "os-extended-volumes:volumes_attached": attached,
    }  # fmt: skip
    groups = ports.security_groups(call.cloud, server)
    if groups:
        body["security_groups"] = groups
    return body


def _for_admins(call: Call, server: Body) -> Body:
    body = {"OS-EXT-SRV-ATTR:host": server["_host"], "OS-EXT-SRV-ATTR:instance_name": instance_name(server),
            "OS-EXT-SRV-ATTR:hypervisor_hostname": server["_host"]}
    if call.at_least(2, 3):
        body.update({
            "OS-EXT-SRV-ATTR:hostname": server["hostname"], "OS-EXT-SRV-ATTR:kernel_id": "",
            "OS-EXT-SRV-ATTR:launch_index": server["_launch_index"], "OS-EXT-SRV-ATTR:ramdisk_id": "",
            "OS-EXT-SRV-ATTR:reservation_id": server["_reservation"], "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
            "OS-EXT-SRV-ATTR:user_data": server["user_data"],
        })  # fmt: skip
    if call.at_least(2, 16):
        body["host_status"] = "UP" if server["_host"] else ""
    return body


def instance_name(server: Body) -> str:
    """The name the hypervisor knows a server by."""
    return f"instance-{server['_seq']:08x}"


def _by_microversion(call: Call, server: Body) -> Body:
    body: Body = {}
    if call.at_least(2, 9):
        body["locked"] = server["locked"]
    if call.at_least(2, 19):
        body["description"] = server["description"]
    if call.at_least(2, 26):
        body["tags"] = server["tags"]
    if call.at_least(2, 63):
        body["trusted_image_certificates"] = server["_certificates"]
    if call.at_least(2, 71):
        body["server_groups"] = [server["_group"]] if server["_group"] else []
    if call.at_least(2, 73):
        body["locked_reason"] = server["locked_reason"]
    if call.at_least(2, 90):
        body["OS-EXT-SRV-ATTR:hostname"] = server["hostname"]
    if call.at_least(2, 96):
        body["pinned_availability_zone"] = server["_asked_zone"]
    return body
