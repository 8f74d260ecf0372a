"""Cinder: volume types, quotas, zones, backups."""

from __future__ import annotations

import pytest

PUBLIC = "os-volume-type-access:is_public"


@pytest.fixture
def cinder(api):
    return api("volume", "3.71")


@pytest.fixture
def ruler(api):
    """The same, as administrator."""
    return api("volume", "3.71", who="admin")


@pytest.fixture
def make_type(ruler, later):
    def create(name, **fields):
        made = ruler("POST", "/types", {"volume_type": {"name": name, **fields}}, 200).json()["volume_type"]
        later.callback(ruler, "DELETE", "/types/" + made["id"])
        return made

    return create


def message(response, status, key):
    """The message of an error of this status under this key."""
    assert response.status_code == status, response.text
    return response.json()[key]["message"]


def test_there_is_a_default_type(cinder):
    default = cinder("GET", "/types/default", None, 200).json()["volume_type"]
    assert default["name"] == "__DEFAULT__"
    assert default["id"] in [body["id"] for body in cinder("GET", "/types", None, 200).json()["volume_types"]]


def test_types_are_the_administrators(cinder, ruler, make_type, name):
    answer = cinder("POST", "/types", {"volume_type": {"name": name}})
    assert message(answer, 403, "forbidden") == "Policy doesn't allow volume_extension:type_create to be performed."
    made = make_type(name, description="d", extra_specs={"a": "b"})
    assert (made["description"], made["extra_specs"], made["is_public"], made[PUBLIC]) == ("d", {"a": "b"}, True, True)
    answer = ruler("POST", "/types", {"volume_type": {"name": name}})
    assert message(answer, 409, "conflictingRequest") == f"Volume Type {name} already exists."
    seen = cinder("GET", "/types/" + made["id"], None, 200).json()["volume_type"]
    assert (seen["name"], seen["extra_specs"]) == (name, {})
    changed = ruler("PUT", "/types/" + made["id"], {"volume_type": {"description": "e"}}, 200).json()["volume_type"]
    assert (changed["description"], changed["name"]) == ("e", name)


def test_extra_specs(ruler, make_type, name):
    path = f"/types/{make_type(name, extra_specs={'a': 'b'})['id']}/extra_specs"
    assert ruler("POST", path, {"extra_specs": {"c": "d"}}, 200).json() == {"extra_specs": {"c": "d"}}
    assert ruler("GET", path, None, 200).json() == {"extra_specs": {"a": "b", "c": "d"}}
    assert ruler("PUT", path + "/c", {"c": "e"}, 200).json() == {"c": "e"}
    assert ruler("GET", path + "/c", None, 200).json() == {"c": "e"}
    ruler("DELETE", path + "/c", None, 202)
    message(ruler("GET", path + "/c"), 404, "itemNotFound")


def test_a_private_type_is_for_those_with_access(member, cinder, ruler, make_type, name):
    made = make_type(name, **{PUBLIC: False})
    path, project = "/types/" + made["id"], member.current_project_id
    message(cinder("GET", path), 404, "itemNotFound")
    ruler("POST", path + "/action", {"addProjectAccess": {"project": project}}, 202)
    access = ruler("GET", path + "/os-volume-type-access", None, 200).json()["volume_type_access"]
    assert access == [{"volume_type_id": made["id"], "project_id": project}]
    assert cinder("GET", path, None, 200).json()["volume_type"]["is_public"] is False
    ruler("POST", path + "/action", {"removeProjectAccess": {"project": project}}, 202)
    message(cinder("GET", path), 404, "itemNotFound")


def test_access_to_a_public_type_has_no_list(ruler, make_type, name):
    answer = ruler("GET", f"/types/{make_type(name)['id']}/os-volume-type-access")
    assert message(answer, 404, "itemNotFound") == "Access list not available for public volume types."


def test_encryption(ruler, make_type, name):
    made = make_type(name)
    path = f"/types/{made['id']}/encryption"
    asked = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256, "control_location": "front-end"}
    kept = ruler("POST", path, {"encryption": asked}, 200).json()["encryption"]
    assert {key: kept[key] for key in asked} == asked
    assert ruler("GET", path, None, 200).json()["encryption_id"] == kept["encryption_id"]
    assert ruler("PUT", path + "/provider", {"encryption": {"key_size": 512}}, 200).json() == {"encryption": {"key_size": 512}}
    ruler("DELETE", path + "/provider", None, 202)
    assert ruler("GET", path, None, 200).json() == {}


def test_quotas_and_limits(cinder, ruler, member):
    project = member.current_project_id
    shown = cinder("GET", "/os-quota-sets/" + project, None, 200).json()["quota_set"]
    assert {"volumes", "gigabytes", "snapshots", "backups", "per_volume_gigabytes", "id"} <= shown.keys()
    usage = ruler("GET", f"/os-quota-sets/{project}?usage=true", None, 200).json()["quota_set"]["volumes"]
    assert usage.keys() == {"limit", "in_use", "reserved"}
    absolute = cinder("GET", "/limits", None, 200).json()["limits"]["absolute"]
    assert {"maxTotalVolumes", "totalVolumesUsed", "maxTotalVolumeGigabytes", "totalGigabytesUsed"} <= absolute.keys()


def test_a_quota_is_enforced(cinder, ruler, member, later):
    path = "/os-quota-sets/" + member.current_project_id
    later.callback(ruler, "DELETE", path)
    ruler("PUT", path, {"quota_set": {"volumes": 0}}, 200)
    answer = cinder("POST", "/volumes", {"volume": {"size": 1}})
    assert "Maximum number of volumes allowed (0) exceeded for quota 'volumes'." in message(answer, 413, "overLimit")
    ruler("PUT", path, {"quota_set": {"volumes": -1, "gigabytes": 0}}, 200)
    answer = cinder("POST", "/volumes", {"volume": {"size": 1}})
    assert "exceeds allowed gigabytes quota. Requested 1G, quota is 0G and" in message(answer, 413, "overLimit")


def test_zones_and_services(cinder, ruler):
    zones = cinder("GET", "/os-availability-zone", None, 200).json()["availabilityZoneInfo"]
    assert {"zoneName": "nova", "zoneState": {"available": True}} in zones
    binaries = {service["binary"] for service in ruler("GET", "/os-services", None, 200).json()["services"]}
    assert {"cinder-volume", "cinder-scheduler"} <= binaries
    assert cinder("GET", "/os-services").status_code == 403


def test_backups_are_restored(cinder, which, eventually, later, name):
    if which == "real":
        pytest.skip("NOT COMPARED: the real cloud has no backup service")

    def state(kind, id_):
        answer = cinder("GET", f"/{kind}s/{id_}")
        return answer.json()[kind]["status"] if answer.status_code == 200 else None

    def ready(kind, id_):
        eventually(lambda: state(kind, id_), lambda status: status == "available")

    volume = cinder("POST", "/volumes", {"volume": {"size": 1}}, 202).json()["volume"]["id"]
    later.callback(cinder, "DELETE", "/volumes/" + volume)
    ready("volume", volume)
    backup = cinder("POST", "/backups", {"backup": {"volume_id": volume, "name": name}}, 202).json()["backup"]["id"]
    ready("backup", backup)
    ready("volume", volume)
    (found,) = cinder("GET", "/backups/detail?name=" + name, None, 200).json()["backups"]
    assert (found["volume_id"], found["size"], found["is_incremental"]) == (volume, 1, False)
    restored = cinder("POST", f"/backups/{backup}/restore", {"restore": {}}, 202).json()["restore"]
    later.callback(cinder, "DELETE", "/volumes/" + restored["volume_id"])
    ready("volume", restored["volume_id"])
    ready("backup", backup)
    assert restored["volume_id"] != volume
    cinder("DELETE", "/backups/" + backup, None, 202)
    eventually(lambda: state("backup", backup), lambda status: status is None)


def test_the_project_in_the_path_must_be_the_tokens(member):
    root = member.session.get_endpoint(service_type="volume", interface="public").partition("/v3")[0]
    url = f"{root}/v3/{'f' * 32}/volumes"
    assert member.session.get(url, raise_exc=False).json() == {
        "badRequest": {"code": 400, "message": "Malformed request url"}}
    for url in (f"{root}/v3/volumes", f"{root}/v3/{member.current_project_id}/volumes"):
        assert member.session.get(url, raise_exc=False).status_code == 200


def test_qos_specs(cinder, ruler, make_type, later, name):
    asked = {"name": name, "consumer": "front-end", "a": "b"}
    made = ruler("POST", "/qos-specs", {"qos_specs": asked}, 200).json()["qos_specs"]
    path = "/qos-specs/" + made["id"]
    later.callback(ruler, "DELETE", path + "?force=True")
    assert made == {"id": made["id"], "name": name, "consumer": "front-end", "specs": {"a": "b"}}
    assert message(ruler("POST", "/qos-specs", {"qos_specs": asked}), 409, "conflictingRequest") == (
        f"QoS Specs {name} already exists.")
    assert ruler("PUT", path, {"qos_specs": {"c": "d"}}, 200).json() == {"qos_specs": {"c": "d"}}
    ruler("PUT", path + "/delete_keys", {"keys": ["c"]}, 202)
    assert message(ruler("PUT", path + "/delete_keys", {"keys": ["c"]}), 404, "itemNotFound") == (
        f"QoS spec {made['id']} has no spec with key c.")
    kind = make_type(name)
    ruler("GET", f"{path}/associate?vol_type_id={kind['id']}", None, 202)
    assert ruler("GET", path + "/associations", None, 200).json() == {
        "qos_associations": [{"association_type": "volume_type", "name": name, "id": kind["id"]}]}
    assert ruler("GET", "/types/" + kind["id"], None, 200).json()["volume_type"]["qos_specs_id"] == made["id"]
    assert message(ruler("DELETE", path), 400, "badRequest") == "Qos specs still in use."
    ruler("GET", f"{path}/disassociate?vol_type_id={kind['id']}", None, 202)
    ruler("DELETE", path, None, 202)
    assert cinder("GET", "/qos-specs").status_code == 403
