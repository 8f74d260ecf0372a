"""Neutron: routers, their interfaces and gateways, floating IPs."""

from __future__ import annotations

import pytest

NOBODY = "4b1b1b1b-0000-4000-8000-000000000000"


@pytest.fixture
def neutron(api):
    return api("network")


@pytest.fixture
def public(neutron):
    return neutron("GET", "/v2.0/networks?name=public", None, 200).json()["networks"][0]["id"]


@pytest.fixture
def make(neutron, later):
    """`make("ports", network_id=...)`: an object that is deleted when the test ends."""

    def create(collection, **fields):
        made = neutron("POST", f"/v2.0/{collection}", {collection[:-1]: fields}, 201).json()[collection[:-1]]
        later.callback(neutron, "DELETE", f"/v2.0/{collection}/{made['id']}")
        return made

    return create


@pytest.fixture
def subnet(make, name):
    """A subnet 10.91.0.0/24 on a network of its own."""
    return make("subnets", network_id=make("networks", name=name)["id"], cidr="10.91.0.0/24", ip_version=4)


@pytest.fixture
def router(make, name):
    return make("routers", name=name)


@pytest.fixture
def plug(neutron, later):
    """`plug(router, subnet_id=...)`: the answer of add_router_interface; unplugged when the test ends."""

    def add(router, status=200, **what):
        path = f"/v2.0/routers/{router['id']}"
        answer = neutron("PUT", path + "/add_router_interface", what, status).json()
        if status == 200:
            later.callback(neutron, "PUT", path + "/remove_router_interface", {"port_id": answer["port_id"]})
        return answer

    return add


@pytest.fixture
def connected(neutron, router, subnet, plug, public):
    """The router with an interface on the subnet and a gateway to the public network."""
    neutron("PUT", "/v2.0/routers/" + router["id"], {"router": {"external_gateway_info": {"network_id": public}}}, 200)
    plug(router, subnet_id=subnet["id"])
    return router


@pytest.fixture
def float_ip(make, public):
    def create(**fields):
        return make("floatingips", floating_network_id=public, **fields)

    return create


def error(response, status, kind):
    """The message of an error of this status and type."""
    found = (response if isinstance(response, dict) else response.json())["NeutronError"]
    assert found["type"] == kind, found
    assert isinstance(response, dict) or response.status_code == status, found
    return found["message"]


def test_a_new_router(router, name):
    expected = {"name": name, "status": "ACTIVE", "admin_state_up": True, "external_gateway_info": None, "routes": [],
                "tags": [], "description": ""}
    assert {key: router[key] for key in expected} == expected
    assert "ha" not in router


def test_an_interface_takes_the_gateway_address(neutron, router, subnet, plug):
    answer = plug(router, subnet_id=subnet["id"])
    expected = {"id": router["id"], "project_id": router["project_id"], "network_id": subnet["network_id"],
                "subnet_id": subnet["id"], "subnet_ids": [subnet["id"]]}
    assert {key: answer[key] for key in expected} == expected
    port = neutron("GET", "/v2.0/ports/" + answer["port_id"], None, 200).json()["port"]
    expected = {"device_owner": "network:router_interface", "device_id": router["id"], "security_groups": [],
                "fixed_ips": [{"subnet_id": subnet["id"], "ip_address": "10.91.0.1"}], "port_security_enabled": False,
                "project_id": router["project_id"]}
    assert {key: port[key] for key in expected} == expected
    assert error(neutron("DELETE", "/v2.0/ports/" + port["id"]), 409, "ServicePortInUse") == (
        f"Port {port['id']} cannot be deleted directly via the port API: has device owner network:router_interface.")
    assert error(neutron("DELETE", "/v2.0/routers/" + router["id"]), 409, "RouterInUse") == (
        f"Router {router['id']} has ports still attached: {port['id']}")
    removed = neutron("PUT", f"/v2.0/routers/{router['id']}/remove_router_interface", {"subnet_id": subnet["id"]}, 200)
    assert removed.json() == answer
    neutron("GET", "/v2.0/ports/" + port["id"], None, 404)


def test_an_interface_by_a_port(neutron, make, router, subnet, plug):
    port = make("ports", network_id=subnet["network_id"], fixed_ips=[{"ip_address": "10.91.0.9"}])
    assert plug(router, port_id=port["id"])["port_id"] == port["id"]
    seen = neutron("GET", "/v2.0/ports/" + port["id"], None, 200).json()["port"]
    assert (seen["device_owner"], seen["device_id"]) == ("network:router_interface", router["id"])
    assert "already has an attached device" in error(plug(router, 409, port_id=port["id"]), 409, "PortInUse")


def test_interfaces_that_are_refused(make, router, subnet, plug):
    assert error(plug(router, 400), 400, "BadRequest") == (
        "Bad router request: Either subnet_id or port_id must be specified.")
    both = error(plug(router, 400, subnet_id=subnet["id"], port_id=NOBODY), 400, "BadRequest")
    assert both == "Bad router request: Cannot specify both subnet-id and port-id."
    error(plug(router, 404, subnet_id=NOBODY), 404, "SubnetNotFound")
    error(plug(router, 404, port_id=NOBODY), 404, "PortNotFound")
    error(plug({"id": NOBODY}, 404, subnet_id=subnet["id"]), 404, "RouterNotFound")
    closed = make("subnets", network_id=subnet["network_id"], cidr="10.92.0.0/24", ip_version=4, gateway_ip=None)
    assert error(plug(router, 400, subnet_id=closed["id"]), 400, "BadRequest") == (
        "Bad router request: Subnet for router interface must have a gateway IP.")
    bare = make("ports", network_id=subnet["network_id"], fixed_ips=[])
    assert error(plug(router, 400, port_id=bare["id"]), 400, "BadRequest") == (
        "Bad router request: Router port must have at least one fixed IP.")
    plug(router, subnet_id=subnet["id"])
    assert error(plug(router, 400, subnet_id=subnet["id"]), 400, "BadRequest") == (
        f"Bad router request: Router already has a port on subnet {subnet['id']}.")
    wide = make("subnets", network_id=make("networks")["id"], cidr="10.91.0.0/16", ip_version=4)
    assert error(plug(router, 400, subnet_id=wide["id"]), 400, "BadRequest") == (
        f"Bad router request: Cidr 10.91.0.0/16 of subnet {wide['id']} overlaps with cidr 10.91.0.0/24 of subnet "
        f"{subnet['id']}.")


def test_an_interface_address_is_taken_once(make, router, subnet, plug):
    plug(router, subnet_id=subnet["id"])
    other = make("routers", name="other")
    assert error(plug(other, 409, subnet_id=subnet["id"]), 409, "IpAddressAlreadyAllocated") == (
        f"IP address 10.91.0.1 already allocated in subnet {subnet['id']}")


def test_the_ipv6_subnets_of_a_network_share_an_interface(neutron, make, router, plug):
    network, modes = make("networks")["id"], {"ipv6_address_mode": "slaac", "ipv6_ra_mode": "slaac", "ip_version": 6}
    one, two = (make("subnets", network_id=network, cidr=f"2001:db8:{n}::/64", **modes) for n in (91, 92))
    first, second = plug(router, subnet_id=one["id"]), plug(router, subnet_id=two["id"])
    assert first["port_id"] == second["port_id"]
    assert second["subnet_ids"] == [two["id"]]
    port = neutron("GET", "/v2.0/ports/" + first["port_id"], None, 200).json()["port"]
    assert {ip["ip_address"] for ip in port["fixed_ips"]} == {"2001:db8:91::", "2001:db8:92::"}
    neutron("PUT", f"/v2.0/routers/{router['id']}/remove_router_interface", {"subnet_id": two["id"]}, 200)
    port = neutron("GET", "/v2.0/ports/" + first["port_id"], None, 200).json()["port"]
    assert [ip["ip_address"] for ip in port["fixed_ips"]] == ["2001:db8:91::"]


def test_removing_an_interface_that_is_not_there(neutron, make, router, subnet):
    path = f"/v2.0/routers/{router['id']}/remove_router_interface"
    assert error(neutron("PUT", path, {"subnet_id": subnet["id"]}), 404, "RouterInterfaceNotFoundForSubnet") == (
        f"Router {router['id']} has no interface on subnet {subnet['id']}")
    port = make("ports", network_id=subnet["network_id"])
    assert error(neutron("PUT", path, {"port_id": port["id"]}), 404, "RouterInterfaceNotFound") == (
        f"Router {router['id']} does not have an interface with id {port['id']}")


def test_a_gateway_has_an_address_and_a_hidden_port(api, neutron, make, public):
    router = make("routers", external_gateway_info={"network_id": public})
    info = router["external_gateway_info"]
    assert (info["network_id"], info["enable_snat"], len(info["external_fixed_ips"])) == (public, True, 1)
    query = f"/v2.0/ports?device_id={router['id']}&device_owner=network:router_gateway"
    assert neutron("GET", query, None, 200).json()["ports"] == []
    (port,) = api("network", who="admin")("GET", query, None, 200).json()["ports"]
    assert (port["fixed_ips"], port["project_id"]) == (info["external_fixed_ips"], "")
    for nothing in ({}, None):
        body = {"router": {"external_gateway_info": nothing}}
        cleared = neutron("PUT", "/v2.0/routers/" + router["id"], body, 200).json()["router"]
        assert cleared["external_gateway_info"] is None
    assert api("network", who="admin")("GET", query, None, 200).json()["ports"] == []


def test_gateways_that_are_refused(neutron, subnet, public):
    def refused(**info):
        return neutron("POST", "/v2.0/routers", {"router": {"name": "refused", "external_gateway_info": info}})

    assert error(refused(network_id=subnet["network_id"]), 400, "BadRequest") == (
        f"Bad router request: Network {subnet['network_id']} is not an external network.")
    error(refused(network_id=public, enable_snat=False), 403, "PolicyNotAuthorized")
    error(neutron("POST", "/v2.0/routers", {"router": {"ha": True}}), 403, "PolicyNotAuthorized")


def test_extra_routes(neutron, router, subnet, plug):
    plug(router, subnet_id=subnet["id"])
    path = "/v2.0/routers/" + router["id"]
    one, two = ({"destination": f"10.7{n}.0.0/16", "nexthop": "10.91.0.77"} for n in (1, 2))
    assert neutron("PUT", path, {"router": {"routes": [one]}}, 200).json()["router"]["routes"] == [one]
    added = neutron("PUT", path + "/add_extraroutes", {"router": {"routes": [two]}}, 200).json()["router"]["routes"]
    assert sorted(added, key=str) == [one, two]
    for wrong in ("10.73.0.0", "10.73.0.1/16"):
        answer = neutron("PUT", path, {"router": {"routes": [{**one, "destination": wrong}]}})
        assert error(answer, 400, "HTTPBadRequest") == f"Invalid input for routes. Reason: '{wrong}' is not a valid CIDR."
    far = {"destination": "10.73.0.0/16", "nexthop": "10.99.0.1"}
    assert error(neutron("PUT", path, {"router": {"routes": [far]}}), 400, "InvalidRoutes") == (
        f"Invalid format for routes: {[far]}, the nexthop is not connected with router")
    answer = neutron("PUT", path + "/remove_router_interface", {"subnet_id": subnet["id"]})
    assert error(answer, 409, "RouterInterfaceInUseByRoute") == (
        f"Router interface for subnet {subnet['id']} on router {router['id']} cannot be deleted, as it is required by one or "
        "more routes.")
    left = neutron("PUT", path + "/remove_extraroutes", {"router": {"routes": [one]}}, 200).json()["router"]["routes"]
    assert left == [two]
    neutron("PUT", path, {"router": {"routes": []}}, 200)


def test_a_floating_ip_follows_its_port(neutron, make, connected, subnet, float_ip, public):
    port = make("ports", network_id=subnet["network_id"], name="inside")
    ip = float_ip(port_id=port["id"], description="d")
    inside = port["fixed_ips"][0]["ip_address"]
    expected = {"floating_network_id": public, "port_id": port["id"], "fixed_ip_address": inside, "description": "d",
                "router_id": connected["id"]}
    assert {key: ip[key] for key in expected} == expected
    assert (ip["port_details"]["name"], ip["port_details"]["mac_address"]) == ("inside", port["mac_address"])
    path = "/v2.0/floatingips/" + ip["id"]
    off = neutron("PUT", path, {"floatingip": {"port_id": None}}, 200).json()["floatingip"]
    nowhere = {"port_id": None, "fixed_ip_address": None, "router_id": None, "status": "DOWN", "port_details": None}
    assert {key: off[key] for key in nowhere} == nowhere
    neutron("PUT", path, {"floatingip": {"port_id": port["id"]}}, 200)
    neutron("DELETE", "/v2.0/ports/" + port["id"], None, 204)
    left = neutron("GET", path, None, 200).json()["floatingip"]
    assert {key: left[key] for key in nowhere} == nowhere
    assert left["floating_ip_address"] == ip["floating_ip_address"]


def test_floating_ips_that_are_refused(api, neutron, make, connected, subnet, float_ip, public):
    def refused(**fields):
        return neutron("POST", "/v2.0/floatingips", {"floatingip": {"floating_network_id": public, **fields}})

    assert error(refused(floating_network_id=subnet["network_id"]), 400, "BadRequest") == (
        f"Bad floatingip request: Network {subnet['network_id']} is not a valid external network.")
    missing = neutron("POST", "/v2.0/floatingips", {"floatingip": {}})
    assert error(missing, 400, "HTTPBadRequest") == (
        "Failed to parse request. Required attribute 'floating_network_id' not specified")
    error(refused(floating_ip_address="172.24.9.9"), 403, "PolicyNotAuthorized")
    error(refused(port_id=NOBODY), 404, "PortNotFound")
    assert error(refused(fixed_ip_address="10.91.0.4"), 400, "BadRequest") == (
        "Bad floatingip request: fixed_ip_address cannot be specified without a port_id.")
    bare = make("ports", network_id=subnet["network_id"], fixed_ips=[])
    assert error(refused(port_id=bare["id"]), 400, "BadRequest") == (
        f"Bad floatingip request: Cannot add floating IP to port {bare['id']} that has no fixed IPv4 addresses.")
    port = make("ports", network_id=subnet["network_id"])
    answer = refused(port_id=port["id"], fixed_ip_address="10.1.1.1")
    assert error(answer, 400, "BadRequest") == f"Bad floatingip request: Port {port['id']} does not have fixed ip 10.1.1.1."
    float_ip(port_id=port["id"])
    assert "already has a floating IP on external network" in error(
        refused(port_id=port["id"]), 409, "FloatingIPPortAlreadyAssociated")
    lonely = make("subnets", network_id=make("networks")["id"], cidr="10.93.0.0/24", ip_version=4)
    far = make("ports", network_id=lonely["network_id"])
    assert error(refused(port_id=far["id"]), 404, "ExternalGatewayForFloatingIPNotFound") == (
        f"External network {public} is not reachable from subnet {lonely['id']}.  Therefore, cannot associate Port "
        f"{far['id']} with a Floating IP.")


def test_what_a_floating_ip_needs_stays(neutron, make, connected, subnet, float_ip, public):
    ip = float_ip(port_id=make("ports", network_id=subnet["network_id"])["id"])
    path = "/v2.0/routers/" + connected["id"]
    answer = neutron("PUT", path + "/remove_router_interface", {"subnet_id": subnet["id"]})
    assert error(answer, 409, "RouterInterfaceInUseByFloatingIP") == (
        f"Router interface for subnet {subnet['id']} on router {connected['id']} cannot be deleted, as it is required by one "
        "or more floating IPs.")
    answer = neutron("PUT", path, {"router": {"external_gateway_info": None}})
    assert error(answer, 409, "RouterExternalGatewayInUseByFloatingIp") == (
        f"Gateway cannot be updated for router {connected['id']}, since a gateway to external network {public} is required "
        "by one or more floating IPs.")
    neutron("DELETE", "/v2.0/floatingips/" + ip["id"], None, 204)
    neutron("PUT", path + "/remove_router_interface", {"subnet_id": subnet["id"]}, 200)


def test_floating_ips_are_unique_and_found_by_their_fields(api, neutron, float_ip, name):
    one, two = float_ip(description=name), float_ip()
    assert one["floating_ip_address"] != two["floating_ip_address"]
    for query in (f"description={name}", f"floating_ip_address={one['floating_ip_address']}", f"id={one['id']}"):
        assert [ip["id"] for ip in neutron("GET", "/v2.0/floatingips?" + query, None, 200).json()["floatingips"]] == [one["id"]]
    taken = {"floating_network_id": one["floating_network_id"], "floating_ip_address": one["floating_ip_address"]}
    answer = api("network", who="admin")("POST", "/v2.0/floatingips", {"floatingip": taken})
    error(answer, 409, "IpAddressAlreadyAllocated")
