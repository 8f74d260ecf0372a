"""Nova and Neutron together: servers and their ports."""

from __future__ import annotations

import pytest


@pytest.fixture
def network(api, later, name):
    """A network with a subnet 10.77.0.0/24."""
    neutron = api("network")
    made = neutron("POST", "/v2.0/networks", {"network": {"name": name}}, 201).json()["network"]
    later.callback(neutron, "DELETE", "/v2.0/networks/" + made["id"], None, 204)
    subnet = {"network_id": made["id"], "cidr": "10.77.0.0/24", "ip_version": 4}
    neutron("POST", "/v2.0/subnets", {"subnet": subnet}, 201)
    return made


@pytest.fixture
def boot(compute, member, later, eventually, name):
    """`boot(networks, field=...)`: an ACTIVE server as Nova shows it."""
    image, flavor = next(member.image.images(visibility="public")).id, member.compute.find_flavor("m1.tiny").id

    def make(networks, **more):
        asked = {"name": name, "imageRef": image, "flavorRef": flavor, "networks": networks, **more}
        server_id = compute("POST", "/servers", {"server": asked}, 202).json()["server"]["id"]
        later.callback(remove, compute, eventually, server_id)
        eventually(lambda: compute("GET", "/servers/" + server_id).json()["server"]["status"], lambda s: s != "BUILD")
        server = compute("GET", "/servers/" + server_id).json()["server"]
        assert server["status"] == "ACTIVE", server.get("fault")
        return server

    return make


def remove(compute, eventually, server_id):
    compute("DELETE", "/servers/" + server_id)
    eventually(lambda: compute("GET", "/servers/" + server_id).status_code, lambda status: status == 404)


def ports_of(api, server):
    return api("network")("GET", "/v2.0/ports?device_id=" + server["id"], None, 200).json()["ports"]


def make_port(api, later, network, **more):
    neutron = api("network")
    port = neutron("POST", "/v2.0/ports", {"port": {"network_id": network["id"], **more}}, 201).json()["port"]
    later.callback(neutron, "DELETE", "/v2.0/ports/" + port["id"])
    return port


def test_nova_makes_a_port_and_removes_it(api, compute, network, boot, eventually, name):
    server = boot([{"uuid": network["id"]}])
    (port,) = ports_of(api, server)
    assert (port["status"], port["device_owner"], port["network_id"]) == ("ACTIVE", "compute:nova", network["id"])
    (address,) = server["addresses"][name]
    assert address == {"version": 4, "addr": port["fixed_ips"][0]["ip_address"], "OS-EXT-IPS:type": "fixed",
                       "OS-EXT-IPS-MAC:mac_addr": port["mac_address"]}
    assert server["security_groups"] == [{"name": "default"}]
    plain = {"addresses": {name: [{"version": 4, "addr": address["addr"]}]}}
    assert compute("GET", f"/servers/{server['id']}/ips", None, 200).json() == plain
    api("network")("DELETE", "/v2.0/networks/" + network["id"], None, 409)
    remove(compute, eventually, server["id"])
    assert ports_of(api, server) == []


def test_a_given_port_outlives_the_server(api, compute, network, boot, later, eventually, name):
    port = make_port(api, later, network, name=name)
    server = boot([{"port": port["id"]}])
    bound = api("network")("GET", "/v2.0/ports/" + port["id"]).json()["port"]
    assert (bound["device_id"], bound["device_owner"]) == (server["id"], "compute:nova")
    body = {"name": name, "imageRef": server["image"]["id"], "networks": [{"port": port["id"]}], "flavorRef":
            next(f["id"] for f in compute("GET", "/flavors").json()["flavors"] if f["name"] == "m1.tiny")}
    refused = compute("POST", "/servers", {"server": body})
    assert refused.status_code in (400, 409)
    assert "in use" in refused.text
    remove(compute, eventually, server["id"])
    freed = api("network")("GET", "/v2.0/ports/" + port["id"], None, 200).json()["port"]
    assert (freed["device_id"], freed["device_owner"]) == ("", "")


def test_a_fixed_address_and_security_groups(api, network, boot, later, name):
    neutron = api("network")
    group = neutron("POST", "/v2.0/security-groups", {"security_group": {"name": name}}, 201).json()["security_group"]
    later.callback(neutron, "DELETE", "/v2.0/security-groups/" + group["id"])
    server = boot([{"uuid": network["id"], "fixed_ip": "10.77.0.77"}], security_groups=[{"name": name}])
    (port,) = ports_of(api, server)
    assert [ip["ip_address"] for ip in port["fixed_ips"]] == ["10.77.0.77"]
    assert port["security_groups"] == [group["id"]]
    assert server["security_groups"] == [{"name": name}]


def test_order_of_interfaces(api, compute, network, boot, later, name):
    first, second = make_port(api, later, network), make_port(api, later, network)
    server = boot([{"port": second["id"]}, {"port": first["id"]}, {"uuid": network["id"]}])
    assert len(server["addresses"][name]) == 3
    rows = compute("GET", f"/servers/{server['id']}/os-interface", None, 200).json()["interfaceAttachments"]
    assert {first["id"], second["id"]} < {row["port_id"] for row in rows}


def test_attach_and_detach_interfaces(api, compute, network, boot, later, eventually, name):
    server = boot("none")
    path = f"/servers/{server['id']}/os-interface"
    port = make_port(api, later, network)
    made = compute("POST", path, {"interfaceAttachment": {"port_id": port["id"]}}, 200).json()["interfaceAttachment"]
    assert (made["port_id"], made["net_id"], made["fixed_ips"]) == (port["id"], network["id"], port["fixed_ips"])
    other = compute("POST", path, {"interfaceAttachment": {"net_id": network["id"]}}, 200).json()["interfaceAttachment"]
    listed = compute("GET", path, None, 200).json()["interfaceAttachments"]
    assert {row["port_id"] for row in listed} == {port["id"], other["port_id"]}
    compute("GET", f"{path}/{port['id']}", None, 200)
    compute("POST", path, {"interfaceAttachment": {"port_id": port["id"], "net_id": network["id"]}}, 400)
    for row in (port["id"], other["port_id"]):
        compute("DELETE", f"{path}/{row}", None, 202)
        eventually(lambda row=row: compute("GET", f"{path}/{row}").status_code, lambda status: status == 404)
    neutron = api("network")
    assert eventually(lambda: neutron("GET", "/v2.0/ports/" + port["id"]).json()["port"], lambda p: p["device_id"] == "")
    eventually(lambda: neutron("GET", "/v2.0/ports/" + other["port_id"]).status_code, lambda status: status == 404)
    compute("DELETE", f"{path}/{port['id']}", None, 202)


def test_security_groups_of_a_running_server(api, compute, network, boot, later, eventually, name):
    neutron = api("network")
    group = neutron("POST", "/v2.0/security-groups", {"security_group": {"name": name}}, 201).json()["security_group"]
    later.callback(neutron, "DELETE", "/v2.0/security-groups/" + group["id"])
    server = boot([{"uuid": network["id"]}])
    path = f"/servers/{server['id']}/action"
    compute("POST", path, {"addSecurityGroup": {"name": name}}, 202)
    assert group["id"] in ports_of(api, server)[0]["security_groups"]
    compute("POST", path, {"removeSecurityGroup": {"name": name}}, 202)
    assert group["id"] not in ports_of(api, server)[0]["security_groups"]
    compute("POST", path, {"addSecurityGroup": {"name": "no-such-group"}}, 404)
    remove(compute, eventually, server["id"])


def test_a_network_without_a_subnet(api, compute, member, later, name):
    neutron = api("network")
    bare = neutron("POST", "/v2.0/networks", {"network": {"name": name}}, 201).json()["network"]
    later.callback(neutron, "DELETE", "/v2.0/networks/" + bare["id"])
    image, flavor = next(member.image.images(visibility="public")).id, member.compute.find_flavor("m1.tiny").id
    asked = {"name": name, "imageRef": image, "flavorRef": flavor, "networks": [{"uuid": bare["id"]}]}
    answer = compute("POST", "/servers", {"server": asked}, 400).json()["badRequest"]["message"]
    assert answer == f"Network {bare['id']} requires a subnet in order to boot instances on."


def test_a_floating_ip_is_among_the_addresses(api, compute, network, boot, later, name):
    neutron = api("network")
    public = neutron("GET", "/v2.0/networks?router:external=True").json()["networks"][0]
    subnet = neutron("GET", "/v2.0/subnets?network_id=" + network["id"]).json()["subnets"][0]
    router = neutron("POST", "/v2.0/routers", {"router": {"name": name, "external_gateway_info": {"network_id": public["id"]}}},
                     201).json()["router"]
    later.callback(neutron, "DELETE", "/v2.0/routers/" + router["id"], None, 204)
    neutron("PUT", f"/v2.0/routers/{router['id']}/add_router_interface", {"subnet_id": subnet["id"]}, 200)
    later.callback(neutron, "PUT", f"/v2.0/routers/{router['id']}/remove_router_interface", {"subnet_id": subnet["id"]}, 200)
    server = boot([{"uuid": network["id"]}])
    (port,) = ports_of(api, server)
    asked = {"floating_network_id": public["id"], "port_id": port["id"]}
    floating = neutron("POST", "/v2.0/floatingips", {"floatingip": asked}, 201).json()["floatingip"]
    later.callback(neutron, "DELETE", "/v2.0/floatingips/" + floating["id"], None, 204)
    rows = compute("GET", "/servers/" + server["id"]).json()["server"]["addresses"][name]
    assert {row["OS-EXT-IPS:type"] for row in rows} <= {"fixed", "floating"}
    assert port["fixed_ips"][0]["ip_address"] in [row["addr"] for row in rows]
