"""Lists that come in pages."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from isotherm.cloud.requester import Requester
from isotherm.model.errors import Transient

MOST = 1000  # pages; a service whose links go in a circle must not hold a worker for ever


def listing(
    requester: Requester,
    service: str,
    path: str,
    key: str,
    query: Mapping[str, Any] | None = None,
    microversion: str = "",
) -> Iterator[Mapping[str, Any]]:
    """Every entry of the list, page after page."""
    step: Mapping[str, Any] | None = query
    for _ in range(MOST):
        body = requester.request(service, "GET", path, query=step, microversion=microversion).body
        if not isinstance(body, Mapping) or not isinstance(body.get(key), list):
            raise Transient(service, 200, f"the answer to GET {path} holds no list {key!r}")
        yield from body[key]
        step = following(body, key)
        if step is None or not body[key]:
            return
    raise Transient(service, 200, f"the list {path} does not end after {MOST} pages")


def following(body: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """The query of the next page. No more of the link is used: hosts in links are often not reachable from here."""
    links = body.get(f"{key}_links")
    if isinstance(links, list):
        href = next((link.get("href") for link in links if link.get("rel") == "next"), None)
    else:
        inner = body.get("links")
        href = body.get("next") or (inner.get("next") if isinstance(inner, Mapping) else None)
    return dict(parse_qsl(urlsplit(href).query)) if isinstance(href, str) and href else None
