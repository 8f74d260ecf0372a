"""Neutron: network API 2.0."""

from __future__ import annotations

from isotherm.sim import errors
from isotherm.sim.network import (
    agents,
    extensions,
    floatingips,
    forwarding,
    interfaces,
    limits,
    metering,
    networks,
    ports,
    qos,
    rbac,
    routers,
    scopes,
    security,
    security_rules,
    seed,
    segments,
    subnetpools,
    subnets,
    trunks,
)  # fmt: skip
from isotherm.sim.network.resources import collection
from isotherm.sim.routing import Service, table

RESOURCES = (
    networks.NETWORKS, subnets.SUBNETS, subnetpools.SUBNETPOOLS, ports.PORTS, routers.ROUTERS, floatingips.FLOATINGIPS,
    security.GROUPS, security_rules.RULES, scopes.SCOPES, qos.POLICIES, rbac.POLICIES, segments.SEGMENTS, metering.LABELS,
    metering.RULES, trunks.TRUNKS,
)  # fmt: skip
FAMILIES = (interfaces, routers, forwarding, trunks, qos, agents, limits, extensions)

SERVICE = Service(
    name="network",
    prefix="/network",
    shape=errors.neutron,
    seed=seed.make,
    routes=(
        *extensions.DISCOVERY,
        *(route for resource in RESOURCES for route in table("/v2.0", collection(resource))),
        *(route for family in FAMILIES for route in table("/v2.0", family.ROUTES)),
    ),
)
