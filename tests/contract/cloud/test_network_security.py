"""Neutron: security groups and rules, QoS policies, quotas, agents."""

from __future__ import annotations

import pytest

NOBODY = "4b1b1b1b-0000-4000-8000-000000000000"


@pytest.fixture
def neutron(api):
    return api("network")


@pytest.fixture
def group(neutron, later, name):
    made = neutron("POST", "/v2.0/security-groups", {"security_group": {"name": name, "description": "d"}}, 201).json()
    later.callback(neutron, "DELETE", "/v2.0/security-groups/" + made["security_group"]["id"])
    return made["security_group"]


@pytest.fixture
def rule(neutron, group):
    """`rule(direction=...)`: the response to making a rule in the group."""

    def create(**fields):
        asked = {"security_group_id": group["id"], "direction": "ingress", **fields}
        return neutron("POST", "/v2.0/security-group-rules", {"security_group_rule": asked})

    return create


def error(response, status, kind):
    """The message of an error of this status and type."""
    found = response.json()["NeutronError"]
    assert (response.status_code, found["type"]) == (status, kind), response.text
    return found["message"]


def shape(rules):
    return sorted((rule["direction"], rule["ethertype"], rule["remote_group_id"]) for rule in rules)


def test_a_new_group_lets_everything_out(group, name):
    assert (group["name"], group["description"], group["stateful"]) == (name, "d", True)
    assert shape(group["security_group_rules"]) == [("egress", "IPv4", None), ("egress", "IPv6", None)]


def test_the_default_group_lets_its_members_in(neutron):
    (default,) = neutron("GET", "/v2.0/security-groups?name=default", None, 200).json()["security_groups"]
    within = [r for r in default["security_group_rules"] if r["direction"] == "ingress" and r["remote_group_id"]]
    assert [r["remote_group_id"] for r in within] == [default["id"]] * 2
    answer = neutron("POST", "/v2.0/security-groups", {"security_group": {"name": "default"}})
    assert error(answer, 409, "SecurityGroupDefaultAlreadyExists") == "Default security group already exists."
    answer = neutron("PUT", "/v2.0/security-groups/" + default["id"], {"security_group": {"name": "mine"}})
    assert error(answer, 409, "SecurityGroupCannotUpdateDefault") == "Updating default security group not allowed."


def test_a_rule_has_its_fields(neutron, rule, group):
    made = rule(protocol="TCP", port_range_min=80, port_range_max="443", remote_ip_prefix="192.0.2.0/24").json()
    expected = {"protocol": "tcp", "port_range_min": 80, "port_range_max": 443, "remote_ip_prefix": "192.0.2.0/24",
                "ethertype": "IPv4", "direction": "ingress", "security_group_id": group["id"], "remote_group_id": None}
    found = made["security_group_rule"]
    assert {key: found[key] for key in expected} == expected
    shown = neutron("GET", "/v2.0/security-groups/" + group["id"], None, 200).json()["security_group"]
    assert found["id"] in [r["id"] for r in shown["security_group_rules"]]
    neutron("DELETE", "/v2.0/security-group-rules/" + found["id"], None, 204)
    neutron("GET", "/v2.0/security-group-rules/" + found["id"], None, 404)


@pytest.mark.parametrize(("asked", "kept"), [
    ({"protocol": "any"}, {"protocol": None}),
    ({"protocol": 6}, {"protocol": "6"}),
    ({"protocol": "icmp", "ethertype": "IPv6"}, {"protocol": "ipv6-icmp"}),
    ({"protocol": "icmp", "port_range_min": 8}, {"port_range_min": 8, "port_range_max": None}),
    ({"ethertype": "ipv6", "remote_ip_prefix": "2001:db8::/32"}, {"ethertype": "IPv6"}),
])  # fmt: skip
def test_what_becomes_of_values(rule, asked, kept):
    made = rule(**asked).json()["security_group_rule"]
    assert {key: made[key] for key in kept} == kept


@pytest.mark.parametrize(("fields", "status", "kind"), [
    ({"port_range_min": 1, "port_range_max": 2}, 400, "SecurityGroupProtocolRequiredWithPorts"),
    ({"protocol": "tcp", "port_range_min": 25, "port_range_max": 23}, 400, "SecurityGroupInvalidPortRange"),
    ({"protocol": "tcp", "port_range_min": 25}, 400, "SecurityGroupInvalidPortRange"),
    ({"protocol": "tcp", "port_range_min": 70000, "port_range_max": 70001}, 400, "SecurityGroupInvalidPortValue"),
    ({"protocol": "smtp"}, 400, "SecurityGroupRuleInvalidProtocol"),
    ({"protocol": "icmp", "port_range_min": 256}, 400, "SecurityGroupInvalidIcmpValue"),
    ({"protocol": "icmp", "port_range_max": 1}, 400, "SecurityGroupMissingIcmpType"),
    ({"ethertype": "IPv6", "remote_ip_prefix": "10.0.0.0/8"}, 400, "SecurityGroupRuleParameterConflict"),
    ({"ethertype": "IPX"}, 400, "SecurityGroupRuleInvalidEtherType"),
    ({"remote_ip_prefix": "10.0.0.0/8", "remote_group_id": NOBODY}, 400, "SecurityGroupMultipleRemoteEntites"),
    ({"remote_group_id": NOBODY}, 404, "SecurityGroupNotFound"),
    ({"security_group_id": NOBODY}, 404, "SecurityGroupNotFound"),
    ({"direction": "in"}, 400, "HTTPBadRequest"),
])  # fmt: skip
def test_rules_that_are_refused(rule, fields, status, kind):
    error(rule(**fields), status, kind)


@pytest.mark.parametrize(("first", "second"), [
    ({}, {}),
    ({"protocol": "tcp"}, {"protocol": "6"}),
    ({"protocol": "tcp"}, {"protocol": "tcp", "port_range_min": 1, "port_range_max": 65535}),
    ({}, {"remote_ip_prefix": "0.0.0.0/0"}),
    ({"description": "one"}, {"description": "two"}),
])  # fmt: skip
def test_a_rule_that_means_the_same_exists_already(rule, first, second):
    made = rule(**first).json()["security_group_rule"]
    assert error(rule(**second), 409, "SecurityGroupRuleExists") == (
        f"Security group rule already exists. Rule id is {made['id']}.")


def test_a_group_in_use_stays(neutron, group, later, name):
    network = neutron("POST", "/v2.0/networks", {"network": {"name": name}}, 201).json()["network"]
    later.callback(neutron, "DELETE", "/v2.0/networks/" + network["id"])
    asked = {"network_id": network["id"], "security_groups": [group["id"]]}
    port = neutron("POST", "/v2.0/ports", {"port": asked}, 201).json()["port"]
    later.callback(neutron, "DELETE", "/v2.0/ports/" + port["id"])
    path = "/v2.0/security-groups/" + group["id"]
    assert error(neutron("DELETE", path), 409, "SecurityGroupInUse") == f"Security Group {group['id']} in use."
    neutron("PUT", "/v2.0/ports/" + port["id"], {"port": {"security_groups": []}}, 200)
    neutron("DELETE", path, None, 204)


def test_rules_about_a_group_go_with_it(neutron, group, rule):
    other = neutron("POST", "/v2.0/security-groups", {"security_group": {"name": "other"}}, 201).json()["security_group"]
    made = rule(remote_group_id=other["id"]).json()["security_group_rule"]
    neutron("DELETE", "/v2.0/security-groups/" + other["id"], None, 204)
    neutron("GET", "/v2.0/security-group-rules/" + made["id"], None, 404)


def test_qos_policies_are_the_administrators(api, neutron, later, name):
    ruler = api("network", who="admin")
    error(neutron("POST", "/v2.0/qos/policies", {"policy": {"name": name}}), 403, "PolicyNotAuthorized")
    policy = ruler("POST", "/v2.0/qos/policies", {"policy": {"name": name, "shared": True}}, 201).json()["policy"]
    path = "/v2.0/qos/policies/" + policy["id"]
    later.callback(ruler, "DELETE", path)
    limit = ruler("POST", path + "/bandwidth_limit_rules", {"bandwidth_limit_rule": {"max_kbps": 1000}}, 201).json()
    limit = limit["bandwidth_limit_rule"]
    assert (limit["max_kbps"], limit["max_burst_kbps"], limit["direction"]) == (1000, 0, "egress")
    again = ruler("POST", path + "/bandwidth_limit_rules", {"bandwidth_limit_rule": {"max_kbps": 5}})
    assert error(again, 409, "QoSRulesConflict") == (
        f"Rule bandwidth_limit conflicts with rule {limit['id']} which already exists in QoS Policy {policy['id']}.")
    ruler("POST", path + "/dscp_marking_rules", {"dscp_marking_rule": {"dscp_mark": 10}}, 201)
    seen = neutron("GET", path, None, 200).json()["policy"]
    assert sorted(r["type"] for r in seen["rules"]) == ["bandwidth_limit", "dscp_marking"]
    network = neutron("POST", "/v2.0/networks", {"network": {"name": name, "qos_policy_id": policy["id"]}}, 201)
    network = network.json()["network"]
    answer = ruler("DELETE", path)
    neutron("DELETE", "/v2.0/networks/" + network["id"], None, 204)
    assert error(answer, 409, "QosPolicyInUse") == f"QoS Policy {policy['id']} is used by network {network['id']}."
    ruler("DELETE", f"{path}/bandwidth_limit_rules/{limit['id']}", None, 204)


def test_agents_are_hidden_from_members(neutron):
    assert neutron("GET", "/v2.0/agents", None, 200).json() == {"agents": []}


def test_a_quota_is_enforced(api, neutron, which, later, name):
    if which == "real":
        pytest.skip("NOT COMPARED: the real cloud's quota driver is the null one")
    ruler = api("network", who="admin")
    project = neutron("GET", "/v2.0/security-groups?name=default").json()["security_groups"][0]["project_id"]
    later.callback(ruler, "DELETE", "/v2.0/quotas/" + project)
    used = len(neutron("GET", f"/v2.0/networks?project_id={project}").json()["networks"])
    assert ruler("PUT", "/v2.0/quotas/" + project, {"quota": {"network": used}}, 200).json()["quota"]["network"] == used
    answer = neutron("POST", "/v2.0/networks", {"network": {"name": name}})
    assert error(answer, 409, "OverQuota") == "Quota exceeded for resources: ['network']."
    error(neutron("PUT", "/v2.0/quotas/" + project, {"quota": {"network": -1}}), 403, "PolicyNotAuthorized")


def test_agents_serve_networks_and_routers(api, neutron, which, later, name):
    if which == "real":
        pytest.skip("NOT COMPARED: the real cloud has no agents")
    ruler = api("network", who="admin")
    agents = {agent["agent_type"]: agent["id"] for agent in ruler("GET", "/v2.0/agents", None, 200).json()["agents"]}
    network = neutron("POST", "/v2.0/networks", {"network": {"name": name}}, 201).json()["network"]["id"]
    later.callback(neutron, "DELETE", "/v2.0/networks/" + network)
    path = f"/v2.0/agents/{agents['DHCP agent']}/dhcp-networks"
    ruler("POST", path, {"network_id": network}, 201)
    assert [n["id"] for n in ruler("GET", path, None, 200).json()["networks"]] == [network]
    hosting = ruler("GET", f"/v2.0/networks/{network}/dhcp-agents", None, 200).json()["agents"]
    assert [agent["id"] for agent in hosting] == [agents["DHCP agent"]]
    assert ruler("POST", path, {"network_id": network}).status_code == 409
    ruler("DELETE", f"{path}/{network}", None, 204)
    assert ruler("DELETE", f"{path}/{network}").status_code == 409
