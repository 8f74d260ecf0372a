"""The service catalogue, and the services, endpoints and regions it is made of."""

from __future__ import annotations

import re

from isotherm.sim.call import Call
from isotherm.sim.cloud import new_hex, public
from isotherm.sim.errors import BadRequest, Conflict
from isotherm.sim.identity.rendering import chosen, find, linked, listed
from isotherm.sim.routing import ADMIN, ANY
from isotherm.sim.storage import Body

BASE = "$(base)s"
"""Stands in the URLs of the simulator's own endpoints for the URL the client reached it at."""
_PROJECT = re.compile(r"[$%]\((?:project_id|tenant_id)\)s")


def catalog(call: Call, project_id: str | None) -> list[Body]:
    """The catalogue of a token with this project; endpoints that need a project are left out without one."""
    found = []
    for service in call.cloud.where("service"):
        endpoints = []
        for endpoint in call.cloud.where("endpoint", service_id=service["id"]):
            url = endpoint["url"].replace(BASE, call.base)
            if _PROJECT.search(url) and not project_id:
                continue
            url = _PROJECT.sub(project_id or "", url)
            if service["enabled"] and endpoint["enabled"]:
                endpoints.append({"id": endpoint["id"], "interface": endpoint["interface"], "url": url,
                                  "region_id": endpoint["region_id"], "region": endpoint["region_id"]})
        found.append({"id": service["id"], "type": service["type"], "name": service["name"], "endpoints": endpoints})
    return found


def show_catalog(call: Call) -> Body:
    return {"catalog": catalog(call, call.ctx.project_id), "links": {"self": call.url + call.path}}


def _endpoint(call: Call, body: Body) -> Body:
    return linked(call, "endpoints", {**public(body), "url": body["url"].replace(BASE, call.base)})


def list_services(call: Call) -> Body:
    return listed(call, "services", chosen(call, call.cloud.where("service"), ("name", "type")))


def create_service(call: Call) -> Body:
    asked = call.part("service")
    if not asked.get("type"):
        raise BadRequest("'type' is a required property")
    body = {"id": new_hex(), "name": "", "description": "", "enabled": True, **asked}
    return {"service": linked(call, "services", call.cloud.add("service", body))}


def show_service(call: Call, service_id: str) -> Body:
    return {"service": linked(call, "services", find(call, "service", service_id))}


def update_service(call: Call, service_id: str) -> Body:
    body = find(call, "service", service_id)
    call.cloud.update("service", body, **{**call.part("service"), "id": service_id})
    return {"service": linked(call, "services", body)}


def delete_service(call: Call, service_id: str) -> None:
    find(call, "service", service_id)
    for endpoint in call.cloud.where("endpoint", service_id=service_id):
        call.cloud.remove("endpoint", endpoint["id"])
    call.cloud.remove("service", service_id)


def list_endpoints(call: Call) -> Body:
    bodies = chosen(call, call.cloud.where("endpoint"), ("interface", "service_id", "region_id"))
    links = {"next": None, "self": call.url + call.path, "previous": None}
    return {"endpoints": [_endpoint(call, body) for body in bodies], "links": links}


def create_endpoint(call: Call) -> Body:
    asked = call.part("endpoint")
    for field in ("interface", "service_id", "url"):
        if not asked.get(field):
            raise BadRequest(f"'{field}' is a required property")
    find(call, "service", asked["service_id"])
    region = asked.get("region_id") or asked.get("region")
    if region and not call.cloud.get("region", region):
        call.cloud.add("region", {"id": region, "description": "", "parent_region_id": None})
    body = {"id": new_hex(), "enabled": True, "name": "", **asked, "region_id": region, "region": region}
    return {"endpoint": _endpoint(call, call.cloud.add("endpoint", body))}


def show_endpoint(call: Call, endpoint_id: str) -> Body:
    return {"endpoint": _endpoint(call, find(call, "endpoint", endpoint_id))}


def update_endpoint(call: Call, endpoint_id: str) -> Body:
    body = find(call, "endpoint", endpoint_id)
    call.cloud.update("endpoint", body, **{**call.part("endpoint"), "id": endpoint_id})
    return {"endpoint": _endpoint(call, body)}


def delete_endpoint(call: Call, endpoint_id: str) -> None:
    find(call, "endpoint", endpoint_id)
    call.cloud.remove("endpoint", endpoint_id)


def list_regions(call: Call) -> Body:
    return listed(call, "regions", chosen(call, call.cloud.where("region"), ("parent_region_id",)))


def create_region(call: Call) -> Body:
    asked = call.part("region")
    id_ = asked.get("id") or new_hex()
    if call.cloud.get("region", id_):
        raise Conflict(f"Conflict occurred attempting to store region - Duplicate ID, {id_}..")
    body = {"id": id_, "description": asked.get("description", ""), "parent_region_id": asked.get("parent_region_id")}
    return {"region": linked(call, "regions", call.cloud.add("region", body))}


def show_region(call: Call, region_id: str) -> Body:
    return {"region": linked(call, "regions", find(call, "region", region_id))}


def update_region(call: Call, region_id: str) -> Body:
    body = find(call, "region", region_id)
    changes = {k: v for k, v in call.part("region").items() if k in ("description", "parent_region_id")}
    return {"region": linked(call, "regions", call.cloud.update("region", body, **changes))}


def delete_region(call: Call, region_id: str) -> None:
    find(call, "region", region_id)
    call.cloud.remove("region", region_id)


ROUTES = [
    ("GET", "/auth/catalog", show_catalog, 200, ANY),
    ("GET", "/services", list_services, 200, ADMIN),
    ("POST", "/services", create_service, 201, ADMIN),
    ("GET", "/services/{service_id}", show_service, 200, ADMIN),
    ("PATCH", "/services/{service_id}", update_service, 200, ADMIN),
    ("DELETE", "/services/{service_id}", delete_service, 204, ADMIN),
    ("GET", "/endpoints", list_endpoints, 200, ADMIN),
    ("POST", "/endpoints", create_endpoint, 201, ADMIN),
    ("GET", "/endpoints/{endpoint_id}", show_endpoint, 200, ADMIN),
    ("PATCH", "/endpoints/{endpoint_id}", update_endpoint, 200, ADMIN),
    ("DELETE", "/endpoints/{endpoint_id}", delete_endpoint, 204, ADMIN),
    ("GET", "/regions", list_regions, 200, ANY),
    ("POST", "/regions", create_region, 201, ADMIN),
    ("GET", "/regions/{region_id}", show_region, 200, ANY),
    ("PATCH", "/regions/{region_id}", update_region, 200, ADMIN),
    ("DELETE", "/regions/{region_id}", delete_region, 204, ADMIN),
]
