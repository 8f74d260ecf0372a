"""OS::Neutron::Router"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.problem import Problem
from isotherm.model.schema import Attr, Custom, Prop, Support
from isotherm.model.step import Run, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values, on_change
from isotherm.types.neutron.agents import L3, serve
from isotherm.types.neutron.base import TAGS, VALUE_SPECS, NetworkType, exclusive, problem, set_only
from isotherm.types.neutron.reach import Others, subnets_of
from isotherm.types.neutron.shown import GATEWAY_KEYS
from isotherm.types.registry import register


def gateway(value: Values) -> dict[str, Any]:
    """The external gateway as the service wants it."""
    fixed = value.get("external_fixed_ips")
    return set_only({
        "network_id": value.get("network"),
        "enable_snat": value.get("enable_snat"),
        "external_fixed_ips": None if fixed is None else [
            set_only({"subnet_id": ip.get("subnet"), "ip_address": ip.get("ip_address")}) for ip in fixed],
    })


@register("OS::Neutron::Router")
class Router(NetworkType):
    """Forwards packets between subnets, and to an external network when it has a gateway."""

    path, key = "/v2.0/routers", "router"
    many = ("/v2.0/routers", "routers")
    ok, busy, bad = ("ACTIVE", "DOWN"), ("BUILD", "ALLOCATING"), ("ERROR", "DEGRADED")
    resets: ClassVar[Mapping[str, Any]] = {"availability_zone_hints": [], "external_gateway_info": {}}
    renamed = (("l3_agent_id", "l3_agent_ids.+"),)

    properties = (
        Prop("name", str, "Need not be unique; made up from the stack's name when not given.", update=True),
        Prop("external_gateway_info", dict, "How it is connected to an external network.", encode=gateway, update=True,
             schema=(
                 Prop("network", str, "Name or id of the external network.", required=True, update=True,
                      find="network.network"),
                 Prop("enable_snat", bool, "Whether outgoing traffic gets the router's address as its source.",
                      update=True),
                 Prop("external_fixed_ips", list, "The router's addresses in the external network.", update=True,
                      support=Support(version="6.0.0"), item=Prop("*", dict, "One address.", schema=(
                          Prop("ip_address", str, "The address itself; any free one when not given.",
                               constraints=(Custom("ip_addr"),)),
                          Prop("subnet", str, "Name or id of the subnet it is from.", find="network.subnet",
                               constraints=(Custom("neutron.subnet"),))))))),
        VALUE_SPECS,
        Prop("admin_state_up", bool, "Whether it forwards anything.", default=True, update=True),
        Prop("l3_agent_id", str, "Older way to give one of `l3_agent_ids`.", body=None, update=True,
             support=Support("HIDDEN", "6.0.0", previous=Support(
                 "DEPRECATED", "2015.1", previous=Support(version="2014.1")))),
        Prop("l3_agent_ids", list, "Ids of exactly those L3 agents that run it; administrators only.", body=None,
             update=True, item=Prop("*", str, "Id of an agent."), support=Support(version="2015.1")),
        Prop("distributed", bool, "Whether every compute host routes for its own servers.",
             support=Support(version="2015.1")),
        Prop("ha", bool, "Whether a second agent takes over when the first is lost.",
             support=Support(version="2015.1")),
        Prop("availability_zone_hints", list, "Zones whose agents should run it, best first.", update=True,
             support=Support(version="19.0.0")),
        TAGS,
        Prop("tenant_id", str, "The project that shall own it; administrators only.",
             support=Support(version="24.0.0")),
    )
    attributes = (
        Attr("status", str, "ACTIVE, DOWN or ERROR."),
        Attr("external_gateway_info", dict, "How it is connected to an external network, with its addresses there.", schema=GATEWAY_KEYS, open=True),
        Attr("name", str, "Its name in the network service."),
        Attr("admin_state_up", str, "Whether it forwards anything."),
        Attr("tenant_id", str, "The project that owns it."),
    )

    @on_change("l3_agent_id", "l3_agent_ids")
    def move(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Run("serve", {"agents": agents(new)})] if agents(old) != agents(new) else []

    def serve(self, subject: Subject, cloud: Any, agents: Sequence[str]) -> None:
        """Run: exactly these L3 agents run the router, including in place of those the scheduler chose."""
        serve(cloud, L3, subject.physical_id or "", agents)

    def validate(self, properties: Values) -> list[Problem]:
        """A distributed router runs everywhere, and only one that is highly available runs on several agents."""
        wanted = properties.get("l3_agent_ids")
        count = len(wanted) if isinstance(wanted, list | tuple) else 0
        return [
            *super().validate(properties),
            *exclusive(properties, "l3_agent_id", "l3_agent_ids"),
            *exclusive(properties, "distributed", "l3_agent_ids"),
            *exclusive(properties, "distributed", "l3_agent_id"),
            *exclusive(properties, "distributed", "ha"),
            *([problem("several-agents-without-ha", "l3_agent_ids", f"{count} agents are given for a router "
                       "that is not highly available.", "Set ha to true or give one agent.")]
              if count > 1 and not properties.get("ha") else []),
        ]

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """The subnets of its external network: its gateway gets an address from one of them."""
        info = mine.get("external_gateway_info")
        return subnets_of(info.get("network"), others) if isinstance(info, Mapping) else set()


def agents(values: Values) -> list[str]:
    """The agents wanted, by either property."""
    one, several = values.get("l3_agent_id"), values.get("l3_agent_ids")
    return list(several) if several else [one] if one else []
