"""Keystone: identity API v3."""

from __future__ import annotations

from isotherm.sim import errors
from isotherm.sim.identity import auth, catalog, delegation, projects, roles, seed, users, versions
from isotherm.sim.routing import Service, table

FAMILIES = (auth, catalog, projects, users, roles, delegation)

SERVICE = Service(
    name="identity",
    prefix="/identity",
    shape=errors.keystone,
    seed=seed.make,
    routes=versions.ROUTES + tuple(route for family in FAMILIES for route in table("/v3", family.ROUTES)),
)
