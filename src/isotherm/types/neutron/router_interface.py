"""OS::Neutron::RouterInterface"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from isotherm.model.problem import Problem
from isotherm.model.schema import Custom, Prop, Support
from isotherm.model.step import Call, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.base import exclusive, needed
from isotherm.types.neutron.connection import Connection
from isotherm.types.neutron.reach import either
from isotherm.types.registry import register

PORTS = "/v2.0/ports"
ROUTER, SUBNET, PORT = (Custom("neutron.router"),), (Custom("neutron.subnet"),), (Custom("neutron.port"),)


@register("OS::Neutron::RouterInterface")
class RouterInterface(Connection):
    """Connects a router to a subnet, by a port of the router's own or by one that is given.

    It has no id of its own in the service: its physical id says what connects what.
    """

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
        """First a look at what connects the two already: that is somebody else's, whatever comes of this try."""
        router, key, value = ends(subject.properties)
        before = Call("GET", PORTS, query=between(router, key, value), save={"before": "ports.0.id"})
        return [before, *super().create(subject)]

    def label(self, subject: Subject) -> str:
        router, key, value = ends(subject.properties)
        return f"{router}:{key}={value}"

    def connect(self, values: Values) -> Sequence[Step]:
        """A second try finds the router's port that the first has made: connecting twice is refused. Only the lookup
        has that port's id at this path; the label takes its place."""
        router, key, value = ends(values)
        port = Lookup(PORTS, "ports", between(router, key, value), {"device_id": router})
        return [Call("PUT", router_path(router, "add"), {key: value}, identity="port.id", lookup=port)]

    def disconnect(self, values: Values) -> Sequence[Step]:
        router, key, value = ends(values)
        return [Call("PUT", router_path(router, "remove"), {key: value}, accept=(404,))]

    def interrupted(self, subject: Subject) -> Sequence[Step] | None:
        if "before" not in subject.data or subject.data["before"]:
            return None
        router, key, value = ends(subject.properties)
        return [Call("", PORTS, identity="port.id", lookup=Lookup(
            PORTS, "ports", between(router, key, value), {"device_id": router}))]

    def exclusive(self, old: Values, new: Values) -> bool:
        """A subnet's gateway address and a port serve one router at a time."""
        return ends(old)[1:] == ends(new)[1:]

    def validate(self, properties: Values) -> list[Problem]:
        return [*exclusive(properties, "subnet", "port"),
                *needed(properties, "subnet", "subnet_id", "port", "port_id")]


def ends(values: Values) -> tuple[Any, str, Any]:
    """The router, and the key and id of what it is connected to."""
    router, subnet = either(values, "router", "router_id"), either(values, "subnet", "subnet_id")
    return (router, "subnet_id", subnet) if subnet else (router, "port_id", either(values, "port", "port_id"))


def between(router: Any, key: str, value: Any) -> dict[str, Any]:
    """The query for the router's port at the other end."""
    return {"device_id": router, **({"fixed_ips": f"subnet_id={value}"} if key == "subnet_id" else {"id": value})}


def router_path(router: Any, change: str) -> str:
    return f"/v2.0/routers/{quote(str(router), safe='')}/{change}_router_interface"
