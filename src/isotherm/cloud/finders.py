"""How each kind of cloud object is found by what users write: its name or its id. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class By(Enum):
    """How a value is looked up."""

    ID_THEN_NAME = "GET path/value if it looks like an id, then the list narrowed to the name"
    LIST = "the whole list, for an entry with this id or name"
    PATH = "GET path/value: the service takes either, or the name is the id"


class Ids(Enum):
    """What ids of a kind look like."""

    UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
    HEX = r"[0-9a-f]{32,64}|default"
    ANY = r".+"


@dataclass(frozen=True, slots=True)
class Finder:
    """One kind. plural: key of the list in its answer. id, name: fields of an entry.

    query: narrows the list; "{value}" stands for the name, "{pattern}" for a regular expression that matches only it.
    wrapped: key around each entry. lasting: objects that seldom come and go, so that finds are remembered for longer.
    reference: a URL may stand for the id that ends it.
    """

    service: str
    path: str
    plural: str
    by: By = By.ID_THEN_NAME
    ids: Ids = Ids.UUID
    id: str = "id"
    name: str = "name"
    query: Mapping[str, str] = field(default_factory=dict)
    wrapped: str = ""
    lasting: bool = False
    microversion: str = ""
    reference: bool = False


NAMED: Mapping[str, str] = {"name": "{value}"}


def network(path: str, plural: str = "", lasting: bool = False) -> Finder:
    """A Neutron kind: lists can be narrowed to names and to the two fields that matter."""
    plural = plural or path.replace("-", "_")
    return Finder("network", f"/v2.0/{path}", plural, query=NAMED, lasting=lasting)


def balancer(path: str, plural: str = "") -> Finder:
    return Finder("load-balancer", f"/v2/lbaas/{path}", plural or path, query=NAMED)


def volume(path: str, plural: str = "") -> Finder:
    return Finder("block-storage", f"/{path}", plural or path, query=NAMED)


def identity(path: str) -> Finder:
    return Finder("identity", f"/v3/{path}", path, ids=Ids.HEX, query=NAMED, lasting=True)


def share(path: str, plural: str = "") -> Finder:
    return Finder("shared-file-system", f"/{path}", plural or path.replace("-", "_"), query=NAMED, microversion="2.42")


FINDERS: Mapping[str, Finder] = {
    "compute.server": Finder("compute", "/servers", "servers", query={"name": "{pattern}"}),
    "compute.flavor": Finder("compute", "/flavors", "flavors", By.LIST, lasting=True),
    "compute.keypair": Finder(
        "compute", "/os-keypairs", "keypairs", By.PATH, id="name", wrapped="keypair", microversion="2.2"
    ),
    "compute.server_group": Finder("compute", "/os-server-groups", "server_groups", By.LIST),
    "compute.host": Finder(
        "compute",
        "/os-services",
        "services",
        By.LIST,
        id="host",
        name="host",
        query={"binary": "nova-compute"},
        lasting=True,
    ),
    "image.image": Finder("image", "/v2/images", "images", query=NAMED, lasting=True),
    "volume.volume": volume("volumes"),
    "volume.snapshot": volume("snapshots"),
    "volume.backup": volume("backups"),
    "volume.type": Finder("block-storage", "/types", "volume_types", By.LIST, lasting=True),
    "volume.qos_specs": Finder("block-storage", "/qos-specs", "qos_specs", By.LIST),
    "network.network": network("networks"),
    "network.subnet": network("subnets"),
    "network.port": network("ports"),
    "network.router": network("routers"),
    "network.floatingip": Finder(
        "network",
        "/v2.0/floatingips",
        "floatingips",
        name="floating_ip_address",
        query={"floating_ip_address": "{value}"},
    ),
    "network.security_group": network("security-groups"),
    "network.qos_policy": network("qos/policies", "policies"),
    "network.subnetpool": network("subnetpools"),
    "network.address_scope": network("address-scopes"),
    "network.address_group": network("address-groups"),
    "network.segment": network("segments"),
    "network.trunk": network("trunks"),
    "network.flow_classifier": network("sfc/flow_classifiers", "flow_classifiers"),
    "network.port_pair": network("sfc/port_pairs", "port_pairs"),
    "network.port_pair_group": network("sfc/port_pair_groups", "port_pair_groups"),
    "network.tap_service": network("taas/tap_services", "tap_services"),
    "network.tap_flow": network("taas/tap_flows", "tap_flows"),
    "identity.project": identity("projects"),
    "identity.user": identity("users"),
    "identity.group": identity("groups"),
    "identity.role": identity("roles"),
    "identity.domain": identity("domains"),
    "identity.service": identity("services"),
    "identity.region": Finder("identity", "/v3/regions", "regions", By.PATH, name="id", lasting=True),
    "load-balancer.loadbalancer": balancer("loadbalancers"),
    "load-balancer.listener": balancer("listeners"),
    "load-balancer.pool": balancer("pools"),
    "load-balancer.l7policy": balancer("l7policies"),
    "load-balancer.flavor": balancer("flavors"),
    "load-balancer.flavorprofile": balancer("flavorprofiles"),
    "load-balancer.availabilityzoneprofile": balancer("availabilityzoneprofiles", "availability_zone_profiles"),
    "load-balancer.availabilityzone": Finder(
        "load-balancer", "/v2/lbaas/availabilityzones", "availability_zones", By.PATH, id="name"
    ),
    "dns.zone": Finder("dns", "/v2/zones", "zones", query=NAMED),
    "key-manager.secret": Finder("key-manager", "/v1/secrets", "secrets", By.PATH, id="secret_ref", reference=True),
    "key-manager.container": Finder(
        "key-manager", "/v1/containers", "containers", By.PATH, id="container_ref", reference=True
    ),
    "baremetal.node": Finder("baremetal", "/v1/nodes", "nodes", By.PATH, id="uuid"),
    "baremetal.portgroup": Finder("baremetal", "/v1/portgroups", "portgroups", By.PATH, id="uuid", microversion="1.26"),
    "container-infra.cluster_template": Finder(
        "container-infra", "/v1/clustertemplates", "clustertemplates", By.PATH, id="uuid"
    ),
    "share.share_network": share("share-networks"),
    "share.snapshot": share("snapshots"),
    "share.type": Finder("shared-file-system", "/types", "share_types", By.LIST, microversion="2.42", lasting=True),
    "workflow.workflow": Finder("workflow", "/v2/workflows", "workflows", By.PATH),
    "database.flavor": Finder("database", "/flavors", "flavors", By.LIST, lasting=True),
    "messaging.queue": Finder("messaging", "/v2/queues", "queues", By.PATH, id="name"),
    "reservation.lease": Finder("reservation", "/v1/leases", "leases", By.LIST),
}

# Constraints of the template language that ask the cloud: which kind the value must name.
CONSTRAINTS: Mapping[str, str] = {
    "barbican.container": "key-manager.container",
    "barbican.secret": "key-manager.secret",
    "blazar.reservation": "reservation.lease",
    "cinder.backup": "volume.backup",
    "cinder.qos_specs": "volume.qos_specs",
    "cinder.snapshot": "volume.snapshot",
    "cinder.volume": "volume.volume",
    "cinder.vtype": "volume.type",
    "designate.zone": "dns.zone",
    "glance.image": "image.image",
    "ironic.node": "baremetal.node",
    "ironic.portgroup": "baremetal.portgroup",
    "magnum.cluster_template": "container-infra.cluster_template",
    "manila.share_network": "share.share_network",
    "manila.share_snapshot": "share.snapshot",
    "manila.share_type": "share.type",
    "mistral.workflow": "workflow.workflow",
    "neutron.taas.tap_flow": "network.tap_flow",
    "neutron.taas.tap_service": "network.tap_service",
    "nova.host": "compute.host",
    "trove.flavor": "database.flavor",
    "zaqar.queue": "messaging.queue",
    **{
        f"keystone.{kind}": f"identity.{kind}"
        for kind in ("domain", "group", "project", "region", "role", "service", "user")
    },
    **{f"nova.{kind}": f"compute.{kind}" for kind in ("flavor", "keypair", "server")},
    **{
        f"neutron.{kind}": f"network.{kind}"
        for kind in (
            "address_scope",
            "flow_classifier",
            "network",
            "port",
            "port_pair",
            "port_pair_group",
            "qos_policy",
            "router",
            "security_group",
            "segment",
            "subnet",
            "subnetpool",
        )
    },
    **{
        f"octavia.{kind}": f"load-balancer.{kind}"
        for kind in (
            "availabilityzone",
            "availabilityzoneprofile",
            "flavor",
            "flavorprofile",
            "l7policy",
            "listener",
            "loadbalancer",
            "pool",
        )
    },
}
