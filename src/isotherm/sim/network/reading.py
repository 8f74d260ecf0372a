"""Readers: what a field of a request may hold, and what it becomes. Each takes the field's name and the value."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from isotherm.sim.errors import BadRequest

Reader = Callable[[str, Any], Any]
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


def invalid(name: str, reason: str) -> BadRequest:
    """Neutron's complaint about the form of a value."""
    return BadRequest(f"Invalid input for {name}. Reason: {reason}.", "HTTPBadRequest")


def unusable(reason: str) -> BadRequest:
    """Neutron's complaint about the meaning of a value."""
    return BadRequest(f"Invalid input for operation: {reason}.", "InvalidInput")


def anything(_name: str, value: Any) -> Any:
    return value


def text(most: int = 255) -> Reader:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise invalid(name, f"'{value}' is not a valid string")
        if len(value) > most:
            raise invalid(name, f"'{value}' exceeds maximum length of {most}")
        return value

    return read


def boolean(_name: str, value: Any) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    if isinstance(value, bool | int | str) and str(value).lower() in known:
        return known[str(value).lower()]
    raise unusable(f"'{value}' cannot be converted to boolean")


def integer(low: int | None = None, high: int | None = None) -> Reader:
    def read(name: str, value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise unusable(f"'{value}' is not an integer") from None
        if low is not None and number < low:
            raise invalid(name, f"'{number}' is too small - must be at least '{low}'")
        if high is not None and number > high:
            raise invalid(name, f"'{number}' is too large - must be no larger than '{high}'")
        return number

    return read


def uuid(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise invalid(name, f"'{value}' is not a valid UUID")
    return value


def one_of(*values: Any) -> Reader:
    def read(name: str, value: Any) -> Any:
        if value not in values:
            raise invalid(name, f"{value} is not in valid_values")
        return value

    return read


def mac(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _MAC.fullmatch(value.lower().replace("-", ":")):
        raise invalid(name, f"'{value}' is not a valid MAC address")
    return value.lower().replace("-", ":")


def address(name: str, value: Any) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise invalid(name, f"'{value}' is not a valid IP address") from None


def prefix(_name: str, value: Any) -> str:
    """A range of addresses, host bits cleared."""
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise unusable(f"{value} is not in a CIDR format") from None


def cidr(name: str, value: Any) -> str:
    """A range of addresses with its length and without host bits."""
    if not isinstance(value, str) or "/" not in value:
        raise invalid(name, f"'{value}' is not a valid CIDR")
    try:
        ipaddress.ip_network(value)
    except ValueError:
        raise invalid(name, f"'{value}' is not a valid CIDR") from None
    return value


def address_or_prefix(name: str, value: Any) -> str:
    """An address or a range, as written; the form is checked."""
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise invalid(name, f"'{value}' is not a valid IP address") from None
    return str(value)


def optional(read: Reader) -> Reader:
    """Null, or what the other reader takes."""

    def read_optional(name: str, value: Any) -> Any:
        return None if value is None else read(name, value)

    return read_optional


def items(read: Reader, duplicate: str | None = None) -> Reader:
    """A list; null counts as an empty one. `duplicate` names what may not come twice."""

    def read_items(name: str, value: Any) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid(name, f"'{value}' is not a list")
        found = [read(name, item) for item in value]
        if duplicate:
            for place, item in enumerate(found):
                if item in found[:place]:
                    raise invalid(name, f"Duplicate {duplicate} '{item}'")
        return found

    return read_items


def mapping(*required: str, **readers: Reader) -> Reader:
    """An object with these keys and no others; `required` ones must be there."""

    def read(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(name, f"'{value}' is not a dictionary")
        if any(key not in value for key in required):
            raise invalid(name, f"Validation of dictionary's keys failed. Expected keys: {set(required)} "
                                f"Provided keys: {set(value)}")
        if unknown := [key for key in value if key not in readers]:
            raise invalid(name, f"Unexpected keys supplied: {', '.join(unknown)}")
        return {key: readers[key](name, item) for key, item in value.items()}

    return read


def tags(name: str, value: Any) -> list[str]:
    found = items(text(255))(name, value)
    for tag in found:
        if not tag or "," in tag or "/" in tag:
            raise invalid(name, f"'{tag}' is not a valid tag")
    return sorted(set(found))
