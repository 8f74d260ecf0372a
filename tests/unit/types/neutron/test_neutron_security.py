"""OS::Neutron::SecurityGroup, OS::Neutron::SecurityGroupRule and the rules themselves"""

from types import SimpleNamespace

import pytest

from isotherm.model.errors import Refused
from isotherm.model.outcome import Wait
from isotherm.model.step import Call, Lookup, Run
from isotherm.types.neutron import rules as security

GROUPS, RULES = "/v2.0/security-groups", "/v2.0/security-group-rules"
EGRESS = [{"direction": "egress", "ethertype": "IPv4"}, {"direction": "egress", "ethertype": "IPv6"}]
RULE = {"direction": "ingress", "ethertype": "IPv4", "port_range_min": None, "port_range_max": None, "protocol": None,
        "remote_mode": "remote_ip_prefix", "remote_group_id": None, "remote_ip_prefix": None, "description": None}
SSH = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}


class RuleService:
    """The part of a network service that keeps one group's rules, and refuses what the real one refuses."""

    def __init__(self, *rules):
        self.rules = {f"r{number}": self.shown(rule, f"r{number}") for number, rule in enumerate(rules)}
        self.changes = []

    @staticmethod
    def shown(rule, id_):
        blank = dict.fromkeys((*security.KEY, "description"))
        return {**blank, **rule, "id": id_, "security_group_id": "g1"}

    def request(self, service, method, path, json=None, query=None):
        assert service == "network"
        if method == "GET":
            assert (path, query) == (RULES, {"security_group_id": "g1"})
            return SimpleNamespace(body={"security_group_rules": list(self.rules.values())})
        self.changes.append(method)
        if method == "POST":
            rule = json["security_group_rule"]
            assert rule["security_group_id"] == "g1"
            if any(security.key(rule) == security.key(other) for other in self.rules.values()):
                raise Refused("network", 409, "Security group rule already exists")
            id_ = f"n{len(self.changes)}"
            self.rules[id_] = self.shown(rule, id_)
        elif self.rules.pop(path.removeprefix(RULES + "/"), None) is None:
            raise Refused("network", 404, "Security group rule could not be found")
        return SimpleNamespace(body=None)

    def keys(self):
        return {security.key(rule) for rule in self.rules.values()}


def test_a_group_with_rules(network):
    rules = [RULE | SSH, RULE | {"remote_mode": "remote_group_id"},
             RULE | {"remote_mode": "remote_group_id", "remote_group_id": "g2"}, RULE | {"remote_group_id": "g2"}]
    assert network("SecurityGroup").create(name="web", description="d", rules=rules) == (
        Call("POST", GROUPS, {"security_group": {"name": "{name}", "description": "d"}}, identity="security_group.id",
             live="security_group", lookup=Lookup(GROUPS, "security_groups", {"name": "{name}"}, {"name": "{name}"})),
        Call("PUT", GROUPS + "/{id}", {"security_group": {"name": "web"}}, live="security_group"),
        Run("settle", {"rules": [
            *EGRESS, SSH, {"direction": "ingress", "ethertype": "IPv4", "remote_group_id": "{id}"},
            {"direction": "ingress", "ethertype": "IPv4", "remote_group_id": "g2"},
            {"direction": "ingress", "ethertype": "IPv4"}]}))


def test_without_rules_the_service_s_own_stay(network):
    assert [type(step) for step in network("SecurityGroup").create()] == [Call]


def test_an_egress_rule_takes_the_place_of_the_service_s_own(network):
    out = RULE | {"direction": "egress", "protocol": "udp"}
    assert network("SecurityGroup").update({"rules": []}, rules=[out]) == (
        Run("settle", {"rules": [{"direction": "egress", "ethertype": "IPv4", "protocol": "udp"}]}),)
    assert network("SecurityGroup").update({"rules": [out]}, rules=[]) == (Run("settle", {"rules": EGRESS}),)


def test_a_group_update_and_its_replacement(network):
    group = network("SecurityGroup")
    assert group.update({"description": "d", "stateful": False}) == (
        Call("PUT", GROUPS + "/{id}", {"security_group": {"description": "", "stateful": True}},
             live="security_group"),)
    assert group.replaces({"rules": [], "name": "a", "stateful": True}, rules=[RULE], name="b", stateful=False) == []


@pytest.mark.parametrize(("given", "codes"), [
    ({"name": "web"}, []), ({"name": "default"}, ["security-group-named-default"]),
    ({"rules": [RULE | {"protocol": "tcp", "port_range_min": 90, "port_range_max": 80}]}, ["ports-out-of-order"]),
    ({"rules": [RULE | {"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}]}, []),
])
def test_what_a_group_may_not_be(network, given, codes):
    assert network("SecurityGroup").codes(**given) == codes


def test_settling_makes_what_is_missing_and_removes_what_is_not_wanted(network):
    group = network("SecurityGroup")
    service = RuleService(*EGRESS, SSH)
    web = SSH | {"port_range_min": 80, "port_range_max": 80}
    own = {"direction": "ingress", "ethertype": "IPv4", "remote_group_id": "{id}"}
    assert group.type.settle(group.subject("g1"), service, [EGRESS[0], web, own]) is None
    assert service.keys() == {security.key(rule) for rule in (EGRESS[0], web, own | {"remote_group_id": "g1"})}
    assert service.changes == ["POST", "POST", "DELETE", "DELETE"]
    assert group.type.settle(group.subject("g1"), service, [EGRESS[0], web, own]) is None
    assert len(service.changes) == 4


def test_settling_finds_the_same_rule_in_another_spelling():
    service = RuleService(SSH | {"remote_ip_prefix": "10.0.0.0/24"}, {**EGRESS[1], "protocol": "ipv6-icmp"}, EGRESS[0])
    same = [SSH | {"remote_ip_prefix": "10.0.0.9/24"}, {**EGRESS[1], "protocol": "icmpv6"},
            {**EGRESS[0], "remote_ip_prefix": "0.0.0.0/0"}]
    assert security.settle(service, "g1", same) is True
    assert service.changes == []


def test_a_new_description_makes_the_rule_anew():
    service = RuleService(SSH)
    assert security.settle(service, "g1", [SSH | {"description": "admins"}])
    assert service.changes == ["DELETE", "POST"]
    assert [rule["description"] for rule in service.rules.values()] == ["admins"]


def test_many_rules_take_several_turns(network):
    group = network("SecurityGroup")
    service = RuleService()
    many = [SSH | {"port_range_min": port, "port_range_max": port} for port in range(1, security.CHANGES_AT_ONCE + 6)]
    assert group.type.settle(group.subject("g1"), service, many) == Wait(0)
    assert len(service.rules) == security.CHANGES_AT_ONCE
    assert group.type.settle(group.subject("g1"), service, many) is None
    assert len(service.rules) == len(many)


def test_other_refusals_are_not_hidden():
    class Full(RuleService):
        def request(self, service, method, path, json=None, query=None):
            if method == "POST":
                raise Refused("network", 403, "Quota exceeded")
            return super().request(service, method, path, json, query)

    with pytest.raises(Refused, match="Quota exceeded"):
        security.settle(Full(), "g1", [SSH])


BODY = {**SSH, "security_group_id": "g1", "remote_ip_prefix": "10.0.0.0/8"}
GIVEN = {"security_group": "g1", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "10.0.0.0/8"}
SAME = Lookup(RULES, "security_group_rules", {"security_group_id": "g1"},
              {**BODY, "remote_group_id": None, "description": ""})


def test_a_rule_of_its_own(network):
    assert network("SecurityGroupRule").create(**GIVEN) == (
        Call("GET", RULES, query=BODY, save={"before": "security_group_rules.0.id"}),
        Call("POST", RULES, {"security_group_rule": BODY}, identity="security_group_rule.id",
             live="security_group_rule", lookup=SAME))


def test_a_rule_may_name_a_group_at_the_other_side(network):
    plan = network("SecurityGroupRule").create(security_group="g1", remote_group="g2", protocol="icmp",
                                               description="ping")
    assert plan[1].json["security_group_rule"] == {
        "direction": "ingress", "ethertype": "IPv4", "protocol": "icmp", "remote_group_id": "g2", "description": "ping",
        "security_group_id": "g1"}
    assert plan[1].lookup.match["description"] == "ping"


@pytest.mark.parametrize(("id_", "data", "plan"), [
    ("r1", {}, [Call("DELETE", RULES + "/{id}", accept=(404,))]),
    (None, {}, []),
    (None, {"before": "r9"}, []),
    (None, {"before": None}, [Call("", RULES, identity="security_group_rule.id", lookup=SAME),
                              Call("DELETE", RULES + "/{id}", accept=(404,))]),
])
def test_only_a_rule_of_ours_is_deleted(network, id_, data, plan):
    rule = network("SecurityGroupRule")
    assert list(rule.type.delete(rule.subject(id_, data, **GIVEN))) == plan


@pytest.mark.parametrize("name", ["security_group", "description", "direction", "ethertype", "port_range_min",
                                  "port_range_max", "protocol", "remote_group", "remote_ip_prefix"])
def test_every_change_of_a_rule_replaces_it(network, name):
    assert network("SecurityGroupRule").replaces({name: "a"}, **{name: "b"}) == [name]


@pytest.mark.parametrize(("given", "codes"), [
    (GIVEN, []),
    ({"security_group": "g", "remote_group": "h", "remote_ip_prefix": "10.0.0.0/8"}, ["properties-exclude-each-other"]),
    ({"security_group": "g", "port_range_min": 2, "port_range_max": 1}, ["ports-out-of-order"]),
    ({"security_group": "g", "protocol": "58", "port_range_min": 2, "port_range_max": 1}, []),
])
def test_rules_between_the_properties_of_a_rule(network, given, codes):
    assert network("SecurityGroupRule").codes(**given) == codes
