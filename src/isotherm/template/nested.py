"""Templates used as resource types."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import SUPPORTED, TYPE_NAMES, Attr, Prop, Support, TypeSchema
from isotherm.template.declarations import declarations
from isotherm.template.document import Template
from isotherm.template.environment import Environment
from isotherm.template.fingerprint import fingerprint
from isotherm.template.limits import Limits
from isotherm.template.tree import Map, Seq
from isotherm.template.versions import DIALECTS

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
    required: frozenset[str] = frozenset()


@lru_cache(maxsize=512)
def template_type(name: str, template: Template) -> TemplateType:
    """The type that a template is. What is wrong with its declarations is found when it is compiled."""
    parameters = declarations(template)
    properties = tuple(
        Prop(one.name, PROPERTY_TYPES[one.type], one.description, update=True, sensitive=one.hidden)
        for one in parameters.values())
    attributes = [Attr(str(output), None) for output in template.section("outputs")]
    attributes.append(Attr("show", dict))
    return TemplateType(name, template, properties, tuple(attributes),
                        required=frozenset(name for name, one in parameters.items() if one.required))


def differences(own: TemplateType, replaced: TypeSchema) -> list[str]:
    """Why a template cannot take the place of a type: every template that uses the type must go on working."""
    mine, theirs = ({prop.name: prop for prop in schema.properties} for schema in (own, replaced))
    said = []
    for name, prop in theirs.items():
        if name not in mine:
            if prop.required:
                said.append(f"its required property {name!r} is no parameter of the template")
        elif mine[name].type is not prop.type and {mine[name].type, prop.type} != {int, float} and prop.type is not object:
            said.append(f"its property {name!r} has the type {TYPE_NAMES[prop.type]}, and the template's parameter "
                        f"{TYPE_NAMES[mine[name].type]}")
    said += [f"the template's required parameter {name!r} is no property of it" for name in sorted(own.required - theirs.keys())]
    outputs = {one.name for one in own.attributes}
    said += [f"its attribute {one.name!r} is no output of the template" for one in replaced.attributes if one.name not in outputs]
    return said


def environment_of(resource: str, type_name: str, environment: Environment) -> Environment:
    """The environment of the nested stack that a resource is: defaults and registry, but no parameters, and not the entry of the
    registry that makes a template of its type, which is given as written."""
    registry = environment.registry.without(type_name, resource).inside(resource)
    return Environment(parameter_defaults=environment.parameter_defaults, registry=registry,
                       event_sinks=environment.event_sinks, site_defaults=environment.site_defaults)


def generated(name: str, document: Mapping[str, Any], limits: Limits) -> Template:
    """A template that no text stands for: values may hold placeholders. name: for messages."""
    return Template(name, fingerprint(document), DIALECTS["heat_template_version", document["heat_template_version"]], _tree(document), limits)


def _tree(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Map({key: _tree(part) for key, part in value.items()})
    return Seq([_tree(part) for part in value]) if isinstance(value, list | tuple) else value


def within(problem: Problem, user: Place) -> Problem:
    """A problem of a nested template, saying which resource uses the template."""
    return replace(problem, used_by=(*problem.used_by, user))


def typed(schema: TemplateType, types: Mapping[str, Prop]) -> TemplateType:
    """The same with the types that its outputs turned out to have."""
    return replace(schema, attributes=tuple(_typed(one, types[one.name]) if one.name in types else one for one in schema.attributes))


def _typed(attr: Attr, found: Prop) -> Attr:
    return replace(attr, type=None if found.type is object else found.type, schema=found.schema, item=found.item, open=found.open)
