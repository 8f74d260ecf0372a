"""Security groups."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Conflict
from isotherm.sim.network import fields as f
from isotherm.sim.network import security_rules
from isotherm.sim.network.fields import Field, shown
from isotherm.sim.network.reading import boolean, text
from isotherm.sim.network.resources import Resource, keep, touch
from isotherm.sim.network.sharing import allowed
from isotherm.sim.storage import Body

FIELDS = (
    Field("name", text(), ""),
    Field("stateful", boolean, True),
    shown("security_group_rules"),
    shown("shared"),
    *f.STANDARD,
)
MISSING = ("Security group {} does not exist", "SecurityGroupNotFound")
FAMILIES = ("IPv4", "IPv6")


def default_group(cloud: Cloud, project_id: str) -> Body:
    """The project's default group; it is made when it is missing."""
    known = cloud.first("security_group", project_id=project_id, name="default")
    if known:
        return known
    body = {"name": "default", "description": "Default security group", "stateful": True, "project_id": project_id}
    group = _keep(cloud, body)
    for family in FAMILIES:
        rule = {"direction": "ingress", "ethertype": family, "remote_group_id": group["id"]}
        security_rules.add(cloud, group, rule)
    return cloud.update("security_group", group, revision_number=1)


def _keep(cloud: Cloud, body: Body) -> Body:
    group = keep(cloud, "security_group", body)
    for family in FAMILIES:
        security_rules.add(cloud, group, {"direction": "egress", "ethertype": family})
    return cloud.update("security_group", group, revision_number=1)


def create(cloud: Cloud, body: Body) -> Body:
    """A group of the project in the body, which may send anything and receives nothing."""
    if body["name"] == "default":
        raise Conflict("Default security group already exists.", "SecurityGroupDefaultAlreadyExists")
    return _keep(cloud, body)


def update(cloud: Cloud, group: Body, changed: Body) -> None:
    if group["name"] == "default" and changed.get("name", "default") != "default":
        raise Conflict("Updating default security group not allowed.", "SecurityGroupCannotUpdateDefault")
    if changed.get("stateful", group["stateful"]) != group["stateful"] and _users(cloud, group):
        raise _in_use(group)
    touch(cloud, "security_group", group, **changed)


def _users(cloud: Cloud, group: Body) -> list[Body]:
    return [port for port in cloud.where("port") if group["id"] in port["security_groups"]]


def _in_use(group: Body) -> Conflict:
    return Conflict(f"Security Group {group['id']} in use.", "SecurityGroupInUse")


def delete(cloud: Cloud, group: Body) -> None:
    """Delete a group and all rules of and about it; 409 while ports use it."""
    if _users(cloud, group):
        raise _in_use(group)
    for rule in cloud.where("security_group_rule", security_group_id=group["id"]):
        cloud.remove("security_group_rule", rule["id"])
    for rule in cloud.where("security_group_rule", remote_group_id=group["id"]):
        security_rules.delete(cloud, rule)
    cloud.remove("security_group", group["id"])


def view(cloud: Cloud, group: Body) -> Body:
    rules = cloud.where("security_group_rule", security_group_id=group["id"])
    names = [field.name for field in security_rules.FIELDS]
    return {
        "security_group_rules": [
            {**{name: rule[name] for name in names}, "tenant_id": rule["project_id"]} for rule in rules
        ],
        "shared": allowed(cloud, group["id"], "*"),
    }


def prepare(call: Call) -> None:
    """Every project that looks at its groups has the default one."""
    if call.ctx.project_id:
        default_group(call.cloud, call.ctx.project_id)


GROUPS = Resource(
    "security_group", "security_group", "/security-groups", FIELDS, MISSING, create, update, delete, view,
    computed=frozenset({"shared"}), prepare=prepare,
)  # fmt: skip
