"""All that can be told of a template before anything is made."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.author.constraints import unknown_constraints
from isotherm.author.tidy import tidied
from isotherm.model.problem import Place, Problem, Severity
from isotherm.template import EMPTY, Definition, Environment, Pseudo, ResourceDefinition, Template, declarations, examine
from isotherm.template.declarations import nothing_known
from isotherm.template.meter import Meter
from isotherm.template.parameters import settle
from isotherm.template.report import Report
from isotherm.types.registry import Registry

# What the pseudo parameters say while there is no stack: values of the right form, so that what is made of them passes.
NO_STACK = Pseudo("00000000-0000-4000-8000-000000000000", "stack", "0" * 32, "RegionOne",
                  "arn:openstack:heat::" + "0" * 32 + ":stacks/stack/00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition as far as it could be made, and what was found in it and in the templates it uses, in the order of the text.

    nested: the definitions of the templates it uses, one for each use, theirs before their users'.
    """

    definition: Definition
    problems: tuple[Problem, ...]
    nested: tuple[Definition, ...] = field(default=(), repr=False)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Warnings and deprecations."""
        return tuple(one for one in self.problems if one.severity is not Severity.ERROR)


def check(template: Template, environment: Environment = EMPTY, files: Mapping[str, str] | None = None, *, types: Registry,
          parameters: Mapping[str, Any] | None = None, pseudo: Pseudo = NO_STACK, schema_only: bool = False,
          ignore: Collection[str] = ()) -> Checked:
    """Check language, types, properties, references and the types' own rules; parameters may lack a value.

    schema_only: no parameter has a value, given or default, so both branches of every condition are looked at; defaults are
    checked against their declarations all the same. ignore: codes that are left out.
    """
    given: Mapping[str, Any] = parameters or {}
    found: list[Problem] = []
    if schema_only:
        found = wrong_defaults(template)
        given = {**given, **nothing_known(template)}

    seen: list[Definition] = []

    def judge(definition: Definition, problems: Sequence[Problem]) -> list[Problem]:
        seen.append(definition)
        return [*rule_problems(definition, types, problems), *unknown_constraints(definition, types)]

    definition, told = examine(template, environment, files, catalog=types, parameters=given, pseudo=pseudo, strict=False, judge=judge)
    left = tidied(one for one in (*found, *told) if one.code not in ignore)
    return Checked(definition, tuple(left), tuple(seen[:-1]))


def wrong_defaults(template: Template) -> list[Problem]:
    """Defaults that do not fit their own declaration."""
    report = Report(template.place)
    meter = Meter(template.limits)
    for one in declarations(template).values():
        settle(one, None, False, report, strict=False, meter=meter)
    return report.problems


def rule_problems(definition: Definition, types: Registry, found: Sequence[Problem] = ()) -> list[Problem]:
    """What each type has to say about its properties taken together, with the place of the resource where it names none.

    found: what is known to be wrong already. A resource with an error of its own is not judged: rules rely on values of the right form.
    Nor is one that exists already, by external_id.
    """
    spoiled = {one.place.path for one in found if one.severity is Severity.ERROR and not one.used_by}
    said = []
    for name, resource in definition.resources.items():
        kind = types.get(resource.target)
        if kind is None or not kind.judges or resource.external_id is not None or any(within(path, resource.place.path) for path in spoiled):
            continue
        for problem in kind.validate(kind.translate(definition.partial(name))):
            said.append(problem if problem.place.line else replace(problem, place=place_in(definition, resource, problem.place.path)))
    return said


def place_in(definition: Definition, resource: ResourceDefinition, path: str) -> Place:
    """Where a property stands, or the resource when it is not written there or none is meant."""
    properties = (*resource.path, definition.template.dialect.spell("properties"))
    parts = tuple(int(part) if part.isdigit() else part for part in path.split(".")) if path else ()
    return definition.template.place((*properties, *parts), value=True) if parts else resource.place


def within(path: str, whole: str) -> bool:
    return path == whole or path.startswith(whole + ".")
