"""Sorting and paging of lists, the parts all services share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from isotherm.sim.errors import BadRequest
from isotherm.sim.storage import Body


def order(items: Sequence[Body], keys: Sequence[str], directions: Sequence[str]) -> list[Body]:
    """Sorted by several keys, each "asc" or "desc" (the last direction serves the keys that have none)."""
    ordered = list(items)
    for place in range(len(keys) - 1, -1, -1):
        direction = directions[min(place, len(directions) - 1)] if directions else "asc"
        ordered.sort(key=lambda body, key=keys[place]: _rank(body.get(key)), reverse=direction == "desc")  # type: ignore[misc]
    return ordered


def page(items: Sequence[Body], query: dict[str, str], default: int | None = None) -> tuple[list[Body], bool]:
    """The part of a list that `limit` and `marker` choose, and whether more follows; 400 when they make no sense."""
    start, limit = 0, query.get("limit")
    if limit is not None and not limit.isdigit():
        raise BadRequest(f"limit param must be an integer, not {limit!r}")
    if marker := query.get("marker"):
        start = next((place + 1 for place, body in enumerate(items) if body.get("id") == marker), -1)
        if start < 0:
            raise BadRequest(f"marker [{marker}] not found")
    size = int(limit) if limit else default
    chosen = list(items[start : start + size] if size else items[start:])
    return chosen, start + len(chosen) < len(items)


def next_url(url: str, query: Sequence[tuple[str, str]], marker: str) -> str:
    """A link to the next page: the same query with another marker."""
    return f"{url}?{urlencode([*((k, v) for k, v in query if k != 'marker'), ('marker', marker)])}"


def _rank(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    return (1, value) if isinstance(value, int | float) else (2, str(value))
