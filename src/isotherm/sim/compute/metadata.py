"""Metadata and tags of servers."""

from __future__ import annotations

from isotherm.sim.call import Answer, Call
from isotherm.sim.compute.boot import check_metadata
from isotherm.sim.compute.servers import find, unlocked
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.storage import Body

TAGS_MOST = 50


def _changing(call: Call, server_id: str) -> Body:
    server = find(call, server_id)
    unlocked(call, server)
    return server


def list_metadata(call: Call, server_id: str) -> Body:
    return {"metadata": find(call, server_id)["metadata"]}


def update_metadata(call: Call, server_id: str) -> Body:
    """POST: set these keys, keep the others."""
    server, asked = _changing(call, server_id), call.part("metadata")
    merged = {**server["metadata"], **asked}
    check_metadata(merged)
    call.cloud.update("server", server, metadata=merged, updated=call.cloud.stamp())
    return {"metadata": merged}


def replace_metadata(call: Call, server_id: str) -> Body:
    """PUT: set these keys, drop the others."""
    server, asked = _changing(call, server_id), call.part("metadata")
    check_metadata(asked)
    call.cloud.update("server", server, metadata=dict(asked), updated=call.cloud.stamp())
    return {"metadata": asked}


def _with(call: Call, server_id: str, key: str) -> Body:
    server = find(call, server_id)
    if key not in server["metadata"]:
        raise NotFound("Metadata item was not found")
    return server


def show_item(call: Call, server_id: str, key: str) -> Body:
    return {"meta": {key: _with(call, server_id, key)["metadata"][key]}}


def put_item(call: Call, server_id: str, key: str) -> Body:
    server, asked = _changing(call, server_id), call.part("meta")
    if set(asked) != {key}:
        raise BadRequest("Request body and URI mismatch")
    merged = {**server["metadata"], **asked}
    check_metadata(merged)
    call.cloud.update("server", server, metadata=merged)
    return {"meta": asked}


def delete_item(call: Call, server_id: str, key: str) -> None:
    server = _with(call, server_id, key)
    unlocked(call, server)
    call.cloud.update("server", server, metadata={k: v for k, v in server["metadata"].items() if k != key})


def list_tags(call: Call, server_id: str) -> Body:
    return {"tags": find(call, server_id)["tags"]}


def _check_tag(tag: object) -> None:
    if not isinstance(tag, str) or not 0 < len(tag) <= 60 or "/" in tag or "," in tag:
        raise BadRequest(f"Invalid input for field/attribute tags. Value: {tag}. {tag!r} is too long, empty or holds '/' or ','")


def replace_tags(call: Call, server_id: str) -> Body:
    server, asked = find(call, server_id), call.json.get("tags")
    if not isinstance(asked, list):
        raise BadRequest("Invalid input for field/attribute tags: a list is required")
    for tag in asked:
        _check_tag(tag)
    if len(set(asked)) > TAGS_MOST:
        raise BadRequest(f"The number of tags exceeded the per-server limit {TAGS_MOST}")
    call.cloud.update("server", server, tags=sorted(set(asked)))
    return {"tags": server["tags"]}


def delete_tags(call: Call, server_id: str) -> None:
    call.cloud.update("server", find(call, server_id), tags=[])


def check_tag(call: Call, server_id: str, tag: str) -> None:
    if tag not in find(call, server_id)["tags"]:
        raise NotFound(f"Server {server_id} has no tag '{tag}'")


def add_tag(call: Call, server_id: str, tag: str) -> Answer:
    server = find(call, server_id)
    _check_tag(tag)
    if tag in server["tags"]:
        return Answer(204)
    if len(server["tags"]) >= TAGS_MOST:
        raise BadRequest(f"The number of tags exceeded the per-server limit {TAGS_MOST}")
    call.cloud.update("server", server, tags=sorted([*server["tags"], tag]))
    return Answer(201, None, {"Location": f"{call.url}{call.path}"})


def delete_tag(call: Call, server_id: str, tag: str) -> None:
    check_tag(call, server_id, tag)
    server = find(call, server_id)
    call.cloud.update("server", server, tags=[held for held in server["tags"] if held != tag])


ROUTES = [
    ("GET", "/servers/{server_id}/metadata", list_metadata),
    ("POST", "/servers/{server_id}/metadata", update_metadata),
    ("PUT", "/servers/{server_id}/metadata", replace_metadata),
    ("GET", "/servers/{server_id}/metadata/{key}", show_item),
    ("PUT", "/servers/{server_id}/metadata/{key}", put_item),
    ("DELETE", "/servers/{server_id}/metadata/{key}", delete_item, 204),
    ("GET", "/servers/{server_id}/tags", list_tags),
    ("PUT", "/servers/{server_id}/tags", replace_tags),
    ("DELETE", "/servers/{server_id}/tags", delete_tags, 204),
    ("GET", "/servers/{server_id}/tags/{tag}", check_tag, 204),
    ("PUT", "/servers/{server_id}/tags/{tag}", add_tag, 201),
    ("DELETE", "/servers/{server_id}/tags/{tag}", delete_tag, 204),
]
