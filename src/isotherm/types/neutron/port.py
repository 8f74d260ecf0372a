"""OS::Neutron::Port"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.problem import Problem
from isotherm.model.schema import AllowedValues, Attr, Custom, Prop, Support
from isotherm.model.step import Call, Read, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.base import TAGS, VALUE_SPECS, NetworkType, exclusive, set_only
from isotherm.types.neutron.reach import Others, either, subnets_of
from isotherm.types.neutron.shown import ADDRESS_PAIR, DNS_ASSIGNMENT, FIXED_IP, NETWORK_KEYS, TEXT
from isotherm.types.neutron.shown import SUBNET as SHOWN_SUBNET
from isotherm.types.registry import register

NETWORK = (Custom("neutron.network"),)
SUBNET = (Custom("neutron.subnet"),)
MAC = (Custom("mac_addr"),)
VNIC_TYPES = AllowedValues((
    "normal", "direct", "macvtap", "direct-physical", "baremetal", "virtio-forwarder", "smart-nic"))


def address(fixed_ip: Values) -> dict[str, Any]:
    """A fixed IP as the service wants it."""
    return set_only({"subnet_id": either(fixed_ip, "subnet", "subnet_id"), "ip_address": fixed_ip.get("ip_address")})


def named_addresses(values: Values) -> set[str]:
    """The addresses that a port's properties spell out."""
    return {ip["ip_address"] for ip in values.get("fixed_ips") or () if ip.get("ip_address")}


def pairs(values: Sequence[Values]) -> list[dict[str, Any]]:
    return [set_only(pair) for pair in values]


@register("OS::Neutron::Port")
class Port(NetworkType):
    """A place in a network that a server's interface, a router or a load balancer plugs into."""

    path, key = "/v2.0/ports", "port"
    many = ("/v2.0/ports", "ports")
    ok, busy, bad = ("ACTIVE", "DOWN"), ("BUILD",), ("ERROR", "DEGRADED")
    resets: ClassVar[Mapping[str, Any]] = {
        "allowed_address_pairs": [], "port_security_enabled": True, "dns_name": "", "propagate_uplink_status": False}
    keeps = frozenset({"security_groups"})
    renamed = (("network_id", "network"), ("fixed_ips.*.subnet_id", "fixed_ips.*.subnet"))

    properties = (
        Prop("network", str, "Name or id of the network it is in.", required=True, body="network_id",
             find="network.network", constraints=NETWORK, support=Support(version="2014.2")),
        Prop("network_id", str, "Older name of `network`.", body=None, constraints=NETWORK,
             support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.2"))),
        Prop("device_id", str, "Id of what it serves, such as a server.", default="", update=True),
        Prop("device_owner", str, "What serves itself of it, e.g. compute:nova.", default="", update=True),
        Prop("fixed_ips", list, "The addresses wanted; one of each kind the network has, when not given.", body=None,
             update=True, item=Prop("*", dict, "One address.", schema=(
                 Prop("subnet_id", str, "Older name of `subnet`.", constraints=SUBNET,
                      support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.2"))),
                 Prop("subnet", str, "Name or id of the subnet it is from.", find="network.subnet", constraints=SUBNET,
                      support=Support(version="2014.2")),
                 Prop("ip_address", str, "The address itself; any free one when not given.",
                      constraints=(Custom("ip_addr"),))))),
        Prop("no_fixed_ips", bool, "Whether it has no address at all.", default=False, body=None, update=True,
             support=Support(version="16.0.0")),
        Prop("mac_address", str, "Its MAC address; made up by the service when not given.", constraints=MAC),
        Prop("security_groups", list, "Names or ids of its security groups; the group `default` when not given.",
             find="network.security_group", update=True),
        Prop("replacement_policy", str, "REPLACE_ALWAYS has every update replace it.", default="AUTO", body=None,
             update=True, constraints=(AllowedValues(("REPLACE_ALWAYS", "AUTO")),),
             support=Support("HIDDEN", "9.0.0", previous=Support(
                 "DEPRECATED", "6.0.0", previous=Support(version="2014.2")))),
        Prop("name", str, "Need not be unique; made up from the stack's name when not given.", update=True),
        VALUE_SPECS,
        Prop("admin_state_up", bool, "Whether it carries traffic.", default=True, update=True),
        Prop("allowed_address_pairs", list, "Further addresses that may send from here.", encode=pairs, update=True,
             item=Prop("*", dict, "One pair.", schema=(
                 Prop("mac_address", str, "MAC address; the port's own when not given.", constraints=MAC),
                 Prop("ip_address", str, "An address or a block of them.", required=True,
                      constraints=(Custom("ip_or_cidr"),))))),
        Prop("binding:vnic_type", str, "What kind of interface it backs.", default="normal", update=True,
             constraints=(VNIC_TYPES,), support=Support(version="2015.1")),
        Prop("port_security_enabled", bool, "Whether spoofed traffic and its security groups' rules are filtered.",
             update=True, support=Support(version="5.0.0")),
        Prop("qos_policy", str, "Name or id of its QoS policy.", body="qos_policy_id", find="network.qos_policy",
             update=True, constraints=(Custom("neutron.qos_policy"),), support=Support(version="6.0.0")),
        Prop("dns_name", str, "Its host name in DNS.", update=True, constraints=(Custom("dns_name"),),
             support=Support(version="7.0.0")),
        TAGS,
        Prop("propagate_uplink_status", bool, "Whether a virtual function follows its physical link up and down.",
             update=True, support=Support(version="15.0.0")),
    )
    attributes = (
        Attr("admin_state_up", str, "Whether it carries traffic."),
        Attr("device_id", str, "Id of what it serves."),
        Attr("device_owner", str, "What serves itself of it."),
        Attr("fixed_ips", list, "Its addresses, each with the id of its subnet.", item=FIXED_IP),
        Attr("mac_address", str, "Its MAC address."),
        Attr("name", str, "Its name in the network service."),
        Attr("network_id", str, "Id of its network."),
        Attr("security_groups", list, "Ids of its security groups.", item=TEXT),
        Attr("status", str, "ACTIVE, DOWN, BUILD or ERROR."),
        Attr("tenant_id", str, "The project that owns it."),
        Attr("allowed_address_pairs", list, "Further addresses that may send from here.", item=ADDRESS_PAIR),
        Attr("subnets", list, "The subnets of its addresses, each with all that the service shows of it.", item=SHOWN_SUBNET),
        Attr("port_security_enabled", bool, "Whether traffic is filtered.", support=Support(version="5.0.0")),
        Attr("qos_policy_id", str, "Id of its QoS policy.", support=Support(version="6.0.0")),
        Attr("dns_assignment", dict, "The names it has in DNS.", support=Support(version="7.0.0")),
        Attr("network", dict, "Its network, with all that the service shows of it.", support=Support(version="11.0.0"),
             schema=NETWORK_KEYS, open=True),
        Attr("propagate_uplink_status", bool, "Whether it follows its physical link up and down.",
             support=Support(version="15.0.0")),
    )

    inferred = ("dns_assignment",)

    def attribute_type(self, name: str, properties: Values) -> Prop:
        """Heat calls it a map, and the service gives a list: a name for each address."""
        return DNS_ASSIGNMENT

    def body(self, values: Values, update: bool = False) -> dict[str, Any]:
        """No addresses given means any on create, and as they are on update: an empty list would take them away."""
        body = super().body(values, update)
        if values.get("no_fixed_ips"):
            body["fixed_ips"] = []
        elif values.get("fixed_ips"):
            body["fixed_ips"] = [address(ip) for ip in values["fixed_ips"]]
        return body

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        removed = old.get("security_groups") is not None and subject.properties.get("security_groups") is None
        return [*super().update(subject, old), *(self.default_group(subject) if removed else [])]

    def default_group(self, subject: Subject) -> Sequence[Step]:
        """A port without groups of its own is in the project's default one, after an update as after a create."""
        mine = {"name": "default", "tenant_id": subject.project_id}
        return [
            Call("GET", "/v2.0/security-groups", query=mine, save={"default_group": "security_groups.0.id"}),
            Call("PUT", self.path + "/{id}", {self.key: {"security_groups": ["{default_group}"]}}, live=self.key),
        ]

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        """An address that both name must be free before the replacement is made."""
        if not named_addresses(subject.properties) & named_addresses(new):
            return []
        return [Call("PUT", self.path + "/{id}", {self.key: {"fixed_ips": []}}, accept=(404,))]

    def take_back(self, subject: Subject) -> Sequence[Step]:
        fixed = [address(ip) for ip in subject.properties.get("fixed_ips") or ()]
        return [Call("PUT", self.path + "/{id}", {self.key: {"fixed_ips": fixed}}, live=self.key)] if fixed else []

    def replaces(self, old: Values, new: Values) -> list[str]:
        always = ["replacement_policy"] if new.get("replacement_policy") == "REPLACE_ALWAYS" else []
        return super().replaces(old, new) + always

    def validate(self, properties: Values) -> list[Problem]:
        return [*super().validate(properties), *exclusive(properties, "fixed_ips", "no_fixed_ips")]

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """Every subnet of its network: which of them its address is from is the service's choice."""
        return subnets_of(either(mine, "network", "network_id"), others)

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        network = either(subject.properties, "network", "network_id")
        further = {
            "network": Call("GET", f"/v2.0/networks/{network}", save={"network": "network"}),
            "subnets": Call("GET", "/v2.0/subnets", query={"network_id": network}, save={"subnets": "subnets"}),
        }
        return [Read(self.path + "/{id}", self.key), *(call for name, call in further.items() if name in names)]

    def attribute(self, subject: Subject, name: str) -> Any:
        if name == "network":
            return subject.data.get("network")
        if name == "subnets":
            known = {subnet["id"]: subnet for subnet in subject.data.get("subnets") or ()}
            used = [ip.get("subnet_id") for ip in subject.live.get("fixed_ips") or () if isinstance(ip, Mapping)]
            return [known[subnet] for subnet in used if subnet in known] if "subnets" in subject.data else None
        return super().attribute(subject, name)
