"""What all kinds of network objects share: their five requests, policies, quotas, bulk creation, stamps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.sim import quotas
from isotherm.sim.call import Answer, Call, Context
from isotherm.sim.cloud import INDEXED, Cloud, new_id
from isotherm.sim.errors import ApiError, BadRequest, Conflict, Forbidden, NotFound
from isotherm.sim.network import selecting
from isotherm.sim.network.fields import ADMIN, MEMBER, NOBODY, OWNER, Field, changes, complete, refused
from isotherm.sim.network.sharing import allowed
from isotherm.sim.storage import Body

Row = tuple[Any, ...]


def owned(cloud: Cloud, ctx: Context, body: Body) -> bool:
    """The usual rule of who sees an object: its project, administrators, and those it is shared with."""
    return ctx.sees(body) or bool(body.get("shared")) or allowed(cloud, body["id"], ctx.project_id)


def nothing_more(_cloud: Cloud, _body: Body) -> Body:
    """The view of a resource whose fields are all stored."""
    return {}


def administrators(_cloud: Cloud, ctx: Context, _body: Body) -> bool:
    """The privileged of a resource without owners of its own."""
    return ctx.is_admin


def anybody(_call: Call, _body: Body) -> None:
    """Every POST is admitted."""


def anything(_call: Call, _body: Body, _changed: Body) -> None:
    """Every PUT is admitted."""


def nothing_first(_call: Call) -> None:
    """Nothing is to be prepared."""


@dataclass(frozen=True)
class Resource:
    """One kind of network object."""

    kind: str
    """In the object store."""
    key: str
    """In JSON, and in the names of policy rules: "security_group"."""
    path: str
    """Of the collection, such as "/security-groups"."""
    fields: tuple[Field, ...]
    missing: tuple[str, str]
    """Message (with {} for the ID) and type of its 404."""
    create: Callable[[Cloud, Body], Body]
    """Makes one from a complete body with project_id; returns the stored object."""
    update: Callable[[Cloud, Body, Body], None]
    """Changes one: the object, the changed fields."""
    delete: Callable[[Cloud, Body], None]
    view: Callable[[Cloud, Body], Body] = nothing_more
    """Fields of the answer that are worked out when it is asked for."""
    computed: frozenset[str] = frozenset()
    """Names of such fields that filters may use."""
    sees: Callable[[Cloud, Context, Body], bool] = owned
    privileged: Callable[[Cloud, Context, Body], bool] = administrators
    """Whether fields with write=OWNER are allowed; gets the body asked for or the object."""
    admit: Callable[[Call, Body], None] = anybody
    """Refuses a POST that this caller may not make."""
    admit_change: Callable[[Call, Body, Body], None] = anything
    """Refuses a PUT that this caller may not make: the object, the changed fields."""
    prepare: Callable[[Call], None] = nothing_first
    """Runs before a list or creation, as for default security groups."""
    tests: Mapping[str, selecting.Test] = field(default_factory=dict)
    """Filters that are no simple comparison."""
    admin_creates: bool = False
    quota: bool = True
    """Whether the number of them is limited (under the name `key`)."""

    @property
    def plural(self) -> str:
        """Key of a list."""
        return self.key[:-1] + "ies" if self.key.endswith("y") else self.key + "s"

    def not_found(self, id_: str) -> NotFound:
        """Its 404."""
        return NotFound(self.missing[0].format(id_), self.missing[1])

    def find(self, call: Call, id_: str) -> Body:
        """One this caller may see, or 404."""
        body = call.cloud.get(self.kind, id_)
        if body is None or not self.sees(call.cloud, call.ctx, body):
            raise self.not_found(id_)
        return body

    def render(self, cloud: Cloud, ctx: Context, body: Body) -> Body:
        """As it is answered to this caller."""
        whole = {**body, **self.view(cloud, body)}
        hidden = (NOBODY,) if ctx.is_admin else (NOBODY, ADMIN)
        found = {f.name: whole[f.name] for f in self.fields if f.seen not in hidden and f.name in whole}
        if "project_id" in found:
            found["tenant_id"] = found["project_id"]
        return found


def forbidden(verb: str, resource: Resource, part: str | None = None) -> Forbidden:
    """Neutron's 403; `part` names the field that is not allowed."""
    rule = f"rule:{verb}_{resource.key}"
    text = f"({rule} and {rule}:{part})" if part else rule
    return Forbidden(f"{text} is disallowed by policy", "PolicyNotAuthorized")


def keep(cloud: Cloud, kind: str, body: Body) -> Body:
    """Store a new object with what every one has."""
    now = cloud.stamp()
    return cloud.add(kind, {"id": new_id(), "tags": [], "created_at": now, "updated_at": now, "revision_number": 1, **body})


def touch(cloud: Cloud, kind: str, body: Body, **changed: Any) -> Body:
    """Change a stored object; counts its revision."""
    return cloud.update(kind, body, updated_at=cloud.stamp(), revision_number=body["revision_number"] + 1, **changed)


def check_quota(cloud: Cloud, resource: str, project_id: str, more: int = 1) -> None:
    """409 when the project may not have more of a resource (a kind of object)."""
    if quotas.limit(cloud, "network", project_id, resource) < 0:
        return
    if quotas.exceeded(cloud, "network", project_id, resource, len(cloud.where(resource, project_id=project_id)) + more):
        raise Conflict(f"Quota exceeded for resources: ['{resource}'].", "OverQuota")


def _permit(call: Call, resource: Resource, verb: str, given: Body, target: Body) -> None:
    defaults = {f.name: f for f in resource.fields}
    for name, value in given.items():
        declared = defaults[name]
        needed = declared.rewrite if verb == "update" and declared.rewrite else declared.write
        if needed == MEMBER or (verb == "create" and value == declared.default):
            continue
        if needed == ADMIN and call.ctx.is_admin:
            continue
        if needed == OWNER and resource.privileged(call.cloud, call.ctx, target):
            continue
        raise forbidden(verb, resource, name)


def _create_one(call: Call, resource: Resource, asked: Any) -> Body:
    if not isinstance(asked, dict):
        raise refused("Body contains invalid data")
    body = complete(resource.fields, asked)
    body.setdefault("project_id", call.ctx.project_id)
    if body["project_id"] != call.ctx.project_id and not call.ctx.is_admin:
        raise refused("Specifying 'project_id' other than the authenticated project in request is not allowed for the "
                      "current user.")
    if resource.admin_creates and not call.ctx.is_admin:
        raise forbidden("create", resource)
    resource.admit(call, body)
    _permit(call, resource, "create", {name: value for name, value in body.items() if name != "project_id"}, body)
    if resource.quota:
        check_quota(call.cloud, resource.kind, body["project_id"])
    return resource.create(call.cloud, body)


def _create(call: Call, resource: Resource) -> Body:
    if not isinstance(call.json, dict):
        raise refused("Body contains invalid data")
    resource.prepare(call)
    if resource.plural not in call.json:
        if resource.key not in call.json:
            raise refused(f"Unable to find '{resource.key}' in request body")
        made = _create_one(call, resource, call.json[resource.key])
        return {resource.key: resource.render(call.cloud, call.ctx, made)}
    several = call.json[resource.plural]
    if not isinstance(several, list) or not several:
        raise refused("Resources required")
    done: list[Body] = []
    try:
        for asked in several:
            done.append(_create_one(call, resource, asked))
    except ApiError:
        for body in reversed(done):
            resource.delete(call.cloud, body)
        raise
    return {resource.plural: [resource.render(call.cloud, call.ctx, body) for body in done]}


def _candidates(call: Call, resource: Resource, wanted: Mapping[str, list[str]]) -> list[Body]:
    cloud = call.cloud
    if len(wanted.get("id", ())) == 1:
        body = cloud.get(resource.kind, wanted["id"][0])
        return [body] if body else []
    for name in (*INDEXED.get(resource.kind, ()), "project_id"):
        if len(wanted.get(name, ())) == 1 and wanted[name][0]:
            return cloud.where(resource.kind, **{name: wanted[name][0]})
    return cloud.where(resource.kind)


def _list(call: Call, resource: Resource) -> Body:
    resource.prepare(call)
    tests = {**selecting.TAG_TESTS, **resource.tests}
    wanted = selecting.filters(call.pairs, (f.name for f in resource.fields), tests)
    found = [body for body in _candidates(call, resource, wanted) if resource.sees(call.cloud, call.ctx, body)]
    if resource.computed.isdisjoint(wanted):
        found = [body for body in found if selecting.passes(body, wanted, tests)]
    else:
        found = [b for b in found if selecting.passes({**b, **resource.view(call.cloud, b)}, wanted, tests)]
    missing = resource.not_found(call.query.get("marker", ""))
    chosen, links = selecting.page(selecting.sort(found, call.pairs), call, missing)
    rows = [selecting.columns(resource.render(call.cloud, call.ctx, body), call.pairs) for body in chosen]
    return {resource.plural: rows, **({f"{resource.plural}_links": links} if links is not None else {})}


def _update(call: Call, resource: Resource, id_: str) -> Body:
    body = resource.find(call, id_)
    if not isinstance(call.json, dict) or resource.key not in call.json:
        raise refused(f"Unable to find '{resource.key}' in request body")
    asked = call.json[resource.key]
    if not isinstance(asked, dict):
        raise refused("Body contains invalid data")
    changed = changes(resource.fields, asked)
    if not call.ctx.sees(body):
        raise forbidden("update", resource)
    _permit(call, resource, "update", changed, body)
    resource.admit_change(call, body, changed)
    _match_revision(call, body)
    resource.update(call.cloud, body, changed)
    return {resource.key: resource.render(call.cloud, call.ctx, body)}


def _match_revision(call: Call, body: Body) -> None:
    wanted = call.headers.get("if-match", "")
    if wanted and wanted != f"revision_number={body['revision_number']}":
        message = f"Constrained to {wanted.rpartition('=')[2]}, but current revision is {body['revision_number']}"
        raise BadRequest(message, "RevisionNumberConstraintFailed", status=412)


def collection(resource: Resource) -> list[Row]:
    """The routes of a resource."""

    def list_(call: Call) -> Body:
        return _list(call, resource)

    def create(call: Call) -> Body:
        return _create(call, resource)

    def show(call: Call, object_id: str) -> Body:
        body = resource.render(call.cloud, call.ctx, resource.find(call, object_id))
        return {resource.key: selecting.columns(body, call.pairs)}

    def update(call: Call, object_id: str) -> Body:
        return _update(call, resource, object_id)

    def delete(call: Call, object_id: str) -> None:
        body = resource.find(call, object_id)
        if not call.ctx.sees(body):
            raise forbidden("delete", resource)
        resource.delete(call.cloud, body)

    one = resource.path + "/{object_id}"
    return [
        ("GET", resource.path, list_),
        ("POST", resource.path, create, 201),
        ("GET", one, show),
        ("PUT", one, update),
        ("DELETE", one, delete, 204),
        *(tagging(resource) if any(f.name == "tags" for f in resource.fields) else ()),
    ]


def tagging(resource: Resource) -> list[Row]:
    """The routes of a resource's tags."""

    def mine(call: Call, object_id: str) -> Body:
        body = resource.find(call, object_id)
        if call.method != "GET" and not call.ctx.sees(body):
            raise forbidden("update", resource, "tags")
        return body

    def absent(tag: str) -> NotFound:
        return NotFound(f"Tag {tag} could not be found.", "TagNotFound")

    def list_(call: Call, object_id: str) -> Body:
        return {"tags": mine(call, object_id)["tags"]}

    def replace(call: Call, object_id: str) -> Body:
        body, asked = mine(call, object_id), call.json.get("tags")
        if not isinstance(asked, list) or not all(isinstance(tag, str) and len(tag) <= 255 for tag in asked):
            raise refused("Invalid input for tags. Reason: expected a list of strings of at most 255 characters.")
        touch(call.cloud, resource.kind, body, tags=list(dict.fromkeys(asked)))
        return {"tags": body["tags"]}

    def clear(call: Call, object_id: str) -> None:
        touch(call.cloud, resource.kind, mine(call, object_id), tags=[])

    def has(call: Call, object_id: str, tag: str) -> None:
        if tag not in mine(call, object_id)["tags"]:
            raise absent(tag)

    def put(call: Call, object_id: str, tag: str) -> Answer:
        body = mine(call, object_id)
        if tag not in body["tags"]:
            touch(call.cloud, resource.kind, body, tags=sorted([*body["tags"], tag]))
        return Answer(201, b"null")

    def drop(call: Call, object_id: str, tag: str) -> None:
        body = mine(call, object_id)
        if tag not in body["tags"]:
            raise absent(tag)
        touch(call.cloud, resource.kind, body, tags=[known for known in body["tags"] if known != tag])

    path = resource.path + "/{object_id}/tags"
    return [
        ("GET", path, list_), ("PUT", path, replace), ("DELETE", path, clear, 204),
        ("GET", path + "/{tag}", has, 204), ("PUT", path + "/{tag}", put, 201), ("DELETE", path + "/{tag}", drop, 204),
    ]  # fmt: skip


def plain_update(kind: str) -> Callable[[Cloud, Body, Body], None]:
    """An update that only sets the fields."""

    def update(cloud: Cloud, body: Body, changed: Body) -> None:
        touch(cloud, kind, body, **changed)

    return update


