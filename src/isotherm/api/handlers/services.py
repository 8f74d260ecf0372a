"""The engine processes behind the service."""

from datetime import UTC, datetime, timedelta

from isotherm.api.errors import Unavailable
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.service import service_view
from isotherm.store import workers


def index(service: Service, request: Request) -> Answer:
    """Every engine process with whether it was heard of lately. Raises Unavailable when none was ever."""
    rows = service.store.read(workers.everyone)
    if not rows:
        raise Unavailable("No engine has ever reported to this database: stacks are planned but not worked on.")
    now = datetime.now(UTC)
    return Answer({"services": [service_view(row, now, timedelta(seconds=service.report_seconds)) for row in rows]})
