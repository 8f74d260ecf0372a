"""Rights that outlive a token, with the simulated identity service."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.model.credential import Credential, Deferral
from isotherm.model.errors import Forbidden, Refused
from isotherm.sim.server import SimServer


@dataclass(frozen=True)
class User:
    """A logged-in user."""

    token: str
    id: str
    project_id: str
    roles: tuple[str, ...]


@pytest.fixture(scope="module")
def sim() -> Iterator[SimServer]:
    server = SimServer()
    server.start()
    yield server
    server.stop()


def log_in(sim: SimServer, identity: dict[str, Any], scope: dict[str, Any] | None = None) -> User:
    body = {"auth": {"identity": identity} | ({"scope": scope} if scope else {})}
    answer = requests.post(f"{sim.url}/identity/v3/auth/tokens", json=body, timeout=10)
    answer.raise_for_status()
    token = answer.json()["token"]
    roles = tuple(role["name"] for role in token["roles"])
    return User(answer.headers["X-Subject-Token"], token["user"]["id"], token["project"]["id"], roles)


@pytest.fixture
def demo(sim: SimServer) -> User:
    domain = {"name": "Default"}
    password = {"user": {"name": "demo", "domain": domain, "password": "secret"}}
    return log_in(sim, {"methods": ["password"], "password": password}, {"project": {"name": "demo", "domain": domain}})


@pytest.fixture
def clouds(sim: SimServer) -> Iterator[Clouds]:
    made = Clouds(settings(sim))
    yield made
    made.close()


def settings(sim: SimServer, **trusts: Any) -> Any:
    identity = {"auth_url": f"{sim.url}/identity", "password": "secret"}
    return load([], {"keystone_authtoken": identity, "trusts": trusts}, {})


def hand_on(clouds: Clouds, user: User) -> Credential:
    return clouds.delegate(user.token, user.id, user.project_id, user.roles)


def test_a_trust_works_as_the_user_until_it_is_revoked(clouds: Clouds, demo: User) -> None:
    credential = hand_on(clouds, demo)
    assert (credential.kind, credential.trustor_user_id, credential.project_id) == (
        Deferral.TRUST,
        demo.id,
        demo.project_id,
    )
    cloud = clouds.for_credential(credential)
    made = cloud.request("compute", "POST", "/os-keypairs", {"keypair": {"name": "of-demo"}}, microversion="2.10")
    assert made.body["keypair"]["user_id"] == demo.id
    assert clouds.for_credential(credential) is cloud
    clouds.revoke(credential)
    with pytest.raises(Refused) as caught:
        clouds.for_credential(credential).request("compute", "GET", "/servers")
    assert caught.value.code == 401
    clouds.revoke(credential)  # gone already: nothing to do


def test_only_configured_roles_are_handed_on(sim: SimServer, demo: User) -> None:
    clouds = Clouds(settings(sim, trusts_delegated_roles=["member"]))
    assert hand_on(clouds, demo).roles == ("member",)
    clouds.close()


def test_a_configured_role_that_the_user_lacks(sim: SimServer, demo: User) -> None:
    clouds = Clouds(settings(sim, trusts_delegated_roles=["admin"]))
    with pytest.raises(Forbidden, match="the role admin in the project"):
        hand_on(clouds, demo)
    clouds.close()


def application_login(sim: SimServer, clouds: Clouds, demo: User, unrestricted: bool) -> User:
    own = clouds.for_token(demo.token, demo.project_id)
    body = {"application_credential": {"name": f"mine-{unrestricted}", "unrestricted": unrestricted}}
    made = own.request("identity", "POST", f"/v3/users/{demo.id}/application_credentials", body).body[
        "application_credential"
    ]
    application = {"id": made["id"], "secret": made["secret"]}
    return log_in(sim, {"methods": ["application_credential"], "application_credential": application})


def test_a_restricted_login_is_told_what_to_do(sim: SimServer, clouds: Clouds, demo: User) -> None:
    with pytest.raises(
        Forbidden, match="Log in with a password, or with an application credential that is unrestricted"
    ):
        hand_on(clouds, application_login(sim, clouds, demo, unrestricted=False))


def test_an_application_credential_can_be_stored_instead(sim: SimServer, demo: User) -> None:
    clouds = Clouds(settings(sim, deferred_auth_method="application_credentials"))
    credential = hand_on(clouds, demo)
    assert credential.kind == Deferral.APPLICATION
    assert credential.secret
    assert credential.secret not in repr(credential)
    cloud = clouds.for_credential(credential)
    assert cloud.request("compute", "GET", "/servers").status == 200
    clouds.revoke(credential)
    with pytest.raises(Refused):
        clouds.for_credential(credential).request("compute", "GET", "/servers")
    clouds.close()


def test_without_a_credential_nothing_is_done(clouds: Clouds) -> None:
    with pytest.raises(Forbidden, match="keeps no credential"):
        clouds.for_credential(Credential())
    clouds.revoke(Credential())


def test_a_revoked_token_is_replaced_once(clouds: Clouds, sim: SimServer, demo: User) -> None:
    """A trust's token that Keystone forgot: the request is made again with a new one."""
    cloud = clouds.for_credential(hand_on(clouds, demo))
    cloud.request("compute", "GET", "/servers")
    forgotten = [one["id"] for one in sim.cloud.where("token")]
    for token_id in forgotten:
        sim.cloud.remove("token", token_id)
    assert cloud.request("compute", "GET", "/servers").status == 200
    renewed = [one["id"] for one in sim.cloud.where("token")]
    assert len(renewed) == 1
    assert renewed[0] not in forgotten
