"""Version discovery of the identity service."""

from __future__ import annotations

from isotherm.sim.call import Answer, Call
from isotherm.sim.routing import PUBLIC, Route
from isotherm.sim.storage import Body


def _v3(call: Call) -> Body:
    return {"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": f"{call.url}/v3/"}],
            "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]}


def list_versions(call: Call) -> Answer:
    return Answer(300, {"versions": {"values": [_v3(call)]}}, {"Location": f"{call.url}/v3/"})


def show_version(call: Call) -> Body:
    return {"version": _v3(call)}


ROUTES = (
    Route("GET", "/", list_versions, policy=PUBLIC),
    Route("GET", "/v3", show_version, policy=PUBLIC),
)
