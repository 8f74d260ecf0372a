"""Version documents and the list of extensions."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.errors import NotFound
from isotherm.sim.network.resources import Row
from isotherm.sim.network.selecting import columns
from isotherm.sim.routing import PUBLIC, Route
from isotherm.sim.storage import Body

COLLECTIONS = ("network", "subnet", "subnetpool", "port")
EXTENSIONS = {
    "address-scope": "Address scope",
    "agent": "agent",
    "allowed-address-pairs": "Allowed Address Pairs",
    "availability_zone": "Availability Zone",
    "binding": "Port Binding",
    "default-subnetpools": "Default Subnetpools",
    "dhcp_agent_scheduler": "DHCP Agent Scheduler",
    "dns-domain-ports": "dns_domain for ports",
    "dns-integration": "DNS Integration",
    "dvr": "Distributed Virtual Router",
    "empty-string-filtering": "Empty String Filtering Extension",
    "ext-gw-mode": "Neutron L3 Configurable external gateway mode",
    "external-net": "Neutron external network",
    "extra_dhcp_opt": "Neutron Extra DHCP options",
    "extraroute": "Neutron Extra Route",
    "expose-port-forwarding-in-fip": "Expose Floating IP port forwardings",
    "extraroute-atomic": "Atomically add/remove extra routes",
    "filter-validation": "Filter parameters validation",
    "fip-port-details": "Floating IP Port Details Extension",
    "floating-ip-port-forwarding": "Floating IP Port Forwarding",
    "ip-substring-filtering": "IP address substring filtering",
    "ip_allocation": "IP Allocation",
    "l2_adjacency": "L2 Adjacency",
    "l3-ha": "HA Router extension",
    "l3_agent_scheduler": "L3 Agent Scheduler",
    "metering": "Neutron Metering",
    "multi-provider": "Multi Provider Network",
    "net-mtu": "Network MTU",
    "net-mtu-writable": "Network MTU (writable)",
    "network_availability_zone": "Network Availability Zone",
    "pagination": "Pagination support",
    "port-security": "Port Security",
    "port-security-groups-filtering": "Port filtering on security groups",
    "project-id": "project_id field enabled",
    "provider": "Provider Network",
    "qos": "Quality of Service",
    "qos-bw-limit-direction": "Direction for QoS bandwidth limit rule",
    "qos-default": "QoS default policy",
    "qos-fip": "Floating IP QoS",
    "quota_details": "Quota details management support",
    "quotas": "Quota management support",
    "rbac-policies": "RBAC Policies",
    "revision-if-match": "If-Match constraints based on revision_number",
    "router": "Neutron L3 Router",
    "router_availability_zone": "Router Availability Zone",
    "security-group": "security-group",
    "security-groups-shared-filtering": "Security group filtering on the shared field",
    "segment": "Segment",
    "sorting": "Sorting support",
    "standard-attr-description": "standard-attr-description",
    "standard-attr-revisions": "Resource revision numbers",
    "standard-attr-tag": "Tag support for resources with standard attribute",
    "standard-attr-timestamp": "Resource timestamps",
    "stateful-security-group": "Stateful security group",
    "subnet-service-types": "Subnet service types",
    "subnet_allocation": "Subnet Allocation",
    "trunk": "Trunk Extension",
    "trunk-details": "Trunk port details",
    "vlan-transparent": "Vlantransparent",
}
"""Name by alias."""


def versions(call: Call) -> Body:
    link = {"rel": "self", "href": f"{call.url}/v2.0/"}
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}


def resources(call: Call) -> Body:
    rows = [{"name": name, "collection": name + "s", "links": [{"rel": "self", "href": f"{call.url}/v2.0/{name}s"}]}
            for name in COLLECTIONS]
    return {"resources": rows}


def _extension(alias: str) -> Body:
    return {"alias": alias, "name": EXTENSIONS[alias], "description": EXTENSIONS[alias], "links": [],
            "updated": "2017-01-01T10:00:00-00:00"}


def list_extensions(call: Call) -> Body:
    return {"extensions": [columns(_extension(alias), call.pairs) for alias in EXTENSIONS]}


def show_extension(call: Call, alias: str) -> Body:
    if alias not in EXTENSIONS:
        raise NotFound(f"Extension with alias {alias} does not exist", "HTTPNotFound")
    return {"extension": _extension(alias)}


DISCOVERY = (
    Route("GET", "/", versions, policy=PUBLIC),
    Route("GET", "/v2.0", resources, policy=PUBLIC),
)
ROUTES: list[Row] = [
    ("GET", "/extensions", list_extensions),
    ("GET", "/extensions/{alias}", show_extension),
]
