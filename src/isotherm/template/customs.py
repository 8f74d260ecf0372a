"""The named checks that need no cloud. Each gives a sentence when the value is wrong, "" when it is right."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
CRON_NAMES = {name: number for names in (
    "jan feb mar apr may jun jul aug sep oct nov dec", "sun mon tue wed thu fri sat")
    for number, name in enumerate(names.split(), start=names.startswith("jan"))}


def ip_addr(value: Any, said: str) -> str:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return f"{said} is no IP address."
    return ""


def net_cidr(value: Any, said: str) -> str:
    text = str(value)
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return f"{said} is no network in CIDR notation."
    _, slash, prefix = text.partition("/")
    if not slash or not prefix.isdigit() or re.search(r"\s", text):
        return f"{said} is no network in CIDR notation, like 10.0.0.0/24."
    return ""


def ip_or_cidr(value: Any, said: str) -> str:
    return f"{said} is neither an IP address nor a network in CIDR notation." \
        if ip_addr(value, said) and net_cidr(value, said) else ""


def mac_addr(value: Any, said: str) -> str:
    return "" if MAC.fullmatch(str(value)) else f"{said} is no MAC address, like fa:16:3e:00:00:01."


def rel_dns_name(value: Any, said: str) -> str:
    if value in (None, ""):
        return ""
    text = str(value)
    if len(text) > 255:
        return f"{said} is longer than the 255 characters of a DNS name."
    for label in text.removesuffix(".").split("."):
        if not LABEL.fullmatch(label):
            return f"{said} is no DNS name: each part has 1 to 63 letters, digits and inner hyphens."
    return ""


def dns_name(value: Any, said: str) -> str:
    wrong = rel_dns_name(value, said)
    if wrong or value in (None, ""):
        return wrong
    labels = str(value).removesuffix(".").split(".")
    if str(value).endswith(".") and len(labels) > 1 and labels[-1].isdigit():
        return f"{said} ends in a number, which no top-level domain does."
    return ""


def dns_domain(value: Any, said: str) -> str:
    if value in (None, ""):
        return ""
    wrong = dns_name(value, said)
    return wrong or ("" if str(value).endswith(".") else f"{said} is no fully qualified domain: it does not end in a dot.")


def timezone(value: Any, said: str) -> str:
    if value in (None, "") or str(value) in available_timezones():
        return ""
    return f"{said} is no time zone of the IANA database, like Europe/Prague."


def cron_expression(value: Any, said: str) -> str:
    if value in (None, ""):
        return ""
    fields = str(value).split()
    if not 5 <= len(fields) <= 6:
        return f"{said} is no cron expression: it has {len(fields)} fields instead of 5."
    for field, (name, low, high) in zip(fields, CRON_FIELDS, strict=False):
        if not all(_cron_part(part, low, high) for part in field.split(",")):
            return f"{said} is no cron expression: {field!r} is wrong for the {name} ({low} to {high})."
    return ""


def _cron_part(part: str, low: int, high: int) -> bool:
    base, slash, step = part.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    if base in ("*", "?") or (base.upper() == "L" and high == 31):
        return True
    numbers = [CRON_NAMES.get(end.lower(), int(end) if end.isdigit() else -1) for end in base.split("-")]
    return len(numbers) <= 2 and all(low <= number <= high for number in numbers) and numbers == sorted(numbers)


def expiration(value: Any, said: str) -> str:
    if value in (None, ""):
        return ""
    when = _moment(str(value))
    if when is None:
        return f"{said} is no ISO 8601 time."
    return f"{said} lies in the past." if when < datetime.now(UTC) else ""


def iso_8601(value: Any, said: str) -> str:
    return "" if _moment(str(value)) else f"{said} is no ISO 8601 time."


def _moment(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def json_string(value: Any, said: str) -> str:
    try:
        json.loads(value)
    except (TypeError, ValueError) as exc:
        return f"{said} is no JSON: {exc}."
    return ""


LOCAL: Mapping[str, Callable[[Any, str], str]] = {
    "ip_addr": ip_addr, "net_cidr": net_cidr, "ip_or_cidr": ip_or_cidr, "mac_addr": mac_addr, "dns_name": dns_name,
    "rel_dns_name": rel_dns_name, "dns_domain": dns_domain, "timezone": timezone, "cron_expression": cron_expression,
    "expiration": expiration, "iso_8601": iso_8601, "json_string": json_string,
    "test_constr": lambda value, said: "",
}
