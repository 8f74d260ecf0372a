"""Checking a template without making anything."""

from isotherm.api.handlers.stacks import writer
from isotherm.api.inputs import places_of, validate_request
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service


def validate(service: Service, request: Request) -> Answer:
    """The template's parameters and environment when it is sound."""
    ignored = request.query.words("ignore_errors")
    wanted, source = validate_request(request.body, ignored, request.query.flag("show_nested"))
    with places_of(source):
        return Answer(service.commands.validate(wanted, writer(service, request)))
