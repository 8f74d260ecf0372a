"""The named checks that need no cloud. Each gives a sentence when the value is wrong, "" when it is right."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from datetime import timezone as offset
from typing import Any
from zoneinfo import ZoneInfo

from isotherm.template.cron import wrong_with

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
LONGEST = 255                                   # characters of a DNS name; a relative one leaves room for a domain
HEX = "[0-9a-fA-F]"
MAC = re.compile("|".join((
    f"{HEX}{{1,2}}(:{HEX}{{1,2}}){{5}}", f"{HEX}{{1,2}}(-{HEX}{{1,2}}){{5}}", rf"{HEX}{{1,4}}([:.-]){HEX}{{1,4}}\3{HEX}{{1,4}}",
    f"{HEX}{{5,6}}[:-]{HEX}{{5,6}}", f"{HEX}{{11,12}}")))
# The forms of ISO 8601 that a moment can have. A day needs a month, and a time needs a day.
MOMENT = re.compile(
    r"(?P<year>\d{4})(?:(?:-(?P<month>\d{1,2})|(?P<month2>\d\d)(?!$))"
    r"(?:(?:-(?P<day>\d{1,2})|(?P<day2>\d\d))"
    r"(?:[ T](?P<hour>\d\d)(?::?(?P<minute>\d\d))?(?::?(?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"(?P<zone>Z|(?P<sign>[-+])(?P<hours>\d\d):?(?P<minutes>\d\d)?)?)?)?)?", re.ASCII)


def ip_addr(value: Any, said: str) -> str:
    try:
        good = isinstance(value, str) and "%" not in value and bool(ipaddress.ip_address(value))
    except ValueError:
        good = False
    return "" if good else f"{said} is no IP address."


def net_cidr(value: Any, said: str) -> str:
    text = value if isinstance(value, str) else ""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return f"{said} is no network in CIDR notation."
    _, slash, prefix = text.partition("/")
    plain = prefix.isdigit() and (":" in text or prefix == str(int(prefix)))
    if not slash or not plain or re.search(r"\s", text):
        return f"{said} is no network in CIDR notation, like 10.0.0.0/24."
    return ""


def ip_or_cidr(value: Any, said: str) -> str:
    return f"{said} is neither an IP address nor a network in CIDR notation." \
        if ip_addr(value, said) and net_cidr(value, said) else ""


def mac_addr(value: Any, said: str) -> str:
    return "" if isinstance(value, str) and MAC.fullmatch(value) else f"{said} is no MAC address, like fa:16:3e:00:00:01."


def dns_name(value: Any, said: str) -> str:
    if not value:
        return ""
    if not isinstance(value, str):
        return f"{said} is no DNS name."
    text = value.removesuffix(".")
    if len(text) > LONGEST:
        return f"{said} is longer than the {LONGEST} characters of a DNS name."
    labels = text.split(".")
    if not all(LABEL.fullmatch(label) for label in labels):
        return f"{said} is no DNS name: each part has 1 to 63 small letters, digits and inner hyphens."
    if value.endswith(".") and len(labels) > 1 and labels[-1].isdigit():
        return f"{said} ends in a number, which no top-level domain does."
    return ""


def rel_dns_name(value: Any, said: str) -> str:
    if isinstance(value, str) and value.endswith("."):
        return f"{said} is no relative name: it ends in a dot."
    if isinstance(value, str) and len(value) > LONGEST - 3:
        return f"{said} is longer than the {LONGEST - 3} characters that leave room for a domain."
    return dns_name(value, said)


def dns_domain(value: Any, said: str) -> str:
    wrong = dns_name(value, said)
    return wrong or ("" if not value or str(value).endswith(".") else f"{said} is no fully qualified domain: it does not end in a dot.")


def timezone(value: Any, said: str) -> str:
    try:
        known = not value or bool(ZoneInfo(value))
    except (OSError, LookupError, ValueError, TypeError, AttributeError):
        known = False
    return "" if known else f"{said} is no time zone of the IANA database, like Europe/Prague."


def cron_expression(value: Any, said: str) -> str:
    why = wrong_with(value if isinstance(value, str) else "") if value else ""
    return f"{said} is no cron expression: {why}." if why else ""


def expiration(value: Any, said: str) -> str:
    if not value:
        return ""
    when = _moment(value.strip()) if isinstance(value, str) else None
    if when is None:
        return f"{said} is no ISO 8601 time."
    return f"{said} lies in the past." if when <= datetime.now(UTC) else ""


def iso_8601(value: Any, said: str) -> str:
    return "" if isinstance(value, str) and _moment(value) else f"{said} is no ISO 8601 time."


def _moment(text: str) -> datetime | None:
    found = MOMENT.fullmatch(text)
    if found is None:
        return None
    part = {name: int(one) for name, one in found.groupdict().items() if one is not None and one.isdigit()}
    ahead = timedelta(hours=part.get("hours", 0), minutes=part.get("minutes", 0)) * (-1 if found["sign"] == "-" else 1)
    try:
        return datetime(part["year"], part.get("month", part.get("month2", 1)), part.get("day", part.get("day2", 1)),
                        part.get("hour", 0), part.get("minute", 0), part.get("second", 0), tzinfo=offset(ahead))
    except ValueError:
        return None


def json_string(value: Any, said: str) -> str:
    try:
        json.loads(value or "null")
    except (TypeError, ValueError) as exc:
        return f"{said} is no JSON: {exc}."
    return ""


LOCAL: Mapping[str, Callable[[Any, str], str]] = {
    "ip_addr": ip_addr, "net_cidr": net_cidr, "ip_or_cidr": ip_or_cidr, "mac_addr": mac_addr, "dns_name": dns_name,
    "rel_dns_name": rel_dns_name, "dns_domain": dns_domain, "timezone": timezone, "cron_expression": cron_expression,
    "expiration": expiration, "iso_8601": iso_8601, "json_string": json_string,
    "test_constr": lambda value, said: "",
}
