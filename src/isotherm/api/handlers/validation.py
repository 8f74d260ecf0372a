"""Checking a template without making anything."""

from isotherm.api.errors import problem_of
from isotherm.api.handlers.stacks import writer
from isotherm.api.inputs import places_of, validate_request, without_line
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service


def validate(service: Service, request: Request) -> Answer:
    """The template's parameters and environment when it is sound. What was found that is no error is listed under `Warnings`, each in
    the form of an error's `problems`; the key is absent when there is nothing."""
    wanted, source = validate_request(request.body, request.query, service.commands.sources.fetch)
    with places_of(source):
        found = service.commands.validate(wanted, writer(service, request))
    warnings = [problem_of(one if source.written else without_line(one)) for one in found.warnings]
    return Answer(found.answer | {"Warnings": warnings} if warnings else found.answer)
