"""What the network service shows inside of its objects, as far as its API says so: it may always show more."""

from isotherm.model.schema import Prop

TEXT = Prop("*", str)
FIXED_IP = Prop("*", dict, open=True, schema=(
    Prop("subnet_id", str, "Id of the subnet it is from."), Prop("ip_address", str, "The address itself.")))
ADDRESS_PAIR = Prop("*", dict, open=True, schema=(
    Prop("mac_address", str, "The MAC address."), Prop("ip_address", str, "The address, or a block of them.")))
DNS_ASSIGNMENT = Prop("dns_assignment", list, item=Prop("*", dict, open=True, schema=(
    Prop("hostname", str, "The host name."), Prop("ip_address", str, "The address."), Prop("fqdn", str, "The full name, ending in a dot."))))
POOL = Prop("*", dict, open=True, schema=(Prop("start", str, "Its first address."), Prop("end", str, "Its last address.")))
ROUTE = Prop("*", dict, open=True, schema=(
    Prop("destination", str, "Where it leads, as a block of addresses."), Prop("nexthop", str, "Address of the next router.")))
SEGMENT = Prop("*", dict, open=True, schema=(
    Prop("id", str, "Its id."), Prop("name", str, "Its name."), Prop("network_id", str, "Id of the network it is part of."),
    Prop("network_type", str, "How it is built, e.g. vlan."), Prop("physical_network", str, "The physical network it is in."),
    Prop("segmentation_id", int, "Its number there."), Prop("description", str, "What it is for.")))
GATEWAY_KEYS = (
    Prop("network_id", str, "Id of the external network."), Prop("enable_snat", bool, "Whether outgoing traffic is translated."),
    Prop("external_fixed_ips", list, "The router's addresses there.", item=FIXED_IP), Prop("qos_policy_id", str, "Id of its QoS policy."),
)
SUBNET = Prop("*", dict, open=True, schema=(
    Prop("id", str), Prop("name", str), Prop("network_id", str), Prop("tenant_id", str), Prop("project_id", str), Prop("cidr", str), Prop("ip_version", int),
    Prop("gateway_ip", str), Prop("enable_dhcp", bool), Prop("allocation_pools", list, item=POOL), Prop("host_routes", list, item=ROUTE),
    Prop("dns_nameservers", list, item=TEXT), Prop("ipv6_ra_mode", str), Prop("ipv6_address_mode", str), Prop("subnetpool_id", str),
))
NETWORK_KEYS = (
    Prop("id", str), Prop("name", str), Prop("status", str), Prop("tenant_id", str), Prop("project_id", str), Prop("admin_state_up", bool),
    Prop("shared", bool),
    Prop("mtu", int), Prop("subnets", list, item=TEXT), Prop("port_security_enabled", bool), Prop("dns_domain", str),
    Prop("router:external", bool), Prop("availability_zones", list, item=TEXT),
    Prop("availability_zone_hints", list, item=TEXT), Prop("tags", list, item=TEXT),
)
