"""Keystone: tokens and their scopes, trusts, application credentials, users and projects."""

from __future__ import annotations

import pytest
from keystoneauth1 import exceptions
from keystoneauth1.identity import v3
from keystoneauth1.session import Session


def url_of(connection):
    return connection.session.auth.auth_url.removesuffix("/v3").rstrip("/") + "/v3"


def login(connection, **more):
    return Session(v3.Password(auth_url=url_of(connection), user_domain_id="default", **more))


@pytest.fixture
def user(admin, member, later, name):
    """A new user with the roles member and reader on the member's project."""
    user = admin.identity.create_user(name=name, password="pw", domain_id="default")
    later.callback(admin.identity.delete_user, user.id, ignore_missing=True)
    role = admin.identity.find_role("member")
    admin.identity.assign_project_role_to_user(member.current_project_id, user.id, role.id)
    return user


def as_user(member, user, **more):
    options = {"user_id": user.id, "password": "pw", "project_id": member.current_project_id, **more}
    return Session(v3.Password(auth_url=url_of(member), **options))


def test_wrong_password_is_401_with_a_title(member):
    session = login(member, username="demo", password="wrong", project_name="demo", project_domain_id="default")
    with pytest.raises(exceptions.Unauthorized) as caught:
        session.get_token()
    error = caught.value.response.json()["error"]
    assert (error["code"], error["title"]) == (401, "Unauthorized")


def test_unknown_project_is_401(member, user):
    with pytest.raises(exceptions.Unauthorized):
        as_user(member, user, project_id="f" * 32).get_token()


def test_a_token_tells_scope_roles_and_catalogue(member):
    access = member.session.auth.get_access(member.session)
    assert access.project_id == member.current_project_id
    assert {"member", "reader"} <= set(access.role_names)
    assert {"identity", "compute", "image", "network"} <= {service["type"] for service in access.service_catalog.catalog}
    assert access.project_domain_id == access.user_domain_id == "default"


def test_validate_and_revoke(admin, member, user, later):
    session = as_user(member, user)
    token = session.get_token()
    headers = {"X-Subject-Token": token}
    url = url_of(member) + "/auth/tokens"
    seen = admin.session.get(url, headers=headers)
    assert seen.json()["token"]["user"]["id"] == user.id
    assert seen.headers["X-Subject-Token"] == token
    assert admin.session.head(url, headers=headers).status_code == 200
    assert admin.session.delete(url, headers=headers).status_code == 204
    assert admin.session.get(url, headers=headers, raise_exc=False).status_code == 404


def test_a_member_may_not_validate_others_tokens(admin, member):
    answer = member.session.get(url_of(member) + "/auth/tokens", headers={"X-Subject-Token": admin.session.get_token()},
                                raise_exc=False)
    assert answer.status_code == 403


def test_a_token_can_be_rescoped(member, user):
    token = as_user(member, user).get_token()
    session = Session(v3.Token(auth_url=url_of(member), token=token, project_id=member.current_project_id))
    assert "token" in session.auth.get_access(session)._data["token"]["methods"]


def test_deleting_a_user_ends_its_tokens(admin, member, user):
    token = as_user(member, user).get_token()
    assert works(member, token)
    admin.identity.delete_user(user.id)
    assert not works(member, token)


def test_changing_a_password_ends_tokens(admin, member, user):
    token = as_user(member, user).get_token()
    assert works(member, token)
    admin.identity.update_user(user.id, password="other")
    assert not works(member, token)
    assert as_user(member, user, password="other").get_token()


def works(member, token):
    """Whether a token is still good for anything."""
    answer = member.session.get(url_of(member) + "/auth/projects", authenticated=False, headers={"X-Auth-Token": token},
                                raise_exc=False)
    assert answer.status_code in (200, 401, 404)  # Keystone itself says 404 when what the token stood on is gone
    return answer.status_code == 200


def trust_of(session, member, admin, user, **more):
    body = {"trustor_user_id": session.get_user_id(), "trustee_user_id": user.id, "impersonation": True,
            "project_id": member.current_project_id, "roles": [{"name": "member"}], **more}
    return session.post(url_of(member) + "/OS-TRUST/trusts", json={"trust": body}, raise_exc=False)


def consume(member, user, trust, password="pw"):
    return Session(v3.Password(auth_url=url_of(member), user_id=user.id, password=password, trust_id=trust["id"]))


def test_a_trust_lets_the_trustee_act_as_the_trustor(admin, member, user, later):
    answer = trust_of(member.session, member, admin, user)
    assert answer.status_code == 201
    trust = answer.json()["trust"]
    later.callback(member.session.delete, url_of(member) + "/OS-TRUST/trusts/" + trust["id"])
    assert [role["name"] for role in trust["roles"]] == ["member"]
    session = consume(member, user, trust)
    access = session.auth.get_access(session)
    assert access.user_id == member.current_user_id
    assert access.project_id == member.current_project_id
    assert access.trust_scoped
    assert access.trust_id == trust["id"]
    assert session.get("/servers", endpoint_filter={"service_type": "compute"}).status_code == 200


def test_without_impersonation_the_trustee_stays_itself(admin, member, user, later):
    trust = trust_of(member.session, member, admin, user, impersonation=False).json()["trust"]
    later.callback(member.session.delete, url_of(member) + "/OS-TRUST/trusts/" + trust["id"])
    session = consume(member, user, trust)
    assert session.auth.get_access(session).user_id == user.id


def test_a_trust_needs_the_trustor_and_roles_it_holds(admin, member, user):
    other = trust_of(member.session, member, admin, user, trustor_user_id=user.id)
    assert other.status_code == 403
    none = trust_of(member.session, member, admin, user, roles=[])
    assert none.status_code == 403
    more = trust_of(member.session, member, admin, user, roles=[{"name": "admin"}])
    assert more.status_code == 404


def test_a_trust_ends_when_deleted(admin, member, user):
    trust = trust_of(member.session, member, admin, user).json()["trust"]
    token = consume(member, user, trust).get_token()
    assert works(member, token)
    member.session.delete(url_of(member) + "/OS-TRUST/trusts/" + trust["id"])
    assert not works(member, token)
    with pytest.raises(exceptions.Unauthorized):
        consume(member, user, trust).get_token()


def test_a_trust_with_one_use(admin, member, user, later):
    trust = trust_of(member.session, member, admin, user, remaining_uses=1).json()["trust"]
    later.callback(member.session.delete, url_of(member) + "/OS-TRUST/trusts/" + trust["id"], raise_exc=False)
    assert consume(member, user, trust).get_token()
    with pytest.raises(exceptions.HttpError) as caught:
        consume(member, user, trust).get_token()
    assert caught.value.http_status in (401, 403)


def test_a_trust_dies_with_its_trustor(admin, member, user, later, name):
    trustee = admin.identity.create_user(name=name + "-trustee", password="pw", domain_id="default")
    later.callback(admin.identity.delete_user, trustee.id)
    session = as_user(member, user)
    trust = trust_of(session, member, admin, trustee).json()["trust"]
    assert consume(member, trustee, trust).get_token()
    admin.identity.delete_user(user.id)
    with pytest.raises(exceptions.HttpError) as caught:
        consume(member, trustee, trust).get_token()
    assert caught.value.http_status in (401, 403, 404)


def test_trusts_are_seen_by_both_sides_only(admin, member, user, later, name):
    trust = trust_of(member.session, member, admin, user).json()["trust"]
    url = url_of(member) + "/OS-TRUST/trusts/" + trust["id"]
    later.callback(member.session.delete, url)
    assert as_user(member, user).get(url).status_code == 200
    stranger = admin.identity.create_user(name=name + "-stranger", password="pw", domain_id="default")
    later.callback(admin.identity.delete_user, stranger.id)
    admin.identity.assign_project_role_to_user(member.current_project_id, stranger.id, admin.identity.find_role("member").id)
    assert as_user(member, stranger).get(url, raise_exc=False).status_code == 403


def test_application_credential(member, user, name):
    session = as_user(member, user)
    url = f"{url_of(member)}/users/{user.id}/application_credentials"
    body = {"name": name, "roles": [{"name": "reader"}], "description": "for a test"}
    made = session.post(url, json={"application_credential": body})
    assert made.status_code == 201
    credential = made.json()["application_credential"]
    assert credential["project_id"] == member.current_project_id
    assert not credential["unrestricted"]
    again = session.post(url, json={"application_credential": body}, raise_exc=False)
    assert again.status_code == 409
    assert "secret" not in session.get(f"{url}/{credential['id']}").json()["application_credential"]
    auth = v3.ApplicationCredential(auth_url=url_of(member), application_credential_id=credential["id"],
                                    application_credential_secret=credential["secret"])
    limited = Session(auth)
    assert auth.get_access(limited).role_names == ["reader"]
    assert limited.get("/servers", endpoint_filter={"service_type": "compute"}).status_code == 200
    more = limited.post(url, json={"application_credential": {"name": name + "-2"}}, raise_exc=False)
    assert more.status_code == 403
    token = limited.get_token()
    assert session.delete(f"{url}/{credential['id']}").status_code == 204
    assert not works(member, token)


def test_an_application_credential_cannot_have_more_roles_than_its_maker(member, user, name):
    body = {"name": name, "roles": [{"name": "admin"}]}
    url = f"{url_of(member)}/users/{user.id}/application_credentials"
    assert as_user(member, user).post(url, json={"application_credential": body}, raise_exc=False).status_code == 400


def test_projects_users_roles(admin, member, later, name):
    project = admin.identity.create_project(name=name, domain_id="default", description="d")
    later.callback(admin.identity.delete_project, project.id)
    assert admin.session.post(url_of(admin) + "/projects", json={"project": {"name": name, "domain_id": "default"}},
                              raise_exc=False).status_code == 409
    user = admin.identity.create_user(name=name, password="pw", default_project_id=project.id, domain_id="default")
    later.callback(admin.identity.delete_user, user.id)
    role = admin.identity.find_role("reader")
    with pytest.raises(exceptions.Unauthorized):
        Session(v3.Password(auth_url=url_of(admin), user_id=user.id, password="pw", project_id=project.id)).get_token()
    admin.identity.assign_project_role_to_user(project.id, user.id, role.id)
    session = Session(v3.Password(auth_url=url_of(admin), user_id=user.id, password="pw", project_id=project.id))
    assert session.auth.get_access(session).role_names == ["reader"]
    rows = list(admin.identity.role_assignments(scope_project_id=project.id))
    assert [(row.user["id"], row.role["id"]) for row in rows] == [(user.id, role.id)]
    assert [found.id for found in admin.identity.users(name=name)] == [user.id]
    refused = session.post("/servers", endpoint_filter={"service_type": "compute"}, json={"server": {}}, raise_exc=False)
    assert refused.status_code in (400, 403)
    assert member.session.get(url_of(member) + "/users", raise_exc=False).status_code == 403


def test_groups_hand_on_roles(admin, member, later, name):
    group = admin.identity.create_group(name=name, domain_id="default")
    later.callback(admin.identity.delete_group, group.id)
    user = admin.identity.create_user(name=name, password="pw", domain_id="default")
    later.callback(admin.identity.delete_user, user.id)
    admin.identity.assign_project_role_to_group(member.current_project_id, group.id, admin.identity.find_role("reader").id)
    admin.identity.add_user_to_group(user.id, group.id)
    session = as_user(member, user)
    assert session.auth.get_access(session).role_names == ["reader"]


def test_a_domain_must_be_disabled_to_be_deleted(admin, name):
    domain = admin.identity.create_domain(name=name)
    answer = admin.session.delete(f"{url_of(admin)}/domains/{domain.id}", raise_exc=False)
    assert answer.status_code == 403
    admin.identity.update_domain(domain.id, enabled=False)
    admin.identity.delete_domain(domain.id)
    assert admin.session.get(f"{url_of(admin)}/domains/{domain.id}", raise_exc=False).status_code == 404


def test_services_and_endpoints(admin, later, name):
    service = admin.identity.create_service(name=name, type=name)
    later.callback(admin.identity.delete_service, service.id)
    region = next(iter(admin.identity.regions())).id
    endpoint = admin.identity.create_endpoint(service_id=service.id, interface="public", region_id=region,
                                              url="http://example.org/v1/%(project_id)s")
    later.callback(admin.identity.delete_endpoint, endpoint.id)
    admin.session.auth.invalidate()
    found = admin.session.get_endpoint(service_type=name)
    assert found == "http://example.org/v1/" + admin.current_project_id


def test_not_found_has_keystones_shape(admin):
    answer = admin.session.get(url_of(admin) + "/users/nobody", raise_exc=False)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["title"]) == (404, 404, "Not Found")
    assert error["message"] == "Could not find user: nobody."
