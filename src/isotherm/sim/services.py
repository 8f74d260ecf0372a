"""The services of a simulated cloud, in the order they are seeded."""

from __future__ import annotations

from isotherm.sim import compute, identity, image, network, volume
from isotherm.sim.routing import Service

SERVICES: tuple[Service, ...] = (identity.SERVICE, compute.SERVICE, image.SERVICE, network.SERVICE, volume.SERVICE)
