"""Servers and volumes that a fault rule makes end badly, and what they leave behind."""

from __future__ import annotations

import pytest
import requests

from isotherm.sim.server import SimServer
from isotherm.sim.settings import Settings


@pytest.fixture
def cloud():
    """A cloud without delays, and `ask(method, path, body)` as its administrator in the project admin."""
    server = SimServer(settings=Settings(delay=0.0))
    url = server.start()
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "admin", "domain": {"id": "default"}, "password": "secret"}}},
        "scope": {"project": {"name": "admin", "domain": {"id": "default"}}}}}  # fmt: skip
    session = requests.Session()
    session.headers["X-Auth-Token"] = session.post(url + "/identity/v3/auth/tokens", json=body, timeout=10).headers["X-Subject-Token"]
    session.headers["OpenStack-API-Version"] = "compute 2.96"

    def ask(method, path, body=None):
        answer = session.request(method, url + path, json=body, timeout=10)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    yield ask
    server.stop()


def objects(cloud, kind):
    return [row["id"] for row in cloud("GET", f"/sim/objects?kind={kind}")["objects"]]


def boot(cloud, **more):
    image = cloud("GET", "/image/v2/images?name=cirros")["images"][0]["id"]
    asked = {"name": "s", "flavorRef": "1", "imageRef": image, "networks": "none", **more}
    return cloud("POST", "/compute/v2.1/servers", {"server": asked})["server"]["id"]


def show(cloud, server_id):
    return cloud("GET", "/compute/v2.1/servers/" + server_id)["server"]


def network(cloud):
    id_ = cloud("POST", "/network/v2.0/networks", {"network": {"name": "n"}})["network"]["id"]
    cloud("POST", "/network/v2.0/subnets", {"subnet": {"network_id": id_, "cidr": "10.0.0.0/30", "ip_version": 4}})
    return id_


def test_a_spoiled_build_says_why_and_leaves_nothing_once_deleted(cloud):
    cloud("PUT", "/sim/faults", {"rules": ["server BUILD error 1x"]})
    net = network(cloud)
    server = show(cloud, boot(cloud, networks=[{"uuid": net}]))
    assert (server["status"], server["fault"]["code"]) == ("ERROR", 500)
    assert "fault rule" in server["fault"]["message"]
    cloud("DELETE", "/compute/v2.1/servers/" + server["id"])
    assert (objects(cloud, "server"), objects(cloud, "port")) == ([], [])
    assert show(cloud, boot(cloud, networks=[{"uuid": net}]))["status"] == "ACTIVE"


def test_a_network_without_free_addresses_spoils_the_build(cloud):
    net = network(cloud)
    assert show(cloud, boot(cloud, networks=[{"uuid": net}]))["status"] == "ACTIVE"
    server = show(cloud, boot(cloud, networks=[{"uuid": net}]))
    assert server["status"] == "ERROR"
    assert "No more IP addresses available" in server["fault"]["message"]


def test_an_affinity_group_keeps_servers_together_and_anti_affinity_apart(cloud):
    for policy, hosts in (("affinity", 1), ("anti-affinity", 4)):
        group = cloud("POST", "/compute/v2.1/os-server-groups", {"server_group": {"name": "g", "policy": policy}})["server_group"]["id"]
        servers = [boot(cloud, **{"os:scheduler_hints": {"group": group}}) for _ in range(4)]
        assert len({show(cloud, id_)["hostId"] for id_ in servers}) == hosts


def test_a_spoiled_deletion_can_be_tried_again(cloud):
    server_id = boot(cloud)
    cloud("PUT", "/sim/faults", {"rules": ["server deleting error 1x"]})
    cloud("DELETE", "/compute/v2.1/servers/" + server_id)
    assert show(cloud, server_id)["status"] == "ERROR"
    cloud("DELETE", "/compute/v2.1/servers/" + server_id)
    assert objects(cloud, "server") == []


def test_a_spoiled_resize(cloud):
    server_id = boot(cloud)
    cloud("PUT", "/sim/faults", {"rules": ["server RESIZE error 1x"]})
    cloud("POST", f"/compute/v2.1/servers/{server_id}/action", {"resize": {"flavorRef": "2"}})
    server = show(cloud, server_id)
    assert (server["status"], server["flavor"]["original_name"]) == ("ERROR", "m1.tiny")


def test_a_volume_reserved_for_a_spoiled_server_is_free_after_deletion(cloud):
    project = next(row["project"] for row in cloud("GET", "/sim/objects?kind=image")["objects"])
    volume = cloud("POST", f"/volume/v3/{project}/volumes", {"volume": {"size": 1}})["volume"]["id"]
    cloud("PUT", "/sim/faults", {"rules": ["server BUILD error 1x"]})
    devices = [{"source_type": "volume", "destination_type": "volume", "uuid": volume, "boot_index": 1}]
    server_id = boot(cloud, block_device_mapping_v2=devices)
    assert show(cloud, server_id)["status"] == "ERROR"
    cloud("DELETE", "/compute/v2.1/servers/" + server_id)
    assert cloud("GET", f"/volume/v3/{project}/volumes/{volume}")["volume"]["status"] == "available"
    assert objects(cloud, "volume_attachment") == []
