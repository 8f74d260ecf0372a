"""What services say when they refuse, turned into `Transient` or `Refused`."""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from html import unescape
from typing import Any

import requests
from keystoneauth1 import exceptions as ksa

from isotherm.model.errors import CloudError, Refused, Transient

UNWELL = frozenset({408, 429, 502, 503, 504})
REQUEST_ID_HEADERS = ("x-openstack-request-id", "x-compute-request-id", "x-trans-id")
# In the order of how much they tell; services differ in which they use, and at which depth.
WORDS = ("message", "faultstring", "explanation", "detail", "description", "error_message", "title")
SHOWN = 1000
TAGS = re.compile(r"<(title|head|style|script)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def refusal(service: str, response: requests.Response) -> CloudError:
    """The error that an answer with a status of 400 or more means."""
    code, headers = response.status_code, response.headers
    pause = retry_after(headers)
    unwell = code in UNWELL or (code == 413 and pause > 0)
    return (Transient if unwell else Refused)(
        service, code, said(response.content, response.reason or ""), request_id(headers), pause
    )


def failure(service: str, error: ksa.ClientException) -> CloudError:
    """The error that an exception of the session means: no connection, no answer in time, or no authentication."""
    if isinstance(error, ksa.HttpError):
        if error.response is not None:
            return refusal("identity", error.response)
        unwell = error.http_status in UNWELL
        return (Transient if unwell else Refused)("identity", error.http_status, str(error.message or error))
    if isinstance(error, ksa.ConnectFailure | ksa.ConnectionError | ksa.DiscoveryFailure):
        return Transient(service, 0, _brief(str(error)))
    return Refused(service, 0, _brief(str(error) or type(error).__name__))


def request_id(headers: Mapping[str, str]) -> str:
    """The id under which the service logged a request; empty if it does not say."""
    return next((headers[name] for name in REQUEST_ID_HEADERS if headers.get(name)), "")


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the service asks to wait (a number or a date, RFC 9110 section 10.2.3); 0 if it does not say."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isdigit():
        return float(value)
    moment = email.utils.parsedate_tz(value) if value else None
    return max(0.0, email.utils.mktime_tz(moment) - time.time()) if moment else 0.0


def said(content: bytes, reason: str) -> str:
    """The service's own words in the body of an error, whatever its shape; the HTTP reason when it has none."""
    text = content[:100_000].decode("utf-8", "replace").strip()
    try:
        words = _words(json.loads(text))
    except (ValueError, RecursionError):
        words = unescape(TAGS.sub(" ", text))
    return _brief(words) or reason or "no reason given"


def _words(body: Any, depth: int = 0) -> str:
    if isinstance(body, str):
        return _inner(body) if body.startswith("{") and depth < 4 else body
    if depth > 4:
        return ""
    if isinstance(body, list):
        return next((words for words in (_words(part, depth + 1) for part in body) if words), "")
    if isinstance(body, Mapping):
        nested = [part for part in body.values() if isinstance(part, Mapping | list)]
        parts = [body[key] for key in WORDS if body.get(key)] or (
            [body["NeutronError"]] if "NeutronError" in body else nested
        )
        # Heat's own API puts a general explanation beside the precise message one level down.
        if isinstance(body.get("error"), Mapping):
            parts.insert(0, body["error"])
        return next((words for words in (_words(part, depth + 1) for part in parts) if words), "")
    return ""


def _inner(text: str) -> str:
    """Ironic puts JSON into a string of its JSON."""
    try:
        return _words(json.loads(text), 3) or text
    except ValueError:
        return text


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"
