"""Metadata of volumes, snapshots and backups."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import Row, find, pairs_of_text


def routes(kind: str, label: str) -> list[Row]:
    """The routes of the metadata of one kind of object."""

    def own(call: Call, object_id: str) -> Body:
        return find(call, kind, object_id, label)

    def given(call: Call) -> dict[str, str]:
        if not isinstance(call.json, dict) or "metadata" not in call.json:
            raise BadRequest("'metadata' is a required property")
        return pairs_of_text("metadata", call.json["metadata"])

    def held(body: Body, key: str) -> str:
        if key not in body["metadata"]:
            raise NotFound(f"{label} {body['id']} has no metadata with key {key}.")
        return str(body["metadata"][key])

    def show_all(call: Call, object_id: str) -> Body:
        return {"metadata": own(call, object_id)["metadata"]}

    def add(call: Call, object_id: str) -> Body:
        body = own(call, object_id)
        call.cloud.update(kind, body, metadata={**body["metadata"], **given(call)})
        return {"metadata": body["metadata"]}

    def replace(call: Call, object_id: str) -> Body:
        body = own(call, object_id)
        call.cloud.update(kind, body, metadata=given(call))
        return {"metadata": body["metadata"]}

    def show(call: Call, object_id: str, key: str) -> Body:
        return {"meta": {key: held(own(call, object_id), key)}}

    def put(call: Call, object_id: str, key: str) -> Body:
        body, meta = own(call, object_id), pairs_of_text("meta", call.json.get("meta"))
        if list(meta) != [key]:
            raise BadRequest("Request body and URI mismatch")
        call.cloud.update(kind, body, metadata={**body["metadata"], **meta})
        return {"meta": meta}

    def drop(call: Call, object_id: str, key: str) -> None:
        body = own(call, object_id)
        held(body, key)
        call.cloud.update(kind, body, metadata={name: value for name, value in body["metadata"].items() if name != key})

    path = f"/{kind}s/{{object_id}}/metadata"
    return [
        ("GET", path, show_all), ("POST", path, add), ("PUT", path, replace),
        ("GET", path + "/{key}", show), ("PUT", path + "/{key}", put), ("DELETE", path + "/{key}", drop),
    ]  # fmt: skip


ROUTES: list[Row] = [*routes("volume", "Volume"), *routes("snapshot", "Snapshot"), *routes("backup", "Backup")]
