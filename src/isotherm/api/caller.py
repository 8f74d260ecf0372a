"""From the identity headers of an authenticated request to a Caller."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from isotherm.api.policy import Policy
from isotherm.model.request import Caller


def caller_of(environ: Mapping[str, Any], policy: Policy) -> Caller:
    """The caller that the authentication layer found, as its X-... headers tell."""
    def header(name: str) -> str:
        value = environ.get("HTTP_" + name)
        return "" if value is None else str(value)       # the middleware puts None where a token has no such part
    caller = Caller(
        user_id=header("X_USER_ID"), user_name=header("X_USER_NAME"), user_domain_id=header("X_USER_DOMAIN_ID"),
        project_id=header("X_PROJECT_ID"), project_name=header("X_PROJECT_NAME"),
        project_domain_id=header("X_PROJECT_DOMAIN_ID"), token=header("X_AUTH_TOKEN"),
        roles=tuple(role.strip() for role in header("X_ROLES").split(",") if role.strip()),
        is_admin_project=header("X_IS_ADMIN_PROJECT").lower() in ("", "true"),
        system_scope=header("OPENSTACK_SYSTEM_SCOPE"),
        request_id=str(environ.get("openstack.request_id", "")),
    )
    return replace(caller, is_admin=policy.allows("context_is_admin", caller))
