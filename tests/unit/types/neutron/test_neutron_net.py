"""OS::Neutron::Net and OS::Neutron::Subnet"""

import pytest

from isotherm.model.step import Call, Lookup, Read, Run, Until
from isotherm.model.unknown import Unknown

NET, SUBNET = "/v2.0/networks", "/v2.0/subnets"
WAIT = Until("/v2.0/networks/{id}", "network", ok=("ACTIVE", "DOWN"), busy=("BUILD",), bad=("ERROR", "DEGRADED"),
             many=("/v2.0/networks", "networks"))


def by_name(path, plural):
    return Lookup(path, plural, {"name": "{name}"}, {"name": "{name}"})


def post(path, key, plural, **body):
    return Call("POST", path, {key: {**body, "name": "{name}"}}, identity=f"{key}.id", live=key,
                lookup=by_name(path, plural))


def test_a_net_is_made_under_its_unique_name_and_waited_for(network):
    assert network("Net").create() == (
        post(NET, "network", "networks", admin_state_up=True, shared=False), WAIT)


def test_the_chosen_name_comes_second_and_tags_and_agents_last(network):
    plan = network("Net").create(name="lan", qos_policy="q1", tags=["a"], dhcp_agent_ids=["d1"],
                                 value_specs={"mtu": 1400})
    assert plan == (
        post(NET, "network", "networks", admin_state_up=True, shared=False, qos_policy_id="q1", mtu=1400),
        Call("PUT", NET + "/{id}", {"network": {"name": "lan"}}, live="network"),
        WAIT,
        Call("PUT", NET + "/{id}/tags", {"tags": ["a"]}),
        Run("serve", {"agents": ["d1"]}),
    )


def test_empty_tags_on_create_need_no_request(network):
    assert network("Net").create(tags=[]) == network("Net").create()


def test_a_net_update_sends_what_changed_and_resets_what_was_removed(network):
    net = network("Net")
    old = {"name": "lan", "qos_policy": "q1", "port_security_enabled": False, "dns_domain": "a."}
    plan = net.update(old, shared=True)
    assert plan == (
        Call("PUT", NET + "/{id}", {"network": {
            "name": "{name}", "shared": True, "port_security_enabled": True, "qos_policy_id": None, "dns_domain": ""}},
            live="network"),
        WAIT)
    assert net.update({"tags": ["a"], "dhcp_agent_ids": ["d1"]}) == (
        Call("PUT", NET + "/{id}/tags", {"tags": []}), Run("serve", {"agents": []}))
    assert net.update({"name": "lan"}, name="lan") == ()


@pytest.mark.parametrize(("change", "replaced"), [
    ({"tenant_id": "p2"}, ["tenant_id"]),
    ({"availability_zone_hints": ["z"]}, ["availability_zone_hints"]),
    ({"name": "b", "shared": True, "tags": ["t"], "value_specs": {"mtu": 1}, "qos_policy": "q"}, []),
])
def test_net_replacement(network, change, replaced):
    assert network("Net").replaces({}, **change) == replaced


def test_a_net_is_deleted_by_id_or_else_looked_for(network):
    net = network("Net")
    gone = Call("DELETE", NET + "/{id}", accept=(404,))
    assert list(net.type.delete(net.subject())) == [gone]
    assert list(net.type.delete(net.subject(None))) == [
        Call("", NET, identity="network.id", lookup=by_name(NET, "networks")), gone]


def test_segments_are_read_only_when_asked_for(network):
    net = network("Net")
    read = Read(NET + "/{id}", "network")
    assert list(net.type.read(net.subject(), frozenset({"status"}))) == [read]
    assert list(net.type.read(net.subject(), frozenset({"segments"}))) == [
        read, Call("GET", "/v2.0/segments", query={"network_id": "{id}"}, accept=(403, 404),
                   save={"segments": "segments"})]
    subject = net.subject(data={"segments": [{"id": "s1"}]}, live={"mtu": 1450})
    assert net.type.attribute(subject, "segments") == [{"id": "s1"}]
    assert net.type.attribute(subject, "mtu") == 1450
    assert net.type.attribute(subject, "show") == {"mtu": 1450}


def test_the_reference_is_the_id_and_nothing_before(network):
    net = network("Net")
    assert net.type.reference(net.subject("n1")) == "n1"
    assert net.type.reference(net.subject(None)) is None


@pytest.mark.parametrize(("specs", "count"), [
    ({}, 0), ({"mtu": 1}, 0), (Unknown(dict), 0), ({"shared": True}, 1), ({"tenant_id": "x", "name": "y"}, 2)])
def test_value_specs_cannot_say_again_what_is_a_property(network, specs, count):
    assert network("Net").codes(value_specs=specs) == ["value-specs-overlap"] * count


def test_a_subnet_is_made_without_what_is_not_set(network):
    assert network("Subnet").create(network="n1", cidr="10.0.0.0/24", gateway_ip="", segment="g1") == (
        post(SUBNET, "subnet", "subnets", network_id="n1", cidr="10.0.0.0/24", gateway_ip=None, segment_id="g1",
             dns_nameservers=[], enable_dhcp=True, ip_version=4),)


def test_a_subnet_from_a_pool(network):
    (call,) = network("Subnet").create(network="n1", subnetpool="p1", prefixlen=26)
    assert call.json["subnet"] == {"network_id": "n1", "subnetpool_id": "p1", "prefixlen": 26, "name": "{name}",
                                   "dns_nameservers": [], "enable_dhcp": True, "ip_version": 4}


def test_a_subnet_update(network):
    old = {"allocation_pools": [{"start": "10.0.0.5", "end": "10.0.0.9"}], "segment": "g1", "gateway_ip": "10.0.0.1",
           "host_routes": [{"destination": "10.1.0.0/24", "nexthop": "10.0.0.2"}]}
    assert network("Subnet").update(old, dns_nameservers=["10.0.0.3"], gateway_ip="~") == (
        Call("PUT", SUBNET + "/{id}", {"subnet": {
            "allocation_pools": [], "dns_nameservers": ["10.0.0.3"], "gateway_ip": None, "host_routes": []}},
            live="subnet"),)


@pytest.mark.parametrize("name", ["network", "cidr", "subnetpool", "prefixlen", "ip_version", "tenant_id",
                                  "ipv6_ra_mode", "ipv6_address_mode"])
def test_subnet_replacement(network, name):
    assert network("Subnet").replaces({name: "a"}, **{name: "b"}) == [name]


@pytest.mark.parametrize("name", ["name", "segment", "gateway_ip", "enable_dhcp", "dns_nameservers", "host_routes",
                                  "allocation_pools", "tags", "value_specs"])
def test_subnet_changes_in_place(network, name):
    assert network("Subnet").replaces({name: "a"}, **{name: "b"}) == []


@pytest.mark.parametrize(("given", "codes"), [
    ({"cidr": "10.0.0.0/24"}, []),
    ({"cidr": Unknown(str), "gateway_ip": Unknown(str)}, []),
    ({"subnetpool": "p", "prefixlen": 24}, []),
    ({}, ["property-missing"]),
    ({"subnetpool": "p", "cidr": "10.0.0.0/24"}, ["properties-exclude-each-other"]),
    ({"prefixlen": 24, "cidr": "10.0.0.0/24"}, ["properties-exclude-each-other"]),
    ({"cidr": "10.0.0.0/24", "ipv6_ra_mode": "slaac"}, ["ipv6-mode-for-ipv4"]),
    ({"cidr": "fd00::/64", "ip_version": 6, "ipv6_ra_mode": "slaac"}, []),
    ({"cidr": "fd00::/64", "ip_version": 6, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}, []),
    ({"cidr": "fd00::/64", "ip_version": 6, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"},
     ["ipv6-modes-differ"]),
    ({"cidr": "10.0.0.0/24", "gateway_ip": "first"}, ["gateway-no-address"]),
    ({"cidr": "10.0.0.0/24", "gateway_ip": "~"}, []),
])
def test_rules_between_subnet_properties(network, given, codes):
    assert network("Subnet").codes(**given) == codes
