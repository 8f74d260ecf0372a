"""Address scopes."""

from __future__ import annotations

from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Conflict
from isotherm.sim.network import fields as f
from isotherm.sim.network.fields import ADMIN, REQUIRED, Field
from isotherm.sim.network.reading import boolean, one_of
from isotherm.sim.network.resources import Resource, keep, plain_update
from isotherm.sim.storage import Body

FIELDS = (
    f.NAME,
    Field("ip_version", one_of(4, 6), REQUIRED, put=False),
    Field("shared", boolean, False, write=ADMIN),
    *f.IDENTITY,
)


def create(cloud: Cloud, body: Body) -> Body:
    return keep(cloud, "address_scope", body)


def delete(cloud: Cloud, scope: Body) -> None:
    if cloud.where("subnetpool", address_scope_id=scope["id"]):
        raise Conflict(f"Unable to complete operation on address scope {scope['id']}. There are one or more subnet pools in "
                       "use on the address scope.", "AddressScopeInUse")
    cloud.remove("address_scope", scope["id"])


SCOPES = Resource(
    "address_scope", "address_scope", "/address-scopes", FIELDS,
    ("Address scope {} could not be found.", "AddressScopeNotFound"), create, plain_update("address_scope"), delete,
    quota=False,
)  # fmt: skip
