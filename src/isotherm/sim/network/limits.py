"""Quotas of projects."""

from __future__ import annotations

from isotherm.sim import quotas
from isotherm.sim.call import Call
from isotherm.sim.errors import BadRequest, Forbidden
from isotherm.sim.network.resources import Row
from isotherm.sim.storage import Body

NAMES = ("network", "subnet", "subnetpool", "port", "router", "floatingip", "security_group", "security_group_rule",
         "rbac_policy")  # fmt: skip


def _limits(call: Call, project_id: str) -> Body:
    return {name: quotas.limit(call.cloud, "network", project_id, name) for name in NAMES}


def _mine(call: Call, project_id: str, verb: str) -> None:
    if not call.ctx.is_admin and (verb != "get" or call.ctx.project_id != project_id):
        raise Forbidden(f"rule:{verb}_quota is disallowed by policy", "PolicyNotAuthorized")


def list_quotas(call: Call) -> Body:
    _mine(call, "", "get")
    rows = [row["project_id"] for row in call.cloud.where("quota") if row["id"].startswith("network:")]
    return {"quotas": [{**_limits(call, id_), "project_id": id_, "tenant_id": id_} for id_ in rows]}


def show_quota(call: Call, project_id: str) -> Body:
    _mine(call, project_id, "get")
    return {"quota": _limits(call, project_id)}


def show_default(call: Call, project_id: str) -> Body:
    _mine(call, project_id, "get")
    return {"quota": {name: call.cloud.settings.quotas.get(f"network.{name}", -1) for name in NAMES}}


def show_details(call: Call, project_id: str) -> Body:
    _mine(call, project_id, "get")
    return {"quota": {name: {"limit": most, "used": len(call.cloud.where(name, project_id=project_id)), "reserved": 0}
                      for name, most in _limits(call, project_id).items()}}


def update_quota(call: Call, project_id: str) -> Body:
    _mine(call, project_id, "update")
    asked = call.part("quota")
    for name, value in asked.items():
        if name not in NAMES:
            raise BadRequest(f"Unrecognized attribute(s) '{name}'", "HTTPBadRequest")
        if isinstance(value, bool) or not isinstance(value, int) or value < -1:
            raise BadRequest(f"Invalid input for {name}. Reason: '{value}' is no limit.", "HTTPBadRequest")
    quotas.set_limits(call.cloud, "network", project_id, asked)
    return {"quota": _limits(call, project_id)}


def reset_quota(call: Call, project_id: str) -> None:
    _mine(call, project_id, "delete")
    quotas.reset(call.cloud, "network", project_id)


ROUTES: list[Row] = [
    ("GET", "/quotas", list_quotas),
    ("GET", "/quotas/{project_id}", show_quota),
    ("GET", "/quotas/{project_id}/default", show_default),
    ("GET", "/quotas/{project_id}/details.json", show_details),
    ("PUT", "/quotas/{project_id}", update_quota),
    ("DELETE", "/quotas/{project_id}", reset_quota, 204),
]
