"""OS::Neutron::FloatingIPAssociation"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.schema import Custom, Prop
from isotherm.model.step import Call, Keep, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.neutron.reach import Others, interfaces_to
from isotherm.types.neutron.router_interface import made
from isotherm.types.registry import register


@register("OS::Neutron::FloatingIPAssociation")
class FloatingIPAssociation(ResourceType):
    """Has a floating IP lead to a port. It is a state of the floating IP: its physical id is only a name."""

    service = "network"

    properties = (
        Prop("floatingip_id", str, "Id of the floating IP.", required=True, update=True),
        Prop("port_id", str, "Id of the port.", required=True, update=True, constraints=(Custom("neutron.port"),)),
        Prop("fixed_ip_address", str, "Which of the port's addresses it leads to; the first when not given.", update=True,
             constraints=(Custom("ip_addr"),)),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        return [lead(subject.properties), Keep(subject.physical_name)]

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        """The old floating IP lets go first: a port's address can have one for each external network."""
        if dict(old) == dict(subject.properties):
            return []
        moved = old.get("floatingip_id") != subject.properties.get("floatingip_id")
        return [*([let_go(old)] if moved else []), lead(subject.properties)]

    def delete(self, subject: Subject) -> Sequence[Step]:
        return [let_go(subject.properties)] if made(subject) else []

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """What connects the port's subnet to a router."""
        return interfaces_to(mine.get("port_id"), others)

    def reference(self, subject: Subject) -> Any:
        return subject.physical_id


def lead(values: Values) -> Call:
    """The floating IP leads to the port. An address that is not given is sent as null, so that an earlier one is forgotten."""
    ends = {"port_id": values.get("port_id"), "fixed_ip_address": values.get("fixed_ip_address")}
    return Call("PUT", f"/v2.0/floatingips/{values.get('floatingip_id')}", {"floatingip": ends})


def let_go(values: Values) -> Call:
    return Call("PUT", f"/v2.0/floatingips/{values.get('floatingip_id')}", {"floatingip": {"port_id": None}}, accept=(404,))
