"""Version discovery of the block storage service."""

from __future__ import annotations

from isotherm.sim.call import Answer, Call
from isotherm.sim.routing import PUBLIC, Route
from isotherm.sim.storage import Body

LOWEST, HIGHEST = (3, 0), (3, 71)


def _document(call: Call) -> Body:
    media = {"base": "application/json", "type": "application/vnd.openstack.volume+json;version=3"}
    version = {
        "id": "v3.0", "status": "CURRENT", "version": "{}.{}".format(*HIGHEST), "min_version": "{}.{}".format(*LOWEST),
        "updated": "2023-08-31T00:00:00Z", "links": [{"rel": "self", "href": f"{call.url}/v3/"}], "media-types": [media],
    }  # fmt: skip
    return {"versions": [version]}


def list_versions(call: Call) -> Answer:
    return Answer(300, _document(call))


def show_version(call: Call) -> Body:
    return _document(call)


ROUTES = (
    Route("GET", "/", list_versions, policy=PUBLIC),
    Route("GET", "/v3", show_version, policy=PUBLIC),
)
