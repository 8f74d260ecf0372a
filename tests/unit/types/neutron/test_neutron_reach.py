"""Dependencies that no property says"""

import pytest

from isotherm.model.unknown import Unknown


def ref(name):
    return Unknown(str, ((name, ()),), ("reference", name))


RESOURCES = {
    "net": ("OS::Neutron::Net", {}),
    "sub": ("OS::Neutron::Subnet", {"network": ref("net")}),
    "sub_old": ("OS::Neutron::Subnet", {"network_id": ref("net")}),
    "sub_public": ("OS::Neutron::Subnet", {"network": "public"}),
    "other": ("OS::Neutron::Net", {}),
    "sub_other": ("OS::Neutron::Subnet", {"network": ref("other")}),
    "router": ("OS::Neutron::Router", {"external_gateway_info": {"network": "public"}}),
    "inner_router": ("OS::Neutron::Router", {}),
    "gateway": ("OS::Neutron::RouterGateway", {"router_id": ref("inner_router"), "network": "public"}),
    "interface": ("OS::Neutron::RouterInterface", {"router": ref("router"), "subnet": ref("sub")}),
    "interface_other": ("OS::Neutron::RouterInterface", {"router": ref("inner_router"), "subnet": ref("sub_other")}),
    "port": ("OS::Neutron::Port", {"network": ref("net")}),
    "port_on_sub": ("OS::Neutron::Port", {"network": ref("net"), "fixed_ips": [{"subnet": ref("sub_old")}]}),
    "port_other": ("OS::Neutron::Port", {"network": ref("other"), "fixed_ips": [{"subnet": ref("sub_other")}]}),
    "server": ("OS::Nova::Server", {}),
}


@pytest.mark.parametrize(("kind", "mine", "needs"), [
    ("Port", {"network": ref("net")}, {"sub", "sub_old"}),
    ("Port", {"network_id": ref("net")}, {"sub", "sub_old"}),
    ("Port", {"network": "public"}, {"sub_public"}),
    ("Port", {"network": Unknown(str)}, set()),
    ("Port", {}, set()),
    ("Router", {"external_gateway_info": {"network": "public"}}, {"sub_public"}),
    ("Router", {"external_gateway_info": Unknown(dict)}, set()),
    ("RouterGateway", {"router_id": ref("router"), "network": "public"}, {"interface", "sub_public"}),
    ("FloatingIP", {"floating_network": "public"}, {"router", "gateway"}),
    ("FloatingIP", {"floating_network": "elsewhere", "port_id": ref("port")}, {"interface"}),
    ("FloatingIP", {"floating_network_id": "public", "port_id": ref("port_other")},
     {"router", "gateway", "interface_other"}),
    ("FloatingIPAssociation", {"port_id": ref("port")}, {"interface"}),
    ("FloatingIPAssociation", {"port_id": ref("port_on_sub")}, set()),
    ("FloatingIPAssociation", {"port_id": ref("port_other")}, {"interface_other"}),
    ("FloatingIPAssociation", {"port_id": "an existing port"}, set()),
    ("FloatingIPAssociation", {"port_id": Unknown(str, (("server", ("addresses",)),))},
     {"interface", "interface_other"}),
    ("Net", {}, set()),
    ("Subnet", {"network": ref("net")}, set()),
    ("RouterInterface", {"router": ref("router"), "subnet": ref("sub")}, set()),
])
def test_implied_dependencies(network, kind, mine, needs):
    assert network(kind).type.implicit("me", mine, RESOURCES) == needs


def test_an_interface_by_a_port_connects_the_port_s_network(network):
    resources = {
        "port": RESOURCES["port"], "door": ("OS::Neutron::Port", {"network": ref("net")}),
        "by_door": ("OS::Neutron::RouterInterface", {"router": "r", "port": ref("door")}),
        "by_other": ("OS::Neutron::RouterInterface", {"router": "r", "port": ref("far")}),
        "far": RESOURCES["port_other"],
        "by_unknown": ("OS::Neutron::RouterInterface", {"router": "r", "subnet": Unknown(str)}),
    }
    kind = network("FloatingIPAssociation").type
    assert kind.implicit("me", {"port_id": ref("port")}, resources) == {"by_door", "by_unknown"}
