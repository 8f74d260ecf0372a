"""What a stack was defined by: its template, environment and files."""

from isotherm.api.describe import facts, source
from isotherm.api.locate import stack
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.definition import environment_view
from isotherm.template import parse


def template(service: Service, request: Request) -> Answer:
    """The template as a document."""
    return Answer(parse(source(service, stack(service, request)).template).document)


def environment(service: Service, request: Request) -> Answer:
    """The environment with the parameters that were given; values of hidden parameters are masked."""
    row = stack(service, request)
    return Answer(environment_view(source(service, row), facts(service, row).hidden))


def files(service: Service, request: Request) -> Answer:
    """Every file by name."""
    return Answer(dict(source(service, stack(service, request)).files))
