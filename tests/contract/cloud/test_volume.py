"""Cinder: volumes, their actions and metadata."""

from __future__ import annotations

import pytest

NOBODY = "4b1b1b1b-0000-4000-8000-000000000000"
BUSY = ("creating", "extending", "deleting", "retyping", "backing-up", "restoring-backup", "downloading")
UNDELETABLE = (
    "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and "
    "must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from "
    "snapshots after volume transfer."
)


@pytest.fixture
def cinder(api):
    return api("volume", "3.71")


@pytest.fixture
def ruler(api):
    """The same, as administrator."""
    return api("volume", "3.71", who="admin")


@pytest.fixture
def settled(cinder, eventually):
    """`settled(kind, id)`: an object whose state is no longer one of passing, or None when it is gone."""

    def look(kind, id_):
        answer = cinder("GET", f"/{kind}s/{id_}")
        return None if answer.status_code == 404 else answer.json()[kind]

    return lambda kind, id_: eventually(lambda: look(kind, id_), lambda body: body is None or body["status"] not in BUSY)


@pytest.fixture
def make(cinder, later, settled):
    """`make("volume", size=1)`: an available one; it is deleted, and waited for, when the test ends."""

    def create(kind, **fields):
        made = cinder("POST", f"/{kind}s", {kind: fields}, 202).json()[kind]
        later.callback(remove, kind, made["id"])
        body = settled(kind, made["id"])
        assert body["status"] == "available", body
        return body

    def remove(kind, id_):
        if cinder("DELETE", f"/{kind}s/{id_}").status_code == 202:
            settled(kind, id_)

    return create


def message(response, status, key):
    """The message of an error of this status under this key."""
    assert response.status_code == status, response.text
    found = response.json()[key]
    assert found["code"] == status
    return found["message"]


def test_the_version_document(cinder, member):
    root = member.session.get_endpoint(service_type="volume", interface="public").partition("/v3")[0]
    (version,) = member.session.get(root + "/", raise_exc=False).json()["versions"]
    assert (version["id"], version["status"], version["min_version"]) == ("v3.0", "CURRENT", "3.0")


def test_a_volume_is_made_after_the_answer(member, cinder, later, settled, name):
    made = cinder("POST", "/volumes", {"volume": {"size": 1, "name": name, "metadata": {"a": "b"}}}, 202).json()["volume"]
    later.callback(settled, "volume", made["id"])
    later.callback(cinder, "DELETE", "/volumes/" + made["id"])
    expected = {"status": "creating", "name": name, "description": None, "size": 1, "attachments": [], "bootable": "false",
                "availability_zone": "nova", "encrypted": False, "metadata": {"a": "b"}, "multiattach": False,
                "snapshot_id": None, "source_volid": None, "volume_type": "__DEFAULT__", "updated_at": None,
                "replication_status": None, "consistencygroup_id": None}
    assert {key: made[key] for key in expected} == expected
    body = settled("volume", made["id"])
    assert body["status"] == "available"
    assert body["os-vol-tenant-attr:tenant_id"] == member.current_project_id
    assert "os-vol-host-attr:host" not in body


@pytest.mark.parametrize(("fields", "status", "key", "words"), [
    ({"size": 0}, 400, "badRequest", "Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1"),
    ({"size": "x"}, 400, "badRequest", "Invalid input for field/attribute size. Value: x. 'x' does not match '^[0-9]+$'"),
    ({"name": "no size"}, 400, "badRequest", "The server could not comply with the request since it is either malformed or "
     "otherwise incorrect."),
    ({"size": 1, "bogus": 1}, 400, "badRequest", "Invalid input for field/attribute volume. Value: {'size': 1, 'bogus': 1}. "
     "Additional properties are not allowed ('bogus' was unexpected)"),
    ({"size": 1, "volume_type": "nope"}, 404, "itemNotFound", "Volume type with name nope could not be found."),
    ({"size": 1, "availability_zone": "nope"}, 400, "badRequest", "Availability zone 'nope' is invalid."),
    ({"size": 1, "snapshot_id": NOBODY}, 404, "itemNotFound", f"Snapshot {NOBODY} could not be found."),
    ({"size": 1, "source_volid": NOBODY}, 404, "itemNotFound", f"Volume {NOBODY} could not be found."),
    ({"size": 1, "imageRef": NOBODY}, 400, "badRequest",
     "Invalid image identifier or unable to access requested image."),
])  # fmt: skip
def test_volumes_that_are_refused(cinder, fields, status, key, words):
    assert message(cinder("POST", "/volumes", {"volume": fields}), status, key) == words


def test_what_is_not_there_is_404_in_each_kind(cinder):
    kinds = {"volumes": "Volume {} could not be found.", "snapshots": "Snapshot {} could not be found.",
             "backups": "Backup {} could not be found.", "types": "Volume type {} could not be found.",
             "attachments": "Volume attachment could not be found with filter: attachment_id = {}."}
    for path, words in kinds.items():
        assert message(cinder("GET", f"/{path}/{NOBODY}"), 404, "itemNotFound") == words.format(NOBODY)
    assert message(cinder("DELETE", f"/volumes/{NOBODY}"), 404, "itemNotFound").startswith("Volume")


def test_microversions_bring_fields(api, make):
    volume = make("volume", size=1)
    old = api("volume", "3.0")("GET", "/volumes/" + volume["id"], None, 200).json()["volume"]
    assert {"group_id", "shared_targets", "volume_type_id", "consumes_quota"} & old.keys() == set()
    assert {"group_id", "shared_targets", "volume_type_id", "consumes_quota"} <= volume.keys()
    answer = api("volume", "3.99")("GET", "/volumes")
    assert answer.status_code == 406


def test_a_volume_changes_its_name_and_metadata(cinder, make, name):
    path = "/volumes/" + make("volume", size=1)["id"]
    changes = {"name": name, "description": "d", "metadata": {"a": "b"}}
    changed = cinder("PUT", path, {"volume": changes}, 200).json()["volume"]
    assert {key: changed[key] for key in changes} == changes
    assert cinder("POST", path + "/metadata", {"metadata": {"c": "d"}}, 200).json() == {"metadata": {"a": "b", "c": "d"}}
    assert cinder("PUT", path + "/metadata", {"metadata": {"x": "y"}}, 200).json() == {"metadata": {"x": "y"}}
    assert cinder("PUT", path + "/metadata/x", {"meta": {"x": "z"}}, 200).json() == {"meta": {"x": "z"}}
    assert cinder("GET", path + "/metadata/x", None, 200).json() == {"meta": {"x": "z"}}
    cinder("DELETE", path + "/metadata/x", None, 200)
    assert "has no metadata with key x." in message(cinder("DELETE", path + "/metadata/x"), 404, "itemNotFound")
    answer = cinder("POST", path + "/metadata", {"metadata": {"c": 5}})
    assert message(answer, 400, "badRequest") == "Invalid input for field/attribute c. Value: 5. 5 is not of type 'string'"
    answer = cinder("PUT", path, {"volume": {"bogus": "x"}})
    assert "Additional properties are not allowed ('bogus' was unexpected)" in message(answer, 400, "badRequest")


def test_lists(cinder, make, name):
    one, two = (make("volume", size=size, name=name, metadata={"k": f"{name}-{size}"}) for size in (1, 2))
    brief = cinder("GET", "/volumes?name=" + name, None, 200).json()["volumes"][0]
    assert set(brief) == {"id", "name", "links"}
    for query in (f"name={name}&size=1", "metadata=%7B'k'%3A'" + name + "-1'%7D"):
        found = cinder("GET", "/volumes/detail?" + query, None, 200).json()["volumes"]
        assert [volume["id"] for volume in found] == [one["id"]]
    page = cinder("GET", f"/volumes?name={name}&sort=size:asc&limit=1&with_count=true", None, 200).json()
    assert ([volume["id"] for volume in page["volumes"]], page["count"]) == ([one["id"]], 2)
    following = page["volumes_links"][0]["href"].partition("?")[2]
    assert [v["id"] for v in cinder("GET", "/volumes?" + following, None, 200).json()["volumes"]] == [two["id"]]
    newest = cinder("GET", f"/volumes?name={name}", None, 200).json()["volumes"]
    assert [volume["id"] for volume in newest] == [two["id"], one["id"]]
    assert message(cinder("GET", "/volumes?bogus=1"), 400, "badRequest") == (
        "Invalid filters bogus are found in query options.")
    assert message(cinder("GET", "/volumes?limit=-1"), 400, "badRequest") == "limit param must be positive"
    message(cinder("GET", "/volumes?marker=" + NOBODY), 404, "itemNotFound")


def test_a_volume_grows(cinder, make, settled):
    volume = make("volume", size=1)
    path = f"/volumes/{volume['id']}/action"
    answer = cinder("POST", path, {"os-extend": {"new_size": 1}})
    assert message(answer, 400, "badRequest") == (
        "Invalid input received: New size for extend must be greater than current size. (current: 1, extended: 1).")
    cinder("POST", path, {"os-extend": {"new_size": 2}}, 202)
    grown = settled("volume", volume["id"])
    assert (grown["status"], grown["size"]) == ("available", 2)


def test_flags_and_image_metadata(cinder, make):
    volume = make("volume", size=1)
    path = f"/volumes/{volume['id']}/action"
    cinder("POST", path, {"os-update_readonly_flag": {"readonly": True}}, 202)
    cinder("POST", path, {"os-set_bootable": {"bootable": True}}, 200)
    answer = cinder("POST", path, {"os-set_image_metadata": {"metadata": {"os": "x"}}}, 200)
    assert answer.json() == {"metadata": {"os": "x"}}
    seen = cinder("GET", "/volumes/" + volume["id"], None, 200).json()["volume"]
    assert (seen["metadata"], seen["bootable"], seen["volume_image_metadata"]) == ({"readonly": "True"}, "true", {"os": "x"})
    cinder("POST", path, {"os-unset_image_metadata": {"key": "os"}}, 200)
    assert "volume_image_metadata" not in cinder("GET", "/volumes/" + volume["id"], None, 200).json()["volume"]
    assert message(cinder("POST", path, {"os-bogus": None}), 400, "badRequest") == (
        "There is no such action: os-bogus. Verify the request body and Content-Type header and try again.")


def test_only_administrators_reset_a_status(cinder, ruler, make):
    volume = make("volume", size=1)
    path = f"/volumes/{volume['id']}/action"
    answer = cinder("POST", path, {"os-reset_status": {"status": "error"}})
    assert message(answer, 403, "forbidden") == (
        "Policy doesn't allow volume_extension:volume_admin_actions:reset_status to be performed.")
    ruler("POST", path, {"os-reset_status": {"status": "error"}}, 202)
    assert message(cinder("POST", path, {"os-extend": {"new_size": 3}}), 400, "badRequest") == (
        f"Invalid volume: Volume {volume['id']} status must be '{{'status': 'available'}}' to extend, currently error.")
    assert message(cinder("POST", "/snapshots", {"snapshot": {"volume_id": volume["id"]}}), 400, "badRequest") == (
        "Invalid volume: The snapshot cannot be created when the volume is in error status.")
    ruler("POST", path, {"os-reset_status": {"status": "maintenance"}}, 202)
    assert message(cinder("DELETE", "/volumes/" + volume["id"]), 400, "badRequest") == UNDELETABLE
    ruler("POST", path, {"os-reset_status": {"status": "available"}}, 202)


def test_snapshots(cinder, make, name):
    volume = make("volume", size=2)
    snapshot = make("snapshot", volume_id=volume["id"], name=name, metadata={"k": "v"})
    expected = {"name": name, "volume_id": volume["id"], "size": 2, "metadata": {"k": "v"}, "description": None,
                "os-extended-snapshot-attributes:progress": "100%"}
    assert {key: snapshot[key] for key in expected} == expected
    (found,) = cinder("GET", "/snapshots/detail?volume_id=" + volume["id"], None, 200).json()["snapshots"]
    assert found == snapshot
    renamed = cinder("PUT", "/snapshots/" + snapshot["id"], {"snapshot": {"name": "new"}}, 200).json()["snapshot"]
    assert renamed["name"] == "new"
    assert message(cinder("DELETE", "/volumes/" + volume["id"]), 400, "badRequest") == UNDELETABLE
    answer = cinder("POST", "/volumes", {"volume": {"size": 1, "snapshot_id": snapshot["id"]}})
    assert message(answer, 400, "badRequest") == (
        "Invalid input received: Volume size '1'GB cannot be smaller than the snapshot size 2GB. They must be >= original "
        "snapshot size.")
    copy = make("volume", snapshot_id=snapshot["id"])
    assert (copy["size"], copy["snapshot_id"]) == (2, snapshot["id"])
    clone = make("volume", source_volid=copy["id"], size=3)
    assert (clone["size"], clone["source_volid"]) == (3, copy["id"])


def test_a_volume_from_an_image_is_bootable(member, make):
    image = member.image.find_image("cirros", ignore_missing=False)
    volume = make("volume", size=1, imageRef=image.id)
    assert volume["bootable"] == "true"
    kept = volume["volume_image_metadata"]
    assert (kept["image_id"], kept["image_name"], kept["min_disk"]) == (image.id, "cirros", "0")


def test_attachments(cinder, ruler, make, later):
    volume = make("volume", size=1)
    asked = {"volume_uuid": volume["id"], "instance_uuid": NOBODY}
    made = cinder("POST", "/attachments", {"attachment": asked}, 200).json()["attachment"]
    later.callback(cinder, "POST", f"/volumes/{volume['id']}/action", {"os-detach": {}})
    assert (made["status"], made["volume_id"], made["instance"], made["attached_at"]) == ("reserved", volume["id"], NOBODY, "")
    assert cinder("GET", "/volumes/" + volume["id"]).json()["volume"]["status"] == "reserved"
    answer = cinder("POST", "/attachments", {"attachment": {**asked, "instance_uuid": NOBODY[:-1] + "1"}})
    assert message(answer, 400, "badRequest") == (
        f"Invalid volume: Volume {volume['id']} status must be available or downloading to reserve, but the current status "
        "is reserved.")
    connector = {"host": "h", "initiator": "i", "ip": "192.0.2.1", "platform": "x", "os_type": "l", "multipath": False,
                 "mountpoint": "/dev/vdb"}
    path = "/attachments/" + made["id"]
    cinder("PUT", path, {"attachment": {"connector": connector}}, 200)
    assert cinder("GET", path, None, 200).json()["attachment"]["status"] == "attaching"
    cinder("POST", path + "/action", {"os-complete": {}}, 204)
    seen = cinder("GET", "/volumes/" + volume["id"], None, 200).json()["volume"]
    (entry,) = seen["attachments"]
    expected = {"id": volume["id"], "volume_id": volume["id"], "server_id": NOBODY, "attachment_id": made["id"],
                "device": "/dev/vdb", "host_name": None}
    assert seen["status"] == "in-use"
    assert {key: entry[key] for key in expected} == expected
    (entry,) = ruler("GET", "/volumes/" + volume["id"], None, 200).json()["volume"]["attachments"]
    assert entry["host_name"] == "h"
    assert message(cinder("DELETE", "/volumes/" + volume["id"]), 400, "badRequest") == UNDELETABLE
    cinder("POST", f"/volumes/{volume['id']}/action", {"os-detach": {}}, 202)
    free = cinder("GET", "/volumes/" + volume["id"], None, 200).json()["volume"]
    assert (free["status"], free["attachments"]) == ("available", [])


def test_the_sdk_drives_it(member, later, name):
    volume = member.block_storage.create_volume(name=name, size=1)
    later.callback(member.block_storage.wait_for_delete, volume, interval=0.2)
    later.callback(member.block_storage.delete_volume, volume)
    member.block_storage.wait_for_status(volume, interval=0.2)
    assert member.block_storage.find_volume(name, ignore_missing=False).id == volume.id
