"""Templates used as resource types."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import SUPPORTED, Attr, Prop, Support
from isotherm.template.declarations import declared
from isotherm.template.document import Template
from isotherm.template.environment import Environment
from isotherm.template.report import Report

PROPERTY_TYPES: Mapping[str, type] = {
    "string": str, "number": float, "comma_delimited_list": list, "json": dict, "boolean": bool,
}


@dataclass(frozen=True, slots=True)
class TemplateType:
    """A resource type that a template implements: its parameters are the properties, its outputs the attributes.
    """

    name: str
    template: Template = field(repr=False)
    properties: tuple[Prop, ...] = ()
    attributes: tuple[Attr, ...] = ()
    open: bool = False
    support: Support = SUPPORTED


def template_type(name: str, template: Template) -> TemplateType:
    """The type that a template is. What is wrong with its declarations is found when it is compiled."""
    properties = tuple(
        Prop(one.name, PROPERTY_TYPES[one.type], one.description, update=True, sensitive=one.hidden)
        for one in declared(template, Report(template.place)).values())
    attributes = [Attr(str(output), None) for output in template.section("outputs")]
    attributes.append(Attr("show", dict))
    return TemplateType(name, template, properties, tuple(attributes))


def reaches_inside(attribute: str) -> bool:
    """Whether an attribute is one of a resource within: `resource.<name>` or `resource.<name>.<attribute>`."""
    return attribute.startswith("resource.")


def environment_of(resource: str, environment: Environment) -> Environment:
    """The environment of the nested stack that a resource is: registry and defaults, but no parameters."""
    return Environment(parameter_defaults=environment.parameter_defaults, registry=environment.registry.inside(resource),
                       event_sinks=environment.event_sinks)


def within(problem: Problem, user: Place) -> Problem:
    """A problem of a nested template, saying which resource uses the template."""
    return replace(problem, hint=f"{problem.hint} (Used by {user}.)".strip())


def typed(schema: TemplateType, types: Mapping[str, type]) -> TemplateType:
    """The same with the types that the outputs turned out to have."""
    return replace(schema, attributes=tuple(replace(one, type=types.get(one.name, one.type)) for one in schema.attributes))
