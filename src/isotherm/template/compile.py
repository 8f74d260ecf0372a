"""Template + environment + parameters + files -> definition. Finds every problem in one run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.model.schema import Catalog
from isotherm.template.conditions import Conditions
from isotherm.template.declarations import check_groups, declared
from isotherm.template.definition import Definition, ResourceDefinition
from isotherm.template.dependencies import cycle
from isotherm.template.document import Template
from isotherm.template.environment import EMPTY, Environment
from isotherm.template.expression import Facade, Scope
from isotherm.template.outputs import outputs
from isotherm.template.parameters import ParameterValue, custom_rules, settle
from isotherm.template.properties import CustomCheck
from isotherm.template.report import Report, failure, near, shown
from isotherm.template.resources import Resources
from isotherm.template.snippets import Snippets
from isotherm.template.static import StaticWorld
from isotherm.template.tree import Map

CFN_REGION = "ap-southeast-1"


@dataclass(frozen=True, slots=True)
class Pseudo:
    """What the pseudo parameters say. identifier: the stack's ARN, which CFN templates get as its id."""

    stack_id: str = ""
    stack_name: str = ""
    project_id: str = ""
    region: str = ""
    identifier: str = ""

    def values(self, family: str) -> dict[str, Any]:
        if family == "hot":
            return {"OS::stack_id": self.stack_id, "OS::stack_name": self.stack_name, "OS::project_id": self.project_id}
        return {"AWS::StackId": self.identifier or self.stack_id, "AWS::StackName": self.stack_name,
                "AWS::Region": self.region or CFN_REGION}


NO_STACK = Pseudo()


def compile(template: Template, environment: Environment = EMPTY, files: Mapping[str, str] | None = None, *,
            catalog: Catalog, parameters: Mapping[str, Any] | None = None, pseudo: Pseudo = NO_STACK, strict: bool = True,
            facade: Facade | None = None) -> Definition:
    """Compile a template. Raises Invalid with every error found.

    parameters: the request's, which go before the environment's. strict=False: parameters may lack a value, and what
    depends on them is only checked by type. facade: of the resource that this template implements.
    """
    definition, report = _compiled(template, environment, files or {}, catalog, parameters or {}, pseudo, strict, facade)
    report.check()
    return definition


def problems(template: Template, environment: Environment = EMPTY, files: Mapping[str, str] | None = None, *,
             catalog: Catalog, parameters: Mapping[str, Any] | None = None, pseudo: Pseudo = NO_STACK, strict: bool = True,
             facade: Facade | None = None) -> list[Problem]:
    """Everything `compile` would say, errors and warnings, in the order of the text."""
    _, report = _compiled(template, environment, files or {}, catalog, parameters or {}, pseudo, strict, facade)
    return sorted(report.problems, key=lambda one: (one.place.file != template.name, one.place.line, one.place.column))


def _compiled(template: Template, environment: Environment, files: Mapping[str, str], catalog: Catalog,
              given: Mapping[str, Any], pseudo: Pseudo, strict: bool, facade: Facade | None) -> tuple[Definition, Report]:
    report = Report(template.place)
    _check_sections(template, report)
    values = _parameters(template, environment, given, report, strict)
    scope = Scope(
        dialect=template.dialect, parameters=pseudo.values(template.dialect.family) | {k: v.value for k, v in values.items()},
        locate=template.place, world=StaticWorld({}), files=files, mappings=template.section("mappings"), facade=facade,
        limits=template.limits, static=True)
    conditions = Conditions(template.dialect, template.section("conditions"), scope)
    conditions.scope = scope = replace(scope, condition=conditions.holds)
    parts = Resources(template, environment, catalog, conditions, report)
    parts.gather(frozenset(values))
    world = StaticWorld(parts.schemas)
    scope = replace(scope, world=world, resources=frozenset(parts.schemas), disabled=frozenset(parts.disabled))
    snippets = Snippets(template.dialect, conditions, report)
    resources = parts.define(snippets, scope, world)
    made, output_uses = outputs(template, snippets, scope, world, conditions, report)
    conditions.check(report)
    loop = cycle({name: one.requires for name, one in resources.items()})
    if loop:
        report.add("circular-dependency", resources[loop[0]].path, f"Resources need each other: {' -> '.join(loop)}.")
    return Definition(
        template=template, environment=environment, description=template.description, parameters=values,
        resources=resources, outputs=made, uses=parts.uses, output_uses=output_uses, warnings=report.warnings,
        checks=_checks(template, custom_rules(values), parts.customs), scope=scope, disabled=frozenset(parts.disabled)), report


def _checks(template: Template, *groups: list[CustomCheck]) -> tuple[tuple[str, Any, Any], ...]:
    return tuple((name, value, template.place(path)) for rows in groups for name, value, path in rows)


def _check_sections(template: Template, report: Report) -> None:
    dialect = template.dialect
    allowed = (dialect.key, *dialect.sections)
    for key, value in template.tree.items():
        if key not in allowed:
            report.add("unknown-section", (key,), f"{key!r} is no section of a template of version {dialect.version}.",
                       allowed=allowed, hint=near(key, allowed))
        elif SECTION_TYPES.get(str(key).lower(), Map) is Map and value is not None and not isinstance(value, Map):
            report.add("bad-section", (key,), f"The section {key!r} is a map, not {shown(value)}.")


SECTION_TYPES: Mapping[str, Any] = {
    "description": str, "heat_template_version": str, "awstemplateformatversion": str, "heattemplateformatversion": str,
    "parameter_groups": list,
}


def _parameters(template: Template, environment: Environment, given: Mapping[str, Any], report: Report,
                strict: bool) -> dict[str, ParameterValue]:
    declarations = declared(template, report)
    check_groups(template, declarations, report)
    chosen = {**environment.parameters, **given}
    for name in chosen:
        if str(name) not in declarations:
            report.add("unknown-parameter", (template.dialect.spell("parameters"),),
                       f"The template has no parameter {name!r}, which was given a value.", hint=near(name, declarations))
    texts = {str(name): value for name, value in chosen.items()}
    defaults = {str(name): value for name, value in environment.parameter_defaults.items()}
    values = {}
    for name, one in declarations.items():
        table = texts if texts.get(name) is not None else defaults
        values[name] = settle(one, table.get(name), name in table, report, strict)
    return values
