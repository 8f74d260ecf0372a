"""Limits, quotas, zones, hosts, services and extensions."""

from __future__ import annotations

import uuid

from isotherm.sim import quotas
from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.compute import hosts, ports, view
from isotherm.sim.compute.rendering import MICROSECONDS
from isotherm.sim.compute.servers import find
from isotherm.sim.errors import BadRequest, Forbidden, NotFound
from isotherm.sim.routing import ADMIN
from isotherm.sim.storage import Body

RESOURCES = ("cores", "instances", "key_pairs", "ram", "server_groups", "server_group_members")
FIXED = {"injected_file_content_bytes": 10240, "injected_file_path_bytes": 255, "injected_files": 5, "metadata_items": 128}
PROXIED = ("fixed_ips", "floating_ips", "security_group_rules", "security_groups")
"""Quotas of other services that Nova shows before 2.36."""


def usage(cloud: Cloud, project_id: str) -> dict[str, int]:
    """What a project uses."""
    servers = cloud.where("server", project_id=project_id)
    return {"instances": len(servers), "cores": sum(s["_flavor"]["vcpus"] for s in servers),
            "ram": sum(s["_flavor"]["ram"] for s in servers), "key_pairs": 0, "server_group_members": 0,
            "server_groups": len(cloud.where("server_group", project_id=project_id))}


def show_limits(call: Call) -> Body:
    project_id = call.query.get("tenant_id") or call.ctx.project_id or ""
    most = {name: quotas.limit(call.cloud, "compute", project_id, name) for name in RESOURCES}
    used = usage(call.cloud, project_id)
    absolute = {
        "maxTotalCores": most["cores"], "maxTotalInstances": most["instances"], "maxTotalKeypairs": most["key_pairs"],
        "maxServerMeta": FIXED["metadata_items"], "maxTotalRAMSize": most["ram"], "maxServerGroups": most["server_groups"],
        "maxServerGroupMembers": most["server_group_members"], "totalRAMUsed": used["ram"],
        "totalCoresUsed": used["cores"], "totalInstancesUsed": used["instances"],
        "totalServerGroupsUsed": used["server_groups"],
    }  # fmt: skip
    if not call.at_least(2, 57):
        absolute.update(maxPersonality=5, maxPersonalitySize=10240, maxImageMeta=128)
    if not call.at_least(2, 36):
        absolute.update(maxSecurityGroups=-1, maxSecurityGroupRules=-1, maxTotalFloatingIps=-1, totalFloatingIpsUsed=0,
                        totalSecurityGroupsUsed=0)
    return {"limits": {"rate": [], "absolute": absolute}}


def _quota(call: Call, project_id: str, defaults: bool = False) -> Body:
    body: Body = {"id": project_id}
    where = "" if defaults else project_id
    body.update({name: quotas.limit(call.cloud, "compute", where, name) for name in RESOURCES})
    if not call.at_least(2, 57):
        body.update(FIXED)
    else:
        body["metadata_items"] = FIXED["metadata_items"]
    if not call.at_least(2, 36):
        body.update(dict.fromkeys(PROXIED, -1))
    return body


def _mine(call: Call, project_id: str) -> None:
    if not call.ctx.is_admin and project_id != call.ctx.project_id:
        raise Forbidden("Policy doesn't allow os_compute_api:os-quota-sets:show to be performed.")


def show_quota(call: Call, project_id: str) -> Body:
    _mine(call, project_id)
    return {"quota_set": _quota(call, project_id)}


def show_default_quota(call: Call, project_id: str) -> Body:
    return {"quota_set": _quota(call, project_id, defaults=True)}


def show_quota_detail(call: Call, project_id: str) -> Body:
    _mine(call, project_id)
    used = usage(call.cloud, project_id)
    rows = {k: {"in_use": used.get(k, 0), "limit": v, "reserved": 0} for k, v in _quota(call, project_id).items() if k != "id"}
    return {"quota_set": {"id": project_id, **rows}}


def update_quota(call: Call, project_id: str) -> Body:
    asked = {k: v for k, v in call.part("quota_set").items() if k not in ("force", "tenant_id", "id")}
    for name, value in asked.items():
        if name not in (*RESOURCES, *FIXED) or isinstance(value, bool) or not str(value).lstrip("-").isdigit():
            raise BadRequest(f"Invalid input for field/attribute quota_set. Value: {asked}. {name!r} is not allowed")
    quotas.set_limits(call.cloud, "compute", project_id, {name: int(value) for name, value in asked.items()})
    body = _quota(call, project_id)
    del body["id"]
    return {"quota_set": body}


def delete_quota(call: Call, project_id: str) -> None:
    quotas.reset(call.cloud, "compute", project_id)


def list_zones(call: Call) -> Body:
    return {"availabilityZoneInfo": [{"zoneName": hosts.ZONE, "zoneState": {"available": True}, "hosts": None}]}


def list_zones_detail(call: Call) -> Body:
    state = {"nova-compute": {"available": True, "active": True, "updated_at": call.cloud.stamp(MICROSECONDS)}}
    zone = {"zoneName": hosts.ZONE, "zoneState": {"available": True}, "hosts": dict.fromkeys(hosts.NAMES, state)}
    return {"availabilityZoneInfo": [zone]}


def _host_id(call: Call, name: str) -> str | int:
    """A host's ID: a number before 2.53, a UUID from then on."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) if call.at_least(2, 53) else hosts.NAMES.index(name) + 1


def _hypervisor(call: Call, name: str, detail: bool) -> Body:
    body: Body = {"id": _host_id(call, name), "hypervisor_hostname": name, "state": "up", "status": "enabled"}
    if detail:
        service = {"id": _host_id(call, name + ".service") if call.at_least(2, 53) else 1, "host": name, "disabled_reason": None}
        body.update(hypervisor_type="QEMU", hypervisor_version=8000000, host_ip="127.0.0.1", service=service)
        if call.at_least(2, 88):
            body["uptime"] = None
        else:
            running = [s for s in call.cloud.where("server") if s["_host"] == name]
            cores = sum(s["_flavor"]["vcpus"] for s in running)
            memory = sum(s["_flavor"]["ram"] for s in running)
            body.update(vcpus=256, vcpus_used=cores, memory_mb=1048576, memory_mb_used=memory, free_ram_mb=1048576 - memory,
                        local_gb=10000, local_gb_used=0, free_disk_gb=10000, disk_available_least=10000,
                        running_vms=len(running), current_workload=0, cpu_info={})
    return body


def list_hypervisors(call: Call) -> Body:
    wanted = call.query.get("hypervisor_hostname_pattern", "")
    return {"hypervisors": [_hypervisor(call, name, False) for name in hosts.NAMES if wanted in name]}


def list_hypervisors_detail(call: Call) -> Body:
    return {"hypervisors": [_hypervisor(call, name, True) for name in hosts.NAMES]}


def show_hypervisor(call: Call, hypervisor_id: str) -> Body:
    for name in hosts.NAMES:
        if str(_host_id(call, name)) == hypervisor_id:
            return {"hypervisor": _hypervisor(call, name, True)}
    raise NotFound(f"Compute host {hypervisor_id} could not be found.")


def list_services(call: Call) -> Body:
    rows = [("nova-conductor", "controller", "internal"), ("nova-scheduler", "controller", "internal"),
            *(("nova-compute", name, hosts.ZONE) for name in hosts.NAMES)]
    wanted = call.query
    services = [
        {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{binary}.{host}")) if call.at_least(2, 53) else number, "binary": binary,
         "host": host, "zone": zone, "status": "enabled", "state": "up", "updated_at": call.cloud.stamp(MICROSECONDS),
         "disabled_reason": None, **({"forced_down": False} if call.at_least(2, 11) else {})}
        for number, (binary, host, zone) in enumerate(rows, 1)
        if wanted.get("binary", binary) == binary and wanted.get("host", host) == host
    ]  # fmt: skip
    return {"services": services}


def list_extensions(call: Call) -> Body:
    names = {"os-keypairs": "Keypairs", "os-server-groups": "ServerGroups", "os-volumes": "Volumes",
             "os-attach-interfaces": "AttachInterfaces", "os-availability-zone": "AvailabilityZone"}
    return {"extensions": [{"alias": alias, "name": name, "description": "", "links": [], "namespace": "",
                            "updated": "2014-12-03T00:00:00Z"} for alias, name in names.items()]}


def list_aggregates(call: Call) -> Body:
    return {"aggregates": []}


def list_addresses(call: Call, server_id: str) -> Body:
    return {"addresses": _plain(call, server_id)}


def show_addresses(call: Call, server_id: str, network: str) -> Body:
    found = _plain(call, server_id)
    if network not in found:
        raise NotFound("Not found network label.")
    return {network: found[network]}


def _plain(call: Call, server_id: str) -> dict[str, list[Body]]:
    found = ports.addresses(call.cloud, find(call, server_id))
    return {name: [{"version": row["version"], "addr": row["addr"]} for row in rows] for name, rows in found.items()}


def list_security_groups(call: Call, server_id: str) -> Body:
    """GET .../os-security-groups: the groups on a server's ports."""
    server = find(call, server_id)
    ids = dict.fromkeys(id_ for port in ports.plugged(call.cloud, server) for id_ in port["security_groups"])
    groups = (call.cloud.get("security_group", id_) for id_ in ids)
    return {"security_groups": [{"id": g["id"], "name": g["name"], "description": g["description"],
                                 "tenant_id": g["project_id"], "rules": []} for g in groups if g]}


def show_diagnostics(call: Call, server_id: str) -> Body:
    server = find(call, server_id)
    return {"state": "running" if view.POWER_STATES.get(server["status"], 1) == 1 else "shutdown", "driver": "libvirt",
            "hypervisor": "kvm", "hypervisor_os": "linux", "uptime": 0, "config_drive": bool(server["config_drive"]),
            "num_cpus": server["_flavor"]["vcpus"], "num_nics": len(ports.plugged(call.cloud, server)), "num_disks": 1}


ROUTES = [
    ("GET", "/limits", show_limits),
    ("GET", "/os-quota-sets/{project_id}", show_quota),
    ("GET", "/os-quota-sets/{project_id}/defaults", show_default_quota),
    ("GET", "/os-quota-sets/{project_id}/detail", show_quota_detail),
    ("PUT", "/os-quota-sets/{project_id}", update_quota, 200, ADMIN),
    ("DELETE", "/os-quota-sets/{project_id}", delete_quota, 202, ADMIN),
    ("GET", "/os-availability-zone", list_zones),
    ("GET", "/os-availability-zone/detail", list_zones_detail, 200, ADMIN),
    ("GET", "/os-hypervisors", list_hypervisors, 200, ADMIN),
    ("GET", "/os-hypervisors/detail", list_hypervisors_detail, 200, ADMIN),
    ("GET", "/os-hypervisors/{hypervisor_id}", show_hypervisor, 200, ADMIN),
    ("GET", "/os-services", list_services, 200, ADMIN),
    ("GET", "/os-aggregates", list_aggregates, 200, ADMIN),
    ("GET", "/extensions", list_extensions),
    ("GET", "/servers/{server_id}/ips", list_addresses),
    ("GET", "/servers/{server_id}/ips/{network}", show_addresses),
    ("GET", "/servers/{server_id}/os-security-groups", list_security_groups),
    ("GET", "/servers/{server_id}/diagnostics", show_diagnostics, 200, ADMIN),
]
