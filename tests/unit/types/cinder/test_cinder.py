"""OS::Cinder::{Volume, VolumeAttachment}"""

import pytest

from isotherm.model.step import Call, Keep, Lookup, Run, Until
from isotherm.types.cinder.volume import BAD, BUSY, DELETABLE
from isotherm.types.cinder.volume_attachment import MULTIATTACH

MANY = ("/volumes/detail", "volumes")
BY_NAME = Lookup("/volumes", "volumes", {"name": "{name}"}, {"name": "{name}"})


def wait(*ok):
    return Until("/volumes/{id}", "volume", ok=ok, busy=BUSY, bad=BAD, many=MANY)


def made(volume, **given):
    return volume.create(**given)[0].json


def action(verb, args):
    return Call("POST", "/volumes/{id}/action", {verb: args})


@pytest.fixture
def volume(kind):
    return kind("OS::Cinder::Volume")


@pytest.mark.parametrize(("given", "sent"), [
    ({"size": 1}, {"size": 1}),
    ({"size": 1, "image": "i", "volume_type": "t", "availability_zone": "z", "metadata": {"a": "b"}, "description": "d"},
     {"size": 1, "imageRef": "i", "volume_type": "t", "availability_zone": "z", "metadata": {"a": "b"}, "description": "d"}),
    ({"snapshot_id": "s"}, {"snapshot_id": "s"}),
    ({"source_volid": "v"}, {"source_volid": "v"}),
    ({"backup_id": "b"}, {"backup_id": "b"}),
    ({"size": 1, "multiattach": True}, {"size": 1, "multiattach": True}),
])
def test_a_volume_is_made_and_waited_for(volume, given, sent):
    body = {"volume": sent | {"name": "{name}"}}
    assert volume.create(**given) == (
        Call("POST", "/volumes", body, identity="volume.id", live="volume", lookup=BY_NAME), wait("available"))


def test_a_volume_with_name_hints_and_read_only(volume):
    post, _, rename, flag = volume.create(size=1, name="data", read_only=True, scheduler_hints={"same_host": ["v"]})
    assert post.json == {"volume": {"size": 1, "name": "{name}"}, "OS-SCH-HNT:scheduler_hints": {"same_host": ["v"]}}
    assert rename == Call("PUT", "/volumes/{id}", {"volume": {"name": "data"}}, live="volume")
    assert flag == action("os-update_readonly_flag", {"readonly": True})


def put(**said):
    return Call("PUT", "/volumes/{id}", {"volume": said}, live="volume")


@pytest.mark.parametrize(("old", "new", "steps"), [
    ({}, {"name": "n", "description": "d"}, (put(name="n", description="d"),)),
    ({"name": "n"}, {}, (put(name="{name}"),)),
    ({"size": 1}, {"size": 2}, (Run("grow", {"size": 2}),)),
    ({"size": 1}, {}, ()),
    ({"metadata": {"a": "b"}}, {}, (Call("PUT", "/volumes/{id}/metadata", {"metadata": {}}),)),
    ({}, {"read_only": True}, (action("os-update_readonly_flag", {"readonly": True}),)),
    ({"read_only": True}, {}, (action("os-update_readonly_flag", {"readonly": False}),)),
    ({"volume_type": "a"}, {"volume_type": "b"},
     (action("os-retype", {"new_type": "b", "migration_policy": "never"}), wait("available", "in-use"))),
    ({}, {"backup_id": "b"}, (Call("POST", "/backups/b/restore", {"restore": {"volume_id": "{id}"}}), wait("available"))),
    ({"backup_id": "b"}, {}, ()),
])
def test_volume_updates_in_place(volume, old, new, steps):
    assert volume.update(old, **new) == steps
    assert volume.replaces(old, **new) == []


@pytest.mark.parametrize(("old", "new", "replaced"), [
    ({"image": "a"}, {"image": "b"}, ["image"]),
    ({"availability_zone": "a"}, {}, ["availability_zone"]),
    ({"volume_type": "a"}, {}, ["volume_type"]),
    ({"scheduler_hints": {}}, {"scheduler_hints": {"a": 1}}, ["scheduler_hints"]),
])
def test_what_replaces_a_volume(volume, old, new, replaced):
    assert volume.replaces(old, **new) == replaced


def test_a_volume_is_deleted_when_it_can_be_and_saved_before_if_wanted(volume):
    ready = Until("/volumes/{id}", "volume", ok=DELETABLE, busy=("*",), bad=(), gone=True, many=MANY)
    gone = Until("/volumes/{id}", "volume", busy=("*",), bad=("error_deleting",), gone=True, many=MANY)
    rest = (ready, Call("DELETE", "/volumes/{id}", accept=(404,)), gone)
    assert volume.delete() == rest
    assert volume.delete(None) == (Call("", "/volumes", identity="volume.id", lookup=BY_NAME), *rest)
    save, saved = volume.type.preserve(volume.subject())
    assert save == Call("POST", "/backups", {"backup": {"volume_id": "{id}", "name": "{name}", "force": True}}, save={"backup": "backup.id"})
    assert saved == Until("/backups/{backup}", "backup", ok=("available",), busy=("creating",), message="fail_reason")


LIVE = {"name": "n", "description": None, "size": 3, "metadata": {"a": "b", "readonly": "False"}, "attachments": [{"server_id": "s"}],
        "encrypted": False, "multiattach": False, "snapshot_id": None, "status": "in-use", "bootable": "true", "volume_type": "t"}


@pytest.mark.parametrize(("name", "value"), [
    ("size", "3"), ("display_name", "n"), ("display_description", None), ("metadata", '{"a": "b", "readonly": "False"}'),
    ("metadata_values", {"a": "b", "readonly": "False"}), ("attachments", "[{'server_id': 's'}]"), ("attachments_list", [{"server_id": "s"}]),
    ("encrypted", "False"), ("multiattach", False), ("snapshot_id", None), ("status", "in-use"),
])
def test_volume_attributes(volume, name, value):
    assert volume.attribute(name, volume.subject(live=LIVE)) == value


def test_drift_of_a_volume_is_not_about_the_services_own_metadata(volume):
    told = volume.type.decode(volume.subject(live=LIVE))
    assert told["metadata"] == {"a": "b"}
    assert told["size"] == 3


@pytest.mark.parametrize(("given", "found"), [
    ({"size": 1}, []), ({"snapshot_id": "s"}, []), ({"source_volid": object()}, []), ({"backup_id": "b"}, []),
    ({"size": 1, "image": "i"}, []),
    ({}, [("property-missing", "size")]),
    ({"image": "i"}, [("property-missing", "size")]),
    ({"size": 1, "image": "i", "snapshot_id": "s"}, [("properties-exclude-each-other", "snapshot_id")]),
    ({"source_volid": "v", "snapshot_id": "s"}, [("properties-exclude-each-other", "snapshot_id")]),
])
def test_where_a_volume_comes_from(volume, given, found):
    assert volume.problems(**given) == found


def test_the_image_had_another_name(volume):
    assert volume.type.translate({"imageRef": "i"}) == {"image": "i"}


ENDS = {"instance_uuid": "s1", "volume_id": "v1"}
PATH = "/servers/{}/os-volume_attachments".format


def in_use(volume_id):
    return Until(f"/volumes/{volume_id}", "volume", ok=("in-use",), busy=("available", "reserved", "attaching"),
                 bad=("error", "error_attaching"), many=MANY, service="volumev3")


def off(server, volume_id):
    path = f"{PATH(server)}/{volume_id}"
    return (Run("take_off", {"server": server, "volume": volume_id}),
            Until(path, "volumeAttachment", busy=("*",), bad=(), state="id", gone=True))


def test_a_volume_is_attached(kind):
    body = {"volumeAttachment": {"volumeId": "v1", "device": "/dev/vdb"}}
    lookup = Lookup(PATH("s1"), "volumeAttachments", {}, {"volumeId": "v1"})
    assert kind("OS::Cinder::VolumeAttachment").create(**ENDS, mountpoint="/dev/vdb") == (
        Keep(data={"server": "s1", "volume": "v1"}),
        Call("POST", PATH("s1"), body, headers=MULTIATTACH, identity="volumeAttachment.id", lookup=lookup), in_use("v1"))


def test_another_server_or_volume_is_attached_in_place(kind):
    attachment = kind("OS::Cinder::VolumeAttachment")
    assert attachment.update(ENDS, instance_uuid="s2", volume_id="v2") == (
        *off("s1", "v1"), Keep(data={"server": "s2", "volume": "v2"}), Run("attach_again"), in_use("v2"))
    assert attachment.replaces(ENDS, instance_uuid="s2", volume_id="v2", mountpoint="/dev/vdc") == []


def test_a_volume_is_detached_wherever_it_may_be(kind):
    attachment = kind("OS::Cinder::VolumeAttachment")
    assert attachment.delete(**ENDS) == ()
    assert attachment.delete(**ENDS, data={"server": "s1", "volume": "v1", "handed_over": True}) == ()
    assert attachment.delete(**ENDS, data={"server": "s1", "volume": "v1"}) == off("s1", "v1")
    assert attachment.delete(**ENDS, data={"server": "s0", "volume": "v0"}) == (*off("s0", "v0"), *off("s1", "v1"))


def test_a_replacement_gets_the_volume(kind):
    attachment = kind("OS::Cinder::VolumeAttachment")
    old = attachment.subject("v1", **ENDS)
    assert tuple(attachment.type.hand_over(old, ENDS)) == off("s1", "v1")
    assert list(attachment.type.hand_over(old, ENDS | {"volume_id": "v2"})) == []
    assert list(attachment.type.take_back(old)) == [Run("attach_again"), in_use("v1")]
