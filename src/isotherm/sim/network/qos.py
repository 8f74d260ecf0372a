"""QoS policies and their rules."""

from __future__ import annotations

from collections.abc import Callable

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network.fields import ADMIN, REQUIRED, Field, changes, complete, shown
from isotherm.sim.network.reading import boolean, integer, one_of
from isotherm.sim.network.resources import Resource, Row, forbidden, keep, plain_update, touch
from isotherm.sim.storage import Body

FIELDS = (
    f.NAME,
    Field("shared", boolean, False, write=ADMIN),
    Field("is_default", boolean, False, write=ADMIN),
    shown("rules"),
    *f.STANDARD,
)
MISSING = ("QoS policy {} could not be found.", "QosPolicyNotFound")
DIRECTION = Field("direction", one_of("egress", "ingress"), "egress")
DSCP_MARKS = (0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 46, 48, 56)
EITHER = Field("direction", one_of("egress", "ingress", "any"), "egress")

RULES: dict[str, tuple[Field, ...]] = {
    "bandwidth_limit": (Field("max_kbps", integer(0), REQUIRED), Field("max_burst_kbps", integer(0), 0), DIRECTION),
    "dscp_marking": (Field("dscp_mark", one_of(*DSCP_MARKS), REQUIRED),),
    "minimum_bandwidth": (Field("min_kbps", integer(0), REQUIRED), DIRECTION),
    "minimum_packet_rate": (Field("min_kpps", integer(0), REQUIRED), EITHER),
    "packet_rate_limit": (Field("max_kpps", integer(0), REQUIRED), Field("max_burst_kpps", integer(0), 0), EITHER),
}
"""Fields of the rules by type."""


def create(cloud: Cloud, body: Body) -> Body:
    return keep(cloud, "qos_policy", {**body, "_rules": []})


def delete(cloud: Cloud, policy: Body) -> None:
    for kind in ("network", "port", "floatingip"):
        if user := cloud.first(kind, qos_policy_id=policy["id"]):
            raise Conflict(f"QoS Policy {policy['id']} is used by {kind} {user['id']}.", "QosPolicyInUse")
    cloud.remove("qos_policy", policy["id"])


def view(_cloud: Cloud, policy: Body) -> Body:
    return {"rules": [{**rule, "qos_policy_id": policy["id"]} for rule in policy["_rules"]]}


POLICIES = Resource(
    "qos_policy", "policy", "/qos/policies", FIELDS, MISSING, create, plain_update("qos_policy"), delete, view,
    admin_creates=True, quota=False,
)  # fmt: skip


def _policy(call: Call, policy_id: str, change: str | None = None) -> Body:
    policy = POLICIES.find(call, policy_id)
    if change and not call.ctx.is_admin:
        raise forbidden(change, POLICIES)
    return policy


def _bare(rule: Body) -> Body:
    return {name: value for name, value in rule.items() if name != "type"}


def _rule(policy: Body, type_: str, rule_id: str) -> Body:
    for rule in policy["_rules"]:
        if rule["id"] == rule_id and rule["type"] == type_:
            return dict(rule)
    raise NotFound(f"QoS rule {rule_id} for policy {policy['id']} could not be found.", "QosRuleNotFound")


def _check_conflict(policy: Body, rule: Body) -> None:
    for other in policy["_rules"]:
        same = other["type"] == rule["type"] and other.get("direction") == rule.get("direction")
        if same and other["id"] != rule["id"]:
            raise Conflict(f"Rule {rule['type']} conflicts with rule {other['id']} which already exists in QoS Policy "
                           f"{policy['id']}.", "QoSRulesConflict")


def rule_routes(type_: str, fields: tuple[Field, ...]) -> list[Row]:
    """The routes of one type of rule."""
    key = f"{type_}_rule"

    def list_(call: Call, policy_id: str) -> Body:
        rules = _policy(call, policy_id)["_rules"]
        return {key + "s": [_bare(rule) for rule in rules if rule["type"] == type_]}

    def create_rule(call: Call, policy_id: str) -> Body:
        policy = _policy(call, policy_id, "create")
        rule = {"id": new_id(), "type": type_, **complete(fields, call.part(key))}
        _check_conflict(policy, rule)
        touch(call.cloud, "qos_policy", policy, _rules=[*policy["_rules"], rule])
        return {key: _bare(rule)}

    def show(call: Call, policy_id: str, rule_id: str) -> Body:
        return {key: _bare(_rule(_policy(call, policy_id), type_, rule_id))}

    def update(call: Call, policy_id: str, rule_id: str) -> Body:
        policy = _policy(call, policy_id, "update")
        rule = {**_rule(policy, type_, rule_id), **changes(fields, call.part(key))}
        _check_conflict(policy, rule)
        rules = [rule if other["id"] == rule_id else other for other in policy["_rules"]]
        touch(call.cloud, "qos_policy", policy, _rules=rules)
        return {key: _bare(rule)}

    def delete_rule(call: Call, policy_id: str, rule_id: str) -> None:
        policy = _policy(call, policy_id, "delete")
        _rule(policy, type_, rule_id)
        touch(call.cloud, "qos_policy", policy, _rules=[rule for rule in policy["_rules"] if rule["id"] != rule_id])

    path = f"/qos/policies/{{policy_id}}/{key}s"
    rows: list[tuple[str, str, Callable[..., object], int]] = [
        ("GET", path, list_, 200), ("POST", path, create_rule, 201), ("GET", path + "/{rule_id}", show, 200),
        ("PUT", path + "/{rule_id}", update, 200), ("DELETE", path + "/{rule_id}", delete_rule, 204),
    ]  # fmt: skip
    return list(rows)


def rule_types(_call: Call) -> Body:
    return {"rule_types": [{"type": type_} for type_ in RULES]}


ROUTES: list[Row] = [
    ("GET", "/qos/rule-types", rule_types),
    *(row for type_, fields in RULES.items() for row in rule_routes(type_, fields)),
]
