"""Rules of security groups."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from isotherm.sim.call import Call, Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network.fields import REQUIRED, Field, shown
from isotherm.sim.network.reading import address_or_prefix, one_of, optional, uuid
from isotherm.sim.network.resources import Resource, keep, owned, plain_update
from isotherm.sim.storage import Body

NUMBERS = {
    "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "hopopt": 0, "icmp": 1, "igmp": 2, "ip": 0, "ipip": 4,
    "ipv6-encap": 41, "ipv6-frag": 44, "ipv6-icmp": 58, "icmpv6": 58, "ipv6-nonxt": 59, "ipv6-opts": 60,
    "ipv6-route": 43, "ospf": 89, "pgm": 113, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
}  # fmt: skip
"""Protocols by name; "any" and null are all of them."""
WITH_PORTS = frozenset({6, 17, 33, 132, 136})
ICMP = frozenset({1, 58})
EVERYWHERE = ("0.0.0.0/0", "::/0", None)


def protocol(_name: str, value: Any) -> str | None:
    """A protocol's name or number; null for any."""
    if value is None:
        return None
    text = str(value).lower()
    if text == "any":
        return None
    if text not in NUMBERS and not (text.isdigit() and int(text) <= 255):
        raise BadRequest(
            f"Security group rule protocol {value} not supported. Only protocol values (None, 'any', "
            f"{', '.join(repr(known) for known in NUMBERS)}) and integer representations [0 to 255] are supported.",
            "SecurityGroupRuleInvalidProtocol")
    return text


def ethertype(_name: str, value: Any) -> str:
    known = {"ipv4": "IPv4", "ipv6": "IPv6"}
    if value is None:
        return "IPv4"
    if str(value).lower() not in known:
        raise BadRequest(f"Security group rule for ethertype '{value}' not supported. Allowed values are "
                         "['IPv4', 'IPv6'].", "SecurityGroupRuleInvalidEtherType")
    return known[str(value).lower()]


def port_number(_name: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise BadRequest(f"Invalid value for port {value}", "SecurityGroupInvalidPortValue") from None
    if not 0 <= number <= 65535:
        raise BadRequest(f"Invalid value for port {number}", "SecurityGroupInvalidPortValue")
    return number


def direction(name: str, value: Any) -> str:
    return str(one_of("ingress", "egress")(name, value))


FIELDS = (
    Field("security_group_id", uuid, REQUIRED, put=False),
    Field("direction", direction, REQUIRED, put=False),
    Field("ethertype", ethertype, "IPv4", put=False),
    Field("protocol", protocol, None, put=False),
    Field("port_range_min", port_number, None, put=False),
    Field("port_range_max", port_number, None, put=False),
    Field("remote_ip_prefix", optional(address_or_prefix), None, put=False),
    Field("remote_group_id", optional(uuid), None, put=False),
    Field("remote_address_group_id", optional(uuid), None, put=False),
    shown("normalized_cidr"),
    shown("belongs_to_default_sg"),
    *f.STANDARD,
)
MISSING = ("Security group rule {} does not exist", "SecurityGroupRuleNotFound")


def group_of(cloud: Cloud, group_id: str) -> Body:
    """A security group, or Neutron's 404."""
    group = cloud.get("security_group", group_id)
    if group is None:
        raise NotFound(f"Security group {group_id} does not exist", "SecurityGroupNotFound")
    return group


def number_of(name: str | None) -> int | None:
    """A protocol's number."""
    return None if name is None else int(name) if name.isdigit() else NUMBERS[name]


def check(rule: Body) -> None:
    """400 for a rule that contradicts itself."""
    low, high, number = rule["port_range_min"], rule["port_range_max"], number_of(rule["protocol"])
    if number is None and (low is not None or high is not None):
        raise BadRequest("Must also specify protocol if port range is given.", "SecurityGroupProtocolRequiredWithPorts")
    if number in ICMP:
        _check_icmp(low, high)
    elif number in WITH_PORTS:
        if 0 in (low, high):
            raise BadRequest("Invalid value for port 0", "SecurityGroupInvalidPortValue")
        if (low is None) != (high is None) or (low is not None and high is not None and low > high):
            raise BadRequest("For TCP/UDP protocols, port_range_min must be <= port_range_max",
                             "SecurityGroupInvalidPortRange")
    elif low is not None or high is not None:
        raise BadRequest(f"Ports cannot be specified for protocol {number}. Ports are only supported for DCCP, SCTP, TCP, "
                         "UDP, UDPLITE.", "SecurityGroupInvalidProtocolForPort")
    prefix = rule["remote_ip_prefix"]
    if sum(value is not None for value in (prefix, rule["remote_group_id"], rule["remote_address_group_id"])) > 1:
        raise BadRequest("Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
                         "SecurityGroupMultipleRemoteEntites")
    if prefix and f"IPv{ip_network(prefix, strict=False).version}" != rule["ethertype"]:
        raise BadRequest(f"Conflicting value ethertype {rule['ethertype']} for CIDR {prefix}",
                         "SecurityGroupRuleParameterConflict")


def _check_icmp(low: int | None, high: int | None) -> None:
    for label, name, value in (("type", "port_range_min", low), ("code", "port_range_max", high)):
        if value is not None and value > 255:
            raise BadRequest(f"Invalid value for ICMP {label} ({name}) {value}. It must be 0 to 255.",
                             "SecurityGroupInvalidIcmpValue")
    if low is None and high is not None:
        raise BadRequest(f"ICMP code (port-range-max) {high} is provided but ICMP type (port-range-min) is missing.",
                         "SecurityGroupMissingIcmpType")


def _meaning(rule: Body) -> tuple[Any, ...]:
    low, high = rule["port_range_min"], rule["port_range_max"]
    prefix = rule["remote_ip_prefix"]
    return (
        rule["direction"], rule["ethertype"], number_of(rule["protocol"]), 1 if low is None else low,
        65535 if high is None else high, None if prefix in EVERYWHERE else prefix, rule["remote_group_id"],
        rule["remote_address_group_id"],
    )  # fmt: skip


def create(cloud: Cloud, body: Body) -> Body:
    """A rule in the group in the body; 409 when the group has one that means the same."""
    if body["ethertype"] == "IPv6" and number_of(body["protocol"]) == 1:
        body["protocol"] = "ipv6-icmp"
    check(body)
    group = group_of(cloud, body["security_group_id"])
    if body["remote_group_id"]:
        group_of(cloud, body["remote_group_id"])
    for other in cloud.where("security_group_rule", security_group_id=group["id"]):
        if _meaning(other) == _meaning(body):
            raise Conflict(f"Security group rule already exists. Rule id is {other['id']}.", "SecurityGroupRuleExists")
    return add(cloud, group, body)


def add(cloud: Cloud, group: Body, body: Body) -> Body:
    """A rule of a group, unchecked."""
    blank = {field.name: field.default for field in FIELDS if field.default is None}
    prefix = body.get("remote_ip_prefix")
    rule = keep(cloud, "security_group_rule", {
        **blank, "description": None, **body, "security_group_id": group["id"], "project_id": group["project_id"],
        "normalized_cidr": str(ip_network(prefix, strict=False)) if prefix else None,
        "belongs_to_default_sg": group["name"] == "default", "revision_number": 0,
    })  # fmt: skip
    _count(cloud, group)
    return rule


def _count(cloud: Cloud, group: Body) -> None:
    cloud.update("security_group", group, updated_at=cloud.stamp(), revision_number=group["revision_number"] + 1)


def delete(cloud: Cloud, rule: Body) -> None:
    if group := cloud.get("security_group", rule["security_group_id"]):
        _count(cloud, group)
    cloud.remove("security_group_rule", rule["id"])


def admit(call: Call, body: Body) -> None:
    """The group must be one the caller may change."""
    group = group_of(call.cloud, body["security_group_id"])
    if not call.ctx.sees(group):
        raise NotFound(f"Security group {group['id']} does not exist", "SecurityGroupNotFound")


def sees(cloud: Cloud, ctx: Context, rule: Body) -> bool:
    """Whoever sees its group."""
    group = cloud.get("security_group", rule["security_group_id"])
    return ctx.sees(rule) or (group is not None and owned(cloud, ctx, group))


RULES = Resource(
    "security_group_rule", "security_group_rule", "/security-group-rules", FIELDS, MISSING, create,
    plain_update("security_group_rule"), delete, sees=sees, admit=admit,
)  # fmt: skip
