"""OS::Neutron::FloatingIP"""

from collections.abc import Sequence

from isotherm.model.schema import SPREAD, Attr, Custom, Prop, Support
from isotherm.model.step import Call, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.base import NetworkType
from isotherm.types.neutron.reach import Others, either, gateways_to, interfaces_to
from isotherm.types.registry import register

NETWORK = (Custom("neutron.network"),)
ENDS = ("port_id", "fixed_ip_address")
ADDRESS = (Custom("ip_addr"),)


@register("OS::Neutron::FloatingIP")
class FloatingIP(NetworkType):
    """An address of an external network that a router translates to a port's address."""

    path, key = "/v2.0/floatingips", "floatingip"
    renamed = (("floating_network_id", "floating_network"),)

    properties = (
        Prop("floating_network", str, "Name or id of the external network it is from.", required=True,
             body="floating_network_id", find="network.network", constraints=NETWORK,
             support=Support(version="2014.2")),
        Prop("floating_network_id", str, "Older name of `floating_network`.", body=None, constraints=NETWORK,
             support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.2"))),
        Prop("floating_subnet", str, "Name or id of the external network's subnet it is from.", body="subnet_id",
             find="network.subnet", constraints=(Custom("neutron.subnet"),), support=Support(version="9.0.0")),
        Prop("value_specs", dict, "Further fields of the request, for extensions that have no property here.",
             default={}, body=SPREAD),
        Prop("port_id", str, "Id of the port it leads to; none when not given.", update=True,
             constraints=(Custom("neutron.port"),)),
        Prop("fixed_ip_address", str, "Which of the port's addresses it leads to; the first when not given.",
             update=True, constraints=ADDRESS),
        Prop("floating_ip_address", str, "The very address wanted; any free one when not given.", constraints=ADDRESS,
             support=Support(version="5.0.0")),
        Prop("dns_name", str, "Host name under which it is published in DNS; used on creation only.", update=True,
             constraints=(Custom("rel_dns_name"),), support=Support(version="7.0.0")),
        Prop("dns_domain", str, "Domain under which it is published in DNS; used on creation only.", update=True,
             constraints=(Custom("dns_domain"),), support=Support(version="7.0.0")),
    )
    attributes = (
        Attr("router_id", str, "Id of the router that translates it."),
        Attr("tenant_id", str, "The project that owns it."),
        Attr("floating_network_id", str, "Id of the external network it is from."),
        Attr("fixed_ip_address", str, "The port's address that it leads to.", cached=False),
        Attr("floating_ip_address", str, "The address itself."),
        Attr("port_id", str, "Id of the port it leads to.", cached=False),
    )

    def post(self, subject: Subject) -> Call:
        """Floating IPs have no name: the description says whose it is, until the user's own takes its place."""
        body = self.body(subject.properties) | {"description": "{name}"}
        return Call("POST", self.path, {self.key: body}, identity="floatingip.id", live=self.key,
                    lookup=self.lookup(subject))

    def lookup(self, subject: Subject) -> Lookup:
        marker = {"description": "{name}"}
        return Lookup(self.path, "floatingips", marker, marker)

    def rename(self, subject: Subject) -> Sequence[Step]:
        chosen = (subject.properties.get("value_specs") or {}).get("description")
        return [self.put({"description": chosen})] if chosen else []

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        """What it leads to is sent whole: the service forgets the port's address when only one of the two is said, and
        refuses its DNS names on update."""
        before, after = ({name: values.get(name) for name in ENDS} for values in (old, subject.properties))
        return [self.put(after)] if before != after else []

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        """A port's address has one floating IP: the replacement's."""
        port = subject.properties.get("port_id")
        return [self.put({"port_id": None}, accept=(404,))] if port and port == new.get("port_id") else []

    def take_back(self, subject: Subject) -> Sequence[Step]:
        values = subject.properties
        return [self.put({name: values.get(name) for name in ENDS})] if values.get("port_id") else []

    def put(self, fields: Values, accept: tuple[int, ...] = ()) -> Call:
        return Call("PUT", self.path + "/{id}", {self.key: dict(fields)}, live=self.key, accept=accept)

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """What connects its router to the external network and to its port's subnet."""
        network = either(mine, "floating_network", "floating_network_id")
        return gateways_to(network, others) | interfaces_to(mine.get("port_id"), others)
