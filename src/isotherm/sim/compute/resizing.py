"""Resizing and moving servers."""

from __future__ import annotations

from typing import Any

from isotherm.sim.call import Answer, Call
from isotherm.sim.compute import flavors, hosts
from isotherm.sim.compute.boot import snapshot
from isotherm.sim.compute.states import begin
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body


def _next_host(server: Body) -> str:
    place = hosts.NAMES.index(server["_host"]) if server["_host"] in hosts.NAMES else -1
    return hosts.NAMES[(place + 1) % hosts.COUNT]


def resize(call: Call, server: Body, asked: Any) -> None:
    """To another flavor; waits in VERIFY_RESIZE for confirmResize or revertResize."""
    reference = str(asked.get("flavorRef", "") if isinstance(asked, dict) else "").rsplit("/", 1)[-1]
    try:
        flavor = flavors.find(call, reference)
    except NotFound:
        raise BadRequest(f"Unable to locate requested flavor: Flavor {reference} could not be found.") from None
    if flavor["id"] == server["_flavor"]["id"]:
        raise BadRequest("When resizing, instances must change flavor!")
    if server["image"] and 0 < flavor["disk"] < server["_flavor"]["disk"]:
        raise BadRequest("Unable to resize to a smaller disk: flavor's disk is too small.")
    server["_old"] = {"flavor": server["_flavor"], "host": server["_host"], "status": server["status"]}
    changes = {"status": "VERIFY_RESIZE", "_flavor": snapshot(flavor)}
    begin(call.cloud, server, "resize_prep", changes, shown="RESIZE", error="Resize failed: injected by a fault rule.")


def confirm(call: Call, server: Body, asked: Any) -> Answer:
    """Stay with the new flavor: answered at once, but the server waits in VERIFY_RESIZE until the old place is cleared."""
    old = _before(server)
    call.cloud.later("server", server, {"status": old["status"], "updated": call.cloud.stamp(), "_host": _next_host(server)})
    return Answer(204)


def _before(server: Body) -> Body:
    """What a resized server was; 400 when that has been confirmed or reverted already, though it does not show yet."""
    if "_old" not in server:
        raise BadRequest("Instance has not been resized.")
    old: Body = server.pop("_old")
    return old


def revert(call: Call, server: Body, asked: Any) -> None:
    old = _before(server)
    changes = {"status": old["status"], "_flavor": old["flavor"], "_host": old["host"]}
    begin(call.cloud, server, "resize_reverting", changes, shown="REVERT_RESIZE")


def migrate(call: Call, server: Body, asked: Any) -> None:
    """Cold migration: like a resize to the same flavor."""
    server["_old"] = {"flavor": server["_flavor"], "host": server["_host"], "status": server["status"]}
    begin(call.cloud, server, "resize_prep", {"status": "VERIFY_RESIZE"}, shown="RESIZE")


def live_migrate(call: Call, server: Body, asked: Any) -> None:
    host = asked.get("host") if isinstance(asked, dict) else None
    if host is not None and host not in hosts.NAMES:
        raise BadRequest(f"Compute host {host} could not be found.")
    changes = {"status": server["status"], "_host": host or _next_host(server)}
    begin(call.cloud, server, "migrating", changes, shown="MIGRATING")


def evacuate(call: Call, server: Body, asked: Any) -> None:
    raise BadRequest(f"Compute service of {server['_host']} is still in use.")
