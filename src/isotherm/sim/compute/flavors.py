"""Flavors, their extra specs, and who may use private ones."""

from __future__ import annotations

from isotherm.sim import listing
from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.compute.rendering import flag, links, missing
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.routing import ADMIN
from isotherm.sim.storage import Body

SEEDED = (
    ("1", "m1.tiny", 1, 512, 1),
    ("2", "m1.small", 1, 2048, 20),
    ("3", "m1.medium", 2, 4096, 40),
    ("4", "m1.large", 4, 8192, 80),
    ("42", "m1.nano", 1, 192, 1),
)
"""ID, name, virtual CPUs, MiB of memory, GiB of disk."""


def make(cloud: Cloud, id_: str, name: str, vcpus: int, ram: int, disk: int, **more: object) -> Body:
    """Keep a new flavor."""
    body: Body = {"id": id_, "name": name, "vcpus": vcpus, "ram": ram, "disk": disk, "ephemeral": 0, "swap": 0,
                  "rxtx_factor": 1.0, "is_public": True, "description": None, "extra_specs": {}, "_access": [], **more}
    return cloud.add("flavor", body)


def seed(cloud: Cloud) -> None:
    """The flavors of a new cloud."""
    for row in SEEDED:
        make(cloud, *row)


def usable(call: Call, flavor: Body) -> bool:
    """Whether the project may boot it."""
    return flavor["is_public"] or call.ctx.is_admin or call.ctx.project_id in flavor["_access"]


def find(call: Call, flavor_id: str) -> Body:
    """The flavor, or 404 as for one that is not there."""
    flavor = call.cloud.get("flavor", flavor_id)
    if flavor is None or not usable(call, flavor):
        raise NotFound(f"Flavor {flavor_id} could not be found.")
    return flavor


def view(call: Call, flavor: Body) -> Body:
    """A flavor as it is sent."""
    body = {
        "id": flavor["id"], "name": flavor["name"], "ram": flavor["ram"], "disk": flavor["disk"],
        "swap": flavor["swap"] or (0 if call.at_least(2, 75) else ""), "OS-FLV-EXT-DATA:ephemeral": flavor["ephemeral"],
        "OS-FLV-DISABLED:disabled": False, "vcpus": flavor["vcpus"], "os-flavor-access:is_public": flavor["is_public"],
        "rxtx_factor": flavor["rxtx_factor"], "links": links(call, "flavors", flavor["id"]),
    }  # fmt: skip
    if call.at_least(2, 55):
        body["description"] = flavor["description"]
    if call.at_least(2, 61):
        body["extra_specs"] = flavor["extra_specs"]
    return body


def _chosen(call: Call) -> tuple[list[Body], bool]:
    query = call.query
    public = query.get("is_public", "true").lower()
    found = [flavor for flavor in call.cloud.where("flavor") if usable(call, flavor)]
    if call.ctx.is_admin and public != "none":
        wanted = flag(public, "is_public")
        found = [flavor for flavor in found if flavor["is_public"] == wanted]
    for field, name in (("minRam", "ram"), ("minDisk", "disk")):
        if field in query:
            if not query[field].isdigit():
                raise BadRequest(f"Invalid {field} filter [{query[field]}]")
            found = [flavor for flavor in found if flavor[name] >= int(query[field])]
    found = listing.order(found, [query.get("sort_key", "id")], [query.get("sort_dir", "asc")])
    return listing.page(found, query)


def _list(call: Call, rows: list[Body], more: bool) -> Body:
    body: Body = {"flavors": rows}
    if more:
        body["flavors_links"] = [{"rel": "next", "href": listing.next_url(call.url + call.path, call.pairs, rows[-1]["id"])}]
    return body


def list_flavors(call: Call) -> Body:
    found, more = _chosen(call)
    rows = [{"id": f["id"], "name": f["name"], "links": links(call, "flavors", f["id"])} for f in found]
    if call.at_least(2, 55):
        rows = [{**row, "description": f["description"]} for row, f in zip(rows, found, strict=True)]
    return _list(call, rows, more)


def list_flavors_detail(call: Call) -> Body:
    found, more = _chosen(call)
    return _list(call, [view(call, flavor) for flavor in found], more)


def show_flavor(call: Call, flavor_id: str) -> Body:
    return {"flavor": view(call, find(call, flavor_id))}


def create_flavor(call: Call) -> Body:
    asked = call.part("flavor")
    for field in ("name", "ram", "vcpus", "disk"):
        if field not in asked:
            raise missing("flavor", asked, field)
    id_ = str(asked.get("id") or new_id())
    if id_ == "auto":
        id_ = new_id()
    if call.cloud.get("flavor", id_):
        raise Conflict(f"Flavor with ID {id_} already exists.")
    if call.cloud.first("flavor", name=asked["name"]):
        raise Conflict(f"Flavor with name {asked['name']} already exists.")
    flavor = make(call.cloud, id_, str(asked["name"]), int(asked["vcpus"]), int(asked["ram"]), int(asked["disk"]),
                  ephemeral=int(asked.get("OS-FLV-EXT-DATA:ephemeral", 0)), swap=int(asked.get("swap") or 0),
                  rxtx_factor=float(asked.get("rxtx_factor", 1.0)), description=asked.get("description"),
                  is_public=flag(asked.get("os-flavor-access:is_public", True), "is_public"))
    return {"flavor": view(call, flavor)}


def update_flavor(call: Call, flavor_id: str) -> Body:
    flavor = find(call, flavor_id)
    call.cloud.update("flavor", flavor, description=call.part("flavor").get("description"))
    return {"flavor": view(call, flavor)}


def delete_flavor(call: Call, flavor_id: str) -> None:
    find(call, flavor_id)
    call.cloud.remove("flavor", flavor_id)


def list_specs(call: Call, flavor_id: str) -> Body:
    return {"extra_specs": find(call, flavor_id)["extra_specs"]}


def create_specs(call: Call, flavor_id: str) -> Body:
    flavor, asked = find(call, flavor_id), call.part("extra_specs")
    flavor["extra_specs"].update({key: str(value) for key, value in asked.items()})
    call.cloud.save("flavor", flavor)
    return {"extra_specs": asked}


def _spec(call: Call, flavor_id: str, key: str) -> Body:
    flavor = find(call, flavor_id)
    if key not in flavor["extra_specs"]:
        raise NotFound(f"Flavor {flavor_id} has no extra specs with key {key}.")
    return flavor


def show_spec(call: Call, flavor_id: str, key: str) -> Body:
    return {key: _spec(call, flavor_id, key)["extra_specs"][key]}


def update_spec(call: Call, flavor_id: str, key: str) -> Body:
    flavor = find(call, flavor_id)
    if set(call.json) != {key}:
        raise BadRequest("Request body and URI mismatch")
    flavor["extra_specs"][key] = str(call.json[key])
    call.cloud.save("flavor", flavor)
    return {key: flavor["extra_specs"][key]}


def delete_spec(call: Call, flavor_id: str, key: str) -> None:
    flavor = _spec(call, flavor_id, key)
    del flavor["extra_specs"][key]
    call.cloud.save("flavor", flavor)


def _accesses(flavor: Body) -> Body:
    return {"flavor_access": [{"flavor_id": flavor["id"], "tenant_id": project} for project in flavor["_access"]]}


def list_access(call: Call, flavor_id: str) -> Body:
    flavor = find(call, flavor_id)
    if flavor["is_public"]:
        raise NotFound("Access list not available for public flavors.")
    return _accesses(flavor)


def change_access(call: Call, flavor_id: str) -> Answer:
    """POST .../action: addTenantAccess and removeTenantAccess."""
    flavor = find(call, flavor_id)
    action = next(iter(call.json), "")
    project = (call.json.get(action) or {}).get("tenant")
    if action == "addTenantAccess":
        if flavor["is_public"]:
            raise Conflict("Can not add access to a public flavor.")
        if project in flavor["_access"]:
            raise Conflict(f"Flavor access already exists for flavor {flavor_id} and project {project} combination.")
        flavor["_access"].append(project)
    elif action == "removeTenantAccess":
        if project not in flavor["_access"]:
            raise NotFound(f"Flavor access not found for {flavor_id} / {project} combination.")
        flavor["_access"].remove(project)
    else:
        raise BadRequest(f"There is no such action: {action}")
    call.cloud.save("flavor", flavor)
    return Answer(200, _accesses(flavor))


ROUTES = [
    ("GET", "/flavors", list_flavors),
    ("GET", "/flavors/detail", list_flavors_detail),
    ("POST", "/flavors", create_flavor, 200, ADMIN),
    ("GET", "/flavors/{flavor_id}", show_flavor),
    ("PUT", "/flavors/{flavor_id}", update_flavor, 200, ADMIN),
    ("DELETE", "/flavors/{flavor_id}", delete_flavor, 202, ADMIN),
    ("POST", "/flavors/{flavor_id}/action", change_access, 200, ADMIN),
    ("GET", "/flavors/{flavor_id}/os-flavor-access", list_access, 200, ADMIN),
    ("GET", "/flavors/{flavor_id}/os-extra_specs", list_specs),
    ("POST", "/flavors/{flavor_id}/os-extra_specs", create_specs, 200, ADMIN),
    ("GET", "/flavors/{flavor_id}/os-extra_specs/{key}", show_spec),
    ("PUT", "/flavors/{flavor_id}/os-extra_specs/{key}", update_spec, 200, ADMIN),
    ("DELETE", "/flavors/{flavor_id}/os-extra_specs/{key}", delete_spec, 200, ADMIN),
]
