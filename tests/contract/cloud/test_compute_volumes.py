"""Nova and Cinder together: servers and their volumes."""

from __future__ import annotations

import pytest

VOLUME = "block-storage"


@pytest.fixture
def things(member):
    """IDs of a public image and of the flavor m1.tiny."""
    image = next(image for image in member.image.images(visibility="public", status="active"))
    return image.id, member.compute.find_flavor("m1.tiny").id


@pytest.fixture
def boot(compute, things, later, eventually, name):
    """`boot(field=...)`: the ID of an ACTIVE server without networks."""

    def make(**more):
        asked = {"name": name, "imageRef": things[0], "flavorRef": things[1], "networks": "none", **more}
        asked = {key: value for key, value in asked.items() if value is not None}
        server_id = compute("POST", "/servers", {"server": asked}, 202).json()["server"]["id"]
        later.callback(remove, compute, eventually, server_id)
        eventually(lambda: compute("GET", "/servers/" + server_id).json()["server"]["status"], lambda s: s != "BUILD")
        server = compute("GET", "/servers/" + server_id).json()["server"]
        assert server["status"] == "ACTIVE", server.get("fault")
        return server_id

    return make


def remove(compute, eventually, server_id):
    compute("DELETE", "/servers/" + server_id)
    eventually(lambda: compute("GET", "/servers/" + server_id).status_code, lambda status: status == 404)


@pytest.fixture
def volume(api, later, eventually, name):
    """An available volume of 1 GiB."""
    cinder = api(VOLUME)
    volume_id = cinder("POST", "/volumes", {"volume": {"size": 1, "name": name}}, 202).json()["volume"]["id"]
    later.callback(cinder, "DELETE", "/volumes/" + volume_id)
    status(api, eventually, volume_id, "available")
    return volume_id


def status(api, eventually, volume_id, wanted):
    cinder = api(VOLUME)
    return eventually(lambda: cinder("GET", "/volumes/" + volume_id).json()["volume"], lambda v: v["status"] == wanted)


def test_attach_and_detach(api, compute, boot, volume, eventually):
    server_id = boot()
    path = f"/servers/{server_id}/os-volume_attachments"
    made = compute("POST", path, {"volumeAttachment": {"volumeId": volume}}, 200).json()["volumeAttachment"]
    assert (made["volumeId"], made["serverId"]) == (volume, server_id)
    assert made["device"].startswith("/dev/")
    attached = status(api, eventually, volume, "in-use")
    (item,) = attached["attachments"]
    assert (item["server_id"], item["volume_id"], item["device"]) == (server_id, volume, made["device"])
    seen = compute("GET", "/servers/" + server_id).json()["server"]["os-extended-volumes:volumes_attached"]
    assert seen == [{"id": volume, "delete_on_termination": False}]
    (row,) = compute("GET", path, None, 200).json()["volumeAttachments"]
    assert set(row) == {"volumeId", "serverId", "device", "tag", "delete_on_termination", "attachment_id", "bdm_uuid"}
    assert set(api("compute", "2.1")("GET", f"{path}/{volume}").json()["volumeAttachment"]) == {"id", "volumeId", "serverId", "device"}
    again = compute("POST", path, {"volumeAttachment": {"volumeId": volume}}, 400).json()["badRequest"]["message"]
    assert again == f"Invalid volume: volume {volume} is already attached to instances: {server_id}"
    assert api(VOLUME)("DELETE", "/volumes/" + volume, None, 400).json()["badRequest"]["message"].startswith("Invalid volume")
    compute("DELETE", f"{path}/{volume}", None, 202)
    assert status(api, eventually, volume, "available")["attachments"] == []
    eventually(lambda: compute("GET", f"{path}/{volume}").status_code, lambda code: code == 404)
    gone = compute("DELETE", f"{path}/{volume}", None, 404).json()["itemNotFound"]["message"]
    assert gone == f"Instance {server_id} is not attached to volume {volume}"


def test_a_volume_that_is_not_there(compute, boot):
    path = f"/servers/{boot()}/os-volume_attachments"
    compute("POST", path, {"volumeAttachment": {"volumeId": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05"}}, 404)
    compute("POST", path, {"volumeAttachment": {}}, 400)


def test_deleting_a_server_frees_its_volume(api, compute, boot, volume, eventually):
    server_id = boot()
    compute("POST", f"/servers/{server_id}/os-volume_attachments", {"volumeAttachment": {"volumeId": volume}}, 200)
    status(api, eventually, volume, "in-use")
    remove(compute, eventually, server_id)
    assert status(api, eventually, volume, "available")["attachments"] == []


def test_boot_from_a_new_volume_of_an_image(api, compute, things, boot, volume, eventually):
    devices = [{"source_type": "image", "destination_type": "volume", "uuid": things[0], "boot_index": 0, "volume_size": 1,
                "delete_on_termination": True},
               {"source_type": "volume", "destination_type": "volume", "uuid": volume, "boot_index": -1}]
    server_id = boot(imageRef=None, block_device_mapping_v2=devices)
    server = compute("GET", "/servers/" + server_id).json()["server"]
    assert server["image"] == ""
    root, data = server["os-extended-volumes:volumes_attached"]
    assert (root["delete_on_termination"], data) == (True, {"id": volume, "delete_on_termination": False})
    shown = api(VOLUME)("GET", "/volumes/" + root["id"], None, 200).json()["volume"]
    assert (shown["status"], shown["bootable"], shown["volume_image_metadata"]["image_id"]) == ("in-use", "true", things[0])
    refused = compute("DELETE", f"/servers/{server_id}/os-volume_attachments/{root['id']}", None, 400)
    assert refused.json()["badRequest"]["message"] == "Cannot detach a root device volume"
    remove(compute, eventually, server_id)
    status(api, eventually, volume, "available")
    eventually(lambda: api(VOLUME)("GET", "/volumes/" + root["id"]).status_code, lambda code: code == 404)


DEVICES = [
    ({"source_type": "image", "destination_type": "volume", "boot_index": 0},
     "Images with destination_type 'volume' need to have a non-zero size specified"),
    ({"source_type": "blank", "destination_type": "volume", "boot_index": 0},
     "Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size"),
    ({"source_type": "volume", "uuid": "f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05", "boot_index": 0},
     "Block Device Mapping is Invalid: failed to get volume f0d55cb3-be2d-4fbe-9a2c-3fb8b4a3fd05."),
    ({"source_type": "x"}, "is not one of"),
]


@pytest.mark.parametrize(("device", "message"), DEVICES, ids=["image", "blank", "volume", "source"])
def test_devices_that_cannot_be(compute, things, name, device, message):
    device = {**device, **({"uuid": things[0]} if device["source_type"] == "image" else {})}
    asked = {"name": name, "flavorRef": things[1], "networks": "none", "block_device_mapping_v2": [device]}
    assert message in compute("POST", "/servers", {"server": asked}, 400).json()["badRequest"]["message"]


def test_a_server_of_nothing(compute, things, name):
    asked = {"name": name, "flavorRef": things[1], "networks": "none"}
    assert compute("POST", "/servers", {"server": asked}, 400).json()["badRequest"]["message"] == "Missing imageRef attribute"
