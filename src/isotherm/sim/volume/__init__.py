"""Cinder: block storage API 3.0 with microversions up to 3.71, with and without the project in the path."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any

from isotherm.sim import errors
from isotherm.sim.call import Call
from isotherm.sim.routing import Handler, Route, Service, table
from isotherm.sim.volume import (
    actions,
    attachments,
    backups,
    limits,
    metadata,
    qos,
    snapshots,
    system,
    types,
    versions,
    volumes,
)  # fmt: skip

FAMILIES = (volumes, actions, metadata, snapshots, backups, types, qos, attachments, limits, system)


def _scoped(handler: Handler) -> Handler:
    """A handler behind /v3/{project_id}: the project must be the token's."""

    @wraps(handler)
    def handle(call: Call, project_id: str, **variables: str) -> Any:
        if project_id != call.ctx.project_id:
            raise errors.BadRequest("Malformed request url")
        return handler(call, **variables)

    return handle


def _routes() -> Iterable[Route]:
    for family in FAMILIES:
        yield from table("/v3", family.ROUTES)
        yield from table("/v3/{project_id}", [(row[0], row[1], _scoped(row[2]), *row[3:]) for row in family.ROUTES])


SERVICE = Service(
    name="volume",
    prefix="/volume",
    shape=errors.nova,
    seed=types.seed,
    routes=(*versions.ROUTES, *_routes()),
    microversions=("volume", versions.LOWEST, versions.HIGHEST),
)
