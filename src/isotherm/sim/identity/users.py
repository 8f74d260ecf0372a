"""Users and groups."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_hex
from isotherm.sim.errors import BadRequest, Conflict, Forbidden, NotFound, Unauthorized
from isotherm.sim.identity import passwords, roles
from isotherm.sim.identity.rendering import chosen, find, linked, listed
from isotherm.sim.routing import ADMIN, ANY
from isotherm.sim.storage import Body


def own_or_admin(call: Call, user_id: str, action: str) -> None:
    """403 unless the token is the user's own or an administrator's."""
    if not call.ctx.is_admin and call.ctx.user_id != user_id:
        raise Forbidden(f"You are not authorized to perform the requested action: identity:{action}.")


def list_users(call: Call) -> Body:
    bodies = chosen(call, call.cloud.where("user"), ("name", "domain_id", "enabled"))
    return listed(call, "users", bodies)


def _named_once(call: Call, kind: str, name: str, domain_id: str, but: str | None = None) -> None:
    same = [body for body in call.cloud.where(kind, name=name) if body["domain_id"] == domain_id and body["id"] != but]
    if same:
        raise Conflict(f"Conflict occurred attempting to store {kind} - Duplicate entry found with name {name} "
                       f"at domain ID {domain_id}.")


def create_user(call: Call) -> Body:
    asked = dict(call.part("user"))
    domain_id = asked.get("domain_id") or call.ctx.domain_id or "default"
    if not asked.get("name"):
        raise BadRequest("'name' is a required property")
    find(call, "domain", domain_id)
    _named_once(call, "user", asked["name"], domain_id)
    password = asked.pop("password", None)
    body = {"enabled": True, "options": {}, "password_expires_at": None, **asked, "id": new_hex(), "domain_id": domain_id}
    if password is not None:
        body["_password"] = passwords.digest(str(password))
    return {"user": linked(call, "users", call.cloud.add("user", body))}


def show_user(call: Call, user_id: str) -> Body:
    own_or_admin(call, user_id, "get_user")
    return {"user": linked(call, "users", find(call, "user", user_id))}


def update_user(call: Call, user_id: str) -> Body:
    body, asked = find(call, "user", user_id), dict(call.part("user"))
    if asked.get("domain_id", body["domain_id"]) != body["domain_id"]:
        raise BadRequest("Cannot change Domain ID")
    if "name" in asked:
        _named_once(call, "user", asked["name"], body["domain_id"], user_id)
    if "password" in asked:
        body["_password"] = passwords.digest(str(asked.pop("password")))
        revoke(call.cloud, user_id)
    call.cloud.update("user", body, **{**asked, "id": user_id})
    if not body["enabled"]:
        revoke(call.cloud, user_id)
    return {"user": linked(call, "users", body)}


def change_password(call: Call, user_id: str) -> None:
    """POST /users/{id}/password: the user's own change, which needs the old one."""
    body, asked = find(call, "user", user_id), call.part("user")
    if call.ctx.user_id != user_id or not passwords.matches(body.get("_password"), asked.get("original_password")):
        raise Unauthorized("The request you have made requires authentication.")
    call.cloud.update("user", body, _password=passwords.digest(str(asked.get("password"))))
    revoke(call.cloud, user_id)


def revoke(cloud: Cloud, user_id: str) -> None:
    """Make all of a user's tokens invalid, and those trusts made of this user's roles."""
    for token in cloud.where("token", user_id=user_id):
        cloud.remove("token", token["id"])
    for trust in cloud.where("trust", trustor_user_id=user_id):
        for token in cloud.where("token", trust_id=trust["id"]):
            cloud.remove("token", token["id"])


def delete_user(call: Call, user_id: str) -> None:
    """Remove a user with its assignments, tokens, application credentials and trusts."""
    find(call, "user", user_id)
    cloud = call.cloud
    revoke(cloud, user_id)
    roles.forget(cloud, actor=user_id)
    for credential in cloud.where("app_credential", user_id=user_id):
        cloud.remove("app_credential", credential["id"])
    for trust in cloud.where("trust"):
        if user_id in (trust["trustor_user_id"], trust["trustee_user_id"]):
            cloud.remove("trust", trust["id"])
    for group in cloud.where("group"):
        if user_id in group["_members"]:
            group["_members"].remove(user_id)
            cloud.save("group", group)
    cloud.remove("user", user_id)


def list_user_groups(call: Call, user_id: str) -> Body:
    own_or_admin(call, user_id, "list_groups_for_user")
    return listed(call, "groups", [g for g in call.cloud.where("group") if user_id in g["_members"]])


def list_user_projects(call: Call, user_id: str) -> Body:
    own_or_admin(call, user_id, "list_user_projects")
    return listed(call, "projects", roles.targets(call.cloud, find(call, "user", user_id), "project"))


def list_groups(call: Call) -> Body:
    return listed(call, "groups", chosen(call, call.cloud.where("group"), ("name", "domain_id")))


def create_group(call: Call) -> Body:
    asked = call.part("group")
    domain_id = asked.get("domain_id") or "default"
    if not asked.get("name"):
        raise BadRequest("'name' is a required property")
    _named_once(call, "group", asked["name"], domain_id)
    body = {"description": "", **asked, "id": new_hex(), "domain_id": domain_id, "_members": []}
    return {"group": linked(call, "groups", call.cloud.add("group", body))}


def show_group(call: Call, group_id: str) -> Body:
    return {"group": linked(call, "groups", find(call, "group", group_id))}


def update_group(call: Call, group_id: str) -> Body:
    body, asked = find(call, "group", group_id), call.part("group")
    if "name" in asked:
        _named_once(call, "group", asked["name"], body["domain_id"], group_id)
    call.cloud.update("group", body, **{k: v for k, v in asked.items() if k in ("name", "description")})
    return {"group": linked(call, "groups", body)}


def delete_group(call: Call, group_id: str) -> None:
    find(call, "group", group_id)
    roles.forget(call.cloud, actor=group_id)
    call.cloud.remove("group", group_id)


def list_members(call: Call, group_id: str) -> Body:
    members = (call.cloud.get("user", id_) for id_ in find(call, "group", group_id)["_members"])
    return listed(call, "users", [body for body in members if body])


def _membership(call: Call, group_id: str, user_id: str) -> Body:
    group = find(call, "group", group_id)
    find(call, "user", user_id)
    return group


def add_member(call: Call, group_id: str, user_id: str) -> None:
    group = _membership(call, group_id, user_id)
    if user_id not in group["_members"]:
        group["_members"].append(user_id)
        call.cloud.save("group", group)


def check_member(call: Call, group_id: str, user_id: str) -> None:
    if user_id not in _membership(call, group_id, user_id)["_members"]:
        raise NotFound(f"User '{user_id}' not found in group '{group_id}'.")


def remove_member(call: Call, group_id: str, user_id: str) -> None:
    check_member(call, group_id, user_id)
    group = find(call, "group", group_id)
    group["_members"].remove(user_id)
    call.cloud.save("group", group)


ROUTES = [
    ("GET", "/users", list_users, 200, ADMIN),
    ("POST", "/users", create_user, 201, ADMIN),
    ("GET", "/users/{user_id}", show_user, 200, ANY),
    ("PATCH", "/users/{user_id}", update_user, 200, ADMIN),
    ("DELETE", "/users/{user_id}", delete_user, 204, ADMIN),
    ("POST", "/users/{user_id}/password", change_password, 204, ANY),
    ("GET", "/users/{user_id}/groups", list_user_groups, 200, ANY),
    ("GET", "/users/{user_id}/projects", list_user_projects, 200, ANY),
    ("GET", "/groups", list_groups, 200, ADMIN),
    ("POST", "/groups", create_group, 201, ADMIN),
    ("GET", "/groups/{group_id}", show_group, 200, ADMIN),
    ("PATCH", "/groups/{group_id}", update_group, 200, ADMIN),
    ("DELETE", "/groups/{group_id}", delete_group, 204, ADMIN),
    ("GET", "/groups/{group_id}/users", list_members, 200, ADMIN),
    ("PUT", "/groups/{group_id}/users/{user_id}", add_member, 204, ADMIN),
    ("HEAD", "/groups/{group_id}/users/{user_id}", check_member, 204, ADMIN),
    ("DELETE", "/groups/{group_id}/users/{user_id}", remove_member, 204, ADMIN),
]
