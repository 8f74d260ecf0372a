"""OS::Neutron::SecurityGroupRule"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.problem import Problem
from isotherm.model.schema import Custom, Prop, Support
from isotherm.model.step import Call, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron import rules as security
from isotherm.types.neutron.base import NetworkType, exclusive
from isotherm.types.registry import register

GROUP = (Custom("neutron.security_group"),)


@register("OS::Neutron::SecurityGroupRule")
class SecurityGroupRule(NetworkType):
    """One rule of a security group, which may belong to another stack or to none."""

    path, key = security.RULES, "security_group_rule"
    support = Support(version="7.0.0")

    properties = (
        Prop("security_group", str, "Name or id of the group it belongs to.", required=True,
             find="network.security_group", constraints=GROUP),
        Prop("description", str, "What the rule is for."),
        Prop("direction", str, "To the port (ingress) or from it (egress).", default="ingress",
             constraints=security.DIRECTIONS),
        Prop("ethertype", str, "IPv4 or IPv6.", default="IPv4", constraints=security.ETHERTYPES),
        Prop("port_range_min", int, "First port, or type of ICMP.", constraints=security.PORTS),
        Prop("port_range_max", int, "Last port, or code of ICMP.", constraints=security.PORTS),
        Prop("protocol", str, "Name or number of the protocol.", default="tcp", constraints=security.PROTOCOLS),
        Prop("remote_group", str, "Name or id of the other side's group.", find="network.security_group",
             constraints=GROUP),
        Prop("remote_ip_prefix", str, "The other side's block of addresses; anywhere when neither is given.",
             constraints=(Custom("net_cidr"),)),
    )

    def body(self, values: Values, update: bool = False) -> dict[str, Any]:
        group = {"security_group_id": values.get("security_group")}
        return {**security.canonical({**values, "remote_group_id": values.get("remote_group")}), **group}

    def create(self, subject: Subject) -> Sequence[Step]:
        """First a look for such a rule: one that is there already is somebody else's, and ours will be refused."""
        wanted = {name: value for name, value in self.body(subject.properties).items() if name != "description"}
        before = Call("GET", self.path, query=wanted, save={"before": "security_group_rules.0.id"})
        return [before, *super().create(subject)]

    def delete(self, subject: Subject) -> Sequence[Step]:
        """Without an id, the same rule is ours only if there was none before."""
        if not subject.physical_id and ("before" not in subject.data or subject.data["before"]):
            return []
        return super().delete(subject)

    def lookup(self, subject: Subject) -> Lookup:
        """Rules have no names, but a group has no two that are the same."""
        body = self.body(subject.properties)
        same = {"description": "", **{name: body.get(name) for name in security.KEY}, **body}
        return Lookup(self.path, "security_group_rules", {"security_group_id": body["security_group_id"]}, same)

    def validate(self, properties: Values) -> list[Problem]:
        return [*super().validate(properties), *exclusive(properties, "remote_group", "remote_ip_prefix"),
                *security.port_problems(properties)]
