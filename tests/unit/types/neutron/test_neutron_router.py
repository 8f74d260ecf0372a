"""OS::Neutron::Router, RouterInterface and RouterGateway"""

import pytest

from isotherm.model.step import Call, Keep, Lookup, Run, Until

ROUTER, PORTS = "/v2.0/routers", "/v2.0/ports"
WAIT = Until(ROUTER + "/{id}", "router", ok=("ACTIVE", "DOWN"), busy=("BUILD", "ALLOCATING"), bad=("ERROR", "DEGRADED"),
             many=(ROUTER, "routers"))


def test_a_router_with_a_gateway(network):
    info = {"network": "x1", "enable_snat": None, "external_fixed_ips": [{"subnet": "s1", "ip_address": None}]}
    plan = network("Router").create(external_gateway_info=info, l3_agent_ids=["a1"], ha=True)
    assert plan == (
        Call("POST", ROUTER, {"router": {
            "name": "{name}", "admin_state_up": True, "ha": True,
            "external_gateway_info": {"network_id": "x1", "external_fixed_ips": [{"subnet_id": "s1"}]}}},
            identity="router.id", live="router",
            lookup=Lookup(ROUTER, "routers", {"name": "{name}"}, {"name": "{name}"})),
        WAIT,
        Run("serve", {"agents": ["a1"]}))


def test_a_router_update(network):
    router = network("Router")
    assert router.update({"external_gateway_info": {"network": "x1"}}, admin_state_up=False) == (
        Call("PUT", ROUTER + "/{id}", {"router": {"external_gateway_info": {}, "admin_state_up": False}},
             live="router"),
        WAIT)
    assert router.update({"l3_agent_ids": ["a"]}, l3_agent_ids=["b"]) == (Run("serve", {"agents": ["b"]}),)
    assert router.update({"l3_agent_id": "a"}, l3_agent_ids=["a"]) == ()


@pytest.mark.parametrize("name", ["ha", "distributed", "tenant_id"])
def test_router_replacement(network, name):
    assert network("Router").replaces({name: "a"}, **{name: "b"}) == [name]
    assert network("Router").replaces({"availability_zone_hints": ["a"]}, availability_zone_hints=["b"]) == []


@pytest.mark.parametrize(("given", "codes"), [
    ({"ha": True, "l3_agent_ids": ["a", "b"]}, []),
    ({"l3_agent_ids": ["a"]}, []),
    ({"l3_agent_ids": ["a", "b"]}, ["several-agents-without-ha"]),
    ({"l3_agent_id": "a", "l3_agent_ids": ["b"]}, ["properties-exclude-each-other"]),
    ({"distributed": True, "l3_agent_ids": ["b"]}, ["properties-exclude-each-other"]),
    ({"distributed": True, "ha": True}, ["properties-exclude-each-other"]),
    ({"distributed": True, "ha": False}, []),
])
def test_rules_between_router_properties(network, given, codes):
    assert network("Router").codes(**given) == codes


def test_the_single_agent_joins_the_list(network):
    assert network("Router").type.translate({"l3_agent_id": "a"}) == {"l3_agent_ids": ["a"]}


def add(end, query):
    return Call("PUT", ROUTER + "/r1/add_router_interface", end, identity="port.id",
                lookup=Lookup(PORTS, "ports", {"device_id": "r1", **query}, {"device_id": "r1"}))


def look(query):
    return Call("GET", PORTS, query={"device_id": "r1", **query}, save={"before": "ports.0.id"})


OF_SUBNET = {"fixed_ips": "subnet_id=s1"}
REMOVE = Call("PUT", ROUTER + "/r1/remove_router_interface", {"subnet_id": "s1"}, accept=(404,))


@pytest.mark.parametrize(("given", "plan"), [
    ({"subnet": "s1"}, (look(OF_SUBNET), add({"subnet_id": "s1"}, OF_SUBNET), Keep("r1:subnet_id=s1"))),
    ({"port": "p1"}, (look({"id": "p1"}), add({"port_id": "p1"}, {"id": "p1"}), Keep("r1:port_id=p1"))),
])
def test_an_interface_is_named_by_what_it_connects(network, given, plan):
    assert network("RouterInterface").create(router="r1", **given) == plan


@pytest.mark.parametrize(("id_", "data", "plan"), [
    ("r1:subnet_id=s1", {}, [REMOVE]),
    ("r1:subnet_id=s1", {"handed_over": True}, []),
    (None, {}, []),
    (None, {"before": "p9"}, []),
    (None, {"before": None}, [Call("", PORTS, identity="port.id", lookup=add({}, OF_SUBNET).lookup), REMOVE]),
])
def test_only_an_interface_of_ours_is_removed(network, id_, data, plan):
    interface = network("RouterInterface")
    assert list(interface.type.delete(interface.subject(id_, data, router="r1", subnet="s1"))) == plan


def test_an_interface_is_handed_over_when_the_next_needs_its_end(network):
    interface = network("RouterInterface")
    mine = interface.subject(router="r1", subnet="s1")
    assert list(interface.type.hand_over(mine, interface.values(router="r2", subnet="s1"))) == [
        REMOVE]
    assert list(interface.type.hand_over(mine, interface.values(router="r1", subnet="s2"))) == []
    assert list(interface.type.take_back(mine)) == [REMOVE, add({"subnet_id": "s1"}, OF_SUBNET)]


@pytest.mark.parametrize(("given", "codes"), [
    ({"subnet": "s"}, []), ({"port": "p"}, []), ({}, ["property-missing"]),
    ({"subnet": "s", "port": "p"}, ["properties-exclude-each-other"])])
def test_an_interface_has_one_other_end(network, given, codes):
    assert network("RouterInterface").codes(router="r1", **given) == codes


@pytest.mark.parametrize("name", ["router", "subnet", "port"])
def test_interface_replacement(network, name):
    assert network("RouterInterface").replaces({name: "a"}, **{name: "b"}) == [name]


def gateway(info, accept=()):
    return Call("PUT", ROUTER + "/r1", {"router": {"external_gateway_info": info}}, accept=accept)


def test_a_gateway_connects_and_disconnects(network):
    kind = network("RouterGateway")
    assert kind.create(router_id="r1", network="x1") == (gateway({"network_id": "x1"}), Keep("r1:x1"))
    assert list(kind.type.delete(kind.subject(router_id="r1", network="x1"))) == [gateway({}, (404,))]
    there = {"id": "r1", "external_gateway_info.network_id": "x1"}
    assert list(kind.type.delete(kind.subject(None, router_id="r1", network="x1"))) == [
        Call("", ROUTER, identity="router.id", lookup=Lookup(ROUTER, "routers", {"id": "r1"}, there)),
        gateway({}, (404,))]


def test_a_router_has_one_gateway_to_hand_over(network):
    kind = network("RouterGateway")
    mine = kind.subject(router_id="r1", network="x1")
    assert list(kind.type.hand_over(mine, kind.values(router_id="r1", network="x2"))) == [
        gateway({}, (404,))]
    assert list(kind.type.hand_over(mine, kind.values(router_id="r2", network="x1"))) == []
