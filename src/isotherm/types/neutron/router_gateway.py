"""OS::Neutron::RouterGateway"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from isotherm.model.schema import Custom, Prop, Support
from isotherm.model.step import Call, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.connection import Connection
from isotherm.types.neutron.reach import INTERFACE, Others, either, of_type, same, subnets_of
from isotherm.types.registry import register

ROUTERS = "/v2.0/routers"
NETWORK = (Custom("neutron.network"),)


@register("OS::Neutron::RouterGateway")
class RouterGateway(Connection):
    """Connects a router to an external network; the router's `external_gateway_info` does the same and more."""

    support = Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.1"))
    renamed = (("network_id", "network"),)

    properties = (
        Prop("router_id", str, "Name or id of the router.", required=True, find="network.router",
             constraints=(Custom("neutron.router"),)),
        Prop("network_id", str, "Older name of `network`.", constraints=NETWORK,
             support=Support("HIDDEN", "9.0.0", previous=Support("DEPRECATED", "2014.2"))),
        Prop("network", str, "Name or id of the external network.", find="network.network", constraints=NETWORK),
    )

    def label(self, subject: Subject) -> str:
        return f"{subject.properties.get('router_id')}:{external(subject.properties)}"

    def connect(self, values: Values) -> Sequence[Step]:
        return [put(values, {"network_id": external(values)})]

    def disconnect(self, values: Values) -> Sequence[Step]:
        return [put(values, {}, accept=(404,))]

    def interrupted(self, subject: Subject) -> Sequence[Step] | None:
        router = subject.properties.get("router_id")
        there = {"id": router, "external_gateway_info.network_id": external(subject.properties)}
        return [Call("", ROUTERS, identity="router.id", lookup=Lookup(ROUTERS, "routers", {"id": router}, there))]

    def exclusive(self, old: Values, new: Values) -> bool:
        """A router has one gateway."""
        return bool(old.get("router_id") == new.get("router_id"))

    def implicit(self, name: str, mine: Values, others: Others) -> set[str]:
        """The router's interfaces, and the subnets of the external network, where the router gets an address."""
        interfaces = {other for other, values in of_type(others, INTERFACE)
                      if same(either(values, "router", "router_id"), mine.get("router_id"))}
        return interfaces | subnets_of(external(mine), others)


def external(values: Values) -> Any:
    return either(values, "network", "network_id")


def put(values: Values, info: Values, accept: tuple[int, ...] = ()) -> Call:
    path = f"{ROUTERS}/{quote(str(values.get('router_id')), safe='')}"
    return Call("PUT", path, {"router": {"external_gateway_info": dict(info)}}, accept=accept)
