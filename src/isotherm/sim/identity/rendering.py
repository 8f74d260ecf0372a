"""How identity objects look on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from isotherm.sim.call import Call
from isotherm.sim.cloud import public
from isotherm.sim.errors import NotFound
from isotherm.sim.storage import Body

LABELS = {
    "domain": "domain", "project": "project", "user": "user", "group": "group", "role": "role", "service": "service",
    "endpoint": "endpoint", "region": "region", "trust": "trust", "app_credential": "application credential",
}  # fmt: skip


def find(call: Call, kind: str, id_: str) -> Body:
    """The object, or Keystone's 404."""
    body = call.cloud.get(kind, id_)
    if body is None:
        raise NotFound(f"Could not find {LABELS[kind]}: {id_}.")
    return body


def linked(call: Call, path: str, body: Body) -> Body:
    """An object as it is sent: without the simulator's keys, with its link."""
    return {**public(body), "links": {"self": f"{call.url}/v3/{path}/{body['id']}"}}


def listed(call: Call, path: str, bodies: Iterable[Body], key: str | None = None) -> Body:
    """A list as it is sent."""
    rows = [linked(call, path, body) for body in bodies]
    links = {"next": None, "self": call.url + call.path, "previous": None}
    return {key or path.rsplit("/", 1)[-1]: rows, "links": links}


def chosen(call: Call, bodies: Iterable[Body], fields: Iterable[str]) -> list[Body]:
    """Objects that pass the query's filters on these fields; `enabled` is a flag, names match without case."""
    query = call.query
    wanted = {field: query[field] for field in fields if field in query}
    return [body for body in bodies if all(_passes(body.get(field), value) for field, value in wanted.items())]


def _passes(found: object, wanted: str) -> bool:
    if isinstance(found, bool):
        return found == (wanted.lower() not in ("0", "false", "no"))
    return str(found).lower() == wanted.lower()
