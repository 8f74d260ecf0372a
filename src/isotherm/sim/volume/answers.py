"""What the answers of all block storage objects share: links, filters, pages, checks of the form of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.errors import BadRequest, Forbidden, NotFound
from isotherm.sim.listing import next_url, order
from isotherm.sim.storage import Body

Row = tuple[Any, ...]
MICROSECONDS = "%Y-%m-%dT%H:%M:%S.%f"
MOST = 1000
"""Objects on a page of a list."""
CONTROLS = frozenset({"limit", "marker", "offset", "sort", "sort_key", "sort_dir", "all_tenants", "with_count",
                      "project_id", "tenant_id"})  # fmt: skip
UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


def links(call: Call, path: str, id_: str) -> list[Body]:
    """The links of an object of a collection, such as "volumes"."""
    project = call.ctx.project_id
    return [{"rel": "self", "href": f"{call.url}/v3/{project}/{path}/{id_}"},
            {"rel": "bookmark", "href": f"{call.url}/{project}/{path}/{id_}"}]


def find(call: Call, kind: str, id_: str, label: str) -> Body:
    """An object the caller may see, or Cinder's 404."""
    body = call.cloud.get(kind, id_)
    if body is None or not call.ctx.sees(body):
        raise NotFound(f"{label} {id_} could not be found.")
    return body


def invalid(field: str, value: Any, reason: str) -> BadRequest:
    """Cinder's complaint about the form of a field."""
    return BadRequest(f"Invalid input for field/attribute {field}. Value: {value}. {reason}")


def part(call: Call, name: str, allowed: Iterable[str], required: Iterable[str] = ()) -> Body:
    """The object under a key of the body; 400 for unknown fields and missing ones."""
    body = call.json.get(name) if isinstance(call.json, dict) else None
    if body is None:
        raise BadRequest(f"'{name}' is a required property")
    if not isinstance(body, dict):
        raise invalid(name, body, f"{body!r} is not of type 'object'")
    if unknown := [key for key in body if key not in set(allowed)]:
        raise invalid(name, body, f"Additional properties are not allowed ('{unknown[0]}' was unexpected)")
    for key in required:
        if key not in body:
            raise invalid(name, body, f"'{key}' is a required property")
    return body


def whole(field: str, value: Any) -> int:
    """A positive whole number, as such or as digits."""
    if isinstance(value, str) and not value.isdigit():
        raise invalid(field, value, f"'{value}' does not match '^[0-9]+$'")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise invalid(field, value, f"{value!r} is not of type 'integer', 'string'")
    if int(value) < 1:
        raise invalid(field, value, f"{value} is less than the minimum of 1")
    return int(value)


def label(field: str, value: Any) -> str | None:
    """Null or a text of at most 255 characters."""
    if value is not None and not isinstance(value, str):
        raise invalid(field, value, f"{value!r} is not of type 'string', 'null'")
    if value and len(value) > 255:
        raise invalid(field, value, f"{value!r} is too long")
    return value


def flag(field: str, value: Any) -> bool:
    """A boolean, as such or as text."""
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if str(value).lower() not in known:
        raise invalid(field, value, f"{value!r} is not a boolean")
    return known[str(value).lower()]


def pairs_of_text(field: str, value: Any) -> dict[str, str]:
    """Metadata: an object whose values are texts."""
    if not isinstance(value, dict):
        raise invalid(field, value, f"{value!r} is not of type 'object'")
    for key, item in value.items():
        if not isinstance(item, str):
            raise invalid(key, item, f"{item!r} is not of type 'string'")
    return dict(value)


def reference(field: str, value: Any) -> str | None:
    """Null or a UUID."""
    if value is not None and (not isinstance(value, str) or not UUID.fullmatch(value)):
        raise invalid(field, value, f"{value!r} is not valid under any of the given schemas")
    return value


def forbidden(rule: str) -> Forbidden:
    """Cinder's 403."""
    return Forbidden(f"Policy doesn't allow {rule} to be performed.")


def require_admin(call: Call, rule: str) -> None:
    if not call.ctx.is_admin:
        raise forbidden(rule)


def chosen(call: Call, kind: str, names: Sequence[str], aliases: Mapping[str, str] | None = None) -> list[Body]:
    """The objects of a kind a list asks for, newest first: the project's, or all projects' for administrators.

    Filters are on these fields; from 3.31 on others are refused, before that ignored. A metadata filter is written as
    JSON. `aliases`: the field a filter is about, where the names differ.
    """
    query, cloud = call.query, call.cloud
    everybody = call.ctx.is_admin and query.get("all_tenants", "0").lower() in ("1", "true")
    project_id = query.get("project_id") if everybody else call.ctx.project_id
    found = cloud.where(kind, project_id=project_id) if project_id else cloud.where(kind)
    for key, value in call.pairs:
        if key in CONTROLS:
            continue
        if key not in names:
            if call.at_least(3, 31):
                raise BadRequest(f"Invalid filters {key} are found in query options.")
            continue
        found = [body for body in found if _fits(body.get((aliases or {}).get(key, key)), value)]
    return found[::-1]


def _fits(have: Any, wanted: str) -> bool:
    if isinstance(have, dict):
        given = re.findall(r"""['"]([^'"]*)['"]\s*:\s*['"]([^'"]*)['"]""", wanted)
        return bool(given) and all(have.get(key) == value for key, value in given)
    return str(have).lower() == wanted.lower()


def listed(call: Call, key: str, found: list[Body], render: Callable[[Body], Body], label_: str) -> Body:
    """A page of a list, with a link to the next one and, when asked for, the number of all."""
    query = call.query
    count, found = len(found), _sorted(call, found)
    limit = _number(query, "limit", MOST)
    if marker := query.get("marker"):
        place = next((place for place, body in enumerate(found) if body["id"] == marker), None)
        if place is None:
            raise NotFound(f"{label_} {marker} could not be found.")
        found = found[place + 1 :]
    found = found[_number(query, "offset", 0) :][: min(limit, MOST)]
    answer: Body = {key: [render(body) for body in found]}
    if found and len(found) == min(limit, MOST):
        url = next_url(call.url + call.path, [(k, v) for k, v in call.pairs if k != "offset"], found[-1]["id"])
        answer[f"{key}_links"] = [{"rel": "next", "href": url}]
    if query.get("with_count", "").lower() in ("1", "true") and call.at_least(3, 45):
        answer["count"] = count
    return answer


def _number(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if re.fullmatch(r"-\d+", value):
        raise BadRequest(f"{name} param must be positive")
    if not value.isdigit():
        raise BadRequest(f"{name} param must be an integer")
    return int(value)


def _sorted(call: Call, found: list[Body]) -> list[Body]:
    query = call.query
    if wanted := query.get("sort"):
        parts = [item.partition(":") for item in wanted.split(",")]
        return order(found, [key for key, _, _ in parts], [direction or "desc" for _, _, direction in parts])
    if key := query.get("sort_key"):
        return order(found, [key], [query.get("sort_dir", "desc")])
    return found
