"""QoS specs of volume types."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import new_id
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import Row, invalid, links, listed, pairs_of_text, require_admin
from isotherm.sim.volume.types import find as find_type

CONSUMERS = ("front-end", "back-end", "both")
RULE = "volume_extension:qos_specs_manage"


def _find(call: Call, qos_id: str) -> Body:
    require_admin(call, f"{RULE}:get")
    body = call.cloud.get("volume_qos", qos_id)
    if body is None:
        raise NotFound(f"No such QoS spec {qos_id}.")
    return body


def _view(body: Body) -> Body:
    return {name: body[name] for name in ("id", "name", "consumer", "specs")}


def _answer(call: Call, body: Body) -> Body:
    return {"qos_specs": _view(body), "links": links(call, "qos-specs", body["id"])}


def list_qos(call: Call) -> Body:
    require_admin(call, f"{RULE}:get_all")
    return listed(call, "qos_specs", call.cloud.where("volume_qos")[::-1], _view, "QoS spec")


def _given(call: Call) -> dict[str, str]:
    if not isinstance(call.json, dict) or "qos_specs" not in call.json:
        raise BadRequest("'qos_specs' is a required property")
    asked = pairs_of_text("qos_specs", call.json["qos_specs"])
    if asked.get("consumer", "both") not in CONSUMERS:
        raise invalid("consumer", asked["consumer"], f"{asked['consumer']!r} is not one of {list(CONSUMERS)}")
    return asked


def create_qos(call: Call) -> Body:
    require_admin(call, f"{RULE}:create")
    specs = _given(call)
    name, consumer = specs.pop("name", ""), specs.pop("consumer", "back-end")
    if not name:
        raise BadRequest("Please specify a name for QoS specs.")
    if call.cloud.first("volume_qos", name=name):
        raise Conflict(f"QoS Specs {name} already exists.")
    return _answer(call, call.cloud.add("volume_qos", {"id": new_id(), "name": name, "consumer": consumer, "specs": specs}))


def show_qos(call: Call, qos_id: str) -> Body:
    return _answer(call, _find(call, qos_id))


def update_qos(call: Call, qos_id: str) -> Body:
    body, given = _find(call, qos_id), _given(call)
    specs = {name: value for name, value in given.items() if name != "consumer"}
    call.cloud.update("volume_qos", body, specs={**body["specs"], **specs}, consumer=given.get("consumer", body["consumer"]))
    return {"qos_specs": given}


def delete_keys(call: Call, qos_id: str) -> None:
    body, keys = _find(call, qos_id), call.json.get("keys") or []
    for key in keys:
        if key not in body["specs"]:
            raise NotFound(f"QoS spec {qos_id} has no spec with key {key}.")
    call.cloud.update("volume_qos", body, specs={k: v for k, v in body["specs"].items() if k not in keys})


def delete_qos(call: Call, qos_id: str) -> None:
    body = _find(call, qos_id)
    users = call.cloud.where("volume_type", qos_specs_id=qos_id)
    if users and call.query.get("force", "").lower() != "true":
        raise BadRequest("Qos specs still in use.")
    disassociate_all(call, qos_id)
    call.cloud.remove("volume_qos", body["id"])


def list_associations(call: Call, qos_id: str) -> Body:
    _find(call, qos_id)
    rows = call.cloud.where("volume_type", qos_specs_id=qos_id)
    return {"qos_associations": [{"association_type": "volume_type", "name": row["name"], "id": row["id"]} for row in rows]}


def associate(call: Call, qos_id: str) -> None:
    _find(call, qos_id)
    kind = find_type(call, call.query.get("vol_type_id", ""))
    if kind["qos_specs_id"] not in (None, qos_id):
        raise BadRequest(f"Invalid volume type: Type {kind['id']} is already associated with another qos specs: "
                         f"{kind['qos_specs_id']}.")
    call.cloud.update("volume_type", kind, qos_specs_id=qos_id)


def disassociate(call: Call, qos_id: str) -> None:
    _find(call, qos_id)
    kind = find_type(call, call.query.get("vol_type_id", ""))
    if kind["qos_specs_id"] == qos_id:
        call.cloud.update("volume_type", kind, qos_specs_id=None)


def disassociate_all(call: Call, qos_id: str) -> None:
    _find(call, qos_id)
    for kind in call.cloud.where("volume_type", qos_specs_id=qos_id):
        call.cloud.update("volume_type", kind, qos_specs_id=None)


ROUTES: list[Row] = [
    ("GET", "/qos-specs", list_qos),
    ("POST", "/qos-specs", create_qos),
    ("GET", "/qos-specs/{qos_id}", show_qos),
    ("PUT", "/qos-specs/{qos_id}", update_qos),
    ("DELETE", "/qos-specs/{qos_id}", delete_qos, 202),
    ("PUT", "/qos-specs/{qos_id}/delete_keys", delete_keys, 202),
    ("GET", "/qos-specs/{qos_id}/associations", list_associations),
    ("GET", "/qos-specs/{qos_id}/associate", associate, 202),
    ("GET", "/qos-specs/{qos_id}/disassociate", disassociate, 202),
    ("GET", "/qos-specs/{qos_id}/disassociate_all", disassociate_all, 202),
]
