"""From errors to answers: the one place where a status and a body come from an exception."""

import logging
from collections.abc import Mapping
from typing import Any

import falcon
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from isotherm.model.errors import Invalid, IsothermError
from isotherm.model.problem import Problem

log = logging.getLogger(__name__)


class ApiError(IsothermError):
    """An error of the API itself. wire: the type that clients know it by, where it is not the family's own."""

    def __init__(self, message: str, wire: str | None = None):
        super().__init__(message)
        if wire:
            self.wire = wire


class BadRequest(ApiError):
    """The request itself cannot be read."""

    status, wire = 400, "HTTPBadRequest"


class TooLarge(ApiError):
    """A body or template beyond its limit."""

    status, wire = 400, "RequestLimitExceeded"


class WrongProject(ApiError):
    """The URL names another project than the token."""

    status, wire = 403, "HTTPForbidden"


class Missing(ApiError):
    """The URL names something that does not exist."""

    status, wire = 404, "HTTPNotFound"


class NotAllowedMethod(ApiError):
    """The URL exists, but not for this method."""

    status, wire = 405, "HTTPMethodNotAllowed"


class Unavailable(ApiError):
    """The service cannot answer now."""

    status, wire = 503, "HTTPServiceUnavailable"


TITLES: Mapping[int, tuple[str, str]] = {
    400: ("Bad Request", "The request cannot be carried out the way it was sent."),
    401: ("Unauthorized", "The request needs a valid token."),
    403: ("Forbidden", "The token does not give the right to do this."),
    404: ("Not Found", "There is nothing of that name here."),
    405: ("Method Not Allowed", "This URL does not answer to that method."),
    409: ("Conflict", "The request does not fit the present state."),
    500: ("Internal Server Error", "The service, or one that it relies on, failed."),
    503: ("Service Unavailable", "The service cannot answer at the moment; try again later."),
}


# Below this package nothing is said in terms of HTTP; clients know errors of this kind by the web layer's name.
WEB_TYPES: Mapping[str, str] = {"BadRequest": "HTTPBadRequest"}


def translated(error: Exception, request: str, request_id: str) -> Exception:
    """Errors of the parts we stand on, as our own. What is no known way to fail stays as it is: a bug."""
    match error:
        case falcon.HTTPMethodNotAllowed():
            return NotAllowedMethod(f"This URL does not answer to {request.partition(' ')[0]}.")
        case falcon.HTTPNotFound():
            return Missing(f"There is no {request.partition(' ')[2]} in this API.")
        case falcon.HTTPError() if error.status_code < 500:
            return BadRequest(str(error.description or error.title or error.status))
        case OperationalError() | PoolTimeout():
            log.error("%s: the database failed: %s", request_id, getattr(error, "orig", None) or error)
            return Unavailable("The service's database does not answer; try again shortly.")
    return error


def status_of(error: Exception) -> int:
    """The HTTP status that an error is answered with; 500 for a bug."""
    return error.status if isinstance(error, IsothermError) else 500


def body_of(error: Exception, request_id: str) -> dict[str, Any]:
    """The JSON body that tells a client of an error. A bug's own words stay in the log, found by the request id."""
    status = status_of(error)
    title, explanation = TITLES.get(status, TITLES[500])
    if isinstance(error, IsothermError):
        wire, message = WEB_TYPES.get(error.wire, error.wire), str(error)
    else:
        log.error("%s: unexpected %s", request_id, type(error).__name__, exc_info=error)
        wire = "InternalServerError"
        message = f"The service ran into a defect of its own. Its log tells more under {request_id}."
    body = {
        "code": status, "title": title, "explanation": explanation,
        "error": {"type": wire, "message": message, "traceback": None},
    }
    if isinstance(error, Invalid):
        body["problems"] = [problem_of(problem) for problem in error.problems]
    return body


def problem_of(problem: Problem) -> dict[str, Any]:
    """One finding, for clients that show it at its place. Lines and columns count from 1; 0 means unknown."""
    place = problem.place
    return {
        "code": problem.code, "message": problem.message, "hint": problem.hint, "severity": problem.severity.value,
        "file": place.file, "line": place.line, "column": place.column, "path": place.path,
        "allowed": list(problem.allowed), "used_by": [str(place) for place in problem.used_by],
    }
