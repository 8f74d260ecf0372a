"""Nova: servers and what is done to them, without networks."""

from __future__ import annotations

import base64

import pytest


@pytest.fixture(scope="module")
def image(member):
    return next(image.id for image in member.image.images() if image.visibility == "public" and image.status == "active")


@pytest.fixture(scope="module")
def flavors(member):
    """Two flavors, the smaller first, both with a disk."""
    found = sorted(member.compute.flavors(), key=lambda flavor: (flavor.disk, flavor.ram))
    return [flavor.id for flavor in found if flavor.disk and flavor.name in ("m1.tiny", "m1.small")]


@pytest.fixture
def boot(compute, image, flavors, later, eventually):
    """`boot(name, field=...)`: the ID of a server that is ACTIVE."""

    def make(name, wait=True, **more):
        asked = {"name": name, "imageRef": image, "flavorRef": flavors[0], "networks": "none", **more}
        made = compute("POST", "/servers", {"server": asked}, 202).json()["server"]
        later.callback(remove, compute, eventually, made["id"])
        if wait:
            until(compute, eventually, made["id"], "ACTIVE")
        return made["id"]

    return make


def remove(compute, eventually, server_id):
    compute("DELETE", "/servers/" + server_id)
    eventually(lambda: compute("GET", "/servers/" + server_id).status_code, lambda status: status == 404)


def until(compute, eventually, server_id, status):
    def look():
        server = compute("GET", "/servers/" + server_id, None, 200).json()["server"]
        return server["status"], server["OS-EXT-STS:task_state"]

    return eventually(look, lambda seen: seen == (status, None))


def test_creation_answers_before_the_server_is_there(compute, image, flavors, later, eventually, name):
    answer = compute("POST", "/servers", {"server": {
        "name": name, "imageRef": image, "flavorRef": flavors[0], "networks": "none", "metadata": {"a": "b"}, "tags": ["t"],
        "user_data": base64.b64encode(b"#!/bin/sh\n").decode(), "description": "d", "config_drive": True,
    }}, 202)  # fmt: skip
    made = answer.json()["server"]
    later.callback(remove, compute, eventually, made["id"])
    assert set(made) == {"id", "links", "OS-DCF:diskConfig", "security_groups", "adminPass"}
    assert answer.headers["Location"].endswith("/servers/" + made["id"])
    assert answer.headers["OpenStack-API-Version"] == "compute 2.96"
    assert answer.headers["x-openstack-request-id"].startswith("req-")
    until(compute, eventually, made["id"], "ACTIVE")
    shown = compute("GET", "/servers/" + made["id"], None, 200).json()["server"]
    assert (shown["name"], shown["metadata"], shown["tags"], shown["description"]) == (name, {"a": "b"}, ["t"], "d")
    assert shown["config_drive"] == "True"
    assert shown["addresses"] == {}
    assert shown["image"]["id"] == image
    assert shown["OS-EXT-STS:power_state"] == 1


NEW_FIELDS = {"description", "locked", "tags", "trusted_image_certificates", "server_groups", "locked_reason",
              "OS-EXT-SRV-ATTR:hostname", "pinned_availability_zone"}


def test_what_is_shown_depends_on_the_microversion(api, boot, flavors, name):
    server_id = boot(name)
    old, new = (api("compute", version)("GET", "/servers/" + server_id).json()["server"] for version in ("2.1", "2.96"))
    assert set(new) - set(old) == NEW_FIELDS
    assert set(old) - set(new) == set()
    assert set(old["flavor"]) == {"id", "links"}
    assert set(new["flavor"]) == {"vcpus", "ram", "disk", "ephemeral", "swap", "original_name", "extra_specs"}
    assert set(old) == {
        "accessIPv4", "accessIPv6", "addresses", "created", "flavor", "hostId", "id", "image", "links", "metadata", "name",
        "status", "tenant_id", "user_id", "updated", "OS-DCF:diskConfig", "progress", "OS-EXT-AZ:availability_zone",
        "config_drive", "key_name", "OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at", "OS-EXT-STS:task_state",
        "OS-EXT-STS:vm_state", "OS-EXT-STS:power_state", "os-extended-volumes:volumes_attached",
    }  # fmt: skip


def test_administrators_see_hosts(api, boot, name):
    server_id = boot(name)
    seen = api("compute", "2.96", "admin")("GET", "/servers/" + server_id).json()["server"]
    assert seen["OS-EXT-SRV-ATTR:host"]
    assert seen["OS-EXT-SRV-ATTR:instance_name"].startswith("instance-")


BAD_SERVERS = [
    ({"flavorRef": "nope"}, "Flavor nope could not be found."),
    ({"imageRef": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"}, "Can not find requested image"),
    ({"key_name": "nope"}, "Invalid key_name provided."),
    ({"networks": [{"uuid": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"}]},
     "Network f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05 could not be found."),
    ({"networks": [{"port": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"}]},
     "Port id f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05 could not be found."),
    ({"bogus": 1}, "Additional properties are not allowed ('bogus' was unexpected)"),
    ({"name": ""}, ""),
    ({"metadata": {"a": 1}}, "Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'"),
    ({"user_data": "x" * 70000}, "is too long"),
    ({"availability_zone": "mars"}, "The requested availability zone is not available"),
    ({"personality": []}, "Additional properties are not allowed ('personality' was unexpected)"),
    ({"block_device_mapping_v2": [{"source_type": "volume", "destination_type": "volume", "boot_index": 1,
                                   "uuid": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"}]},
     "Volume f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05 could not be found."),
]


@pytest.mark.parametrize(("fields", "message"), BAD_SERVERS, ids=[next(iter(row[0])) + str(i) for i, row in enumerate(BAD_SERVERS)])
def test_servers_that_cannot_be(compute, image, flavors, name, fields, message):
    asked = {"name": name, "imageRef": image, "flavorRef": flavors[0], "networks": "none", **fields}
    answer = compute("POST", "/servers", {"server": asked}, 400).json()
    assert answer["badRequest"]["code"] == 400
    assert message in answer["badRequest"]["message"]


def test_networks_are_required_from_2_37_on(compute, image, flavors, name):
    answer = compute("POST", "/servers", {"server": {"name": name, "imageRef": image, "flavorRef": flavors[0]}}, 400)
    assert "'networks' is a required property" in answer.json()["badRequest"]["message"]


def test_a_group_that_is_not_there(compute, image, flavors, name):
    body = {"server": {"name": name, "imageRef": image, "flavorRef": flavors[0], "networks": "none"},
            "os:scheduler_hints": {"group": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"}}
    compute("POST", "/servers", body, 400)


def test_microversions_out_of_range(api):
    answer = api("compute", "2.999")("GET", "/servers")
    assert answer.status_code == 406
    assert api("compute", "x")("GET", "/servers").status_code == 400


@pytest.mark.parametrize("path", ["/servers/nope", "/servers/nope/metadata", "/servers/nope/os-interface", "/flavors/nope",
                                  "/os-keypairs/nope", "/os-server-groups/nope"])
def test_what_is_not_there_is_404(compute, path):
    answer = compute("GET", path, None, 404).json()["itemNotFound"]
    assert answer["code"] == 404
    assert "nope" in answer["message"]


def test_list_filters(compute, boot, name):
    ids = [boot(f"{name}-{letter}", metadata={"x": letter}, tags=[letter, "all"]) for letter in "abc"]
    order = "&sort_key=display_name&sort_dir=asc"

    def get(query):
        return [server["id"] for server in compute("GET", f"/servers?{query}{order}", None, 200).json()["servers"]]

    assert get(f"name={name}") == ids
    assert get(f"name={name}-b$") == [ids[1]]
    assert get(f"name={name}&tags=all,b") == [ids[1]]
    assert get(f"name={name}&not-tags=b") == [ids[0], ids[2]]
    assert get(f"name={name}&status=ACTIVE") == ids
    assert get(f"name={name}&status=ERROR") == []
    first = compute("GET", f"/servers/detail?name={name}&limit=2{order}").json()
    assert [server["id"] for server in first["servers"]] == ids[:2]
    assert first["servers_links"][0]["rel"] == "next"
    assert get(f"name={name}&limit=2&marker={ids[1]}") == [ids[2]]
    compute("GET", "/servers?marker=f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05", None, 400)
    compute("GET", "/servers?all_tenants=1", None, 403)


def test_update(compute, boot, name):
    server_id = boot(name)
    changed = compute("PUT", "/servers/" + server_id, {"server": {"name": name + "-x", "description": "e"}}, 200).json()["server"]
    assert (changed["name"], changed["description"]) == (name + "-x", "e")
    compute("PUT", "/servers/" + server_id, {"server": {"flavorRef": "1"}}, 400)


def test_metadata(compute, boot, name):
    path = f"/servers/{boot(name, metadata={'a': '1', 'b': '2'})}/metadata"
    assert compute("POST", path, {"metadata": {"b": "3", "c": "4"}}, 200).json()["metadata"] == {"a": "1", "b": "3", "c": "4"}
    assert compute("PUT", path, {"metadata": {"d": "5"}}, 200).json()["metadata"] == {"d": "5"}
    assert compute("PUT", path + "/e", {"meta": {"e": "6"}}, 200).json() == {"meta": {"e": "6"}}
    compute("PUT", path + "/e", {"meta": {"f": "6"}}, 400)
    compute("DELETE", path + "/d", None, 204)
    compute("DELETE", path + "/d", None, 404)
    assert compute("GET", path).json() == {"metadata": {"e": "6"}}
    assert compute("GET", path + "/e").json() == {"meta": {"e": "6"}}


def test_tags(compute, boot, name):
    path = f"/servers/{boot(name)}/tags"
    assert compute("PUT", path, {"tags": ["a", "b"]}, 200).json() == {"tags": ["a", "b"]}
    compute("PUT", path + "/c", None, 201)
    compute("PUT", path + "/c", None, 204)
    compute("GET", path + "/c", None, 204)
    compute("DELETE", path + "/a", None, 204)
    compute("GET", path + "/a", None, 404)
    assert sorted(compute("GET", path).json()["tags"]) == ["b", "c"]
    compute("DELETE", path, None, 204)
    assert compute("GET", path).json() == {"tags": []}


def act(compute, server_id, status, **action):
    return compute("POST", f"/servers/{server_id}/action", action, status)


def test_resize_and_confirm(compute, boot, flavors, eventually, name):
    server_id = boot(name)
    assert "must change flavor" in act(compute, server_id, 400, resize={"flavorRef": flavors[0]}).text
    act(compute, server_id, 400, resize={"flavorRef": "nope"})
    refused = act(compute, server_id, 409, confirmResize=None).json()["conflictingRequest"]["message"]
    assert refused == f"Cannot 'confirmResize' instance {server_id} while it is in vm_state active"
    act(compute, server_id, 202, resize={"flavorRef": flavors[1]})
    until(compute, eventually, server_id, "VERIFY_RESIZE")
    act(compute, server_id, 204, confirmResize=None)
    until(compute, eventually, server_id, "ACTIVE")
    assert compute("GET", "/servers/" + server_id).json()["server"]["flavor"]["original_name"] == "m1.small"


def test_resize_and_revert(compute, boot, flavors, eventually, name):
    server_id = boot(name)
    act(compute, server_id, 202, resize={"flavorRef": flavors[1]})
    until(compute, eventually, server_id, "VERIFY_RESIZE")
    act(compute, server_id, 202, revertResize=None)
    until(compute, eventually, server_id, "ACTIVE")
    assert compute("GET", "/servers/" + server_id).json()["server"]["flavor"]["original_name"] == "m1.tiny"


def test_rebuild(compute, boot, image, eventually, name):
    server_id = boot(name)
    rebuilt = act(compute, server_id, 202, rebuild={"imageRef": image, "name": name + "-x", "metadata": {"k": "v"}}).json()["server"]
    assert (rebuilt["id"], rebuilt["status"], rebuilt["name"]) == (server_id, "REBUILD", name + "-x")
    assert rebuilt["adminPass"]
    until(compute, eventually, server_id, "ACTIVE")
    act(compute, server_id, 400, rebuild={"imageRef": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"})


MOVES = [("pause", "PAUSED", "unpause", "ACTIVE"), ("suspend", "SUSPENDED", "resume", "ACTIVE"),
         ("os-stop", "SHUTOFF", "os-start", "ACTIVE")]


@pytest.mark.parametrize(("there", "state", "back", "end"), MOVES, ids=[row[0] for row in MOVES])
def test_moves(compute, boot, eventually, name, there, state, back, end):
    server_id = boot(name)
    act(compute, server_id, 409, **{back: None})
    act(compute, server_id, 202, **{there: None})
    until(compute, eventually, server_id, state)
    act(compute, server_id, 409, **{there: None})
    act(compute, server_id, 202, **{back: None})
    until(compute, eventually, server_id, end)


def test_shelve(compute, boot, eventually, name):
    server_id = boot(name)
    act(compute, server_id, 202, shelve=None)
    until(compute, eventually, server_id, "SHELVED_OFFLOADED")
    act(compute, server_id, 202, unshelve=None)
    until(compute, eventually, server_id, "ACTIVE")


def test_reboot_lock_and_unknown_actions(compute, boot, eventually, name):
    server_id = boot(name)
    act(compute, server_id, 202, reboot={"type": "HARD"})
    until(compute, eventually, server_id, "ACTIVE")
    act(compute, server_id, 400, reboot={"type": "X"})
    answer = act(compute, server_id, 400, bogus=None)
    assert answer.json()["badRequest"]["message"] == "There is no such action: bogus"
    act(compute, server_id, 202, lock={"locked_reason": "why not"})
    shown = compute("GET", "/servers/" + server_id).json()["server"]
    assert (shown["locked"], shown["locked_reason"]) == (True, "why not")
    act(compute, server_id, 409, reboot={"type": "HARD"})
    compute("DELETE", "/servers/" + server_id, None, 409)
    act(compute, server_id, 202, unlock=None)


def test_create_image(compute, api, boot, later, eventually, name):
    server_id = boot(name)
    made = act(compute, server_id, 202, createImage={"name": name + "-image", "metadata": {"k": "v"}})
    image_id = made.json()["image_id"]
    images = api("image")
    later.callback(images, "DELETE", "/v2/images/" + image_id)
    shown = images("GET", "/v2/images/" + image_id, None, 200).json()
    assert (shown["name"], shown["k"], shown["instance_uuid"], shown["image_type"]) == (name + "-image", "v", server_id, "snapshot")


def test_console_output(compute, boot, name):
    assert act(compute, boot(name), 200, **{"os-getConsoleOutput": {}}).json()["output"]


def test_delete_twice(compute, boot, eventually, name):
    server_id = boot(name, wait=False)
    compute("DELETE", "/servers/" + server_id, None, 204)
    assert compute("DELETE", "/servers/" + server_id).status_code in (204, 404)
    eventually(lambda: compute("GET", "/servers/" + server_id).status_code, lambda status: status == 404)
    compute("DELETE", "/servers/" + server_id, None, 404)


def test_several_at_once(compute, image, flavors, later, eventually, name):
    asked = {"name": name, "imageRef": image, "flavorRef": flavors[0], "networks": "none", "min_count": 2}
    compute("POST", "/servers", {"server": asked}, 202)
    made = compute("GET", f"/servers?name={name}&sort_key=display_name&sort_dir=asc").json()["servers"]
    for server in made:
        later.callback(remove, compute, eventually, server["id"])
    assert [server["name"] for server in made] == [name + "-1", name + "-2"]


def test_deleted_servers_are_listed_with_changes_since(compute, boot, eventually, name):
    server_id = boot(name)
    remove(compute, eventually, server_id)
    (gone,) = compute("GET", f"/servers/detail?name={name}&changes-since=2020-01-01T00:00:00Z", None, 200).json()["servers"]
    assert (gone["id"], gone["status"], gone["OS-EXT-STS:vm_state"]) == (server_id, "DELETED", "deleted")
    assert gone["OS-SRV-USG:terminated_at"]
    assert compute("GET", f"/servers/detail?name={name}", None, 200).json()["servers"] == []


def test_history(compute, boot, eventually, name):
    server_id = boot(name)
    answer = act(compute, server_id, 202, **{"os-stop": None})
    until(compute, eventually, server_id, "SHUTOFF")
    rows = compute("GET", f"/servers/{server_id}/os-instance-actions", None, 200).json()["instanceActions"]
    assert [row["action"] for row in rows] == ["stop", "create"]
    assert rows[0]["request_id"] == answer.headers["x-openstack-request-id"]
    shown = compute("GET", f"/servers/{server_id}/os-instance-actions/{rows[0]['request_id']}", None, 200).json()["instanceAction"]
    assert shown["events"][0]["result"] == "Success"
    compute("GET", f"/servers/{server_id}/os-instance-actions/nope", None, 404)
