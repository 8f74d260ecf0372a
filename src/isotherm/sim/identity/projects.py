"""Projects and domains."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_hex
from isotherm.sim.errors import BadRequest, Conflict, Forbidden
from isotherm.sim.identity import roles
from isotherm.sim.identity.rendering import chosen, find, linked, listed
from isotherm.sim.routing import ADMIN, ANY
from isotherm.sim.storage import Body


def list_projects(call: Call) -> Body:
    """All projects for an administrator, one's own for everybody else."""
    bodies = call.cloud.where("project") if call.ctx.is_admin else roles.targets(call.cloud, find(call, "user", call.ctx.user_id), "project")
    return listed(call, "projects", chosen(call, bodies, ("name", "domain_id", "enabled", "parent_id")))


def create_project(call: Call) -> Body:
    asked = call.part("project")
    domain_id = asked.get("domain_id") or call.ctx.domain_id or "default"
    if not asked.get("name"):
        raise BadRequest("'name' is a required property")
    find(call, "domain", domain_id)
    if call.cloud.first("project", name=asked["name"], domain_id=domain_id):
        raise Conflict("Conflict occurred attempting to store project - it is not permitted to have two projects with "
                       f"the same name in the same domain : {asked['name']}.")
    body = {"description": "", "enabled": True, "is_domain": False, "tags": [], "options": {}, "parent_id": domain_id,
            **asked, "id": new_hex(), "domain_id": domain_id}
    return {"project": linked(call, "projects", call.cloud.add("project", body))}


def show_project(call: Call, project_id: str) -> Body:
    if not call.ctx.is_admin and project_id != call.ctx.project_id:
        mine = roles.targets(call.cloud, find(call, "user", call.ctx.user_id), "project")
        if project_id not in [body["id"] for body in mine]:
            raise Forbidden("You are not authorized to perform the requested action: identity:get_project.")
    return {"project": linked(call, "projects", find(call, "project", project_id))}


def update_project(call: Call, project_id: str) -> Body:
    body, asked = find(call, "project", project_id), call.part("project")
    if asked.get("domain_id", body["domain_id"]) != body["domain_id"]:
        raise BadRequest("Cannot change Domain ID")
    call.cloud.update("project", body, **{**asked, "id": project_id})
    return {"project": linked(call, "projects", body)}


def drop_project(cloud: Cloud, project_id: str) -> None:
    """Remove a project with all that hangs on it."""
    roles.forget(cloud, target=project_id)
    for token in cloud.where("token", project_id=project_id):
        cloud.remove("token", token["id"])
    for kind in ("trust", "app_credential"):
        for body in cloud.where(kind, project_id=project_id):
            cloud.remove(kind, body["id"])
    cloud.remove("project", project_id)


def delete_project(call: Call, project_id: str) -> None:
    find(call, "project", project_id)
    drop_project(call.cloud, project_id)


def list_own_projects(call: Call) -> Body:
    """Projects the token's user may have a token for."""
    return listed(call, "projects", roles.targets(call.cloud, find(call, "user", call.ctx.user_id), "project"))


def list_own_domains(call: Call) -> Body:
    """Domains the token's user may have a token for."""
    return listed(call, "domains", roles.targets(call.cloud, find(call, "user", call.ctx.user_id), "domain"))


def list_domains(call: Call) -> Body:
    return listed(call, "domains", chosen(call, call.cloud.where("domain"), ("name", "enabled")))


def create_domain(call: Call) -> Body:
    asked = call.part("domain")
    if not asked.get("name"):
        raise BadRequest("'name' is a required property")
    if call.cloud.first("domain", name=asked["name"]):
        raise Conflict("Conflict occurred attempting to store domain - it is not permitted to have two domains with "
                       f"the same name : {asked['name']}.")
    body = {"description": "", "enabled": True, "tags": [], "options": {}, **asked, "id": new_hex()}
    return {"domain": linked(call, "domains", call.cloud.add("domain", body))}


def show_domain(call: Call, domain_id: str) -> Body:
    if not call.ctx.is_admin and (call.ctx.token.get("domain_id") or _home(call)) != domain_id:
        raise Forbidden("You are not authorized to perform the requested action: identity:get_domain.")
    return {"domain": linked(call, "domains", find(call, "domain", domain_id))}


def _home(call: Call) -> str | None:
    project = call.cloud.get("project", call.ctx.project_id)
    return project["domain_id"] if project else None


def update_domain(call: Call, domain_id: str) -> Body:
    body = find(call, "domain", domain_id)
    call.cloud.update("domain", body, **{**call.part("domain"), "id": domain_id})
    return {"domain": linked(call, "domains", body)}


def delete_domain(call: Call, domain_id: str) -> None:
    body = find(call, "domain", domain_id)
    if body["enabled"]:
        raise Forbidden("You are not authorized to perform the requested action: "
                        "cannot delete a domain that is enabled, please disable it first.")
    roles.forget(call.cloud, target=domain_id)
    for project in call.cloud.where("project", domain_id=domain_id):
        drop_project(call.cloud, project["id"])
    for kind in ("user", "group"):
        for body in call.cloud.where(kind, domain_id=domain_id):
            roles.forget(call.cloud, actor=body["id"])
            call.cloud.remove(kind, body["id"])
    call.cloud.remove("domain", domain_id)


ROUTES = [
    ("GET", "/auth/projects", list_own_projects, 200, ANY),
    ("GET", "/auth/domains", list_own_domains, 200, ANY),
    ("GET", "/projects", list_projects, 200, ANY),
    ("POST", "/projects", create_project, 201, ADMIN),
    ("GET", "/projects/{project_id}", show_project, 200, ANY),
    ("PATCH", "/projects/{project_id}", update_project, 200, ADMIN),
    ("DELETE", "/projects/{project_id}", delete_project, 204, ADMIN),
    ("GET", "/domains", list_domains, 200, ADMIN),
    ("POST", "/domains", create_domain, 201, ADMIN),
    ("GET", "/domains/{domain_id}", show_domain, 200, ANY),
    ("PATCH", "/domains/{domain_id}", update_domain, 200, ADMIN),
    ("DELETE", "/domains/{domain_id}", delete_domain, 204, ADMIN),
]
