"""OS::Neutron::Subnet"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, ClassVar

from isotherm.model.problem import Problem
from isotherm.model.schema import AllowedValues, Attr, Custom, Prop, Range, Support
from isotherm.types.base import Values
from isotherm.types.neutron.base import TAGS, VALUE_SPECS, NetworkType, exclusive, needed, problem
from isotherm.types.neutron.shown import POOL, ROUTE, TEXT
from isotherm.types.registry import register

NO_GATEWAY = ("", "~")
IPV6_MODES = (AllowedValues(("dhcpv6-stateful", "dhcpv6-stateless", "slaac")),)
NETWORK = (Custom("neutron.network"),)
ADDRESS = (Custom("ip_addr"),)
CIDR = (Custom("net_cidr"),)


def gateway(value: str) -> str | None:
    """The gateway's address; None, which the service takes for "no gateway", for the ways a template says so."""
    return None if value in NO_GATEWAY else value


@register("OS::Neutron::Subnet")
class Subnet(NetworkType):
    """A block of addresses of a network, and what its ports are told about routes and name servers."""

    path, key = "/v2.0/subnets", "subnet"
    resets: ClassVar[Mapping[str, Any]] = {"allocation_pools": [], "host_routes": [], "dns_nameservers": []}
    keeps = frozenset({"segment_id"})
    renamed = (("network_id", "network"),)

    properties = (
        Prop("network", str, "Name or id of the network whose addresses these are.", required=True, body="network_id",
             find="network.network", constraints=NETWORK, support=Support(version="2014.2")),
        Prop("network_id", str, "Older name of `network`.", body=None, constraints=NETWORK,
             support=Support("HIDDEN", "5.0.0", "Use property network.", Support("DEPRECATED", "2014.2"))),
        Prop("subnetpool", str, "Name or id of the pool to take the block from, instead of `cidr`.",
             body="subnetpool_id", find="network.subnetpool", constraints=(Custom("neutron.subnetpool"),),
             support=Support(version="6.0.0")),
        Prop("prefixlen", int, "Length of the prefix to take from the pool.", constraints=(Range(0),),
             support=Support(version="6.0.0")),
        Prop("cidr", str, "The block of addresses, e.g. 10.0.0.0/24.", constraints=CIDR),
        Prop("name", str, "Need not be unique; made up from the stack's name when not given.", update=True),
        Prop("value_specs", dict, VALUE_SPECS.doc, default={}, body=VALUE_SPECS.body, update=True),
        Prop("allocation_pools", list, "Ranges that ports get addresses from; all but the gateway when not given.",
             update=True, item=Prop("*", dict, "One range.", schema=(
                 Prop("start", str, "Its first address.", required=True, constraints=ADDRESS),
                 Prop("end", str, "Its last address.", required=True, constraints=ADDRESS)))),
        Prop("dns_nameservers", list, "Addresses of the name servers that ports are told of.", default=[], update=True),
        Prop("gateway_ip", str, "Address of the gateway; '' or '~' for none; the first address when not given.",
             update=True, encode=gateway),
        Prop("enable_dhcp", bool, "Whether ports are configured by DHCP.", default=True, update=True),
        Prop("ip_version", int, "4 or 6.", default=4, constraints=(AllowedValues((4, 6)),)),
        Prop("host_routes", list, "Static routes that ports are told of.", update=True,
             item=Prop("*", dict, "One route.", schema=(
                 Prop("destination", str, "Where it leads, as a block of addresses.", required=True, constraints=CIDR),
                 Prop("nexthop", str, "Address of the next router.", required=True, constraints=ADDRESS)))),
        Prop("tenant_id", str, "The project that shall own it; administrators only."),
        Prop("ipv6_ra_mode", str, "How router advertisements are sent; IPv6 only.", constraints=IPV6_MODES,
             support=Support(version="2015.1")),
        Prop("ipv6_address_mode", str, "How ports get their addresses; IPv6 only.", constraints=IPV6_MODES,
             support=Support(version="2015.1")),
        Prop("segment", str, "Name or id of the network segment it belongs to; can be set later, but not unset.",
             body="segment_id", find="network.segment", update=True, constraints=(Custom("neutron.segment"),),
             support=Support(version="11.0.0", previous=Support(version="9.0.0"))),
        TAGS,
    )
    attributes = (
        Attr("name", str, "Its name in the network service."),
        Attr("network_id", str, "Id of its network."),
        Attr("tenant_id", str, "The project that owns it."),
        Attr("allocation_pools", list, "Ranges that ports get their addresses from.", item=POOL),
        Attr("gateway_ip", str, "Address of the gateway."),
        Attr("host_routes", list, "Static routes that ports are told of.", item=ROUTE),
        Attr("ip_version", str, "4 or 6."),
        Attr("cidr", str, "The block of addresses."),
        Attr("dns_nameservers", list, "Addresses of the name servers that ports are told of.", item=TEXT),
        Attr("enable_dhcp", str, "Whether ports are configured by DHCP."),
    )

    def validate(self, properties: Values) -> list[Problem]:
        return [
            *super().validate(properties),
            *needed(properties, "cidr", "subnetpool"),
            *exclusive(properties, "subnetpool", "cidr"),
            *exclusive(properties, "prefixlen", "cidr"),
            *ipv6_problems(properties),
            *gateway_problems(properties.get("gateway_ip")),
        ]


def ipv6_problems(properties: Values) -> list[Problem]:
    """Both IPv6 modes are for IPv6 alone, and agree when both are given."""
    names = ("ipv6_ra_mode", "ipv6_address_mode")
    given = {name: properties[name] for name in names if isinstance(properties.get(name), str)}
    if given and properties.get("ip_version") == 4:
        return [problem("ipv6-mode-for-ipv4", min(given), f"{' and '.join(given)} cannot be used with ip_version 4.")]
    if len(set(given.values())) > 1:
        return [problem("ipv6-modes-differ", "ipv6_address_mode",
                        f"ipv6_ra_mode {given[names[0]]} and ipv6_address_mode {given[names[1]]} do not agree.")]
    return []


def gateway_problems(value: Any) -> list[Problem]:
    if not isinstance(value, str) or value in NO_GATEWAY:
        return []
    try:
        ip_address(value)
    except ValueError:
        return [problem("gateway-no-address", "gateway_ip", f"{value!r} is no IP address.",
                        "Use '' for a subnet without a gateway.")]
    return []
