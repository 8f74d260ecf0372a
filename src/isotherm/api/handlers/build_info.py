"""Which build of the service answers."""

from isotherm.api.message import Answer, Request
from isotherm.api.service import Service


def show(service: Service, request: Request) -> Answer:
    """The revision of API and engine, which are one."""
    revision = {"revision": service.revision}
    return Answer({"api": revision, "engine": revision})
