"""Server groups: policies for where servers are put."""

from __future__ import annotations

from isotherm.sim import listing, quotas
from isotherm.sim.call import Call
from isotherm.sim.cloud import new_id
from isotherm.sim.compute.rendering import missing
from isotherm.sim.errors import BadRequest, Forbidden, NotFound
from isotherm.sim.storage import Body

POLICIES = ("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")


def find(call: Call, group_id: str) -> Body:
    """The project's server group, or 404."""
    group = call.cloud.get("server_group", group_id)
    if group is None or not call.ctx.sees(group):
        raise NotFound(f"Instance group {group_id} could not be found.")
    return group


def members(call: Call, group: Body) -> list[Body]:
    """Servers of a group that exist."""
    return [server for id_ in group["_members"] if (server := call.cloud.get("server", id_))]


def _view(call: Call, group: Body) -> Body:
    body = {"id": group["id"], "name": group["name"]}
    if call.at_least(2, 64):
        body.update(policy=group["_policy"], rules=group["_rules"])
    else:
        body.update(policies=[group["_policy"]], metadata={})
    body["members"] = [server["id"] for server in members(call, group)]
    if call.at_least(2, 13):
        body.update(project_id=group["project_id"], user_id=group["user_id"])
    return body


def list_groups(call: Call) -> Body:
    everything = call.ctx.is_admin and "all_projects" in call.query
    scope = {} if everything else {"project_id": call.ctx.project_id}
    rows, offset = call.cloud.where("server_group", **scope), call.query.get("offset", "0")
    shown, _ = listing.page(rows[int(offset) if offset.isdigit() else 0 :], {k: v for k, v in call.query.items() if k == "limit"})
    return {"server_groups": [_view(call, group) for group in shown]}


def create_group(call: Call) -> Body:
    asked = call.part("server_group")
    if not asked.get("name"):
        raise missing("server_group", asked, "name")
    if call.at_least(2, 64):
        if "policy" not in asked:
            raise missing("server_group", asked, "policy")
        policy, rules = asked["policy"], asked.get("rules") or {}
        if rules and policy != "anti-affinity":
            raise BadRequest("Only anti-affinity policy supports rules.")
    else:
        if not asked.get("policies"):
            raise missing("server_group", asked, "policies")
        policy, rules = asked["policies"][0], {}
    allowed = POLICIES if call.at_least(2, 15) else POLICIES[:2]
    if policy not in allowed:
        raise BadRequest(f"Invalid input for field/attribute policy. Value: {policy}. {policy!r} is not one of {[*allowed]}")
    project_id = call.ctx.project_id or ""
    if quotas.exceeded(call.cloud, "compute", project_id, "server_groups",
                       len(call.cloud.where("server_group", project_id=project_id)) + 1):
        raise Forbidden("Quota exceeded, too many server groups.")
    group = call.cloud.add("server_group", {
        "id": new_id(), "name": asked["name"], "project_id": project_id, "user_id": call.ctx.user_id, "_policy": policy,
        "_rules": {"max_server_per_host": int(rules["max_server_per_host"])} if rules else {}, "_members": [],
    })  # fmt: skip
    return {"server_group": _view(call, group)}


def show_group(call: Call, group_id: str) -> Body:
    return {"server_group": _view(call, find(call, group_id))}


def delete_group(call: Call, group_id: str) -> None:
    call.cloud.remove("server_group", find(call, group_id)["id"])


ROUTES = [
    ("GET", "/os-server-groups", list_groups),
    ("POST", "/os-server-groups", create_group),
    ("GET", "/os-server-groups/{group_id}", show_group),
    ("DELETE", "/os-server-groups/{group_id}", delete_group, 204),
]
