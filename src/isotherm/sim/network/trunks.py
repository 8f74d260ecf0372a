"""Trunks: one parent port that carries the traffic of several subports."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network import fields as f
from isotherm.sim.network import ports
from isotherm.sim.network.fields import REQUIRED, Field
from isotherm.sim.network.reading import integer, items, mapping, text, uuid
from isotherm.sim.network.resources import Resource, Row, forbidden, keep, touch
from isotherm.sim.storage import Body

SUB_PORTS = items(mapping("port_id", port_id=uuid, segmentation_type=text(), segmentation_id=integer(1, 4094)))
FIELDS = (
    f.NAME,
    f.ADMIN_STATE,
    f.STATUS,
    Field("port_id", uuid, REQUIRED, put=False),
    Field("sub_ports", SUB_PORTS, [], put=False),
    *f.STANDARD,
)
TYPES = ("vlan",)


def _check_subports(cloud: Cloud, trunk: Body, wanted: list[Body]) -> None:
    """400 or 409 for subports the trunk cannot carry."""
    used = {(sub["segmentation_type"], sub["segmentation_id"]) for sub in trunk["sub_ports"]}
    for sub in wanted:
        port = ports.find(cloud, sub["port_id"])
        trunks = cloud.where("trunk")
        taken = any(other["port_id"] == port["id"] or any(s["port_id"] == port["id"] for s in other["sub_ports"])
                    for other in trunks if other is not trunk or other["port_id"] != port["id"])
        if taken or port["id"] == trunk["port_id"]:
            raise Conflict(f"Port {port['id']} is in use by another trunk.", "TrunkPortInUse")
        if sub.get("segmentation_type") not in TYPES or "segmentation_id" not in sub:
            raise BadRequest(f"Invalid input for operation: Invalid segmentation_type '{sub.get('segmentation_type')}'.",
                             "InvalidInput")
        key = (sub["segmentation_type"], sub["segmentation_id"])
        if key in used:
            raise Conflict(f"segmentation_type {key[0]} and segmentation_id {key[1]} already in use on trunk "
                           f"{trunk.get('id', '')}.", "DuplicateSubPort")
        used.add(key)


def create(cloud: Cloud, body: Body) -> Body:
    """A trunk over the port in the body; 409 when that port is a trunk's already."""
    port = ports.find(cloud, body["port_id"])
    bound = bool(port["binding:host_id"])
    if bound or any(port["id"] == t["port_id"] or port["id"] in [s["port_id"] for s in t["sub_ports"]]
                    for t in cloud.where("trunk")):
        raise Conflict(f"Port {port['id']} is currently in use and is not eligible for use as a parent port.",
                       "ParentPortInUse")
    subs, body["sub_ports"] = body["sub_ports"], []
    _check_subports(cloud, body, subs)
    return keep(cloud, "trunk", {**body, "sub_ports": subs, "status": "DOWN", "revision_number": 0})


def update(cloud: Cloud, trunk: Body, changed: Body) -> None:
    touch(cloud, "trunk", trunk, **changed)


def _check_enabled(trunk: Body) -> None:
    if not trunk["admin_state_up"]:
        raise Conflict(f"Trunk {trunk['id']} is currently disabled.", "TrunkDisabled")


def delete(cloud: Cloud, trunk: Body) -> None:
    _check_enabled(trunk)
    port = cloud.get("port", trunk["port_id"])
    if port and port["binding:host_id"]:
        raise Conflict(f"Trunk {trunk['id']} is currently in use.", "TrunkInUse")
    cloud.remove("trunk", trunk["id"])


def admit(call: Call, body: Body) -> None:
    for port_id in (body["port_id"], *(sub["port_id"] for sub in body["sub_ports"])):
        ports.PORTS.find(call, port_id)


TRUNKS = Resource(
    "trunk", "trunk", "/trunks", FIELDS, ("Trunk {} could not be found.", "TrunkNotFound"), create, update, delete,
    admit=admit, quota=False,
)  # fmt: skip


def _own(call: Call, trunk_id: str) -> tuple[Body, list[Body]]:
    trunk = TRUNKS.find(call, trunk_id)
    if not call.ctx.sees(trunk):
        raise forbidden("update", TRUNKS)
    _check_enabled(trunk)
    body = call.json if isinstance(call.json, dict) else {}
    return trunk, SUB_PORTS("sub_ports", body.get("sub_ports"))


def add_subports(call: Call, trunk_id: str) -> Body:
    trunk, wanted = _own(call, trunk_id)
    for sub in wanted:
        ports.PORTS.find(call, sub["port_id"])
    _check_subports(call.cloud, trunk, wanted)
    touch(call.cloud, "trunk", trunk, sub_ports=[*trunk["sub_ports"], *wanted])
    return TRUNKS.render(call.cloud, call.ctx, trunk)


def remove_subports(call: Call, trunk_id: str) -> Body:
    trunk, wanted = _own(call, trunk_id)
    gone = {sub["port_id"] for sub in wanted}
    for port_id in gone - {sub["port_id"] for sub in trunk["sub_ports"]}:
        raise NotFound(f"SubPort {port_id} on trunk {trunk_id} could not be found.", "SubPortNotFound")
    touch(call.cloud, "trunk", trunk, sub_ports=[sub for sub in trunk["sub_ports"] if sub["port_id"] not in gone])
    return TRUNKS.render(call.cloud, call.ctx, trunk)


def get_subports(call: Call, trunk_id: str) -> Body:
    return {"sub_ports": TRUNKS.find(call, trunk_id)["sub_ports"]}


ROUTES: list[Row] = [
    ("PUT", "/trunks/{trunk_id}/add_subports", add_subports),
    ("PUT", "/trunks/{trunk_id}/remove_subports", remove_subports),
    ("GET", "/trunks/{trunk_id}/get_subports", get_subports),
]
