"""Every service's own words, whatever shape they come in."""

import json
import time
from email.utils import formatdate

import pytest

from isotherm.cloud.errors import retry_after, said

BODIES = [
    ({"badRequest": {"message": "Invalid key_name.", "code": 400}}, "Invalid key_name."),  # Nova, Cinder
    ({"NeutronError": {"type": "IpAddressInUse", "message": "Taken.", "detail": ""}}, "Taken."),  # Neutron
    ({"NeutronError": "Too bad."}, "Too bad."),
    ({"error": {"message": "Not yours.", "code": 403, "title": "Forbidden"}}, "Not yours."),  # Keystone
    (
        {"explanation": "General.", "code": 400, "error": {"message": "Precise.", "type": "X"}, "title": "Bad"},
        "Precise.",
    ),  # Heat
    ({"debuginfo": None, "faultcode": "Client", "faultstring": "Pool is immutable."}, "Pool is immutable."),  # Octavia
    ({"error_message": json.dumps({"faultstring": "Node locked.", "faultcode": "Client"})}, "Node locked."),  # Ironic
    (
        {"errors": [{"status": 409, "title": "Conflict", "detail": "Generation differs."}]},
        "Generation differs.",
    ),  # Placement
    ({"code": 404, "title": "Not Found", "description": "No such secret."}, "No such secret."),  # Barbican
    ({"code": 409, "type": "duplicate_zone", "message": "Duplicate Zone"}, "Duplicate Zone"),  # Designate
    ({"message": {"flavor": ["is needed"]}}, "is needed"),
    ([], "Word"),
    ({}, "Word"),
]


@pytest.mark.parametrize(("body", "words"), BODIES, ids=lambda value: value if isinstance(value, str) else "")
def test_json(body: object, words: str) -> None:
    assert said(json.dumps(body).encode(), "Word") == words


def test_html_is_stripped() -> None:  # Glance
    page = b"<html><head>\n<title>404 Not Found</title></head><body><h1>404</h1>\nNo image &amp; no id.\n</body></html>"
    assert said(page, "Not Found") == "404 No image & no id."


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b'"just text"', b"null", b"{" * 5000])
def test_rubbish_never_raises(content: bytes) -> None:
    assert said(content, "Bad Gateway")


def test_long_words_are_cut() -> None:
    assert len(said(b"x" * 50_000, "")) <= 1001


def test_retry_after_as_seconds_and_as_date() -> None:
    assert retry_after({"Retry-After": "7"}) == 7
    assert 50 < retry_after({"Retry-After": formatdate(time.time() + 60, usegmt=True)}) <= 60
    assert retry_after({"Retry-After": formatdate(time.time() - 60, usegmt=True)}) == 0
    assert retry_after({"Retry-After": "soon"}) == 0
    assert retry_after({}) == 0
