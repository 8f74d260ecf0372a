"""OS::Neutron::RouterInterface"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.problem import Problem
from isotherm.model.schema import Custom, Prop, Support
from isotherm.model.step import Call, Keep, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.neutron.base import exclusive, needed
from isotherm.types.neutron.reach import either
from isotherm.types.registry import register

ROUTER, SUBNET, PORT = (Custom("neutron.router"),), (Custom("neutron.subnet"),), (Custom("neutron.port"),)


@register("OS::Neutron::RouterInterface")
class RouterInterface(ResourceType):
    """Connects a router to a subnet, by a port of the router's own or by one that is given.

    It has no id of its own in the service: its physical id says what connects what.
    """

    service = "network"
    renamed = (("router_id", "router"), ("subnet_id", "subnet"), ("port_id", "port"))

    properties = (
        Prop("router", str, "Name or id of the router.", required=True, find="network.router", constraints=ROUTER),
        Prop("router_id", str, "Older name of `router`.", constraints=ROUTER, support=Support(
            "HIDDEN", "6.0.0", previous=Support("DEPRECATED", "2015.1", previous=Support(version="2013.1")))),
        Prop("subnet_id", str, "Older name of `subnet`.", constraints=SUBNET, support=Support(
            "HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.2"))),
        Prop("subnet", str, "Name or id of the subnet; the router gets its gateway address. Either this or `port`.",
             find="network.subnet", constraints=SUBNET),
        Prop("port_id", str, "Older name of `port`.", constraints=PORT, support=Support(
            "HIDDEN", "6.0.0", previous=Support("DEPRECATED", "2015.1", previous=Support(version="2014.1")))),
        Prop("port", str, "Name or id of the port to connect by.", find="network.port", constraints=PORT,
             support=Support(version="2015.1")),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        """A second try finds the router's port that the first has made: connecting twice is refused."""
        router, key, value = ends(subject.properties)
        query = {"fixed_ips": f"subnet_id={value}"} if key == "subnet_id" else {"id": value}
        port = Lookup("/v2.0/ports", "ports", {"device_id": router, **query}, {"device_id": router})
        return [Call("PUT", f"/v2.0/routers/{router}/add_router_interface", {key: value}, identity="port_id", lookup=port),
                Keep(f"{router}:{key}={value}")]

    def delete(self, subject: Subject) -> Sequence[Step]:
        if not made(subject):
            return []
        router, key, value = ends(subject.properties)
        return [Call("PUT", f"/v2.0/routers/{router}/remove_router_interface", {key: value}, accept=(404,))]

    def validate(self, properties: Values) -> list[Problem]:
        return [*exclusive(properties, "subnet", "port"),
                *needed(properties, "subnet", "subnet_id", "port", "port_id")]

    def reference(self, subject: Subject) -> Any:
        return subject.physical_id


def ends(values: Values) -> tuple[Any, str, Any]:
    """The router, and the key and id of what it is connected to."""
    router, subnet = either(values, "router", "router_id"), either(values, "subnet", "subnet_id")
    return (router, "subnet_id", subnet) if subnet else (router, "port_id", either(values, "port", "port_id"))


def made(subject: Subject) -> bool:
    """Whether a connection without an id of its own may be there. One that the service refused is not, and taking it
    away would cut the connection that a later incarnation made between the same ends."""
    return bool(subject.properties) and (subject.physical_id is not None or subject.status[1] == "IN_PROGRESS")
