"""Trusts and application credentials: letting others, or programs, act with some of one's roles."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import new_hex, public
from isotherm.sim.errors import BadRequest, Conflict, Forbidden, NotFound
from isotherm.sim.identity import passwords, roles
from isotherm.sim.identity.auth import TIME
from isotherm.sim.identity.rendering import find, linked, listed
from isotherm.sim.identity.users import own_or_admin
from isotherm.sim.routing import ANY
from isotherm.sim.storage import Body

NOT_ALLOWED = "You are not authorized to perform the requested action: "


def _instant(call: Call, text: Any) -> float | None:
    """A time in ISO 8601 as seconds since the epoch; must lie in the future."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadRequest("Invalid input for field 'expires_at': the format is not ISO 8601 compatible.") from None
    instant = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if instant <= call.cloud.now():
        raise BadRequest("The 'expires_at' must not be before now. The server could not comply with the request since "
                         "it is either malformed or otherwise incorrect. The client is assumed to be in error.")
    return instant


def _role(call: Call, ref: Any) -> Body:
    ref = ref if isinstance(ref, dict) else {}
    role = call.cloud.get("role", ref.get("id")) or (call.cloud.first("role", name=ref["name"]) if "name" in ref else None)
    if role is None:
        raise NotFound(f"Could not find role: {ref.get('id') or ref.get('name')}.")
    return role


def _undelegated(call: Call, what: str) -> None:
    """403 for a token of a restricted application credential: it must not multiply itself."""
    credential = call.cloud.get("app_credential", call.ctx.token["app_credential_id"])
    if credential and not credential["unrestricted"]:
        raise Forbidden(f"{NOT_ALLOWED}Using method 'application_credential' is not allowed for managing {what}.")


def _trust(call: Call, trust: Body, full: bool = True) -> Body:
    body = linked(call, "OS-TRUST/trusts", trust)
    if not full:
        body.pop("roles")
        return body
    body["roles"] = [linked(call, "roles", role) for row in trust["roles"] if (role := call.cloud.get("role", row["id"]))]
    body["roles_links"] = {"self": f"{call.url}/v3/OS-TRUST/trusts/{trust['id']}/roles", "next": None, "previous": None}
    return body


def create_trust(call: Call) -> Body:
    """POST /OS-TRUST/trusts: only the trustor may, and only with roles the trustor holds on the project."""
    asked, cloud = call.part("trust"), call.cloud
    _undelegated(call, "trusts")
    for field in ("trustor_user_id", "trustee_user_id", "impersonation"):
        if field not in asked:
            raise BadRequest(f"'{field}' is a required property")
    project_id = asked.get("project_id")
    if project_id and not asked.get("roles"):
        raise Forbidden(NOT_ALLOWED + "At least one role should be specified.")
    if call.ctx.user_id != asked["trustor_user_id"]:
        raise Forbidden(NOT_ALLOWED + "The authenticated user should match the trustor.")
    find(call, "user", asked["trustee_user_id"])
    chosen = [_role(call, ref) for ref in asked.get("roles", [])]
    if project_id:
        find(call, "project", project_id)
        held = {role["id"] for role in roles.effective(cloud, find(call, "user", call.ctx.user_id), project_id)}
        for role in chosen:
            if role["id"] not in held:
                raise NotFound(f"Could not find role: {role['id']}.")
    uses = asked.get("remaining_uses")
    if uses is not None and (not isinstance(uses, int) or uses < 1):
        raise BadRequest("Invalid input for field 'remaining_uses': must be a positive integer or null.")
    source = cloud.get("trust", call.ctx.token["trust_id"])
    count = _redelegation(asked, source)
    expires = _instant(call, asked.get("expires_at"))
    trust = cloud.add("trust", {
        "id": new_hex(), "trustor_user_id": asked["trustor_user_id"], "trustee_user_id": asked["trustee_user_id"],
        "project_id": project_id, "impersonation": bool(asked["impersonation"]), "remaining_uses": uses,
        "expires_at": cloud.stamp(TIME, expires) if expires else None, "deleted_at": None, "_expires": expires,
        "roles": [{"id": role["id"]} for role in chosen], "redelegation_count": count,
        "redelegated_trust_id": source["id"] if source else None,
    })  # fmt: skip
    return {"trust": _trust(call, trust)}


def _redelegation(asked: Body, source: Body | None) -> int:
    """How often the new trust may be handed on; 403 when the trust the token comes from may not be."""
    wanted = asked.get("redelegation_count")
    if source is None:
        return int(wanted if wanted is not None else 3) if asked.get("allow_redelegation") else 0
    left = int(source["redelegation_count"])
    if left <= 0 or (wanted or 0) >= left:
        raise Forbidden(NOT_ALLOWED + f"Remaining redelegation depth of {left} out of allowed range.")
    missing = {row["id"] for row in map(dict, asked["roles"]) if "id" in row} - {row["id"] for row in source["roles"]}
    if missing or asked.get("remaining_uses") is not None:
        raise Forbidden(NOT_ALLOWED + "Some of requested roles are not in redelegated trust.")
    return left - 1


def list_trusts(call: Call) -> Body:
    cloud, query = call.cloud, call.query
    sides = {field: query[field] for field in ("trustor_user_id", "trustee_user_id") if field in query}
    if not call.ctx.is_admin and call.ctx.user_id not in sides.values():
        raise Forbidden(NOT_ALLOWED + "identity:list_trusts.")
    rows = [_trust(call, trust, False) for trust in cloud.where("trust", **sides)]
    return {"trusts": rows, "links": {"next": None, "self": call.url + call.path, "previous": None}}


def _own_trust(call: Call, trust_id: str) -> Body:
    trust = find(call, "trust", trust_id)
    if not call.ctx.is_admin and call.ctx.user_id not in (trust["trustor_user_id"], trust["trustee_user_id"]):
        raise Forbidden(NOT_ALLOWED + "Requested user has no relation to this trust.")
    return trust


def show_trust(call: Call, trust_id: str) -> Body:
    return {"trust": _trust(call, _own_trust(call, trust_id))}


def delete_trust(call: Call, trust_id: str) -> None:
    """Only the trustor or an administrator may; tokens and trusts made from the trust go with it."""
    trust = _own_trust(call, trust_id)
    if not call.ctx.is_admin and call.ctx.user_id != trust["trustor_user_id"]:
        raise Forbidden(NOT_ALLOWED + "Only admin or trustor can delete a trust.")
    gone = [trust_id]
    for id_ in gone:
        gone += [row["id"] for row in call.cloud.where("trust", redelegated_trust_id=id_)]
        call.cloud.remove("trust", id_)
        for token in call.cloud.where("token", trust_id=id_):
            call.cloud.remove("token", token["id"])


def list_trust_roles(call: Call, trust_id: str) -> Body:
    trust = _trust(call, _own_trust(call, trust_id))
    return {"roles": trust["roles"], "links": trust["roles_links"]}


def show_trust_role(call: Call, trust_id: str, role_id: str) -> Body:
    if role_id not in [row["id"] for row in _own_trust(call, trust_id)["roles"]]:
        raise NotFound(f"Could not find role: {role_id}.")
    return {"role": linked(call, "roles", find(call, "role", role_id))}


def _credential(call: Call, body: Body, **more: Any) -> Body:
    rows = [public(role) for id_ in body["_roles"] if (role := call.cloud.get("role", id_))]
    names = [{"id": row["id"], "name": row["name"], "domain_id": row["domain_id"]} for row in rows]
    return {**linked(call, f"users/{body['user_id']}/application_credentials", body), "roles": names, **more}


def create_app_credential(call: Call, user_id: str) -> Body:
    """POST: for oneself, on the token's project, with roles of the token; the secret is shown this once."""
    asked, cloud, token = call.part("application_credential"), call.cloud, call.ctx.token
    if token["trust_id"]:
        raise Forbidden("Cannot manage application credentials with a token from a trust.")
    _undelegated(call, "additional application credentials")
    if call.ctx.user_id != user_id or not call.ctx.project_id:
        raise Forbidden(NOT_ALLOWED + "Cannot create an application credential for another user.")
    if not asked.get("name"):
        raise BadRequest("'name' is a required property")
    if cloud.first("app_credential", name=asked["name"], user_id=user_id):
        raise Conflict("Conflict occurred attempting to store application_credential - Duplicate entry.")
    held = [role["id"] for role in token["roles"]]
    wanted = [_role(call, ref)["id"] for ref in asked["roles"]] if asked.get("roles") else held
    wanted = [role["id"] for role in roles.with_implied(cloud, wanted)]
    if not set(wanted) <= set(held):
        raise BadRequest("Invalid application credential: Cannot create an application credential with unassigned role")
    secret = asked.get("secret") or secrets.token_urlsafe(48)
    expires = _instant(call, asked.get("expires_at"))
    credential = cloud.add("app_credential", {
        "id": new_hex(), "name": asked["name"], "description": asked.get("description"), "project_id": call.ctx.project_id,
        "user_id": user_id, "unrestricted": bool(asked.get("unrestricted", False)), "system": None,
        "expires_at": cloud.stamp("%Y-%m-%dT%H:%M:%S.%f", expires) if expires else None, "_expires": expires,
        "_roles": wanted, "_secret": passwords.digest(str(secret)),
    })  # fmt: skip
    return {"application_credential": _credential(call, credential, secret=secret)}


def list_app_credentials(call: Call, user_id: str) -> Body:
    own_or_admin(call, user_id, "list_application_credentials")
    wanted = {"name": call.query["name"]} if "name" in call.query else {}
    rows = call.cloud.where("app_credential", user_id=user_id, **wanted)
    body = listed(call, f"users/{user_id}/application_credentials", [], "application_credentials")
    body["application_credentials"] = [_credential(call, row) for row in rows]
    return body


def _own_credential(call: Call, user_id: str, credential_id: str, action: str) -> Body:
    own_or_admin(call, user_id, action)
    body = find(call, "app_credential", credential_id)
    if body["user_id"] != user_id:
        raise NotFound(f"Could not find application credential: {credential_id}.")
    return body


def show_app_credential(call: Call, user_id: str, credential_id: str) -> Body:
    body = _own_credential(call, user_id, credential_id, "get_application_credential")
    return {"application_credential": _credential(call, body)}


def delete_app_credential(call: Call, user_id: str, credential_id: str) -> None:
    _own_credential(call, user_id, credential_id, "delete_application_credential")
    _undelegated(call, "additional application credentials")
    for token in call.cloud.where("token", app_credential_id=credential_id):
        call.cloud.remove("token", token["id"])
    call.cloud.remove("app_credential", credential_id)


ROUTES = [
    ("GET", "/OS-TRUST/trusts", list_trusts, 200, ANY),
    ("POST", "/OS-TRUST/trusts", create_trust, 201, ANY),
    ("GET", "/OS-TRUST/trusts/{trust_id}", show_trust, 200, ANY),
    ("DELETE", "/OS-TRUST/trusts/{trust_id}", delete_trust, 204, ANY),
    ("GET", "/OS-TRUST/trusts/{trust_id}/roles", list_trust_roles, 200, ANY),
    ("GET", "/OS-TRUST/trusts/{trust_id}/roles/{role_id}", show_trust_role, 200, ANY),
    ("GET", "/users/{user_id}/application_credentials", list_app_credentials, 200, ANY),
    ("POST", "/users/{user_id}/application_credentials", create_app_credential, 201, ANY),
    ("GET", "/users/{user_id}/application_credentials/{credential_id}", show_app_credential, 200, ANY),
    ("DELETE", "/users/{user_id}/application_credentials/{credential_id}", delete_app_credential, 204, ANY),
]
