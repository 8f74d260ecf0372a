"""OS::Neutron::FloatingIP and OS::Neutron::FloatingIPAssociation"""

import pytest

from isotherm.model.step import Call, Keep, Lookup

PATH = "/v2.0/floatingips"
MARKER = {"description": "{name}"}
BY_MARKER = Lookup(PATH, "floatingips", MARKER, MARKER)


def post(**body):
    return Call("POST", PATH, {"floatingip": {**body, **MARKER}}, identity="floatingip.id", live="floatingip",
                lookup=BY_MARKER)


def put(accept=(), **body):
    return Call("PUT", PATH + "/{id}", {"floatingip": body}, live="floatingip", accept=accept)


def test_a_floating_ip_is_marked_by_its_description(network):
    kind = network("FloatingIP")
    assert kind.create(floating_network="x1") == (post(floating_network_id="x1"),)
    assert kind.create(floating_network="x1", floating_subnet="s1", port_id="p1", dns_name="www",
                       value_specs={"description": "mine"}) == (
        post(floating_network_id="x1", subnet_id="s1", port_id="p1", dns_name="www"), put(description="mine"))
    first = next(iter(kind.type.delete(kind.subject(None))))
    assert first == Call("", PATH, identity="floatingip.id", lookup=BY_MARKER)


@pytest.mark.parametrize(("old", "new", "plan"), [
    ({}, {"port_id": "p1"}, (put(port_id="p1", fixed_ip_address=None),)),
    ({"port_id": "p1"}, {}, (put(port_id=None, fixed_ip_address=None),)),
    ({"port_id": "p1", "fixed_ip_address": "10.0.0.5"}, {"port_id": "p1"}, (put(port_id="p1", fixed_ip_address=None),)),
    ({"dns_name": "a"}, {"dns_name": "b"}, ()),
])
def test_where_it_leads_is_sent_whole(network, old, new, plan):
    assert network("FloatingIP").update(old, **new) == plan


@pytest.mark.parametrize(("name", "replaced"), [
    ("floating_network", True), ("floating_subnet", True), ("floating_ip_address", True), ("value_specs", True),
    ("port_id", False), ("fixed_ip_address", False), ("dns_name", False), ("dns_domain", False)])
def test_floating_ip_replacement(network, name, replaced):
    assert network("FloatingIP").replaces({name: "a"}, **{name: "b"}) == ([name] if replaced else [])


def test_a_replaced_floating_ip_lets_go_of_the_port(network):
    kind = network("FloatingIP")
    mine = kind.subject(port_id="p1")
    assert list(kind.type.hand_over(mine, kind.values(port_id="p1"))) == [put((404,), port_id=None)]
    assert list(kind.type.hand_over(mine, kind.values(port_id="p2"))) == []
    assert list(kind.type.take_back(mine)) == [put(port_id="p1", fixed_ip_address=None)]


def test_attributes_of_a_floating_ip(network):
    kind = network("FloatingIP")
    subject = kind.subject(live={"floating_ip_address": "203.0.113.5", "port_id": "p1"})
    assert kind.type.attribute(subject, "floating_ip_address") == "203.0.113.5"
    uncached = {attr.name for attr in kind.type.attributes if not attr.cached}
    assert uncached == {"port_id", "fixed_ip_address"}


def lead(fip, port, address=None):
    return Call("PUT", f"{PATH}/{fip}", {"floatingip": {"port_id": port, "fixed_ip_address": address}})


def let_go(fip):
    return Call("PUT", f"{PATH}/{fip}", {"floatingip": {"port_id": None}}, accept=(404,))


def test_an_association(network):
    kind = network("FloatingIPAssociation")
    assert kind.create(floatingip_id="f1", port_id="p1") == (lead("f1", "p1"), Keep("demo-res-x"))
    assert kind.create(floatingip_id="a/b", port_id="p1")[0].path == PATH + "/a%2Fb"
    assert kind.replaces({"floatingip_id": "f1", "port_id": "p1"}, floatingip_id="f2", port_id="p2") == []


@pytest.mark.parametrize(("new", "plan"), [
    ({"floatingip_id": "f1", "port_id": "p2"}, (lead("f1", "p2"),)),
    ({"floatingip_id": "f2", "port_id": "p1"}, (let_go("f1"), lead("f2", "p1"))),
    ({"floatingip_id": "f1", "port_id": "p1", "fixed_ip_address": "10.0.0.5"}, (lead("f1", "p1", "10.0.0.5"),)),
    ({"floatingip_id": "f1", "port_id": "p1"}, ()),
])
def test_an_association_moves(network, new, plan):
    assert network("FloatingIPAssociation").update({"floatingip_id": "f1", "port_id": "p1"}, **new) == plan


def test_only_an_association_of_ours_is_ended(network):
    kind = network("FloatingIPAssociation")
    ends = {"floatingip_id": "f1", "port_id": "p1"}
    there = {"id": "f1", "port_id": "p1"}
    assert list(kind.type.delete(kind.subject(**ends))) == [let_go("f1")]
    assert list(kind.type.delete(kind.subject(None, **ends))) == [
        Call("", PATH, identity="floatingip.id", lookup=Lookup(PATH, "floatingips", there, there)), let_go("f1")]
    assert list(kind.type.delete(kind.subject(data={"handed_over": True}, **ends))) == []
