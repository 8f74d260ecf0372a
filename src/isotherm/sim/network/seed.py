"""What the network service of a new cloud contains."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from isotherm.sim.cloud import Cloud
from isotherm.sim.network import agents, networks, subnets
from isotherm.sim.network.fields import Field, complete
from isotherm.sim.storage import Body


def _whole(fields: tuple[Field, ...], project_id: str, **asked: Any) -> Body:
    return {**complete(fields, asked), "project_id": project_id}


def make(cloud: Cloud) -> None:
    """Agents, and the external network `public` with one subnet."""
    agents.make(cloud)
    owner = cloud.where("project", name="admin")[0]["id"]
    given = {"router:external": True, "provider:network_type": "flat", "provider:physical_network": "public"}
    network = networks.create(cloud, _whole(networks.FIELDS, owner, name="public", is_default=True, **given))
    span = ip_network(cloud.settings.external_cidr)
    subnets.create(cloud, _whole(subnets.FIELDS, owner, name="public-subnet", network_id=network["id"], cidr=str(span),
                                 ip_version=span.version, enable_dhcp=False))
