"""Metering labels and their rules."""

from __future__ import annotations

from ipaddress import ip_network

from isotherm.sim.call import Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network.fields import REQUIRED, Field, shown
from isotherm.sim.network.reading import address_or_prefix, boolean, one_of, optional, text, uuid
from isotherm.sim.network.resources import Resource, keep, plain_update
from isotherm.sim.storage import Body

LABEL_FIELDS = (
    *f.IDENTITY,
    Field("name", text(), "", put=False),
    Field("description", text(), "", put=False),
    Field("shared", boolean, False, put=False),
)
RULE_FIELDS = (
    shown("id"),
    Field("metering_label_id", uuid, REQUIRED, put=False),
    Field("direction", one_of("ingress", "egress"), REQUIRED, put=False),
    Field("excluded", boolean, False, put=False),
    Field("remote_ip_prefix", optional(address_or_prefix), None, put=False),
    Field("source_ip_prefix", optional(address_or_prefix), None, put=False),
    Field("destination_ip_prefix", optional(address_or_prefix), None, put=False),
)
LABEL_MISSING = ("Metering label '{}' does not exist.", "MeteringLabelNotFound")
RULE_MISSING = ("Metering label rule '{}' does not exist.", "MeteringLabelRuleNotFound")
PREFIXES = ("remote_ip_prefix", "source_ip_prefix", "destination_ip_prefix")


def create_label(cloud: Cloud, body: Body) -> Body:
    return keep(cloud, "metering_label", body)


def delete_label(cloud: Cloud, label: Body) -> None:
    """A label goes with its rules."""
    for rule in cloud.where("metering_label_rule", metering_label_id=label["id"]):
        cloud.remove("metering_label_rule", rule["id"])
    cloud.remove("metering_label", label["id"])


def create_rule(cloud: Cloud, body: Body) -> Body:
    label = cloud.get("metering_label", body["metering_label_id"])
    if label is None:
        raise NotFound(LABEL_MISSING[0].format(body["metering_label_id"]), LABEL_MISSING[1])
    given = [name for name in PREFIXES if body[name]]
    if not given:
        raise BadRequest("Bad metering label rule request: a remote, source or destination prefix is needed.", "BadRequest")
    for other in cloud.where("metering_label_rule", metering_label_id=label["id"], direction=body["direction"]):
        for name in given:
            spans = [ip_network(text, strict=False) for text in (body[name], other[name]) if text]
            if len(spans) == 2 and spans[0].version == spans[1].version and spans[0].overlaps(spans[1]):
                raise Conflict(f"Metering label rule with {name} '{body[name]}' overlaps another.", "MeteringLabelRuleOverlaps")
    return keep(cloud, "metering_label_rule", {**body, "project_id": label["project_id"]})


def delete_rule(cloud: Cloud, rule: Body) -> None:
    cloud.remove("metering_label_rule", rule["id"])


def sees(_cloud: Cloud, ctx: Context, body: Body) -> bool:
    """Administrators; labels that are shared, everybody."""
    return ctx.is_admin or bool(body.get("shared"))


LABELS = Resource(
    "metering_label", "metering_label", "/metering/metering-labels", LABEL_FIELDS, LABEL_MISSING, create_label,
    plain_update("metering_label"), delete_label, sees=sees, admin_creates=True, quota=False,
)  # fmt: skip
RULES = Resource(
    "metering_label_rule", "metering_label_rule", "/metering/metering-label-rules", RULE_FIELDS, RULE_MISSING, create_rule,
    plain_update("metering_label_rule"), delete_rule, sees=sees, admin_creates=True, quota=False,
)  # fmt: skip
