"""Filters, fields, order and pages of Neutron's lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from isotherm.sim.call import Call
from isotherm.sim.errors import BadRequest, NotFound
from isotherm.sim.listing import order
from isotherm.sim.storage import Body

CONTROLS = frozenset({"fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"})
Pairs = Sequence[tuple[str, str]]
Test = Callable[[Body, list[str]], bool]


def _tags(values: Iterable[str]) -> set[str]:
    return {tag for value in values for tag in value.split(",")}


TAG_TESTS: Mapping[str, Test] = {
    "tags": lambda body, values: _tags(values) <= set(body.get("tags", ())),
    "tags-any": lambda body, values: bool(_tags(values) & set(body.get("tags", ()))),
    "not-tags": lambda body, values: not _tags(values) <= set(body.get("tags", ())),
    "not-tags-any": lambda body, values: not _tags(values) & set(body.get("tags", ())),
    "changed_since": lambda body, values: body.get("updated_at", "") >= values[-1],
}


def filters(pairs: Pairs, known: Iterable[str], tests: Mapping[str, Test]) -> dict[str, list[str]]:
    """The filters of a query by name; 400 for one that does not exist."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in CONTROLS:
            found.setdefault("project_id" if name == "tenant_id" else name, []).append(value)
    accepted = {*known, *tests}
    unknown = [name for name in found if name not in accepted]
    if unknown:
        raise BadRequest(f"{unknown} is invalid attribute for filtering", "HTTPBadRequest")
    return found


def passes(body: Body, wanted: Mapping[str, list[str]], tests: Mapping[str, Test]) -> bool:
    """Whether an object passes all filters."""
    for name, values in wanted.items():
        test = tests.get(name)
        if not (test(body, values) if test else any(_equal(body.get(name), value) for value in values)):
            return False
    return True


def _equal(found: Any, wanted: str) -> bool:
    if isinstance(found, bool):
        return found == (wanted.lower() in ("true", "1", "t", "yes"))
    if isinstance(found, list):
        return wanted in found
    if found is None:
        return wanted in ("", "None")
    return str(found) == wanted


def sort(items: list[Body], pairs: Pairs) -> list[Body]:
    """In the order the query asks for; else as they were made."""
    keys = [value for name, value in pairs if name == "sort_key"]
    directions = [value for name, value in pairs if name == "sort_dir"]
    if len(keys) != len(directions):
        raise BadRequest("The number of sort_keys and sort_dirs must be same", "HTTPBadRequest")
    return order(items, keys, directions) if keys else items


def page(items: list[Body], call: Call, missing: NotFound) -> tuple[list[Body], list[Body] | None]:
    """The page the query asks for, and its links (None when it asks for no page). `missing`: the marker's 404."""
    query = call.query
    limit, marker = query.get("limit"), query.get("marker")
    if limit is not None and not limit.isdigit():
        reason = f"Limit must be an integer 0 or greater and not '{limit}'"
        raise BadRequest(f"Bad limit request: {reason}.", "BadRequest")
    backwards = query.get("page_reverse", "").lower() == "true"
    ordered = items[::-1] if backwards else items
    if marker:
        place = next((place for place, body in enumerate(ordered) if body["id"] == marker), None)
        if place is None:
            raise missing
        ordered = ordered[place + 1 :]
    if not limit or int(limit) == 0:
        return (ordered[::-1] if backwards else ordered), None
    chosen = ordered[: int(limit)]
    full = len(chosen) == int(limit)
    chosen = chosen[::-1] if backwards else chosen
    links = []
    if chosen and (full or backwards):
        links.append({"rel": "next", "href": _link(call, chosen[-1]["id"], False)})
    if chosen and (full or not backwards):
        links.append({"rel": "previous", "href": _link(call, chosen[0]["id"], True)})
    return chosen, links


def _link(call: Call, marker: str, backwards: bool) -> str:
    kept = [(name, value) for name, value in call.pairs if name not in ("marker", "page_reverse")]
    more = [("marker", marker), *([("page_reverse", "True")] if backwards else [])]
    return f"{call.url}{call.path}?{urlencode([*kept, *more])}"


def columns(body: Body, pairs: Pairs) -> Body:
    """Only the fields the query names, if it names any."""
    wanted = {value for name, value in pairs if name == "fields" and value}
    return {name: value for name, value in body.items() if name in wanted} if wanted else body
