"""Nova: compute API 2.1 with microversions up to 2.96."""

from __future__ import annotations

from isotherm.sim import attaching, errors
from isotherm.sim.compute import (
    actions,
    attachments,
    boot,
    consoles,
    flavors,
    groups,
    history,
    interfaces,
    keypairs,
    metadata,
    rebuilding,
    servers,
    system,
    versions,
)
from isotherm.sim.routing import Service, table

FAMILIES = (flavors, keypairs, groups, boot, servers, actions, metadata, interfaces, attachments, consoles, history, system)

SERVICE = Service(
    name="compute",
    prefix="/compute",
    shape=errors.nova,
    seed=flavors.seed,
    effects={**boot.EFFECTS, **servers.EFFECTS, **rebuilding.EFFECTS, **interfaces.EFFECTS, **attaching.EFFECTS},
    routes=versions.ROUTES + tuple(route for family in FAMILIES for route in table("/v2.1", family.ROUTES)),
    request_id=("x-openstack-request-id", "x-compute-request-id"),
    microversions=("compute", versions.LOWEST, versions.HIGHEST),
    legacy_microversion="x-openstack-nova-api-version",
)
