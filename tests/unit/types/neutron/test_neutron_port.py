"""OS::Neutron::Port"""

import pytest

from isotherm.model.step import Call, Lookup, Read, Until
from isotherm.types.finding import found, wanted

PORT = "/v2.0/ports"
WAIT = Until(PORT + "/{id}", "port", ok=("ACTIVE", "DOWN"), busy=("BUILD",), bad=("ERROR", "DEGRADED"),
             many=(PORT, "ports"))
PLAIN = {"network_id": "n1", "name": "{name}", "admin_state_up": True, "binding:vnic_type": "normal", "device_id": "",
         "device_owner": ""}


def body_of(plan):
    return plan[0].json["port"]


def test_a_port_is_made_and_waited_for(network):
    by_name = Lookup(PORT, "ports", {"name": "{name}"}, {"name": "{name}"})
    assert network("Port").create(network="n1") == (
        Call("POST", PORT, {"port": PLAIN}, identity="port.id", live="port", lookup=by_name), WAIT)


@pytest.mark.parametrize(("given", "sent"), [
    ({"fixed_ips": [{"subnet": "s1", "ip_address": None}, {"ip_address": "10.0.0.7"}]},
     {"fixed_ips": [{"subnet_id": "s1"}, {"ip_address": "10.0.0.7"}]}),
    ({"fixed_ips": [{"subnet_id": "s1"}]}, {"fixed_ips": [{"subnet_id": "s1"}]}),
    ({"fixed_ips": []}, {}),
    ({"no_fixed_ips": True}, {"fixed_ips": []}),
    ({"allowed_address_pairs": [{"ip_address": "10.0.0.0/24", "mac_address": None}]},
     {"allowed_address_pairs": [{"ip_address": "10.0.0.0/24"}]}),
    ({"security_groups": []}, {"security_groups": []}),
    ({"qos_policy": "q1", "replacement_policy": "AUTO"}, {"qos_policy_id": "q1"}),
    ({"value_specs": {"binding:profile": {"a": 1}}}, {"binding:profile": {"a": 1}}),
])
def test_the_body_of_a_new_port(network, given, sent):
    assert body_of(network("Port").create(network="n1", **given)) == PLAIN | sent


@pytest.mark.parametrize(("old", "new", "sent"), [
    ({"fixed_ips": [{"subnet": "s1"}]}, {"fixed_ips": [{"subnet": "s2"}]}, {"fixed_ips": [{"subnet_id": "s2"}]}),
    ({}, {"no_fixed_ips": True}, {"fixed_ips": []}),
    ({"no_fixed_ips": True}, {"fixed_ips": [{"subnet": "s1"}]}, {"fixed_ips": [{"subnet_id": "s1"}]}),
    ({"allowed_address_pairs": [{"ip_address": "10.0.0.9"}]}, {}, {"allowed_address_pairs": []}),
    ({"dns_name": "a", "port_security_enabled": False}, {}, {"dns_name": "", "port_security_enabled": True}),
    ({"security_groups": ["a"]}, {"security_groups": ["b"]}, {"security_groups": ["b"]}),
    ({"qos_policy": "q1"}, {"name": "p"}, {"qos_policy_id": None, "name": "p"}),
])
def test_a_port_update(network, old, new, sent):
    assert network("Port").update(old, **new) == (Call("PUT", PORT + "/{id}", {"port": sent}, live="port"), WAIT)


@pytest.mark.parametrize(("old", "new"), [
    ({"fixed_ips": [{"subnet": "s1"}]}, {}), ({"no_fixed_ips": True}, {}), ({"replacement_policy": None}, {})])
def test_addresses_stay_as_they_are_when_no_longer_given(network, old, new):
    assert network("Port").update(old, **new) == ()


def test_a_port_without_groups_of_its_own_goes_back_to_the_default_one(network):
    assert network("Port").update({"security_groups": ["a"]}) == (
        Call("GET", "/v2.0/security-groups", query={"name": "default", "tenant_id": "project-1"},
             save={"default_group": "security_groups.0.id"}),
        Call("PUT", PORT + "/{id}", {"port": {"security_groups": ["{default_group}"]}}, live="port"))


@pytest.mark.parametrize(("old", "new", "replaced"), [
    ({"network": "n1"}, {"network": "n2"}, ["network"]),
    ({"mac_address": "fa:16:3e:00:00:01"}, {"mac_address": "fa:16:3e:00:00:02"}, ["mac_address"]),
    ({}, {"replacement_policy": "REPLACE_ALWAYS"}, ["replacement_policy"]),
    ({"fixed_ips": [{"subnet": "a"}], "binding:vnic_type": "normal"},
     {"fixed_ips": [{"subnet": "b"}], "binding:vnic_type": "direct"}, []),
])
def test_port_replacement(network, old, new, replaced):
    assert network("Port").replaces(old, **new) == replaced


def test_a_replaced_port_hands_over_the_addresses_that_both_name(network):
    port = network("Port")
    mine = port.subject(fixed_ips=[{"subnet": "s1", "ip_address": "10.0.0.7"}])
    assert list(port.type.hand_over(mine, port.values(fixed_ips=[{"ip_address": "10.0.0.7"}]))) == [
        Call("PUT", PORT + "/{id}", {"port": {"fixed_ips": []}}, accept=(404,))]
    assert list(port.type.hand_over(mine, port.values(fixed_ips=[{"subnet": "s1", "ip_address": "10.0.0.8"}]))) == []
    assert list(port.type.take_back(mine)) == [
        Call("PUT", PORT + "/{id}", {"port": {"fixed_ips": [{"subnet_id": "s1", "ip_address": "10.0.0.7"}]}}, live="port")]
    assert list(port.type.take_back(port.subject())) == []


def test_names_in_a_port_are_found(network):
    port = network("Port")
    values = port.values(network="lan", fixed_ips=[{"subnet": "a"}], security_groups=["web", "db"])
    names = {("network.network", "lan"), ("network.subnet", "a"), ("network.security_group", "web"),
             ("network.security_group", "db")}
    assert wanted(port.type.properties, values) == names
    ids = {name: name[1].upper() for name in names}
    assert {key: value for key, value in found(port.type.properties, values, ids).items() if value != values[key]} == {
        "network": "LAN", "fixed_ips": [{"subnet": "A"}], "security_groups": ["WEB", "DB"]}


def test_attributes_of_a_port(network):
    port = network("Port")
    live = {"mac_address": "fa:16:3e:00:00:01", "fixed_ips": [{"subnet_id": "s2"}, {"subnet_id": "s1"}]}
    data = {"network": {"id": "n1", "mtu": 1450}, "subnets": [{"id": "s1", "cidr": "a"}, {"id": "s2"}, {"id": "s3"}]}
    subject = port.subject(live=live, data=data)
    assert port.type.attribute(subject, "mac_address") == "fa:16:3e:00:00:01"
    assert port.type.attribute(subject, "network") == {"id": "n1", "mtu": 1450}
    assert port.type.attribute(subject, "subnets") == [{"id": "s2"}, {"id": "s1", "cidr": "a"}]
    assert port.type.attribute(port.subject(live=live), "subnets") is None


def test_what_is_read_of_a_port(network):
    port = network("Port")
    read = Read(PORT + "/{id}", "port")
    assert list(port.type.read(port.subject(network="n1"))) == [read]
    assert list(port.type.read(port.subject(network="n1"), frozenset({"network", "subnets"}))) == [
        read, Call("GET", "/v2.0/networks/n1", save={"network": "network"}),
        Call("GET", "/v2.0/subnets", query={"network_id": "n1"}, save={"subnets": "subnets"})]


def test_addresses_and_none_of_them_exclude_each_other(network):
    port = network("Port")
    assert port.codes(fixed_ips=[{"subnet": "a"}], no_fixed_ips=True) == ["properties-exclude-each-other"]
    assert port.codes(fixed_ips=[{"subnet": "a"}]) == []


def test_older_names_are_taken_for_the_newer(network):
    values = network("Port").values(network=None, network_id="n1", fixed_ips=[{"subnet_id": "s1"}])
    new = network("Port").type.translate(values)
    assert (new["network"], new["fixed_ips"]) == ("n1", [{"subnet": "s1"}])


@pytest.mark.parametrize(("kind", "older"), [
    ("Port", {"network": ("network_id",)}), ("Subnet", {"network": ("network_id",)}),
    ("FloatingIP", {"floating_network": ("floating_network_id",)}),
    ("RouterInterface", {"router": ("router_id",), "subnet": ("subnet_id",), "port": ("port_id",)})])
def test_older_names_stand_in_for_what_is_required(network, kind, older):
    assert {p.name: p.older for p in network(kind).type.properties if p.older} == older
