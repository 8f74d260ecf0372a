"""Every error that crosses a package's edge, in four families.

`status` is the HTTP status the API answers with, `wire` the error type that clients of the
Orchestration API v1 know. Anything that is not one of these is a bug: 500, traceback in the log.
"""

from collections.abc import Iterable

from isotherm.model.problem import Problem, Severity


class IsothermError(Exception):
    """Base of all errors with a message fit for the user."""

    status = 500
    wire = "Error"


class Invalid(IsothermError):
    """The template or another input cannot be accepted; carries every problem found. The message is made of the errors among them."""

    status = 400
    wire = "StackValidationFailed"

    def __init__(self, problems: str | Problem | Iterable[Problem], wire: str | None = None):
        if isinstance(problems, str):
            problems = Problem("invalid", problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if wire:
            self.wire = wire
        errors = [one for one in self.problems if one.severity is Severity.ERROR]
        super().__init__("\n".join(str(one) for one in errors or self.problems))


class NotFound(IsothermError):
    """What the request names does not exist, or not for this project."""

    status = 404
    wire = "EntityNotFound"


class Conflict(IsothermError):
    """The request cannot be met in the present state."""

    status = 409
    wire = "ActionInProgress"

    def __init__(self, message: str, wire: str | None = None):
        super().__init__(message)
        if wire:
            self.wire = wire


class Forbidden(IsothermError):
    """The caller may not do this."""

    status = 403
    wire = "Forbidden"


class CloudError(IsothermError):
    """A cloud service did not do as asked. Raised in `cloud/` only.

    code: the HTTP status it answered, 0 when there was no answer.
    said: its own words; request_id: what its operator can search the log for.
    """

    status = 500
    wire = "ResourceFailure"

    def __init__(self, service: str, code: int, said: str, request_id: str = "", retry_after: float = 0.0):
        self.service, self.code, self.said = service, code, said
        self.request_id, self.retry_after = request_id, retry_after
        where = f" (request {request_id})" if request_id else ""
        super().__init__(f"{service} answered {code or 'nothing'}: {said}{where}")


class Transient(CloudError):
    """The service is unwell or busy: the same request is worth another try later."""


class Refused(CloudError):
    """The service will not do this; trying again would not help."""
