"""Glance: image API v2."""

from __future__ import annotations

from isotherm.sim import errors
from isotherm.sim.image import data, images, versions
from isotherm.sim.routing import Service, table

SERVICE = Service(
    name="image",
    prefix="/image",
    shape=errors.glance,
    seed=data.seed,
    effects={"image.imported": data.imported},
    routes=versions.ROUTES + table("/v2", images.ROUTES) + table("/v2", data.ROUTES),
)
