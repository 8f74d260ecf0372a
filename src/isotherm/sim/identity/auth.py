"""Logging in: from what a client shows (password, token, application credential) and the scope it asks for to a token."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any

from isotherm.sim import access
from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Forbidden, NotFound, Unauthorized
from isotherm.sim.identity import passwords, roles
from isotherm.sim.identity.catalog import catalog
from isotherm.sim.routing import ANY, PUBLIC
from isotherm.sim.storage import Body

DENIED = "The request you have made requires authentication."
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass
class Proof:
    """Who a client has shown to be, and what that already fixes about the token."""

    user: Body
    methods: list[str] = field(default_factory=list)
    expires: float | None = None
    """When the token this one is made from ends; the new one may not outlive it."""
    source: Body | None = None
    """The token shown, if one was."""
    credential: Body | None = None
    """The application credential shown, if one was."""


@dataclass
class Scope:
    """What a token is good for."""

    project_id: str | None = None
    domain_id: str | None = None
    roles: list[Body] = field(default_factory=list)
    trust: Body | None = None
    user: Body | None = None
    """The user the token speaks for, when a trust makes that another than the one who logged in."""


def _domain(cloud: Cloud, ref: Any) -> Body | None:
    ref = ref if isinstance(ref, dict) else {}
    return cloud.get("domain", ref.get("id")) or (cloud.first("domain", name=ref["name"]) if ref.get("name") else None)


def _user(cloud: Cloud, ref: Any) -> Body:
    ref = ref if isinstance(ref, dict) else {}
    user = cloud.get("user", ref.get("id"))
    if user is None and ref.get("name"):
        domain = _domain(cloud, ref.get("domain"))
        same = cloud.where("user", name=ref["name"])
        user = next((body for body in same if domain and body["domain_id"] == domain["id"]), None)
    if user is None:
        raise Unauthorized(DENIED)
    return user


def _password(call: Call, shown: Any) -> Proof:
    ref = shown.get("user", {})
    user = _user(call.cloud, ref)
    if not passwords.matches(user.get("_password"), ref.get("password")):
        raise Unauthorized(DENIED)
    return Proof(user, ["password"])


def _token(call: Call, shown: Any) -> Proof:
    ctx = access.context(call.cloud, shown.get("id"))
    user = call.cloud.get("user", ctx.user_id) if ctx else None
    if ctx is None or user is None:
        raise Unauthorized(DENIED)
    return Proof(user, [*dict.fromkeys(["token", *ctx.token["methods"]])], ctx.token["expires"], ctx.token)


def _app_credential(call: Call, shown: Any) -> Proof:
    credential = call.cloud.get("app_credential", shown.get("id"))
    if credential is None and shown.get("name"):
        user = _user(call.cloud, shown.get("user"))
        credential = call.cloud.first("app_credential", name=shown["name"], user_id=user["id"])
    if credential is None or not passwords.matches(credential["_secret"], shown.get("secret")):
        raise Unauthorized(DENIED)
    ends = credential["_expires"]
    if ends is not None and ends <= call.cloud.now():
        raise Unauthorized(DENIED)
    return Proof(_user(call.cloud, {"id": credential["user_id"]}), ["application_credential"], ends, None, credential)


METHODS = {"password": _password, "token": _token, "application_credential": _app_credential}


def prove(call: Call, identity: Any) -> Proof:
    """Check all the methods a client names; they must agree on the user. 401 otherwise."""
    methods = identity.get("methods") if isinstance(identity, dict) else None
    if not isinstance(methods, list) or not methods:
        raise BadRequest("Expecting to find methods in identity. The server could not comply with the request "
                         "since it is either malformed or otherwise incorrect. The client is assumed to be in error.")
    proofs = []
    for method in methods:
        if method not in METHODS or not isinstance(identity.get(method), dict):
            raise Unauthorized(DENIED)
        proofs.append(METHODS[method](call, identity[method]))
    proof = proofs[0]
    domain = call.cloud.get("domain", proof.user["domain_id"])
    if any(p.user["id"] != proof.user["id"] for p in proofs) or not proof.user["enabled"] or not (domain or {}).get("enabled"):
        raise Unauthorized(DENIED)
    proof.methods = [*dict.fromkeys(name for p in proofs for name in p.methods)]
    return proof


def choose(call: Call, proof: Proof, asked: Any) -> Scope:
    """The scope a token gets: the one asked for, the one the proof fixes, or the user's default project."""
    cloud = call.cloud
    if proof.credential:
        if asked:
            raise Unauthorized(DENIED)
        owned = {role["id"] for role in roles.effective(cloud, proof.user, proof.credential["project_id"])}
        limited = [role for role in roles.with_implied(cloud, proof.credential["_roles"]) if role["id"] in owned]
        return _checked(cloud, Scope(proof.credential["project_id"], None, limited))
    source = proof.source or {}
    if source.get("trust_id") or source.get("app_credential_id"):
        raise Forbidden("rescope a scoped token is not allowed for a trust or an application credential.")
    if asked == "unscoped" or (isinstance(asked, dict) and "unscoped" in asked):
        return Scope()
    if isinstance(asked, dict) and "OS-TRUST:trust" in asked:
        return _trust(cloud, proof, asked["OS-TRUST:trust"])
    if isinstance(asked, dict) and "project" in asked:
        project = _project(cloud, asked["project"])
        return _checked(cloud, Scope(project["id"], None, roles.effective(cloud, proof.user, project["id"])))
    if isinstance(asked, dict) and "domain" in asked:
        domain = _domain(cloud, asked["domain"])
        if domain is None:
            raise Unauthorized(DENIED)
        return _checked(cloud, Scope(None, domain["id"], roles.effective(cloud, proof.user, domain["id"])))
    if isinstance(asked, dict) and "system" in asked:
        raise Unauthorized(DENIED)
    default = proof.user.get("default_project_id")
    held = roles.effective(cloud, proof.user, default) if default else []
    return Scope(default, None, held) if held and cloud.get("project", default) else Scope()


def _project(cloud: Cloud, ref: Any) -> Body:
    ref = ref if isinstance(ref, dict) else {}
    project = cloud.get("project", ref.get("id"))
    if project is None and ref.get("name"):
        domain = _domain(cloud, ref.get("domain"))
        project = cloud.first("project", name=ref["name"], domain_id=domain["id"]) if domain else None
    if project is None:
        raise Unauthorized(DENIED)
    return project


def _checked(cloud: Cloud, scope: Scope) -> Scope:
    target = cloud.get("project", scope.project_id) or cloud.get("domain", scope.domain_id)
    if not scope.roles or not (target or {}).get("enabled"):
        raise Unauthorized(DENIED)
    return scope


def _trust(cloud: Cloud, proof: Proof, ref: Any) -> Scope:
    """A trust's scope: the trustor's roles as far as the trust hands them on and the trustor still holds them."""
    trust = cloud.get("trust", ref.get("id") if isinstance(ref, dict) else None)
    if trust is None or (trust["_expires"] is not None and trust["_expires"] <= cloud.now()):
        raise Unauthorized(DENIED)
    if trust["trustee_user_id"] != proof.user["id"]:
        raise Forbidden("You are not authorized to perform the requested action: trust is for another trustee.")
    trustor = cloud.get("user", trust["trustor_user_id"])
    if trustor is None or not trustor["enabled"]:
        raise Forbidden("You are not authorized to perform the requested action: trustor is disabled.")
    if trust["remaining_uses"] is not None:
        if trust["remaining_uses"] <= 0:
            raise Unauthorized(DENIED)
        cloud.update("trust", trust, remaining_uses=trust["remaining_uses"] - 1)
    still = {role["id"] for role in roles.effective(cloud, trustor, trust["project_id"])}
    delegated = [role["id"] for role in trust["roles"]]
    if not set(delegated) <= still:
        raise Forbidden("You are not authorized to perform the requested action: the trustor lacks a delegated role.")
    scope = Scope(trust["project_id"], None, roles.with_implied(cloud, delegated), trust)
    scope.user = trustor if trust["impersonation"] else None
    return _checked(cloud, scope)


def issue(call: Call, proof: Proof, scope: Scope) -> Body:
    """Make and keep a token."""
    cloud, now = call.cloud, call.cloud.now()
    ends = now + cloud.settings.token_hours * 3600
    trust = scope.trust
    limits = [proof.expires, trust["_expires"] if trust else None]
    ends = min([ends, *(limit for limit in limits if limit is not None)])
    audit = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    chain = (proof.source or {}).get("audit_ids", [])[-1:]
    token = cloud.add("token", {
        "id": secrets.token_urlsafe(24), "user_id": (scope.user or proof.user)["id"], "project_id": scope.project_id,
        "domain_id": scope.domain_id, "roles": scope.roles, "expires": ends, "methods": proof.methods,
        "issued_at": cloud.stamp(TIME), "expires_at": cloud.stamp(TIME, ends), "audit_ids": [audit, *chain],
        "trust_id": trust["id"] if trust else None,
        "trust": {"id": trust["id"], "impersonation": trust["impersonation"], "trustee_user": {"id": trust["trustee_user_id"]},
                  "trustor_user": {"id": trust["trustor_user_id"]}} if trust else None,
        "app_credential_id": proof.credential["id"] if proof.credential else None,
    })  # fmt: skip
    cloud.later("token", token, after=ends - now, remove=True)
    return token


def describe(call: Call, token: Body, with_catalog: bool = True) -> Body:
    """The token's JSON."""
    cloud = call.cloud
    user = cloud.get("user", token["user_id"]) or {}
    body: Body = {
        "methods": token["methods"], "audit_ids": token["audit_ids"], "issued_at": token["issued_at"],
        "expires_at": token["expires_at"], "is_domain": False,
        "user": {"id": user.get("id"), "name": user.get("name"), "domain": _ref(cloud, "domain", user.get("domain_id")),
                 "password_expires_at": None},
    }  # fmt: skip
    if token["project_id"]:
        project = cloud.get("project", token["project_id"]) or {}
        domain = _ref(cloud, "domain", project.get("domain_id"))
        body["project"] = {"id": project.get("id"), "name": project.get("name"), "domain": domain}
    if token["domain_id"]:
        body["domain"] = _ref(cloud, "domain", token["domain_id"])
    if token["project_id"] or token["domain_id"]:
        body["roles"] = token["roles"]
        if with_catalog:
            body["catalog"] = catalog(call, token["project_id"])
    else:
        body.pop("is_domain")
    if token["trust"]:
        body["OS-TRUST:trust"] = token["trust"]
    if credential := cloud.get("app_credential", token["app_credential_id"]):
        body["application_credential"] = {"id": credential["id"], "name": credential["name"],
                                          "restricted": not credential["unrestricted"]}
    return body


def _ref(cloud: Cloud, kind: str, id_: str | None) -> Body:
    body = cloud.get(kind, id_) or {}
    return {"id": body.get("id"), "name": body.get("name")}


def create_token(call: Call) -> Answer:
    """POST /auth/tokens."""
    asked = call.part("auth")
    proof = prove(call, asked.get("identity"))
    token = issue(call, proof, choose(call, proof, asked.get("scope")))
    body = {"token": describe(call, token, "nocatalog" not in call.query)}
    return Answer(201, body, {"X-Subject-Token": token["id"], "Vary": "X-Auth-Token"})


def subject(call: Call) -> Body:
    """The token in X-Subject-Token; 404 when it is not valid. Others' tokens are for admins and services."""
    id_ = call.headers.get("x-subject-token")
    ctx = access.context(call.cloud, id_)
    if ctx is None:
        raise NotFound("Could not find token.")
    if id_ != call.ctx.token["id"] and not call.ctx.roles & {"admin", "service"}:
        raise Forbidden("You are not authorized to perform the requested action: identity:validate_token.")
    return ctx.token


def show_token(call: Call) -> Answer:
    token = subject(call)
    body = {"token": describe(call, token, "nocatalog" not in call.query)}
    return Answer(200, body, {"X-Subject-Token": token["id"], "Vary": "X-Auth-Token"})


def check_token(call: Call) -> Answer:
    return Answer(200, None, {"X-Subject-Token": subject(call)["id"], "Vary": "X-Auth-Token"})


def revoke_token(call: Call) -> None:
    call.cloud.remove("token", subject(call)["id"])


ROUTES = [
    ("POST", "/auth/tokens", create_token, 201, PUBLIC),
    ("GET", "/auth/tokens", show_token, 200, ANY),
    ("HEAD", "/auth/tokens", check_token, 200, ANY),
    ("DELETE", "/auth/tokens", revoke_token, 204, ANY),
]
