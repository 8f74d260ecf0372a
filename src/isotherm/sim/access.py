"""Who may do what: tokens to contexts, and the policy of a route."""

from __future__ import annotations

from isotherm.sim.call import Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Forbidden, Unauthorized
from isotherm.sim.routing import ADMIN, ANY, Route

READERS = frozenset({"reader", "member", "manager", "service", "admin"})
WRITERS = READERS - {"reader"}


def context(cloud: Cloud, token_id: str | None) -> Context | None:
    """The context of a token; None when it is unknown, expired or revoked."""
    token = cloud.get("token", token_id)
    if token is None or token["expires"] <= cloud.now():
        return None
    roles = frozenset(role["name"] for role in token["roles"])
    return Context(token["user_id"], token["project_id"], token["domain_id"], roles, token)


def authenticate(cloud: Cloud, token_id: str | None, www: str) -> Context:
    """The context of a token, or 401; `www` is the identity service's URL, which the answer names."""
    ctx = context(cloud, token_id)
    if ctx is None:
        headers = {"WWW-Authenticate": f'Keystone uri="{www}"'}
        raise Unauthorized("The request you have made requires authentication.", headers=headers)
    return ctx


def enforce(route: Route, ctx: Context) -> None:
    """403 unless the route's policy lets this context in."""
    if route.policy == ANY or ctx.is_admin:
        return
    accepted = READERS if route.method in ("GET", "HEAD") else WRITERS
    if route.policy == ADMIN or not ctx.roles & accepted:
        raise Forbidden(f"Policy doesn't allow {route.handler.__name__} to be performed.", "PolicyNotAuthorized")
