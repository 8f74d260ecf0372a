"""The simulator's own endpoint /sim: failures to order, request counts, objects left.

    GET  /sim/faults      {"rules": [{"rule": text, "left": n}], "latency": seconds}
    PUT  /sim/faults      {"rules": [text, ...], "latency": seconds}; both optional, what is missing is cleared
    GET  /sim/requests    {"requests": [{"service", "method", "path", "count"}], "total": n} since the start or reset
    DELETE /sim/requests  reset the counts
    GET  /sim/objects     {"objects": [{"kind", "id", "name", "project"}]}, without tokens; ?kind= narrows it

All need an admin's token. The notation of rules is described in `isotherm.sim.faults`.
"""

from __future__ import annotations

from collections import Counter

from isotherm.sim import errors
from isotherm.sim.call import Call
from isotherm.sim.errors import BadRequest
from isotherm.sim.routing import ADMIN, Service, table
from isotherm.sim.storage import Body

HIDDEN = frozenset({"token", "meta", "quota", "deleted_server"})
"""Kinds that /sim/objects leaves out: secrets, and what is no object of the cloud any more or never was."""


def show_faults(call: Call) -> Body:
    return call.cloud.faults.describe()


def put_faults(call: Call) -> Body:
    rules, latency = call.json.get("rules", []), call.json.get("latency", 0.0)
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise BadRequest("rules: expected a list of strings")
    if isinstance(latency, bool) or not isinstance(latency, int | float) or latency < 0:
        raise BadRequest(f"latency: expected seconds, found {latency!r}")
    try:
        call.cloud.faults.replace(rules, float(latency))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return call.cloud.faults.describe()


def list_objects(call: Call) -> Body:
    wanted = call.query.get("kind")
    kinds = [wanted] if wanted else [kind for kind in call.cloud.kinds() if kind not in HIDDEN]
    if wanted in HIDDEN:
        raise BadRequest(f"kind: {wanted} is not shown")
    rows = [
        {"kind": kind, "id": body["id"], "name": body.get("name"), "project": body.get("project_id")}
        for kind in kinds
        for body in call.cloud.where(kind)
    ]
    return {"objects": rows}


def service(counts: Counter[tuple[str, str, str]]) -> Service:
    """The control endpoint over these request counts."""

    def list_requests(call: Call) -> Body:
        rows = [{"service": s, "method": m, "path": p, "count": n} for (s, m, p), n in sorted(counts.items())]
        return {"requests": rows, "total": sum(counts.values())}

    def reset_requests(call: Call) -> None:
        counts.clear()

    routes = table("", [
        ("GET", "/faults", show_faults, 200, ADMIN),
        ("PUT", "/faults", put_faults, 200, ADMIN),
        ("GET", "/requests", list_requests, 200, ADMIN),
        ("DELETE", "/requests", reset_requests, 204, ADMIN),
        ("GET", "/objects", list_objects, 200, ADMIN),
    ])  # fmt: skip
    return Service("sim", "/sim", routes, errors.keystone)
