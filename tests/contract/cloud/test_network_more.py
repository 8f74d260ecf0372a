"""Neutron: segments, metering, port forwardings, trunks."""

from __future__ import annotations

import pytest


@pytest.fixture
def neutron(api):
    return api("network")


@pytest.fixture
def ruler(api):
    """The same, as administrator."""
    return api("network", who="admin")


@pytest.fixture
def make(neutron, later):
    """`make("ports", network_id=...)`: an object that is deleted when the test ends."""

    def create(collection, **fields):
        made = neutron("POST", f"/v2.0/{collection}", {collection[:-1]: fields}, 201).json()[collection[:-1]]
        later.callback(neutron, "DELETE", f"/v2.0/{collection}/{made['id']}")
        return made

    return create


@pytest.fixture
def network(make, name):
    made = make("networks", name=name)
    make("subnets", network_id=made["id"], cidr="10.95.0.0/24", ip_version=4)
    return made


def error(response, status, kind):
    """The message of an error of this status and type."""
    found = response.json()["NeutronError"]
    assert (response.status_code, found["type"]) == (status, kind), response.text
    return found["message"]


def test_a_network_has_a_segment_and_may_get_more(ruler, neutron, network):
    query = "/v2.0/segments?network_id=" + network["id"]
    (first,) = ruler("GET", query, None, 200).json()["segments"]
    assert (first["network_type"], first["name"]) == ("vxlan", None)
    assert neutron("GET", query, None, 200).json()["segments"] == []
    asked = {"network_id": network["id"], "network_type": "vxlan", "name": "second"}
    error(neutron("POST", "/v2.0/segments", {"segment": asked}), 403, "PolicyNotAuthorized")
    made = ruler("POST", "/v2.0/segments", {"segment": asked}, 201).json()["segment"]
    assert {key: made[key] for key in asked} == asked
    assert made["segmentation_id"] not in (None, first["segmentation_id"])
    seen = ruler("GET", "/v2.0/networks/" + network["id"], None, 200).json()["network"]
    assert [s["provider:segmentation_id"] for s in seen["segments"]] == [first["segmentation_id"], made["segmentation_id"]]
    path = "/v2.0/segments/" + made["id"]
    assert ruler("PUT", path, {"segment": {"name": "new"}}, 200).json()["segment"]["name"] == "new"
    ruler("DELETE", path, None, 204)
    assert error(ruler("GET", path), 404, "SegmentNotFound") == f"Segment {made['id']} could not be found."
    answer = ruler("POST", "/v2.0/segments", {"segment": {**asked, "network_type": "bogus"}})
    assert error(answer, 400, "InvalidInput") == "Invalid input for operation: network_type value 'bogus' not supported."


def test_metering(ruler, neutron, later, name):
    labels, rules = "/v2.0/metering/metering-labels", "/v2.0/metering/metering-label-rules"
    error(neutron("POST", labels, {"metering_label": {"name": name}}), 403, "PolicyNotAuthorized")
    label = ruler("POST", labels, {"metering_label": {"name": name, "description": "d"}}, 201).json()["metering_label"]
    later.callback(ruler, "DELETE", f"{labels}/{label['id']}")
    assert (label["name"], label["description"], label["shared"]) == (name, "d", False)
    asked = {"metering_label_id": label["id"], "remote_ip_prefix": "10.0.0.0/24", "direction": "ingress"}
    rule = ruler("POST", rules, {"metering_label_rule": asked}, 201).json()["metering_label_rule"]
    assert {key: rule[key] for key in asked} == asked
    assert rule["excluded"] is False
    answer = ruler("POST", rules, {"metering_label_rule": asked})
    assert error(answer, 409, "MeteringLabelRuleOverlaps") == (
        "Metering label rule with remote_ip_prefix '10.0.0.0/24' overlaps another.")
    answer = ruler("PUT", f"{labels}/{label['id']}", {"metering_label": {"name": "new"}})
    assert error(answer, 400, "HTTPBadRequest") == "Cannot update read-only attribute name"
    ruler("DELETE", f"{labels}/{label['id']}", None, 204)
    error(ruler("GET", f"{rules}/{rule['id']}"), 404, "MeteringLabelRuleNotFound")


def test_port_forwardings(neutron, make, network, later, name):
    public = neutron("GET", "/v2.0/networks?name=public").json()["networks"][0]["id"]
    router = make("routers", name=name, external_gateway_info={"network_id": public})
    path, subnet = "/v2.0/routers/" + router["id"], neutron("GET", "/v2.0/networks/" + network["id"]).json()["network"]["subnets"]
    neutron("PUT", path + "/add_router_interface", {"subnet_id": subnet[0]}, 200)
    later.callback(neutron, "PUT", path + "/remove_router_interface", {"subnet_id": subnet[0]})
    port, ip = make("ports", network_id=network["id"]), make("floatingips", floating_network_id=public)
    rows = f"/v2.0/floatingips/{ip['id']}/port_forwardings"
    asked = {"protocol": "tcp", "internal_ip_address": port["fixed_ips"][0]["ip_address"], "internal_port": 80,
             "internal_port_id": port["id"], "external_port": 8080}
    made = neutron("POST", rows, {"port_forwarding": asked}, 201).json()["port_forwarding"]
    assert {key: made[key] for key in asked} == asked
    assert "There is a port collision" in error(neutron("POST", rows, {"port_forwarding": asked}), 400, "BadRequest")
    one = f"{rows}/{made['id']}"
    changed = neutron("PUT", one, {"port_forwarding": {"external_port": 9090}}, 200).json()["port_forwarding"]
    assert (changed["external_port"], changed["external_port_range"]) == (9090, "9090:9090")
    seen = neutron("GET", "/v2.0/floatingips/" + ip["id"], None, 200).json()["floatingip"]
    assert (seen["router_id"], [row["id"] for row in seen["port_forwardings"]]) == (router["id"], [made["id"]])
    answer = neutron("PUT", "/v2.0/floatingips/" + ip["id"], {"floatingip": {"port_id": port["id"]}})
    assert error(answer, 409, "FipInUseByPortForwarding") == (
        f"Floating IP {ip['id']} in use by Port Forwarding resources.")
    answer = neutron("PUT", path + "/remove_router_interface", {"subnet_id": subnet[0]})
    error(answer, 409, "RouterInterfaceInUseByFloatingIP")
    neutron("DELETE", one, None, 204)
    assert error(neutron("GET", one), 404, "PortForwardingNotFound") == f"Port Forwarding {made['id']} could not be found."


def test_trunks(neutron, make, network, name):
    parent, child = (make("ports", network_id=network["id"]) for _ in range(2))
    trunk = make("trunks", name=name, port_id=parent["id"])
    assert (trunk["status"], trunk["sub_ports"], trunk["admin_state_up"]) == ("DOWN", [], True)
    path, sub = "/v2.0/trunks/" + trunk["id"], {"port_id": child["id"], "segmentation_type": "vlan", "segmentation_id": 7}
    assert neutron("PUT", path + "/add_subports", {"sub_ports": [sub]}, 200).json()["sub_ports"] == [sub]
    answer = neutron("PUT", path + "/add_subports", {"sub_ports": [{**sub, "segmentation_id": 8}]})
    assert error(answer, 409, "TrunkPortInUse") == f"Port {child['id']} is in use by another trunk."
    assert neutron("GET", path + "/get_subports", None, 200).json() == {"sub_ports": [sub]}
    details = neutron("GET", "/v2.0/ports/" + parent["id"], None, 200).json()["port"]["trunk_details"]
    assert details == {"trunk_id": trunk["id"], "sub_ports": [{**sub, "mac_address": child["mac_address"]}]}
    for port, kind in ((parent, "PortInUseAsTrunkParent"), (child, "PortInUseAsSubPort")):
        error(neutron("DELETE", "/v2.0/ports/" + port["id"]), 409, kind)
    error(neutron("POST", "/v2.0/trunks", {"trunk": {"port_id": parent["id"]}}), 409, "ParentPortInUse")
    gone = {"sub_ports": [{"port_id": child["id"]}]}
    assert neutron("PUT", path + "/remove_subports", gone, 200).json()["sub_ports"] == []
    error(neutron("PUT", path + "/remove_subports", gone), 404, "SubPortNotFound")
    neutron("PUT", path, {"trunk": {"admin_state_up": False}}, 200)
    assert error(neutron("DELETE", path), 409, "TrunkDisabled") == f"Trunk {trunk['id']} is currently disabled."
    neutron("PUT", path, {"trunk": {"admin_state_up": True}}, 200)
