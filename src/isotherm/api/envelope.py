"""What happens around every request: its id, and one line in the log."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

HEADER = "X-Openstack-Request-Id"
ID_FORMAT = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Envelope:
    """Gives each request an id, in `openstack.request_id` and in the answer, and logs who asked what, how it ended and how
    long it took. A client's own id (the same header) is logged beside it. Query strings and bodies are not logged."""

    def __init__(self, app: Wsgi):
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        began, outcome = time.monotonic(), ["-"]
        request_id = environ["openstack.request_id"] = f"req-{uuid.uuid4()}"

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            outcome[0] = status.partition(" ")[0]
            named = [*headers, (HEADER, request_id)]
            return start_response(status, named, exc_info) if exc_info else start_response(status, named)

        try:
            return self._app(environ, started)
        finally:
            log.info("%s%s project=%s %s %s %s %.0f ms", request_id, theirs(environ), environ.get("HTTP_X_PROJECT_ID", "-"),
                     environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"), outcome[0], (time.monotonic() - began) * 1000)


def theirs(environ: dict[str, Any]) -> str:
    """The client's id for what it does, when it sent a well-formed one."""
    given = environ.get("HTTP_X_OPENSTACK_REQUEST_ID", "")
    return f" for {given}" if ID_FORMAT.fullmatch(given) else ""
