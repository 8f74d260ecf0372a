"""Errors as services answer them: one exception family inside, each service's own JSON outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus


class ApiError(Exception):
    """A request that is refused.

    `message` is the text the client sees, `kind` the error's type name where a service sends one (Neutron does, such
    as NetworkInUse; `detail` is Neutron's too).
    """

    status = 500

    def __init__(self, message: str, kind: str | None = None, *, status: int | None = None, detail: str = "",
                 headers: Mapping[str, str] | None = None):
        super().__init__(message)
        self.message = message
        self.kind = kind or type(self).__name__
        self.status = status or type(self).status
        self.detail = detail
        self.headers = dict(headers or {})


class BadRequest(ApiError):
    """The request makes no sense."""

    status = 400


class Unauthorized(ApiError):
    """No valid token."""

    status = 401


class Forbidden(ApiError):
    """The token does not allow it."""

    status = 403


class NotFound(ApiError):
    """There is no such object, or none this project may see."""

    status = 404


class MethodNotAllowed(ApiError):
    """The path exists, the method does not."""

    status = 405


class Conflict(ApiError):
    """The object's state, or another object, is in the way."""

    status = 409


class OverLimit(ApiError):
    """A quota is used up (Cinder's 413; Nova answers 403, Neutron 409)."""

    status = 413


Shape = Callable[[ApiError], tuple[str, bytes]]
"""Renders an error: content type and body."""


def _json(value: object) -> tuple[str, bytes]:
    return "application/json", json.dumps(value).encode()


def phrase(status: int) -> str:
    """The reason phrase of a status."""
    return HTTPStatus(status).phrase


def keystone(error: ApiError) -> tuple[str, bytes]:
    """Keystone's shape; also what the token middleware answers in the other services."""
    return _json({"error": {"code": error.status, "message": error.message, "title": phrase(error.status)}})


_NOVA_NAMES = {
    400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound", 405: "badMethod",
    409: "conflictingRequest", 413: "overLimit", 415: "badMediaType", 429: "overLimit", 501: "notImplemented",
    503: "serviceUnavailable",
}  # fmt: skip


def nova(error: ApiError) -> tuple[str, bytes]:
    """Nova's and Cinder's shape: the error's name is the key."""
    name = _NOVA_NAMES.get(error.status, "computeFault")
    return _json({name: {"code": error.status, "message": error.message}})


def neutron(error: ApiError) -> tuple[str, bytes]:
    """Neutron's shape."""
    return _json({"NeutronError": {"type": error.kind, "message": error.message, "detail": error.detail}})


def glance(error: ApiError) -> tuple[str, bytes]:
    """Glance's: a page of HTML."""
    title = f"{error.status} {phrase(error.status)}"
    page = (
        f"<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n"
        f"  {error.message}<br /><br />\n\n\n </body>\n</html>"
    )
    return "text/html; charset=UTF-8", page.encode()
