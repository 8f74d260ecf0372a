"""What a template asks for and gives. No part of Heat's API."""

from collections.abc import Callable, Mapping

from isotherm.api.errors import BadRequest
from isotherm.api.handlers.stacks import writer
from isotherm.api.inputs import places_of, validate_request
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.author.description import Description
from isotherm.author.dot import dot
from isotherm.author.prose import prose
from isotherm.author.svg import svg
from isotherm.engine import validation

PATIENCE = 10.0  # seconds: a request must not hold its thread for long


def as_json(described: Description) -> Answer:
    return Answer({"template_description": described.document})


def as_svg(described: Description) -> Answer:
    return Answer(text=svg(dot(described), len(described.resources), PATIENCE), headers={"Content-Type": "image/svg+xml"})


FORMATS: Mapping[str, Callable[[Description], Answer]] = {
    "json": as_json,
    "text": lambda described: Answer(text=prose(described)),
    "dot": lambda described: Answer(text=dot(described), headers={"Content-Type": "text/vnd.graphviz"}),
    "svg": as_svg,
}


def describe(service: Service, request: Request) -> Answer:
    """An addition to Heat's API: a template's parameters, outputs with their types, resource types and graph. The body and the
    errors are those of `validate`; `format` is json (the default), text, dot or svg."""
    form = request.query.text("format") or "json"
    if form not in FORMATS:
        raise BadRequest(f'format is "{form}"; it must be one of {", ".join(FORMATS)}.')
    wanted, source = validate_request(request.body, request.query, service.commands.sources.fetch)
    with places_of(source):
        described = validation.describe(wanted, writer(service, request), service.commands.types, service.commands.sources)
    return FORMATS[form](described)
