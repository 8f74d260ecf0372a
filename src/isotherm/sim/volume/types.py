"""Volume types: which kinds of storage there are, and who may use them."""

from __future__ import annotations

from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import MICROSECONDS, Row, flag, label, listed, pairs_of_text, part, require_admin

DEFAULT = "__DEFAULT__"
PUBLIC_KEY = "os-volume-type-access:is_public"
VISIBLE_SPECS = ("RESKEY:availability_zones", "multiattach", "replication_enabled")
"""Extra specs that everybody sees."""


def seed(cloud: Cloud) -> None:
    """The default type, and one whose volumes may be attached to several servers."""
    add(cloud, DEFAULT, "Default Volume Type")
    add(cloud, "multiattach", "May be attached to several servers", specs={"multiattach": "<is> True"})


def add(cloud: Cloud, name: str, description: str | None, *, public: bool = True, specs: dict[str, str] | None = None) -> Body:
    """A new type, unchecked."""
    return cloud.add("volume_type", {
        "id": new_id(), "name": name, "description": description, "is_public": public, "extra_specs": specs or {},
        "qos_specs_id": None, "_projects": [], "_encryption": None,
    })  # fmt: skip


def usable(body: Body, project_id: str | None) -> bool:
    """Whether a project may use a type."""
    return body["is_public"] or project_id in body["_projects"]


def named(cloud: Cloud, name_or_id: str | None, project_id: str | None) -> Body:
    """The type a request for a volume names (by ID or name; null: the default), or 404."""
    if not name_or_id:
        return cloud.where("volume_type", name=DEFAULT)[0]
    body = cloud.get("volume_type", name_or_id) or cloud.first("volume_type", name=name_or_id)
    if body is None or not usable(body, project_id):
        raise NotFound(f"Volume type with name {name_or_id} could not be found.")
    return body


def multiattach(body: Body) -> bool:
    """Whether volumes of a type may be attached to several servers."""
    return str(body["extra_specs"].get("multiattach", "")).lower() == "<is> true"


def find(call: Call, type_id: str) -> Body:
    """A type the caller may see, or 404."""
    body = call.cloud.get("volume_type", type_id)
    if body is None or not (call.ctx.is_admin or usable(body, call.ctx.project_id)):
        raise NotFound(f"Volume type {type_id} could not be found.")
    return body


def view(call: Call, body: Body, *, brief: bool = False) -> Body:
    """A type as the caller sees it; `brief` is how changes and the default are answered."""
    specs = body["extra_specs"]
    if not call.ctx.is_admin:
        specs = {key: value for key, value in specs.items() if key in VISIBLE_SPECS}
    found = {name: body[name] for name in ("id", "name", "description", "is_public")}
    found["extra_specs"] = specs
    if not brief:
        found[PUBLIC_KEY] = body["is_public"]
        if call.ctx.is_admin:
            found["qos_specs_id"] = body["qos_specs_id"]
    return found


def list_types(call: Call) -> Body:
    """GET /types: public ones and those of the project; administrators choose with is_public (None: all)."""
    wanted = call.query.get("is_public", "true").lower()
    found = [body for body in call.cloud.where("volume_type") if usable(body, call.ctx.project_id) or call.ctx.is_admin]
    if call.ctx.is_admin and wanted != "none":
        public = wanted in ("1", "true", "yes")
        found = [body for body in found if body["is_public"] == public]
    if name := call.query.get("name"):
        found = [body for body in found if body["name"] == name]
    return listed(call, "volume_types", found[::-1], lambda body: view(call, body), "Volume type")


def show_type(call: Call, type_id: str) -> Body:
    if type_id == "default":
        return {"volume_type": view(call, named(call.cloud, None, None), brief=True)}
    return {"volume_type": view(call, find(call, type_id))}


def create_type(call: Call) -> Body:
    require_admin(call, "volume_extension:type_create")
    asked = part(call, "volume_type", ("name", "description", "extra_specs", PUBLIC_KEY), ("name",))
    name = label("name", asked["name"])
    if not name or not name.strip():
        raise BadRequest("Volume type name can not be empty.")
    _check_name(call.cloud, name)
    specs = pairs_of_text("extra_specs", asked.get("extra_specs") or {})
    public = flag(PUBLIC_KEY, asked.get(PUBLIC_KEY, True))
    return {"volume_type": view(call, add(call.cloud, name, asked.get("description"), public=public, specs=specs))}


def _check_name(cloud: Cloud, name: str, own: str | None = None) -> None:
    if any(body["id"] != own for body in cloud.where("volume_type", name=name)):
        raise Conflict(f"Volume Type {name} already exists.")


def update_type(call: Call, type_id: str) -> Body:
    require_admin(call, "volume_extension:type_update")
    body, asked = find(call, type_id), part(call, "volume_type", ("name", "description", "is_public"))
    if not asked:
        raise BadRequest("Specify volume type name, description, is_public or a combination thereof.")
    if "name" in asked:
        _check_name(call.cloud, asked["name"], body["id"])
    call.cloud.update("volume_type", body, **asked)
    return {"volume_type": view(call, body, brief=True)}


def delete_type(call: Call, type_id: str) -> None:
    require_admin(call, "volume_extension:type_delete")
    body = find(call, type_id)
    if call.cloud.first("volume", volume_type_id=body["id"]):
        raise BadRequest("Target volume type is still in use.")
    if body["name"] == DEFAULT:
        raise BadRequest(f"The volume type {type_id} is a default volume type and cannot be deleted.")
    call.cloud.remove("volume_type", body["id"])


def list_specs(call: Call, type_id: str) -> Body:
    return {"extra_specs": view(call, find(call, type_id))["extra_specs"]}


def create_specs(call: Call, type_id: str) -> Body:
    require_admin(call, "volume_extension:types_extra_specs:create")
    body, given = find(call, type_id), pairs_of_text("extra_specs", call.json.get("extra_specs"))
    call.cloud.update("volume_type", body, extra_specs={**body["extra_specs"], **given})
    return {"extra_specs": given}


def show_spec(call: Call, type_id: str, key: str) -> Body:
    specs = view(call, find(call, type_id))["extra_specs"]
    if key not in specs:
        raise NotFound(f"Volume Type {type_id} has no extra specs with key {key}.")
    return {key: specs[key]}


def update_spec(call: Call, type_id: str, key: str) -> Body:
    require_admin(call, "volume_extension:types_extra_specs:update")
    body, given = find(call, type_id), pairs_of_text("extra_specs", call.json)
    if list(given) != [key]:
        raise BadRequest("Request body and URI mismatch")
    call.cloud.update("volume_type", body, extra_specs={**body["extra_specs"], **given})
    return given


def delete_spec(call: Call, type_id: str, key: str) -> None:
    require_admin(call, "volume_extension:types_extra_specs:delete")
    show_spec(call, type_id, key)
    body = find(call, type_id)
    call.cloud.update("volume_type", body, extra_specs={k: v for k, v in body["extra_specs"].items() if k != key})


def list_access(call: Call, type_id: str) -> Body:
    require_admin(call, "volume_extension:volume_type_access:get_all_for_type")
    body = find(call, type_id)
    if body["is_public"]:
        raise NotFound("Access list not available for public volume types.")
    return {"volume_type_access": [{"volume_type_id": type_id, "project_id": id_} for id_ in body["_projects"]]}


def change_access(call: Call, type_id: str) -> None:
    """POST /types/{id}/action: addProjectAccess, removeProjectAccess."""
    require_admin(call, "volume_extension:volume_type_access:addProjectAccess")
    body = find(call, type_id)
    action, args = next(iter(call.json.items()), ("", None)) if isinstance(call.json, dict) else ("", None)
    if action not in ("addProjectAccess", "removeProjectAccess") or not isinstance(args, dict):
        raise BadRequest(f"There is no such action: {action}. Verify the request body and Content-Type header and try again.")
    project = str(args.get("project"))
    if body["is_public"]:
        raise Conflict("Type access modification is not applicable to public volume type.")
    if action == "addProjectAccess":
        if project in body["_projects"]:
            raise Conflict(f"Volume type access for {type_id} / {project} combination already exists.")
        call.cloud.update("volume_type", body, _projects=[*body["_projects"], project])
    else:
        if project not in body["_projects"]:
            raise NotFound(f"Volume type access not found for {type_id} / {project} combination.")
        call.cloud.update("volume_type", body, _projects=[id_ for id_ in body["_projects"] if id_ != project])


ENCRYPTION = ("provider", "cipher", "key_size", "control_location")


def show_encryption(call: Call, type_id: str) -> Body:
    require_admin(call, "volume_extension:volume_type_encryption:get")
    return dict(find(call, type_id)["_encryption"] or {})


def create_encryption(call: Call, type_id: str) -> Body:
    require_admin(call, "volume_extension:volume_type_encryption:create")
    body, asked = find(call, type_id), part(call, "encryption", ENCRYPTION, ("provider", "control_location"))
    if body["_encryption"]:
        raise BadRequest(f"Volume type encryption for type {type_id} already exists.")
    _check_unused(call, body)
    found = {"cipher": None, "key_size": None, **asked, "volume_type_id": type_id, "encryption_id": new_id()}
    now = call.cloud.stamp(MICROSECONDS)
    kept = {**found, "created_at": now, "updated_at": None, "deleted": False, "deleted_at": None}
    call.cloud.update("volume_type", body, _encryption=kept)
    return {"encryption": found}


def _check_unused(call: Call, body: Body) -> None:
    if call.cloud.first("volume", volume_type_id=body["id"]):
        raise BadRequest("Cannot change encryption of a volume type in use.")


def _encryption(call: Call, type_id: str, encryption_id: str) -> Body:
    body = find(call, type_id)
    if not body["_encryption"] or encryption_id not in ("provider", body["_encryption"]["encryption_id"]):
        raise NotFound(f"Volume type encryption for type {type_id} does not exist.")
    return body


def update_encryption(call: Call, type_id: str, encryption_id: str) -> Body:
    require_admin(call, "volume_extension:volume_type_encryption:update")
    body, asked = _encryption(call, type_id, encryption_id), part(call, "encryption", ENCRYPTION)
    _check_unused(call, body)
    now = call.cloud.stamp(MICROSECONDS)
    call.cloud.update("volume_type", body, _encryption={**body["_encryption"], **asked, "updated_at": now})
    return {"encryption": asked}


def delete_encryption(call: Call, type_id: str, encryption_id: str) -> None:
    require_admin(call, "volume_extension:volume_type_encryption:delete")
    body = _encryption(call, type_id, encryption_id)
    _check_unused(call, body)
    call.cloud.update("volume_type", body, _encryption=None)


def show_encryption_key(call: Call, type_id: str, encryption_id: str) -> Body:
    found: dict[str, Any] = show_encryption(call, type_id)
    if encryption_id not in found:
        raise NotFound("The resource could not be found.")
    return {encryption_id: found[encryption_id]}


ROUTES: list[Row] = [
    ("GET", "/types", list_types),
    ("POST", "/types", create_type),
    ("GET", "/types/{type_id}", show_type),
    ("PUT", "/types/{type_id}", update_type),
    ("DELETE", "/types/{type_id}", delete_type, 202),
    ("GET", "/types/{type_id}/extra_specs", list_specs),
    ("POST", "/types/{type_id}/extra_specs", create_specs),
    ("GET", "/types/{type_id}/extra_specs/{key}", show_spec),
    ("PUT", "/types/{type_id}/extra_specs/{key}", update_spec),
    ("DELETE", "/types/{type_id}/extra_specs/{key}", delete_spec, 202),
    ("GET", "/types/{type_id}/os-volume-type-access", list_access),
    ("POST", "/types/{type_id}/action", change_access, 202),
    ("GET", "/types/{type_id}/encryption", show_encryption),
    ("POST", "/types/{type_id}/encryption", create_encryption),
    ("GET", "/types/{type_id}/encryption/{encryption_id}", show_encryption_key),
    ("PUT", "/types/{type_id}/encryption/{encryption_id}", update_encryption),
    ("DELETE", "/types/{type_id}/encryption/{encryption_id}", delete_encryption, 202),
]
