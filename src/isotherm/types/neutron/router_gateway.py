"""OS::Neutron::RouterGateway"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.schema import Custom, Prop, Support
from isotherm.model.step import Call, Keep, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.neutron.reach import INTERFACE, Others, either, of_type, same, subnets_of
from isotherm.types.neutron.router_interface import made
from isotherm.types.registry import register

NETWORK = (Custom("neutron.network"),)


@register("OS::Neutron::RouterGateway")
class RouterGateway(ResourceType):
    """Connects a router to an external network; the router's `external_gateway_info` does the same and more."""

    service = "network"
    support = Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.1"))
    renamed = (("network_id", "network"),)

    properties = (
        Prop("router_id", str, "Name or id of the router.", required=True, find="network.router",
             constraints=(Custom("neutron.router"),)),
        Prop("network_id", str, "Older name of `network`.", constraints=NETWORK,
             support=Support("HIDDEN", "9.0.0", previous=Support("DEPRECATED", "2014.2"))),
        Prop("network", str, "Name or id of the external network.", find="network.network", constraints=NETWORK),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        router, network = subject.properties.get("router_id"), either(subject.properties, "network", "network_id")
        return [connect(router, {"network_id": network}), Keep(f"{router}:{network}")]

    def delete(self, subject: Subject) -> Sequence[Step]:
        return [connect(subject.properties.get("router_id"), {}, accept=(404,))] if made(subject) else []

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """The router's interfaces, and the subnets of the external network, where the router gets an address."""
        interfaces = {other for other, values in of_type(others, INTERFACE)
                      if same(either(values, "router", "router_id"), mine.get("router_id"))}
        return interfaces | subnets_of(either(mine, "network", "network_id"), others)

    def reference(self, subject: Subject) -> Any:
        return subject.physical_id


def connect(router: Any, info: Values, accept: tuple[int, ...] = ()) -> Call:
    return Call("PUT", f"/v2.0/routers/{router}", {"router": {"external_gateway_info": dict(info)}}, accept=accept)
