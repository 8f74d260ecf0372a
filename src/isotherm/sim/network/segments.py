"""Segments of networks. A network's first one is made with it."""

from __future__ import annotations

from isotherm.sim.call import Call, Context
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Conflict
from isotherm.sim.network import networks
from isotherm.sim.network.fields import REQUIRED, Field, shown
from isotherm.sim.network.reading import integer, optional, text, unusable, uuid
from isotherm.sim.network.resources import Resource, keep, plain_update
from isotherm.sim.storage import Body

FIELDS = (
    shown("id"),
    Field("network_id", uuid, REQUIRED, put=False),
    Field("network_type", text(), REQUIRED, put=False),
    Field("physical_network", optional(text()), None, put=False),
    Field("segmentation_id", optional(integer(0)), put=False),
    Field("name", optional(text()), None),
    Field("description", optional(text()), None),
    shown("created_at"),
    shown("updated_at"),
    shown("revision_number"),
)


def create(cloud: Cloud, body: Body) -> Body:
    """A further segment of the network in the body."""
    if body["network_type"] not in networks.NETWORK_TYPES:
        raise unusable(f"network_type value '{body['network_type']}' not supported")
    networks.find(cloud, body["network_id"])
    if body.get("segmentation_id") is None:
        body["segmentation_id"] = networks.next_segment(cloud, body["network_type"])
    return keep(cloud, "segment", body)


def delete(cloud: Cloud, segment: Body) -> None:
    if used := cloud.where("subnet", segment_id=segment["id"]):
        names = ", ".join(subnet["id"] for subnet in used)
        raise Conflict(f"Segment '{segment['id']}' cannot be deleted: The segment is still associated with subnet(s) "
                       f"{names}.", "SegmentInUse")
    cloud.remove("segment", segment["id"])


def sees(_cloud: Cloud, ctx: Context, _segment: Body) -> bool:
    """Administrators only."""
    return ctx.is_admin


def admit(call: Call, body: Body) -> None:
    networks.visible(call, body["network_id"])


SEGMENTS = Resource(
    "segment", "segment", "/segments", FIELDS, ("Segment {} could not be found.", "SegmentNotFound"), create,
    plain_update("segment"), delete, sees=sees, admit=admit, admin_creates=True, quota=False,
)  # fmt: skip
