"""Roles, and who holds which on what."""

from __future__ import annotations

from collections.abc import Iterable

from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud, new_hex, public
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.identity.rendering import chosen, find, linked, listed
from isotherm.sim.routing import ADMIN, ANY
from isotherm.sim.storage import Body

IMPLIED = {"admin": ("manager",), "manager": ("member",), "member": ("reader",)}
"""Whoever holds the one role holds the others too."""


def grant(cloud: Cloud, actor: str, target: str, role_id: str, actor_kind: str = "user",
          target_kind: str = "project") -> None:
    """Give a user or group a role on a project or domain; again does no harm."""
    id_ = f"{actor}:{target}:{role_id}"
    if cloud.get("assignment", id_) is None:
        cloud.add("assignment", {"id": id_, "actor": actor, "actor_kind": actor_kind, "target": target,
                                 "target_kind": target_kind, "role_id": role_id})


def with_implied(cloud: Cloud, role_ids: Iterable[str]) -> list[Body]:
    """The roles and all they imply, as {"id", "name"}."""
    by_name = {role["name"]: role for role in cloud.where("role")}
    found: dict[str, Body] = {}
    open_ = [role for role in (cloud.get("role", id_) for id_ in role_ids) if role]
    while open_:
        role = open_.pop(0)
        if role["id"] not in found:
            found[role["id"]] = {"id": role["id"], "name": role["name"]}
            open_ += [by_name[name] for name in IMPLIED.get(role["name"], ()) if name in by_name]
    return list(found.values())


def actors(cloud: Cloud, user: Body) -> list[str]:
    """The user's ID and those of the groups the user is in."""
    return [user["id"], *(group["id"] for group in cloud.where("group") if user["id"] in group["_members"])]


def direct(cloud: Cloud, user: Body, target: str) -> list[str]:
    """IDs of the roles assigned to a user, or to a group the user is in, on a project or domain."""
    held = (row for actor in actors(cloud, user) for row in cloud.where("assignment", actor=actor, target=target))
    return list(dict.fromkeys(row["role_id"] for row in held))


def effective(cloud: Cloud, user: Body, target: str) -> list[Body]:
    """All roles a user has on a project or domain, as {"id", "name"}."""
    return with_implied(cloud, direct(cloud, user, target))


def targets(cloud: Cloud, user: Body, kind: str) -> list[Body]:
    """Projects or domains a user has some role on."""
    rows = [row for actor in actors(cloud, user) for row in cloud.where("assignment", actor=actor, target_kind=kind)]
    found = (cloud.get(kind, id_) for id_ in dict.fromkeys(row["target"] for row in rows))
    return [body for body in found if body and body["enabled"]]


def forget(cloud: Cloud, **equals: str) -> None:
    """Drop the assignments of an actor, a target or a role that goes away."""
    for row in cloud.where("assignment", **equals):
        cloud.remove("assignment", row["id"])


def list_roles(call: Call) -> Body:
    return listed(call, "roles", chosen(call, call.cloud.where("role"), ("name", "domain_id")))


def create_role(call: Call) -> Body:
    asked = call.part("role")
    if not asked.get("name"):
        raise BadRequest("'name' is a required property")
    if call.cloud.first("role", name=asked["name"]):
        raise Conflict(f"Conflict occurred attempting to store role - Duplicate entry found with name {asked['name']}.")
    role = {"id": new_hex(), "name": asked["name"], "domain_id": asked.get("domain_id"),
            "description": asked.get("description"), "options": {}}
    return {"role": linked(call, "roles", call.cloud.add("role", role))}


def show_role(call: Call, role_id: str) -> Body:
    return {"role": linked(call, "roles", find(call, "role", role_id))}


def update_role(call: Call, role_id: str) -> Body:
    role, asked = find(call, "role", role_id), call.part("role")
    call.cloud.update("role", role, **{k: v for k, v in asked.items() if k in ("name", "description")})
    return {"role": linked(call, "roles", role)}


def delete_role(call: Call, role_id: str) -> None:
    find(call, "role", role_id)
    forget(call.cloud, role_id=role_id)
    call.cloud.remove("role", role_id)


def _pair(call: Call, target_kind: str, target: str, actor_kind: str, actor: str) -> None:
    find(call, target_kind, target)
    find(call, actor_kind, actor)


def assigned(target_kind: str, actor_kind: str) -> list[tuple[object, ...]]:
    """The five routes of role assignments between one kind of target and one kind of actor."""

    def held(call: Call, target: str, actor: str) -> Body:
        _pair(call, target_kind, target, actor_kind, actor)
        rows = call.cloud.where("assignment", actor=actor, target=target)
        return listed(call, "roles", [find(call, "role", row["role_id"]) for row in rows])

    def row(call: Call, target: str, actor: str, role_id: str) -> str:
        _pair(call, target_kind, target, actor_kind, actor)
        find(call, "role", role_id)
        id_ = f"{actor}:{target}:{role_id}"
        if call.cloud.get("assignment", id_) is None:
            raise NotFound(f"Could not find role assignment with role: {role_id}, user or group: {actor}, "
                           f"project, domain, or system: {target}.")
        return id_

    def check(call: Call, target: str, actor: str, role_id: str) -> None:
        row(call, target, actor, role_id)

    def put(call: Call, target: str, actor: str, role_id: str) -> None:
        _pair(call, target_kind, target, actor_kind, actor)
        find(call, "role", role_id)
        grant(call.cloud, actor, target, role_id, actor_kind, target_kind)

    def drop(call: Call, target: str, actor: str, role_id: str) -> None:
        call.cloud.remove("assignment", row(call, target, actor, role_id))

    path = f"/{target_kind}s/{{target}}/{actor_kind}s/{{actor}}/roles"
    return [
        ("GET", path, held, 200, ADMIN),
        ("GET", path + "/{role_id}", check, 204, ADMIN),
        ("HEAD", path + "/{role_id}", check, 204, ADMIN),
        ("PUT", path + "/{role_id}", put, 204, ADMIN),
        ("DELETE", path + "/{role_id}", drop, 204, ADMIN),
    ]


def list_assignments(call: Call) -> Body:
    """GET /role_assignments with its filters; `effective` adds implied roles and resolves groups to users."""
    query, rows = call.query, call.cloud.where("assignment")
    wanted = {("actor", "user"): query.get("user.id"), ("actor", "group"): query.get("group.id"),
              ("target", "project"): query.get("scope.project.id"), ("target", "domain"): query.get("scope.domain.id")}
    expand = "effective" in query
    found = [piece for row in rows for piece in (_expanded(call.cloud, row) if expand else [row])]
    for (side, kind), value in wanted.items():
        if value is not None:
            found = [row for row in found if row[side] == value and row[side + "_kind"] == kind]
    if role_id := query.get("role.id"):
        found = [row for row in found if row["role_id"] == role_id]
    names = "include_names" in query
    unique = {(r["actor"], r["target"], r["role_id"]): r for r in found}.values()
    links = {"next": None, "self": call.url + call.path, "previous": None}
    return {"role_assignments": [_assignment(call, row, names) for row in unique], "links": links}


def _expanded(cloud: Cloud, row: Body) -> list[Body]:
    group = cloud.get("group", row["actor"]) if row["actor_kind"] == "group" else None
    users = group["_members"] if group else [row["actor"]]
    roles = with_implied(cloud, [row["role_id"]])
    return [{**row, "actor": user, "actor_kind": "user", "role_id": role["id"]} for user in users for role in roles]


def _assignment(call: Call, row: Body, names: bool) -> Body:
    def ref(kind: str, id_: str) -> Body:
        body = call.cloud.get(kind, id_) or {}
        more: Body = {"name": body.get("name")} if names else {}
        if names and kind in ("user", "group", "project"):
            domain = call.cloud.get("domain", body.get("domain_id")) or {}
            more["domain"] = {"id": domain.get("id"), "name": domain.get("name")}
        return {"id": id_, **more}

    link = f"{call.url}/v3/{row['target_kind']}s/{row['target']}/{row['actor_kind']}s/{row['actor']}/roles/{row['role_id']}"
    return {row["actor_kind"]: ref(row["actor_kind"], row["actor"]), "role": ref("role", row["role_id"]),
            "scope": {row["target_kind"]: ref(row["target_kind"], row["target"])}, "links": {"assignment": link}}


def list_inferences(call: Call) -> Body:
    roles = {role["name"]: public(role) for role in call.cloud.where("role")}
    rows = [{"prior_role": roles[prior], "implies": [roles[name] for name in implied if name in roles]}
            for prior, implied in IMPLIED.items() if prior in roles]
    return {"role_inferences": rows}


def head_assignments(call: Call) -> Answer:
    return Answer(200)


ROUTES = [
    ("GET", "/roles", list_roles, 200, ANY),
    ("POST", "/roles", create_role, 201, ADMIN),
    ("GET", "/roles/{role_id}", show_role, 200, ANY),
    ("PATCH", "/roles/{role_id}", update_role, 200, ADMIN),
    ("DELETE", "/roles/{role_id}", delete_role, 204, ADMIN),
    ("GET", "/role_assignments", list_assignments, 200, ADMIN),
    ("HEAD", "/role_assignments", head_assignments, 200, ADMIN),
    ("GET", "/role_inferences", list_inferences, 200, ADMIN),
    *assigned("project", "user"),
    *assigned("project", "group"),
    *assigned("domain", "user"),
    *assigned("domain", "group"),
]
