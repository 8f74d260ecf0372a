"""OS::Nova::{KeyPair, ServerGroup, Flavor}"""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_public_key

from isotherm.model.step import Call, Lookup, Read, Run

PAIRS, GROUPS = "/os-keypairs", "/os-server-groups"
DELETE_PAIR = Call("DELETE", PAIRS + "/{id}", accept=(404,))


def import_pair(body, key):
    lookup = Lookup(PAIRS, "keypairs", {"user_id": body["user_id"]} if "user_id" in body else {}, {"name": "k", "public_key": key})
    return Call("POST", PAIRS, {"keypair": {"name": "k", **body, "public_key": key}}, identity="keypair.name", lookup=lookup)


def test_a_public_key_is_imported_under_a_vacant_name(kind):
    pair = kind("OS::Nova::KeyPair")
    assert pair.create(name="k", public_key="ssh-rsa AA") == (Run("vacant"), import_pair({}, "ssh-rsa AA"))
    assert pair.create(name="k", public_key="ssh-rsa AA", type="ssh", user="u1") == (
        Run("vacant"), import_pair({"type": "ssh", "user_id": "u1"}, "ssh-rsa AA"))


def test_a_pair_is_made_here_and_no_plan_holds_its_secret(kind):
    pair = kind("OS::Nova::KeyPair")
    assert pair.create(name="k", save_private_key=True) == (
        Run("vacant"), Run("generate", {"save": True}, local=True), import_pair({}, "{public_key}"))
    kept = pair.type.generate(None, None, save=True).data
    secret = load_pem_private_key(kept["private_key"].encode(), None)
    assert load_ssh_public_key(kept["public_key"].encode()) == secret.public_key()
    assert set(pair.type.generate(None, None, save=False).data) == {"public_key"}
    assert pair.type.secret_data == ("private_key",)


def test_a_key_pair_is_deleted_only_if_it_was_made(kind):
    pair = kind("OS::Nova::KeyPair")
    find = Call("", PAIRS, identity="keypair.name", lookup=import_pair({}, "ssh-rsa AA").lookup)
    given = {"name": "k", "public_key": "ssh-rsa AA"}
    assert pair.delete("k", **given) == (DELETE_PAIR,)
    assert pair.delete(None, **given) == ()
    assert pair.delete(None, data={"vacant": True}, **given) == (find, DELETE_PAIR)
    assert pair.delete("k", data={"handed_over": True}, **given) == ()


def test_a_replacement_of_the_same_name_takes_its_place(kind):
    pair = kind("OS::Nova::KeyPair")
    old = pair.subject("k", name="k", public_key="a")
    assert list(pair.type.hand_over(old, pair.values(name="k", public_key="b"))) == [DELETE_PAIR]
    assert list(pair.type.hand_over(old, pair.values(name="l", public_key="b"))) == []
    assert list(pair.type.take_back(old)) == [Call("POST", PAIRS, {"keypair": {"name": "k", "public_key": "a"}}, accept=(409,))]
    assert pair.replaces({"name": "k"}, name="k", save_private_key=True) == ["save_private_key"]


def test_what_a_key_pair_shows(kind):
    pair = kind("OS::Nova::KeyPair")
    made = pair.subject("k", name="k", data={"private_key": "s", "public_key": "p"})
    assert (pair.attribute("private_key", made), pair.attribute("public_key", made), pair.type.reference(made)) == ("s", "p", "k")
    given = pair.subject("k", name="k", public_key="q")
    assert (pair.attribute("private_key", given), pair.attribute("public_key", given)) == ("", "q")
    assert not pair.type.reads({"private_key", "public_key"})
    assert pair.problems(name="k", type="x509") == [("property-missing", "public_key")]
    assert pair.problems(name="k", type="x509", public_key="c") == []


def test_a_server_group(kind):
    group = kind("OS::Nova::ServerGroup")
    lookup = Lookup(GROUPS, "server_groups", {}, {"name": "{name}"})
    body = {"name": "{name}", "policy": "anti-affinity", "rules": {"max_server_per_host": 2}}
    assert group.create(rules={"max_server_per_host": 2.0}) == (
        Call("POST", GROUPS, {"server_group": body}, identity="server_group.id", live="server_group", lookup=lookup),)
    assert group.delete() == (Call("DELETE", GROUPS + "/{id}", accept=(404,)),)
    assert group.replaces({}, policies=["affinity"]) == ["policies"]


def test_a_server_group_of_a_chosen_name_is_told_from_others(kind):
    group, body = kind("OS::Nova::ServerGroup"), {"name": "g", "policy": "affinity"}
    assert group.create(name="g", policies=["affinity"]) == (Run("note_others"), Run("make", {"json": body}))
    assert group.delete(None, name="g") == ()
    assert group.delete(None, name="g", data={"others": []}) == (Run("discard"),)


@pytest.mark.parametrize(("given", "found"), [
    ({"policies": ["affinity", "anti-affinity"]}, [("server-group-policies", "policies")]),
    ({"policies": ["affinity"], "rules": {"max_server_per_host": 1}}, [("server-group-rules", "rules")]),
    ({"policies": ["anti-affinity"], "rules": {"max_server_per_host": 1}}, []),
    ({"policies": [object()], "rules": {"max_server_per_host": 1}}, []),
    ({"policies": object()}, []),
])
def test_rules_of_server_groups(kind, given, found):
    assert kind("OS::Nova::ServerGroup").problems(**given) == found


SIZES = {"ram": 512, "vcpus": 2}
SPECS = "/flavors/{id}/os-extra_specs"


def access(verb, project, code):
    return Call("POST", "/flavors/{id}/action", {verb: {"tenant": project}}, accept=(code,))


def test_a_flavor(kind):
    flavor = kind("OS::Nova::Flavor")
    post, share, specs = flavor.create(**SIZES, is_public=False, tenants=["p1"], extra_specs={"a": 1})
    body = dict(post.json["flavor"])
    assert UUID(body.pop("id"))
    assert body == {"name": "{name}", "ram": 512, "vcpus": 2, "disk": 0, "swap": 0, "OS-FLV-EXT-DATA:ephemeral": 0, "rxtx_factor": 1.0,
                    "os-flavor-access:is_public": False, "description": "demo-res-x1"}
    assert (post.identity, post.lookup) == ("flavor.id", Lookup("/flavors/detail", "flavors", {"is_public": "None"}, {"description": "{name}"}))
    assert share == access("addTenantAccess", "p1", 409)
    assert specs == Call("POST", SPECS, {"extra_specs": {"a": "1"}})
    chosen = flavor.create(**SIZES, flavorid="f", name="n", tenants=["p1"])
    assert len(chosen) == 1, "a public flavor is shared with nobody in particular"
    assert (chosen[0].json["flavor"]["id"], chosen[0].json["flavor"]["name"]) == ("f", "n")


def test_a_flavor_update(kind):
    flavor = kind("OS::Nova::Flavor")
    old = SIZES | {"is_public": False, "tenants": ["a", "b"], "extra_specs": {"x": "1", "y": "2"}}
    assert flavor.update(old, **SIZES, is_public=False, tenants=["b", "c"], extra_specs={"y": "3"}) == (
        access("addTenantAccess", "c", 409), access("removeTenantAccess", "a", 404),
        Call("DELETE", SPECS + "/x", accept=(404,)), Call("POST", SPECS, {"extra_specs": {"y": "3"}}))
    assert flavor.replaces(SIZES, ram=512, vcpus=3) == ["vcpus"]
    assert flavor.replaces(SIZES, **SIZES, extra_specs={"a": "b"}, tenants=["c"]) == []
    shown = flavor.subject(live={"os-flavor-access:is_public": True, "extra_specs": {"a": "b"}})
    assert (flavor.attribute("is_public", shown), flavor.attribute("extra_specs", shown)) == (True, {"a": "b"})
    assert list(flavor.type.read(shown)) == [Read("/flavors/{id}", "flavor")]
