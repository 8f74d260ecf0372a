"""OS::Neutron::FloatingIPAssociation"""

from collections.abc import Sequence
from urllib.parse import quote

from isotherm.model.schema import Custom, Prop
from isotherm.model.step import Call, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.connection import Connection
from isotherm.types.neutron.reach import Others, interfaces_to
from isotherm.types.registry import register

FLOATING_IPS = "/v2.0/floatingips"


@register("OS::Neutron::FloatingIPAssociation")
class FloatingIPAssociation(Connection):
    """Has a floating IP lead to a port. It is a state of the floating IP: its physical id is only a name."""

    properties = (
        Prop("floatingip_id", str, "Id of the floating IP.", required=True, update=True),
        Prop("port_id", str, "Id of the port.", required=True, update=True, constraints=(Custom("neutron.port"),)),
        Prop("fixed_ip_address", str, "Which of the port's addresses it leads to; the first when not given.",
             update=True, constraints=(Custom("ip_addr"),)),
    )

    def label(self, subject: Subject) -> str:
        return subject.physical_name

    def connect(self, values: Values) -> Sequence[Step]:
        """An address not given is sent as null: an earlier one is forgotten."""
        return [put(values, {"port_id": values.get("port_id"), "fixed_ip_address": values.get("fixed_ip_address")})]

    def disconnect(self, values: Values) -> Sequence[Step]:
        return [put(values, {"port_id": None}, accept=(404,))]

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        """The old floating IP lets go first: a port's address can have one for each external network."""
        if dict(old) == dict(subject.properties):
            return []
        moved = old.get("floatingip_id") != subject.properties.get("floatingip_id")
        return [*(self.disconnect(old) if moved else []), *self.connect(subject.properties)]

    def interrupted(self, subject: Subject) -> Sequence[Step] | None:
        there = {"id": subject.properties.get("floatingip_id"), "port_id": subject.properties.get("port_id")}
        made = Lookup(FLOATING_IPS, "floatingips", there, there)
        return [Call("", FLOATING_IPS, identity="floatingip.id", lookup=made)]

    def exclusive(self, old: Values, new: Values) -> bool:
        """A floating IP leads to one port, and a port's address has one."""
        return any(old.get(name) == new.get(name) for name in ("floatingip_id", "port_id"))

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """What connects the port's subnet to a router."""
        return interfaces_to(mine.get("port_id"), others)


def put(values: Values, ends: Values, accept: tuple[int, ...] = ()) -> Call:
    path = f"{FLOATING_IPS}/{quote(str(values.get('floatingip_id')), safe='')}"
    return Call("PUT", path, {"floatingip": dict(ends)}, accept=accept)
