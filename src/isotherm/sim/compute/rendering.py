"""What answers of the compute service have in common."""

from __future__ import annotations

from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.errors import BadRequest
from isotherm.sim.storage import Body

MICROSECONDS = "%Y-%m-%dT%H:%M:%S.%f"
"""The other form Nova writes times in."""


def links(call: Call, collection: str, id_: str) -> list[Body]:
    """An object's links."""
    return [{"rel": "self", "href": f"{call.url}/v2.1/{collection}/{id_}"}, bookmark(call, collection, id_)]


def bookmark(call: Call, collection: str, id_: str) -> Body:
    """The link without a version."""
    return {"rel": "bookmark", "href": f"{call.url}/{collection}/{id_}"}


def unknown(name: str, value: Any, extra: set[str]) -> BadRequest:
    """Nova's 400 for fields it does not know."""
    names = ", ".join(f"'{field}'" for field in sorted(extra))
    verb = "was" if len(extra) == 1 else "were"
    return BadRequest(f"Invalid input for field/attribute {name}. Value: {value}. "
                      f"Additional properties are not allowed ({names} {verb} unexpected)")


def missing(name: str, value: Any, field: str) -> BadRequest:
    """Nova's 400 for a field that must be there."""
    return BadRequest(f"Invalid input for field/attribute {name}. Value: {value}. '{field}' is a required property")


def flag(value: Any, field: str) -> bool:
    """A boolean as Nova reads it: also "true", "1", "off" and the like."""
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in ("true", "1", "on", "yes", "t", "y"):
        return True
    if text in ("false", "0", "off", "no", "f", "n", ""):
        return False
    raise BadRequest(f"Invalid input for field/attribute {field}. Value: {value}. {value!r} is not a boolean")
