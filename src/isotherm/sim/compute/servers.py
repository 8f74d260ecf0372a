"""Servers: listing, showing, changing and deleting them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from isotherm.sim import listing
from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.compute import boot, ports, view, volumes
from isotherm.sim.compute.history import record
from isotherm.sim.compute.rendering import MICROSECONDS, flag, unknown
from isotherm.sim.errors import BadRequest, Conflict, Forbidden, NotFound
from isotherm.sim.storage import Body

UPDATABLE = {"name": (2, 1), "OS-DCF:diskConfig": (2, 1), "accessIPv4": (2, 1), "accessIPv6": (2, 1),
             "description": (2, 19), "hostname": (2, 90)}
EXACT = {"uuid": "id", "key_name": "key_name", "user_id": "user_id", "project_id": "project_id", "tenant_id": "project_id",
         "image": "image", "hostname": "hostname", "description": "description"}
"""Filters that compare a field; those that only administrators may use are ignored for others."""
ADMINS_ONLY = frozenset({"user_id", "project_id", "tenant_id", "host", "hostname", "node"})

REMEMBERED = 3600.0
"""Seconds a deleted server is still listed with changes-since."""


def find(call: Call, server_id: str) -> Body:
    """The project's server, or 404."""
    server = call.cloud.get("server", server_id)
    if server is None or not call.ctx.sees(server):
        raise NotFound(f"Instance {server_id} could not be found.")
    return server


def unlocked(call: Call, server: Body) -> None:
    """409 for a locked server, unless an administrator asks."""
    if server["locked"] and not call.ctx.is_admin:
        raise Conflict(f"Instance {server['id']} is locked")


def _tagged(server: Body, name: str, value: str) -> bool:
    wanted, held = set(value.split(",")), set(server["tags"])
    tests = {"tags": wanted <= held, "tags-any": bool(wanted & held), "not-tags": not wanted <= held,
             "not-tags-any": not wanted & held}
    return tests[name]


def _instant(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"Invalid filter value: {name} must be a time in ISO 8601, not {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _passes(call: Call, server: Body, name: str, value: str) -> bool:
    """Whether a server passes one filter of the query; unknown ones let everything pass."""
    if name == "name":
        try:
            return re.search(value, server["name"]) is not None
        except re.error:
            raise BadRequest(f"Invalid filter value: name {value!r} is no regular expression") from None
    if name in ("tags", "tags-any", "not-tags", "not-tags-any"):
        return _tagged(server, name, value)
    if name == "flavor":
        return bool(server["_flavor"]["id"] == value)
    if name in ("host", "node"):
        return bool(server["_host"] == value)
    if name in ("ip", "ip6"):
        rows = (row["addr"] for found in ports.addresses(call.cloud, server).values() for row in found)
        return any(re.search(value, ip) for ip in rows)
    if name in ("changes-since", "changes-before"):
        updated, limit = datetime.fromisoformat(server["updated"]), _instant(value, name)
        return updated >= limit if name == "changes-since" else updated <= limit
    if name in ("vm_state", "task_state", "availability_zone"):
        found = {"vm_state": view.vm_state(server), "task_state": server["task_state"], "availability_zone": server["_zone"]}
        return bool(found[name] == value)
    if name == "locked" and call.at_least(2, 73):
        return bool(server["locked"]) == flag(value, "locked")
    return server.get(EXACT[name]) == value if name in EXACT else True


def _chosen(call: Call) -> tuple[list[Body], bool]:
    pairs, query = call.pairs, call.query
    everything = call.ctx.is_admin and flag(query.get("all_tenants") or query.get("all_projects") or
                                            ("1" if "all_tenants" in query else "0"), "all_tenants")
    if "all_tenants" in query and not call.ctx.is_admin and flag(query["all_tenants"] or "1", "all_tenants"):
        raise Forbidden("Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed.")
    scope = {} if everything else {"project_id": call.ctx.project_id}
    found = call.cloud.where("server", **scope)
    if "changes-since" in query:
        found += call.cloud.where("deleted_server", **scope)
    statuses = [value.upper() for name, value in pairs if name == "status"]
    if statuses:
        found = [server for server in found if server["status"] in statuses]
    for name, value in pairs:
        if name in ADMINS_ONLY and not call.ctx.is_admin:
            continue
        found = [server for server in found if _passes(call, server, name, value)]
    found.reverse()  # newest first
    keys = [{"display_name": "name", "created_at": "created", "updated_at": "updated", "uuid": "id"}.get(value, value)
            for name, value in pairs if name == "sort_key"] or ["created"]
    found = listing.order(found, keys, [value for name, value in pairs if name == "sort_dir"] or ["desc"])
    return listing.page(found, query, 1000)


def _list(call: Call, rows: list[Body], more: bool) -> Body:
    body: Body = {"servers": rows}
    if more:
        url = listing.next_url(call.url + call.path, call.pairs, rows[-1]["id"])
        body["servers_links"] = [{"rel": "next", "href": url}]
    return body


def list_servers(call: Call) -> Body:
    found, more = _chosen(call)
    return _list(call, [view.brief(call, server) for server in found], more)


def list_servers_detail(call: Call) -> Body:
    found, more = _chosen(call)
    return _list(call, [view.full(call, server) for server in found], more)


def show_server(call: Call, server_id: str) -> Body:
    return {"server": view.full(call, find(call, server_id))}


def update_server(call: Call, server_id: str) -> Body:
    server, asked = find(call, server_id), call.part("server")
    extra = {name for name in asked if name not in UPDATABLE or not call.at_least(*UPDATABLE[name])}
    if extra:
        raise unknown("server", asked, extra)
    name = asked.get("name", server["name"])
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 255:
        raise BadRequest(f"Invalid input for field/attribute name. Value: {name}. {name!r} is too long or empty")
    changes: dict[str, Any] = {("_disk_config" if k == "OS-DCF:diskConfig" else k): v for k, v in asked.items()}
    call.cloud.update("server", server, **changes, updated=call.cloud.stamp())
    return {"server": view.changed(call, server)}


def delete_server(call: Call, server_id: str) -> Answer:
    """DELETE /servers/{id}: gone after the delay; once more while it goes does no harm."""
    server = find(call, server_id)
    unlocked(call, server)
    if server["task_state"] == "deleting":
        return Answer(204)
    record(call, server, "delete")
    begin_delete(call.cloud, server)
    return Answer(204)


def begin_delete(cloud: Cloud, server: Body) -> None:
    """Start deleting a server, whatever it is doing."""
    cloud.cancel("server", server)
    cloud.update("server", server, task_state="deleting")
    bad = {"status": "ERROR", "task_state": None, "fault": boot.fault(cloud, "Injected by a fault rule: could not be deleted.")}
    cloud.later("server", server, effect="compute.deleted", remove=True, fail=bad, state="deleting")


def deleted(cloud: Cloud, server: Body) -> None:
    """The end of a server: ports and volumes are free again, a note stays for those who list with changes-since."""
    ports.unplug_all(cloud, server)
    volumes.release_all(cloud, server)
    group = cloud.get("server_group", server["_group"])
    if group and server["id"] in group["_members"]:
        group["_members"].remove(server["id"])
        cloud.save("server_group", group)
    gone = {key: value for key, value in server.items() if key != "_pending"}
    gone.update(status="DELETED", task_state=None, updated=cloud.stamp(), terminated_at=cloud.stamp(MICROSECONDS))
    cloud.later("deleted_server", cloud.add("deleted_server", gone), after=REMEMBERED, remove=True)


EFFECTS = {"compute.deleted": deleted}
ROUTES = [
    ("GET", "/servers", list_servers),
    ("GET", "/servers/detail", list_servers_detail),
    ("GET", "/servers/{server_id}", show_server),
    ("PUT", "/servers/{server_id}", update_server),
    ("DELETE", "/servers/{server_id}", delete_server, 204),
]
