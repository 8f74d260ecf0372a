"""Version discovery of the compute service."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.routing import PUBLIC, Route
from isotherm.sim.storage import Body

LOWEST, HIGHEST = (2, 1), (2, 96)


def _v21(call: Call) -> Body:
    media = "application/vnd.openstack.compute+json;version=2.1"
    return {
        "id": "v2.1", "status": "CURRENT", "version": "{}.{}".format(*HIGHEST), "min_version": "{}.{}".format(*LOWEST),
        "updated": "2013-07-23T11:33:21Z", "links": [{"rel": "self", "href": f"{call.url}/v2.1/"}],
        "media-types": [{"base": "application/json", "type": media}],
    }  # fmt: skip


def list_versions(call: Call) -> Body:
    return {"versions": [_v21(call)]}


def show_version(call: Call) -> Body:
    return {"version": _v21(call)}


ROUTES = (
    Route("GET", "/", list_versions, policy=PUBLIC),
    Route("GET", "/v2.1", show_version, policy=PUBLIC),
)
