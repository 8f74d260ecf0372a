"""Versions of the template language and the functions of each."""

from isotherm.api.errors import Missing
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.template_version import functions_view, versions_view
from isotherm.template.versions import DIALECTS


def index(service: Service, request: Request) -> Answer:
    """Every version with its other names."""
    return Answer({"template_versions": versions_view()})


def functions(service: Service, request: Request) -> Answer:
    """The functions of one version; with with_condition_func those of conditions too."""
    name = request.path["template_version"]
    key, _, version = name.partition(".")
    dialect = DIALECTS.get((key, version))
    if dialect is None:
        raise Missing(f"There is no template version {name}; GET template_versions lists them.", wire="NotFound")
    return Answer({"template_functions": functions_view(dialect, request.query.flag("with_condition_func"))})
