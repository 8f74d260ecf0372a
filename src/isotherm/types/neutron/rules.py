"""Security group rules: what may be said in one, and how two are compared."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from isotherm.model.errors import Refused
from isotherm.model.problem import Problem
from isotherm.model.schema import AllowedValues, Range
from isotherm.types.base import Values
from isotherm.types.neutron.base import problem, set_only

DIRECTIONS = (AllowedValues(("ingress", "egress")),)
ETHERTYPES = (AllowedValues(("IPv4", "IPv6")),)
PORTS = (Range(0, 65535),)
PROTOCOL_NAMES = (
    "ah", "dccp", "egp", "esp", "gre", "icmp", "icmpv6", "igmp", "ipv6-encap", "ipv6-frag", "ipv6-icmp", "ipv6-nonxt",
    "ipv6-opts", "ipv6-route", "ospf", "pgm", "rsvp", "sctp", "tcp", "udp", "udplite", "vrrp",
)
PROTOCOLS = (AllowedValues((*range(256), *PROTOCOL_NAMES)),)
ICMP = frozenset({"icmp", "icmpv6", "ipv6-icmp", "1", "58"})
ANY_ADDRESS = frozenset({"0.0.0.0/0", "::/0"})
# What the service gives a new group: everything may go out.
DEFAULT_EGRESS = ({"direction": "egress", "ethertype": "IPv4"}, {"direction": "egress", "ethertype": "IPv6"})

# The fields that make a rule what it is: the service refuses a second one that agrees in all of them.
KEY = ("direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_group_id", "remote_ip_prefix")

RULES = "/v2.0/security-group-rules"
CHANGES_AT_ONCE = 20


def canonical(rule: Values) -> dict[str, Any]:
    """A rule's fields that are set, spelled as the service shows them."""
    out = set_only({name: rule.get(name) for name in (*KEY, "description")})
    if "protocol" in out:
        out["protocol"] = _protocol(str(out["protocol"]).lower(), out.get("ethertype"))
    if "remote_ip_prefix" in out:
        out["remote_ip_prefix"] = _block(out["remote_ip_prefix"])
    return out


def key(rule: Values) -> tuple[Any, ...]:
    """Equal for rules that the service takes for the same. No prefix and the prefix of all are the same."""
    fields = canonical(rule)
    if fields.get("remote_ip_prefix") in ANY_ADDRESS:
        del fields["remote_ip_prefix"]
    return tuple(fields.get(name) for name in KEY)


def port_problems(rule: Values, path: str = "") -> list[Problem]:
    """Ports are a range from the lower to the higher; for ICMP they are type and code, which have no order."""
    low, high, protocol = rule.get("port_range_min"), rule.get("port_range_max"), rule.get("protocol")
    if not (isinstance(low, int) and isinstance(high, int)) or low <= high or str(protocol).lower() in ICMP:
        return []
    return [problem("ports-out-of-order", f"{path}port_range_min",
                    f"{path}port_range_min {low} is above port_range_max {high}.", "Exchange the two.")]


def settle(cloud: Any, group: str, wanted: Sequence[Values]) -> bool:
    """Brings a group's rules to exactly these; true when they are. Safe to repeat, and to go on with after a false.

    New rules come before old ones go, so that traffic allowed before and after is never cut off.
    """
    shown = cloud.request("network", "GET", RULES, query={"security_group_id": group}).body["security_group_rules"]
    live = {key(rule): rule for rule in shown}
    target = {key(rule): rule for rule in wanted}
    changes = [("POST", rule) for name, rule in target.items() if name not in live]
    for name, rule in target.items():
        if name in live and _text(rule) != _text(live[name]):
            changes += [("DELETE", live[name]), ("POST", rule)]
    changes += [("DELETE", rule) for name, rule in live.items() if name not in target]
    for method, rule in changes[:CHANGES_AT_ONCE]:
        _change(cloud, group, method, rule)
    return len(changes) <= CHANGES_AT_ONCE


def _change(cloud: Any, group: str, method: str, rule: Values) -> None:
    """One change; that somebody else has made it already is fine."""
    try:
        if method == "POST":
            body = {"security_group_rule": {**canonical(rule), "security_group_id": group}}
            cloud.request("network", method, RULES, json=body)
        else:
            cloud.request("network", method, f"{RULES}/{rule['id']}")
    except Refused as error:
        if error.code != (409 if method == "POST" else 404):
            raise


def _text(rule: Mapping[str, Any]) -> str:
    return rule.get("description") or ""


def _protocol(name: str, ethertype: Any) -> str:
    """IPv6 has its own ICMP, which the service shows by one name whatever it was called."""
    if name == "icmpv6" or (ethertype == "IPv6" and name in ICMP):
        return "ipv6-icmp"
    return name


def _block(prefix: Any) -> Any:
    """A block of addresses in its shortest spelling; a single address is a block of one."""
    try:
        return str(ip_network(prefix, strict=False))
    except ValueError:
        return prefix
