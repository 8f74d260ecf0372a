"""Which agents serve a network or a router."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isotherm.model.errors import Refused


@dataclass(frozen=True, slots=True)
class Hosting:
    """The relation as the service names it: `/{objects}/{id}/{agents}`, `/agents/{id}/{hosted}`, a body's field."""

    objects: str
    agents: str
    hosted: str
    field: str


DHCP = Hosting("networks", "dhcp-agents", "dhcp-networks", "network_id")
L3 = Hosting("routers", "l3-agents", "l3-routers", "router_id")


def serve(cloud: Any, hosting: Hosting, object_id: str, wanted: Sequence[str]) -> None:
    """Exactly the agents `wanted` serve the object, whoever served it before. Safe to repeat.

    Others are taken off first: a router that is not highly available cannot be with two.
    """
    listed = cloud.request("network", "GET", f"/v2.0/{hosting.objects}/{object_id}/{hosting.agents}").body["agents"]
    present = {agent["id"] for agent in listed}
    for agent in sorted(present - set(wanted)):
        _settled(cloud, (404, 409), "DELETE", f"/v2.0/agents/{agent}/{hosting.hosted}/{object_id}")
    for agent in sorted(set(wanted) - present):
        _settled(cloud, (409,), "POST", f"/v2.0/agents/{agent}/{hosting.hosted}", {hosting.field: object_id})


def _settled(cloud: Any, fine: tuple[int, ...], method: str, path: str, json: Any = None) -> None:
    try:
        cloud.request("network", method, path, json=json)
    except Refused as error:
        if error.code not in fine:
            raise
