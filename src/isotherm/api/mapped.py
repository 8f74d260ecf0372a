"""Resource types that the operator's environment adds, as the API lists and describes them."""

from collections.abc import Iterator

from isotherm.api.errors import BadRequest
from isotherm.api.service import Service
from isotherm.cloud.fetcher import Unfetched
from isotherm.engine.sources import Sources
from isotherm.model.errors import Invalid
from isotherm.model.schema import is_template
from isotherm.template import parse
from isotherm.template.nested import template_type
from isotherm.types.base import ResourceType
from isotherm.types.heat.template import TemplateResource


class MappedType(TemplateResource):
    """A name for which the operator's registry has a template."""

    def __init__(self, name: str, text: str, sources: Sources):
        """Raises Invalid when the template cannot be read."""
        super().__init__(name)
        schema = template_type(name, parse(text, name, sources.limits))
        self.properties = schema.properties         # type: ignore[misc]  # each name is a type
        self.attributes = schema.attributes         # type: ignore[misc]
        self.said = schema.template.description

    @property
    def doc(self) -> str:
        return self.said


def target(service: Service, name: str) -> str:
    """What stands behind a name: itself, the type it is another name for, or a template's URL."""
    return service.commands.sources.site.environment.registry.target(name) or name


def mapped(service: Service) -> Iterator[ResourceType]:
    """The types that the operator added and whose templates lie on this host. One that cannot be read, or lies elsewhere, is in the
    list without a description: nobody else's types disappear for it."""
    sources = service.commands.sources
    for name in sources.site.environment.registry.types:
        url = target(service, name)
        if is_template(url) and "*" not in name:
            yield described(name, sources.site.files.get(url), sources)


def described(name: str, text: str | None, sources: Sources) -> ResourceType:
    try:
        return TemplateResource(name) if text is None else MappedType(name, text, sources)
    except Invalid:
        return TemplateResource(name)


def mapped_type(service: Service, name: str, url: str) -> ResourceType:
    """One type, its template fetched if need be. Raises BadRequest when it cannot be had."""
    sources = service.commands.sources
    try:
        text = sources.site.files.get(url)
        return MappedType(name, sources.fetcher.text(url, trusted=True) if text is None else text, sources)
    except Unfetched as error:
        raise BadRequest(f"The operator's template for {name} cannot be had: {error}.", wire="ResourceTypeUnavailable") from None
    except Invalid as error:
        raise BadRequest(f"The operator's template for {name} cannot be read: {error}", wire="ResourceTypeUnavailable") from None
