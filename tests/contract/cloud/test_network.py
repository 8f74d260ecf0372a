"""Neutron: networks, subnets, ports, and what lists and tags do."""

from __future__ import annotations

import ipaddress
import uuid

import pytest

NOBODY = "4b1b1b1b-0000-4000-8000-000000000000"


@pytest.fixture
def neutron(api):
    return api("network")


@pytest.fixture
def make(neutron, later):
    """`make("ports", network_id=...)`: an object that is deleted when the test ends."""

    def create(collection, who=neutron, **fields):
        key = {"security-groups": "security_group", "security-group-rules": "security_group_rule"}.get(collection, collection[:-1])
        made = who("POST", f"/v2.0/{collection}", {key: fields}, 201).json()[key]
        later.callback(who, "DELETE", f"/v2.0/{collection}/{made['id']}")
        return made

    return create


@pytest.fixture
def network(make, name):
    return make("networks", name=name)


@pytest.fixture
def subnet(make, network):
    return make("subnets", network_id=network["id"], cidr="10.81.0.0/24", ip_version=4)


def error(response, status, kind):
    """The message of an error of this status and type."""
    found = response.json()["NeutronError"]
    assert (response.status_code, found["type"], found["detail"]) == (status, kind, ""), response.text
    return found["message"]


def test_versions_are_found_without_a_version_in_the_url(neutron):
    versions = neutron("GET", "/", None, 200).json()["versions"]
    assert [(version["id"], version["status"]) for version in versions] == [("v2.0", "CURRENT")]


def test_a_network_has_its_fields_and_hides_those_of_administrators(api, network, name):
    expected = {"name": name, "status": "ACTIVE", "admin_state_up": True, "shared": False, "router:external": False,
                "subnets": [], "port_security_enabled": True, "tags": [], "description": "", "qos_policy_id": None,
                "mtu": 1450, "availability_zone_hints": [], "l2_adjacency": True, "revision_number": 1}
    assert {key: network[key] for key in expected} == expected
    assert network["tenant_id"] == network["project_id"]
    assert "provider:network_type" not in network
    seen = api("network", who="admin")("GET", "/v2.0/networks/" + network["id"], None, 200).json()["network"]
    assert seen["provider:network_type"] == "vxlan"
    assert isinstance(seen["provider:segmentation_id"], int)


@pytest.mark.parametrize(("fields", "status", "kind", "message"), [
    ({"shared": True}, 403, "PolicyNotAuthorized",
     "(rule:create_network and rule:create_network:shared) is disallowed by policy"),
    ({"router:external": True}, 403, "PolicyNotAuthorized",
     "(rule:create_network and rule:create_network:router:external) is disallowed by policy"),
    ({"bogus": 1}, 400, "HTTPBadRequest", "Unrecognized attribute(s) 'bogus'"),
    ({"status": "ACTIVE"}, 400, "HTTPBadRequest", "Attribute 'status' not allowed in POST"),
    ({"name": 5}, 400, "HTTPBadRequest", "Invalid input for name. Reason: '5' is not a valid string."),
    ({"admin_state_up": "maybe"}, 400, "InvalidInput",
     "Invalid input for operation: 'maybe' cannot be converted to boolean."),
    ({"availability_zone_hints": ["nowhere"]}, 404, "AvailabilityZoneNotFound",
     "AvailabilityZone nowhere could not be found."),
    ({"project_id": "another"}, 400, "HTTPBadRequest", "Specifying 'project_id' other than the authenticated project in "
     "request is not allowed for the current user."),
])  # fmt: skip
def test_networks_that_are_refused(neutron, fields, status, kind, message):
    answer = neutron("POST", "/v2.0/networks", {"network": {"name": "refused", **fields}})
    assert error(answer, status, kind) == message


def test_what_is_not_there_is_404_in_each_kind(neutron):
    kinds = {"networks": "Network {} could not be found.", "subnets": "Subnet {} could not be found.",
             "ports": "Port {} could not be found.", "routers": "Router {} could not be found",
             "floatingips": "Floating IP {} could not be found", "security-groups": "Security group {} does not exist",
             "security-group-rules": "Security group rule {} does not exist",
             "subnetpools": "Subnet pool {} could not be found.", "qos/policies": "QoS policy {} could not be found."}
    for path, message in kinds.items():
        answer = neutron("GET", f"/v2.0/{path}/{NOBODY}", None, 404)
        assert answer.json()["NeutronError"]["message"] == message.format(NOBODY)


def test_others_networks_are_seen_only_when_shared_or_external(api, admin, neutron, make, name):
    other = make("networks", who=api("network", who="admin"), name=name)
    error(neutron("GET", "/v2.0/networks/" + other["id"]), 404, "NetworkNotFound")
    external = neutron("GET", "/v2.0/networks?name=public", None, 200).json()["networks"][0]
    assert external["router:external"] is True
    for method, body in (("PUT", {"network": {"name": "mine"}}), ("DELETE", None)):
        error(neutron(method, "/v2.0/networks/" + external["id"], body), 403, "PolicyNotAuthorized")
    answer = neutron("POST", "/v2.0/ports", {"port": {"network_id": external["id"]}})
    assert error(answer, 403, "PolicyNotAuthorized") == "rule:create_port is disallowed by policy"


def test_sharing_a_network_with_a_project(api, member, neutron, make, network):
    theirs = api("network", who="admin")
    project = theirs("GET", "/v2.0/networks?name=public").json()["networks"][0]["project_id"]
    policy = {"object_type": "network", "object_id": network["id"], "action": "access_as_shared", "target_tenant": project}
    made = neutron("POST", "/v2.0/rbac-policies", {"rbac_policy": policy}, 201).json()["rbac_policy"]
    assert {key: made[key] for key in policy} == policy
    again = neutron("POST", "/v2.0/rbac-policies", {"rbac_policy": policy})
    assert error(again, 409, "DuplicateRbacPolicy") == "An RBAC policy already exists with those values."
    everybody = neutron("POST", "/v2.0/rbac-policies", {"rbac_policy": {**policy, "target_tenant": "*"}})
    error(everybody, 403, "PolicyNotAuthorized")
    neutron("DELETE", "/v2.0/rbac-policies/" + made["id"], None, 204)


@pytest.mark.parametrize(("fields", "gateway", "pools"), [
    ({"cidr": "10.81.1.0/24"}, "10.81.1.1", [("10.81.1.2", "10.81.1.254")]),
    ({"cidr": "10.81.1.9/24"}, "10.81.1.1", [("10.81.1.2", "10.81.1.254")]),
    ({"cidr": "10.81.1.0/24", "gateway_ip": None}, None, [("10.81.1.1", "10.81.1.254")]),
    ({"cidr": "10.81.1.0/24", "gateway_ip": "10.81.1.100"}, "10.81.1.100",
     [("10.81.1.1", "10.81.1.99"), ("10.81.1.101", "10.81.1.254")]),
    ({"cidr": "10.81.1.0/24", "gateway_ip": "10.99.0.1"}, "10.99.0.1", [("10.81.1.1", "10.81.1.254")]),
    ({"cidr": "2001:db8:81::/64", "ip_version": 6}, "2001:db8:81::",
     [("2001:db8:81::1", "2001:db8:81:0:ffff:ffff:ffff:ffff")]),
])  # fmt: skip
def test_gateway_and_pools_follow_from_the_range(make, network, fields, gateway, pools):
    made = make("subnets", **{"network_id": network["id"], "ip_version": 4, **fields})
    assert made["gateway_ip"] == gateway
    assert sorted((pool["start"], pool["end"]) for pool in made["allocation_pools"]) == pools


@pytest.mark.parametrize(("fields", "status", "kind"), [
    ({"cidr": "10.81.0.0/25"}, 400, "InvalidInput"),
    ({"cidr": "10.81.2.0/33"}, 400, "InvalidInput"),
    ({"cidr": "10.81.2.0/31"}, 400, "InvalidInput"),
    ({"cidr": "10.81.2.0/24", "ip_version": 6}, 400, "InvalidInput"),
    ({"cidr": "10.81.2.0/24", "ipv6_ra_mode": "slaac"}, 400, "InvalidInput"),
    ({"cidr": "10.81.2.0/24", "gateway_ip": "10.81.2.0"}, 400, "InvalidInput"),
    ({"cidr": "10.81.2.0/24", "gateway_ip": "10.81.2.3", "allocation_pools": [{"start": "10.81.2.2", "end": "10.81.2.9"}]},
     409, "GatewayConflictWithAllocationPools"),
    ({"cidr": "10.81.2.0/24", "allocation_pools": [{"start": "10.81.2.9", "end": "10.81.2.2"}]},
     400, "InvalidAllocationPool"),
    ({"cidr": "10.81.2.0/24", "allocation_pools": [{"start": "10.81.2.9", "end": "10.81.3.2"}]},
     400, "OutOfBoundsAllocationPool"),
    ({"cidr": "10.81.2.0/24", "allocation_pools": [{"start": "10.81.2.5", "end": "10.81.2.9"},
                                                   {"start": "10.81.2.8", "end": "10.81.2.20"}]},
     409, "OverlappingAllocationPools"),
    ({}, 400, "BadRequest"),
    ({"network_id": NOBODY, "cidr": "10.81.2.0/24"}, 404, "NetworkNotFound"),
    ({"network_id": "x", "cidr": "10.81.2.0/24"}, 400, "HTTPBadRequest"),
    ({"cidr": "2001:db8::/64", "ip_version": 6, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"},
     400, "InvalidInput"),
])  # fmt: skip
def test_subnets_that_are_refused(neutron, subnet, fields, status, kind):
    asked = {"network_id": subnet["network_id"], "ip_version": 4, **fields}
    error(neutron("POST", "/v2.0/subnets", {"subnet": asked}), status, kind)


def test_a_subnet_changes_but_not_its_range(neutron, subnet):
    path = "/v2.0/subnets/" + subnet["id"]
    changes = {"host_routes": [{"destination": "10.9.0.0/16", "nexthop": "10.81.0.7"}], "dns_nameservers": ["192.0.2.1"],
               "enable_dhcp": False, "name": "renamed"}
    changed = neutron("PUT", path, {"subnet": changes}, 200).json()["subnet"]
    assert {key: changed[key] for key in changes} == changes
    assert changed["revision_number"] > subnet["revision_number"]
    answer = neutron("PUT", path, {"subnet": {"cidr": "10.82.0.0/24"}})
    assert error(answer, 400, "HTTPBadRequest") == "Cannot update read-only attribute cidr"
    answer = neutron("PUT", path, {"subnet": {"gateway_ip": "10.81.0.50"}})
    assert error(answer, 409, "GatewayConflictWithAllocationPools") == (
        "Gateway ip 10.81.0.50 conflicts with allocation pool 10.81.0.2-10.81.0.254.")
    moved = {"gateway_ip": "10.81.0.50", "allocation_pools": [{"start": "10.81.0.100", "end": "10.81.0.110"}]}
    changed = neutron("PUT", path, {"subnet": moved}, 200).json()["subnet"]
    assert {key: changed[key] for key in moved} == moved


def test_subnets_take_ranges_from_a_pool(neutron, make, network):
    pool = make("subnetpools", name="pool", prefixes=["10.84.0.0/16"], default_prefixlen=24, min_prefixlen=20)
    first, second = (make("subnets", network_id=network["id"], subnetpool_id=pool["id"], ip_version=4) for _ in range(2))
    assert (first["cidr"], second["cidr"]) == ("10.84.0.0/24", "10.84.1.0/24")
    sized = make("subnets", network_id=network["id"], subnetpool_id=pool["id"], ip_version=4, prefixlen=28)
    assert sized["cidr"] == "10.84.2.0/28"
    wide = {"network_id": network["id"], "subnetpool_id": pool["id"], "ip_version": 4, "prefixlen": 16}
    answer = neutron("POST", "/v2.0/subnets", {"subnet": wide})
    assert error(answer, 400, "MinPrefixSubnetAllocationError") == (
        "Unable to allocate subnet with prefix length 16, minimum allowed prefix is 20.")
    error(neutron("DELETE", "/v2.0/subnetpools/" + pool["id"]), 400, "SubnetPoolDeleteError")
    smaller = {"subnetpool": {"prefixes": ["10.85.0.0/16"]}}
    error(neutron("PUT", "/v2.0/subnetpools/" + pool["id"], smaller), 400, "IllegalSubnetPoolPrefixUpdate")


def test_a_port_gets_an_address_and_the_default_group(neutron, make, network, subnet):
    port = make("ports", network_id=network["id"])
    (ip,) = port["fixed_ips"]
    assert ip["subnet_id"] == subnet["id"]
    assert ipaddress.ip_address(ip["ip_address"]) in ipaddress.ip_network("10.81.0.0/24")
    assert ip["ip_address"] != "10.81.0.1"
    expected = {"status": "DOWN", "device_id": "", "device_owner": "", "admin_state_up": True, "binding:vnic_type": "normal",
                "port_security_enabled": True, "allowed_address_pairs": [], "extra_dhcp_opts": []}
    assert {key: port[key] for key in expected} == expected
    assert port["mac_address"].startswith("fa:16:3e:")
    assert "binding:host_id" not in port
    (group,) = port["security_groups"]
    assert neutron("GET", "/v2.0/security-groups/" + group, None, 200).json()["security_group"]["name"] == "default"


def test_addresses_asked_for(neutron, make, network, subnet):
    one = make("ports", network_id=network["id"], fixed_ips=[{"ip_address": "10.81.0.44"}])
    assert one["fixed_ips"] == [{"subnet_id": subnet["id"], "ip_address": "10.81.0.44"}]
    two = make("ports", network_id=network["id"], fixed_ips=[{"subnet_id": subnet["id"]}, {"subnet_id": subnet["id"]}])
    assert len({ip["ip_address"] for ip in two["fixed_ips"]}) == 2
    none = make("ports", network_id=network["id"], fixed_ips=[])
    assert none["fixed_ips"] == []
    asked = {"fixed_ips": [{"subnet_id": subnet["id"], "ip_address": "10.81.0.45"}]}
    moved = neutron("PUT", "/v2.0/ports/" + one["id"], {"port": asked}, 200).json()["port"]
    assert moved["fixed_ips"] == asked["fixed_ips"]
    again = make("ports", network_id=network["id"], fixed_ips=[{"ip_address": "10.81.0.44"}])
    assert again["fixed_ips"][0]["ip_address"] == "10.81.0.44"


@pytest.mark.parametrize(("ip", "status", "kind", "message"), [
    ({"ip_address": "10.81.0.77"}, 409, "IpAddressAlreadyAllocated",
     "IP address 10.81.0.77 already allocated in subnet {subnet}"),
    ({"ip_address": "10.99.0.1"}, 400, "InvalidIpForNetwork",
     "IP address 10.99.0.1 is not a valid IP for any of the subnets on the specified network."),
    ({"subnet_id": "{subnet}", "ip_address": "10.99.0.1"}, 400, "InvalidIpForSubnet",
     "IP address 10.99.0.1 is not a valid IP for the specified subnet."),
    ({"subnet_id": "{subnet}", "ip_address": "10.81.0.255"}, 400, "InvalidIpForSubnet",
     "IP address 10.81.0.255 is not a valid IP for the specified subnet."),
    ({"subnet_id": NOBODY}, 404, "SubnetNotFound", f"Subnet {NOBODY} could not be found."),
    ({"subnet_id": "{elsewhere}"}, 400, "InvalidInput", "Invalid input for operation: Failed to create port on network "
     "{network}, because fixed_ips included invalid subnet {elsewhere}."),
])  # fmt: skip
def test_addresses_that_are_refused(neutron, make, network, subnet, ip, status, kind, message):
    elsewhere = make("subnets", network_id=make("networks")["id"], cidr="10.81.0.0/24", ip_version=4)
    names = {"subnet": subnet["id"], "network": network["id"], "elsewhere": elsewhere["id"]}
    make("ports", network_id=network["id"], fixed_ips=[{"ip_address": "10.81.0.77"}])
    asked = {"network_id": network["id"], "fixed_ips": [{key: value.format(**names) for key, value in ip.items()}]}
    assert error(neutron("POST", "/v2.0/ports", {"port": asked}), status, kind) == message.format(**names)


def test_a_full_subnet_has_no_more_addresses(neutron, make, network):
    tiny = make("subnets", network_id=network["id"], cidr="10.81.9.0/30", ip_version=4)
    asked = {"network_id": network["id"], "fixed_ips": [{"subnet_id": tiny["id"]}]}
    assert make("ports", **asked)["fixed_ips"][0]["ip_address"] == "10.81.9.2"
    answer = neutron("POST", "/v2.0/ports", {"port": asked})
    assert error(answer, 409, "IpAddressGenerationFailure") == f"No more IP addresses available on network {network['id']}."


def test_hosts_make_their_own_addresses_in_a_slaac_subnet(make, network, subnet):
    modes = {"ipv6_address_mode": "slaac", "ipv6_ra_mode": "slaac"}
    make("subnets", network_id=network["id"], cidr="2001:db8:81::/64", ip_version=6, **modes)
    port = make("ports", network_id=network["id"], mac_address="fa:16:3e:00:81:01")
    found = {ip["ip_address"] for ip in port["fixed_ips"]}
    assert len(found) == 2
    assert "2001:db8:81:0:f816:3eff:fe00:8101" in found


def test_automatic_addresses_come_on_top_of_what_is_asked_for(neutron, make, network, subnet):
    modes = {"ipv6_address_mode": "slaac", "ipv6_ra_mode": "slaac"}
    early = make("ports", network_id=network["id"], mac_address="fa:16:3e:00:81:05")
    wide = make("subnets", network_id=network["id"], cidr="2001:db8:81::/64", ip_version=6, **modes)
    seen = neutron("GET", "/v2.0/ports/" + early["id"], None, 200).json()["port"]
    own = {"subnet_id": wide["id"], "ip_address": "2001:db8:81:0:f816:3eff:fe00:8105"}
    assert own in seen["fixed_ips"]
    kept = neutron("PUT", "/v2.0/ports/" + early["id"], {"port": {"fixed_ips": []}}, 200).json()["port"]
    assert kept["fixed_ips"] == [own]
    asked = {"network_id": network["id"], "fixed_ips": [{"subnet_id": wide["id"], "ip_address": "2001:db8:81::55"}]}
    assert error(neutron("POST", "/v2.0/ports", {"port": asked}), 400, "AllocationOnAutoAddressSubnet") == (
        f"IPv6 address 2001:db8:81::55 cannot be directly assigned to a port on subnet {wide['id']} as the subnet is "
        "configured for automatic addresses")


def test_dhcp_options_are_merged(neutron, make, network):
    port = make("ports", network_id=network["id"], extra_dhcp_opts=[{"opt_name": "mtu", "opt_value": "1400"}])
    assert port["extra_dhcp_opts"] == [{"opt_name": "mtu", "opt_value": "1400", "ip_version": 4}]

    def options(name, value):
        body = {"port": {"extra_dhcp_opts": [{"opt_name": name, "opt_value": value}]}}
        changed = neutron("PUT", "/v2.0/ports/" + port["id"], body, 200).json()["port"]
        return {option["opt_name"]: option["opt_value"] for option in changed["extra_dhcp_opts"]}

    assert options("server-ip-address", "192.0.2.1") == {"mtu": "1400", "server-ip-address": "192.0.2.1"}
    assert options("mtu", None) == {"server-ip-address": "192.0.2.1"}


def test_ports_keep_security_and_address_pairs_consistent(neutron, make, network, subnet):
    pairs = [{"ip_address": "10.3.4.0/24", "mac_address": "fa:16:3e:00:81:02"}]
    port = make("ports", network_id=network["id"], allowed_address_pairs=pairs)
    assert port["allowed_address_pairs"] == pairs
    own = neutron("PUT", "/v2.0/ports/" + port["id"], {"port": {"allowed_address_pairs": [{"ip_address": "10.3.3.3"}]}}, 200)
    assert own.json()["port"]["allowed_address_pairs"] == [{"ip_address": "10.3.3.3", "mac_address": port["mac_address"]}]
    twice = {"port": {"allowed_address_pairs": [{"ip_address": "10.3.3.3"}] * 2}}
    error(neutron("PUT", "/v2.0/ports/" + port["id"], twice), 400, "DuplicateAddressPairInRequest")
    off = {"port_security_enabled": False}
    error(neutron("PUT", "/v2.0/ports/" + port["id"], {"port": off}), 409, "AddressPairAndPortSecurityRequired")
    error(neutron("PUT", "/v2.0/ports/" + port["id"], {"port": {**off, "allowed_address_pairs": []}}), 409,
          "PortSecurityPortHasSecurityGroup")
    bare = {**off, "security_groups": [], "allowed_address_pairs": []}
    changed = neutron("PUT", "/v2.0/ports/" + port["id"], {"port": bare}, 200).json()["port"]
    assert {key: changed[key] for key in bare} == bare
    asked = {"network_id": network["id"], **off, "allowed_address_pairs": pairs}
    error(neutron("POST", "/v2.0/ports", {"port": asked}), 409, "AddressPairAndPortSecurityRequired")
    missing = {"network_id": network["id"], "security_groups": [NOBODY]}
    answer = neutron("POST", "/v2.0/ports", {"port": missing})
    assert error(answer, 404, "SecurityGroupNotFound") == f"Security group {NOBODY} does not exist"


def test_mac_addresses_are_unique_on_a_network(neutron, make, network):
    mac = "fa:16:3e:00:81:03"
    port = make("ports", network_id=network["id"], mac_address=mac)
    answer = neutron("POST", "/v2.0/ports", {"port": {"network_id": network["id"], "mac_address": mac}})
    assert error(answer, 409, "MacAddressInUse") == (
        f"Unable to complete operation for network {network['id']}. The mac address {mac} is in use.")
    changed = neutron("PUT", "/v2.0/ports/" + port["id"], {"port": {"mac_address": "fa:16:3e:00:81:04"}})
    error(changed, 403, "PolicyNotAuthorized")
    wrong = neutron("POST", "/v2.0/ports", {"port": {"network_id": network["id"], "mac_address": "fa:16:3e:00:81:zz"}})
    error(wrong, 400, "HTTPBadRequest")


def test_what_is_in_use_is_not_deleted(neutron, make, network, subnet):
    port = make("ports", network_id=network["id"])
    assert error(neutron("DELETE", "/v2.0/networks/" + network["id"]), 409, "NetworkInUse") == (
        f"Unable to complete operation on network {network['id']}. There are one or more ports still in use on the network, "
        f"id for these ports is: {port['id']}.")
    assert error(neutron("DELETE", "/v2.0/subnets/" + subnet["id"]), 409, "SubnetInUse") == (
        f"Unable to complete operation on subnet {subnet['id']}: One or more ports have an IP allocation from this subnet.")
    neutron("DELETE", "/v2.0/ports/" + port["id"], None, 204)
    neutron("DELETE", "/v2.0/networks/" + network["id"], None, 204)
    neutron("GET", "/v2.0/subnets/" + subnet["id"], None, 404)


def test_lists_filter_by_any_field(neutron, make, network, subnet, name):
    port = make("ports", network_id=network["id"], name=name, device_id="d-" + name)
    make("ports", network_id=network["id"], name=name + "-other")

    def ids(query):
        return [body["id"] for body in neutron("GET", f"/v2.0/ports?network_id={network['id']}&{query}", None, 200).json()["ports"]]

    for query in (f"name={name}", f"device_id=d-{name}", f"id={port['id']}", f"mac_address={port['mac_address']}",
                  f"fixed_ips=ip_address%3D{port['fixed_ips'][0]['ip_address']}", f"name={name}&name=nothing"):
        assert ids(query) == [port["id"]], query
    assert len(ids(f"fixed_ips=subnet_id%3D{subnet['id']}")) == 2
    assert ids("status=ACTIVE") == []
    assert len(ids("admin_state_up=true")) == 2
    answer = neutron("GET", "/v2.0/ports?bogus=1")
    assert error(answer, 400, "HTTPBadRequest") == "['bogus'] is invalid attribute for filtering"


def test_lists_choose_fields_sort_and_page(neutron, make, name):
    for letter in "cab":
        make("networks", name=f"{name}-{letter}", description=name)
    found, path = [], f"/v2.0/networks?description={name}&sort_key=name&sort_dir=asc&limit=2&fields=name"
    answer = neutron("GET", path, None, 200).json()
    assert answer["networks"] == [{"name": f"{name}-a"}, {"name": f"{name}-b"}]
    (following,) = [link["href"] for link in answer["networks_links"] if link["rel"] == "next"]
    found = neutron("GET", "/v2.0/networks?" + following.partition("?")[2], None, 200).json()
    assert found["networks"] == [{"name": f"{name}-c"}]
    assert "next" not in [link["rel"] for link in found["networks_links"]]
    error(neutron("GET", "/v2.0/networks?sort_key=name"), 400, "HTTPBadRequest")
    error(neutron("GET", "/v2.0/networks?limit=few"), 400, "BadRequest")


def test_tags(neutron, make, network):
    path, tag = "/v2.0/networks/" + network["id"] + "/tags", uuid.uuid4().hex
    assert neutron("PUT", path, {"tags": ["b", tag]}, 200).json() == {"tags": ["b", tag]}
    neutron("PUT", path + "/c", None, 201)
    assert sorted(neutron("GET", path, None, 200).json()["tags"]) == sorted(["b", "c", tag])
    neutron("GET", path + "/c", None, 204)
    error(neutron("GET", path + "/d"), 404, "TagNotFound")
    for query, count in ((f"tags={tag}", 1), (f"tags={tag},b", 1), (f"tags={tag},d", 0), (f"tags-any={tag},d", 1),
                         (f"tags={tag}&not-tags=c", 0)):
        assert len(neutron("GET", "/v2.0/networks?" + query, None, 200).json()["networks"]) == count, query
    neutron("DELETE", path + "/c", None, 204)
    error(neutron("DELETE", path + "/c"), 404, "TagNotFound")
    neutron("DELETE", path, None, 204)
    assert neutron("GET", path, None, 200).json() == {"tags": []}


def test_several_are_made_at_once_or_none(neutron, later, name):
    made = neutron("POST", "/v2.0/networks", {"networks": [{"name": name}, {"name": name}]}, 201).json()["networks"]
    for body in made:
        later.callback(neutron, "DELETE", "/v2.0/networks/" + body["id"])
    assert [body["name"] for body in made] == [name, name]
    answer = neutron("POST", "/v2.0/networks", {"networks": [{"name": name + "-x"}, {"name": 5}]})
    error(answer, 400, "HTTPBadRequest")
    assert neutron("GET", f"/v2.0/networks?name={name}-x", None, 200).json()["networks"] == []


def test_a_revision_may_be_required(neutron, network):
    path, body = "/v2.0/networks/" + network["id"], {"network": {"description": "new"}}
    answer = neutron("PUT", path, body, headers={"If-Match": "revision_number=999"})
    assert error(answer, 412, "RevisionNumberConstraintFailed").startswith("Constrained to 999, but current revision is")
    neutron("PUT", path, body, 200, headers={"If-Match": f"revision_number={network['revision_number']}"})


def test_the_sdk_drives_it(member, later, name):
    made = member.network.create_network(name=name)
    later.callback(member.network.delete_network, made)
    member.network.create_subnet(network_id=made.id, ip_version=4, cidr="10.86.0.0/24")
    port = member.network.create_port(network_id=made.id, name=name)
    later.callback(member.network.delete_port, port)
    assert member.network.find_port(name, ignore_missing=False).id == port.id
    assert member.network.find_extension("router", ignore_missing=False).alias == "router"
