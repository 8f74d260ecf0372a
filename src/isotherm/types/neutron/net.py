"""OS::Neutron::Net"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.schema import Attr, Custom, Prop, Support
from isotherm.model.step import Call, Read, Run, Step
from isotherm.model.subject import Subject
from isotherm.types.base import on_change
from isotherm.types.neutron.agents import DHCP, serve
from isotherm.types.neutron.base import TAGS, VALUE_SPECS, NetworkType
from isotherm.types.neutron.shown import SEGMENT, TEXT
from isotherm.types.registry import register


@register("OS::Neutron::Net")
class Net(NetworkType):
    """An isolated layer-2 broadcast domain that subnets give addresses to and ports plug into."""

    path, key = "/v2.0/networks", "network"
    many = ("/v2.0/networks", "networks")
    ok, busy, bad = ("ACTIVE", "DOWN"), ("BUILD",), ("ERROR", "DEGRADED")
    resets: ClassVar[Mapping[str, Any]] = {"port_security_enabled": True, "dns_domain": ""}

    properties = (
        Prop("name", str, "Need not be unique; made up from the stack's name when not given.", update=True),
        Prop("admin_state_up", bool, "Whether the network carries traffic.", default=True, update=True),
        Prop("tenant_id", str, "The project that shall own it; administrators only."),
        Prop("shared", bool, "Whether every project may use it.", default=False, update=True),
        Prop("port_security_enabled", bool, "Whether its ports filter spoofed traffic unless they say otherwise.",
             update=True, support=Support(version="5.0.0")),
        Prop("qos_policy", str, "Name or id of the QoS policy of its ports.", body="qos_policy_id",
             find="network.qos_policy", update=True, constraints=(Custom("neutron.qos_policy"),),
             support=Support(version="6.0.0")),
        Prop("dns_domain", str, "Domain under which its ports are published in DNS, ending in a dot.", update=True,
             constraints=(Custom("dns_domain"),), support=Support(version="7.0.0")),
        Prop("availability_zone_hints", list, "Zones whose agents should serve it, best first.",
             support=Support(version="19.0.0")),
        VALUE_SPECS,
        TAGS,
        Prop("dhcp_agent_ids", list, "Ids of exactly those DHCP agents that serve it; administrators only.", body=None,
             update=True),
    )
    attributes = (
        Attr("name", str, "Its name in the network service."),
        Attr("status", str, "ACTIVE, DOWN, BUILD or ERROR."),
        Attr("tenant_id", str, "The project that owns it."),
        Attr("admin_state_up", str, "Whether it carries traffic."),
        Attr("subnets", list, "Ids of its subnets.", item=TEXT),
        Attr("mtu", int, "Largest packet it carries, in bytes.", support=Support(version="5.0.0")),
        Attr("port_security_enabled", bool, "Whether its ports filter spoofed traffic by default.",
             support=Support(version="5.0.0")),
        Attr("qos_policy_id", str, "Id of its QoS policy.", support=Support(version="6.0.0")),
        Attr("l2_adjacency", bool, "Whether layer 2 reaches every part of it.", support=Support(version="9.0.0")),
        Attr("segments", list, "Its segments, as the network service shows them.", support=Support(version="11.0.0"), item=SEGMENT),
    )

    @on_change("dhcp_agent_ids")
    def move(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Run("serve", {"agents": list(new or ())})] if old or new else []

    def serve(self, subject: Subject, cloud: Any, agents: Sequence[str]) -> None:
        """Run: exactly these DHCP agents serve the network, including in place of those the scheduler chose."""
        serve(cloud, DHCP, subject.physical_id or "", agents)

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        """Not every cloud has segments, nor shows them to everybody: there, they have no value."""
        segments = [Call("GET", "/v2.0/segments", query={"network_id": "{id}"}, accept=(403, 404),
                         save={"segments": "segments"})]
        return [Read(self.path + "/{id}", self.key), *(segments if "segments" in names else [])]

    def attribute(self, subject: Subject, name: str) -> Any:
        return subject.data.get(name) if name == "segments" else super().attribute(subject, name)
