"""OS::Neutron::SecurityGroup"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.outcome import Wait
from isotherm.model.problem import Problem
from isotherm.model.schema import AllowedValues, Custom, Prop, Support
from isotherm.model.step import Run, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values, on_change
from isotherm.types.neutron import rules as security
from isotherm.types.neutron.base import NetworkType, problem
from isotherm.types.registry import register

BY_GROUP = "remote_group_id"


def stated(rule: Values) -> dict[str, Any]:
    """A rule of the template as fields of the service; a group that is not named is the rule's own, `{id}`."""
    fields = {name: value for name, value in rule.items() if name not in ("remote_mode", BY_GROUP)}
    if rule.get("remote_mode") == BY_GROUP:
        fields[BY_GROUP] = rule.get(BY_GROUP) or "{id}"
    return security.canonical(fields)


@register("OS::Neutron::SecurityGroup")
class SecurityGroup(NetworkType):
    """A named set of rules for the traffic of the ports that are in it."""

    path, key = "/v2.0/security-groups", "security_group"
    support = Support(version="2014.1")
    resets: ClassVar[Mapping[str, Any]] = {"description": "", "stateful": True}

    properties = (
        Prop("name", str, "Need not be unique, but not `default`; made up from the stack's name when not given.",
             update=True),
        Prop("description", str, "What the group is for.", update=True),
        Prop("stateful", bool, "Whether answers to allowed traffic are let through.", update=True,
             support=Support(version="27.0.0")),
        Prop("rules", list, "What is let through; without an egress rule, everything may go out.", default=[],
             body=None, update=True, item=Prop("*", dict, "One rule.", schema=(
                 Prop("direction", str, "To the port (ingress) or from it (egress).", default="ingress",
                      constraints=security.DIRECTIONS),
                 Prop("ethertype", str, "IPv4 or IPv6.", default="IPv4", constraints=security.ETHERTYPES),
                 Prop("port_range_min", int, "First port, or type of ICMP.", constraints=security.PORTS),
                 Prop("port_range_max", int, "Last port, or code of ICMP.", constraints=security.PORTS),
                 Prop("protocol", str, "Name or number of the protocol; any when not given.",
                      constraints=security.PROTOCOLS),
                 Prop("remote_mode", str, "Whether the other side is said by address or by group.",
                      default="remote_ip_prefix", constraints=(AllowedValues(("remote_ip_prefix", BY_GROUP)),)),
                 Prop(BY_GROUP, str, "Name or id of the other side's group; this one when not given.",
                      find="network.security_group", constraints=(Custom("neutron.security_group"),)),
                 Prop("remote_ip_prefix", str, "The other side's block of addresses; anywhere when not given.",
                      constraints=(Custom("net_cidr"),)),
                 Prop("description", str, "What the rule is for.", support=Support(version="27.0.0"))))),
    )

    @on_change("rules")
    def change_rules(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        """Rules that agree need no change. A group with no egress rule has the service's own."""
        if not old and not new:
            return []
        wanted = [stated(rule) for rule in new or ()]
        leaving = any(rule.get("direction") == "egress" for rule in wanted)
        return [Run("settle", {"rules": [*([] if leaving else map(dict, security.DEFAULT_EGRESS)), *wanted]})]

    def settle(self, subject: Subject, cloud: Any, rules: Sequence[Values]) -> Wait | None:
        """Run: the group has exactly these rules."""
        group = subject.physical_id or ""
        own = [{name: group if value == "{id}" else value for name, value in rule.items()} for rule in rules]
        return None if security.settle(cloud, group, own) else Wait(0)

    def validate(self, properties: Values) -> list[Problem]:
        default = [problem("security-group-named-default", "name", "a security group may not be named 'default': "
                           "every project has one of that name.")] if properties.get("name") == "default" else []
        rules = properties.get("rules")
        ordered = [found for index, rule in enumerate(rules if isinstance(rules, list | tuple) else ())
                   if isinstance(rule, Mapping) for found in security.port_problems(rule, f"rules.{index}.")]
        return [*super().validate(properties), *default, *ordered]
