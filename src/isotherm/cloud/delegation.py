"""Rights that outlive a user's token: given by the user, taken back when they are no longer needed."""

from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

from isotherm.cloud.cloud import Cloud
from isotherm.model.credential import Credential, Deferral
from isotherm.model.errors import Forbidden, Refused

GONE = (401, 404)  # a trust that was deleted, or whose user was, cannot log in any more


def give(caller: Cloud, trustee_user_id: str, user_id: str, roles: Sequence[str], first: str) -> Credential:
    """A credential made with the caller's rights: a trust or an application credential, `first` as configured, else the
    other. Raises Forbidden when both are refused."""
    trust = _trust, f"a trust for user {trustee_user_id}"
    application = _application, "an application credential"
    said = []
    for make, what in (trust, application) if first == "trusts" else (application, trust):
        try:
            return make(caller, trustee_user_id, user_id, roles)
        except Refused as error:
            said.append(f"{what}: {error.said}")
    raise Forbidden(
        "This login cannot hand on its rights, which a stack needs to be worked on later. Log in with a password, or "
        f"with an application credential that is unrestricted. The identity service refused {'; and '.join(said)}"
    )


def _trust(caller: Cloud, trustee_user_id: str, user_id: str, roles: Sequence[str]) -> Credential:
    body = caller.request(
        "identity",
        "POST",
        "/v3/OS-TRUST/trusts",
        {
            "trust": {
                "trustor_user_id": user_id,
                "trustee_user_id": trustee_user_id,
                "project_id": caller.project_id,
                "impersonation": True,
                "roles": _named(roles),
                "allow_redelegation": False,
            }
        },
    ).body
    return Credential(
        Deferral.TRUST, caller.project_id, user_id, trust_id=body["trust"]["id"], roles=tuple(sorted(roles))
    )


def _application(caller: Cloud, trustee_user_id: str, user_id: str, roles: Sequence[str]) -> Credential:
    made = caller.request(
        "identity",
        "POST",
        f"/v3/users/{user_id}/application_credentials",
        {
            "application_credential": {
                "name": f"isotherm-{uuid4().hex}",
                "description": "Lets the orchestration service look after this user's stacks.",
                "roles": _named(roles),
                # A restricted one could not delete itself when the stack is gone.
                "unrestricted": True,
            }
        },
    ).body["application_credential"]
    return Credential(
        Deferral.APPLICATION,
        caller.project_id,
        user_id,
        application_id=made["id"],
        secret=made["secret"],
        roles=tuple(sorted(roles)),
    )


def take_back(own: Cloud, credential: Credential) -> None:
    """Delete the trust or application credential, as the user who gave it. One that is gone already is fine."""
    paths: Mapping[Deferral, Callable[[], str]] = {
        Deferral.TRUST: lambda: f"/v3/OS-TRUST/trusts/{credential.trust_id}",
        Deferral.APPLICATION: lambda: (
            f"/v3/users/{credential.trustor_user_id}/application_credentials/{credential.application_id}"
        ),
    }
    try:
        own.request("identity", "DELETE", paths[credential.kind]())
    except Refused as error:
        if error.code not in GONE:
            raise


def _named(roles: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": role} for role in sorted(roles)]
