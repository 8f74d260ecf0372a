"""Template + environment + parameters + files -> definition. Finds every problem in one run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.model.problem import Problem, Severity
from isotherm.model.schema import Catalog, Prop
from isotherm.template.conditions import Conditions
from isotherm.template.declarations import check_groups, declared, nothing_known
from isotherm.template.definition import Definition
from isotherm.template.dependencies import cycles
from isotherm.template.document import Template
from isotherm.template.environment import EMPTY, Environment
from isotherm.template.expression import Facade, Scope
from isotherm.template.files import Prints
from isotherm.template.meter import Meter
from isotherm.template.nested import TemplateType
from isotherm.template.nesting import Bounds, Nesting
from isotherm.template.outputs import outputs
from isotherm.template.parameters import ParameterValue, custom_rules, settle
from isotherm.template.properties import CustomCheck
from isotherm.template.report import Report, near, shown
from isotherm.template.resources import Resources
from isotherm.template.secrets import kept_secret, secrets_in
from isotherm.template.snippets import Snippets
from isotherm.template.static import StaticWorld
from isotherm.template.tree import Map, key_text

CFN_REGION = "ap-southeast-1"


@dataclass(frozen=True, slots=True)
class Pseudo:
    """What the pseudo parameters say. identifier: the stack's ARN, which CFN templates get as its id.
    zones: the availability zones."""

    stack_id: str = ""
    stack_name: str = ""
    project_id: str = ""
    region: str = ""
    identifier: str = ""
    zones: tuple[str, ...] = ("nova",)

    def values(self, family: str) -> dict[str, Any]:
        if family == "hot":
            return {"OS::stack_id": self.stack_id, "OS::stack_name": self.stack_name, "OS::project_id": self.project_id}
        return {"AWS::StackId": self.identifier or self.stack_id, "AWS::StackName": self.stack_name,
                "AWS::Region": self.region or CFN_REGION}


NO_STACK = Pseudo()


def compile(template: Template, environment: Environment = EMPTY, files: Mapping[str, str] | None = None, *,
            catalog: Catalog, parameters: Mapping[str, Any] | None = None, pseudo: Pseudo = NO_STACK, strict: bool = True,
            facade: Facade | None = None, shallow: bool = False, hidden: Collection[str] = ()) -> Definition:
    """Compile a template. Raises Invalid with every error found.

    parameters: the request's, which go before the environment's. strict=False: parameters may lack a value, and what
    depends on them is only checked by type. facade: of the resource that this template implements. shallow: nested templates
    were checked before; they are not looked into again. hidden: parameters that count as hidden, however they are declared.
    """
    request = _Request(environment, Prints(files or {}, template.limits), catalog, pseudo, strict, facade, shallow=shallow, hidden=hidden,
                       meter=Meter(template.limits))
    definition, report = _compiled(template, parameters or {}, request)
    report.check()
    return definition


def problems(template: Template, environment: Environment = EMPTY, files: Mapping[str, str] | None = None, *,
             catalog: Catalog, parameters: Mapping[str, Any] | None = None, pseudo: Pseudo = NO_STACK, strict: bool = True,
             facade: Facade | None = None, ignore: Collection[str] = ()) -> list[Problem]:
    """Everything `compile` would say, errors and warnings, in the order of the text. ignore: codes to leave out."""
    _, found = examine(template, environment, files, catalog=catalog, parameters=parameters, pseudo=pseudo, strict=strict, facade=facade)
    return [one for one in found if one.code not in ignore]


Judge = Callable[[Definition, Sequence[Problem]], Sequence[Problem]]


def examine(template: Template, environment: Environment = EMPTY, files: Mapping[str, str] | None = None, *,
            catalog: Catalog, parameters: Mapping[str, Any] | None = None, pseudo: Pseudo = NO_STACK, strict: bool = True,
            facade: Facade | None = None, judge: Judge | None = None) -> tuple[Definition, list[Problem]]:
    """What `compile` makes, as far as it can be made, with everything found on the way, in the order of the text.

    judge: says what more is wrong with a definition in which these problems were found; it is asked of each nested template too.
    """
    request = _Request(environment, Prints(files or {}, template.limits), catalog, pseudo, strict, facade, judge, meter=Meter(template.limits))
    definition, report = _compiled(template, parameters or {}, request)
    return definition, sorted(report.problems, key=lambda one: (one.place.file != template.name, one.place.file, one.place.line, one.place.column))


@dataclass(frozen=True, slots=True)
class _Request:
    """What a compilation is made from, the template and its parameters apart.

    prints: of its files. chain: the templates around this one. known: files that were parsed already, shared by all templates
    of the request, as are the bounds and the meter.
    """

    environment: Environment
    prints: Prints
    catalog: Catalog
    pseudo: Pseudo
    strict: bool
    facade: Facade | None
    judge: Judge | None = None
    chain: tuple[str, ...] = ()
    known: dict[str, TemplateType] = field(default_factory=dict)
    shallow: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    meter: Meter = field(default_factory=Meter)
    hidden: Collection[str] = ()


def _compiled(template: Template, given: Mapping[str, Any], request: _Request) -> tuple[Definition, Report]:
    report = Report(template.place)
    environment = request.environment
    _check_sections(template, report)
    _check_repeated(template, report)
    values = _parameters(template, environment, given, report, request)
    scope = Scope(
        dialect=template.dialect, locate=template.place, world=StaticWorld({}), files=request.prints.files,
        parameters=request.pseudo.values(template.dialect.family) | {name: one.value for name, one in values.items()},
        mappings=template.section("mappings"), facade=request.facade, limits=template.limits, zones=request.pseudo.zones,
        static=True, meter=request.meter)
    conditions = Conditions(template.dialect, template.section("conditions"), scope)
    conditions.scope = scope = replace(scope, condition=conditions.holds)
    nesting = _nesting(template, request)
    parts = Resources(template, environment, request.catalog, conditions, report, nesting)
    parts.gather(frozenset(values))
    world = StaticWorld(parts.holders, parts.lookup)
    scope = replace(scope, world=world, noticed=report.problems, resources=frozenset(parts.schemas), disabled=frozenset(parts.disabled))
    snippets = Snippets(template.dialect, conditions, report)
    resources = parts.define(snippets, scope, world)
    made, output_uses = outputs(template, snippets, scope, world, conditions, report)
    conditions.check(report)
    if not request.strict:  # a template may be judged before its files are at hand
        report.soften(0, "missing-file")
    for loop in cycles({name: one.requires for name, one in resources.items()}):
        report.add("circular-dependency", resources[loop[0]].path, f"Resources need each other: {' -> '.join(loop)}.")
    secrets = secrets_in(one.value for one in values.values() if one.hidden)
    definition = Definition(
        template=template, environment=environment, description=template.description, parameters=values,
        resources=resources, outputs=made, uses=parts.uses, output_uses=output_uses, warnings=tuple(kept_secret(report.warnings, secrets)),
        checks=_checks(template, custom_rules(values), parts.customs), scope=scope, secrets=secrets, disabled=frozenset(parts.disabled),
        children=nesting.children)
    if request.judge is not None:
        report.problems.extend(request.judge(definition, tuple(report.problems)))
    report.problems = kept_secret(report.problems, secrets)
    return definition, report


def _nesting(template: Template, request: _Request) -> Nesting:
    def inside(nested: Template, given: Mapping[str, Any], environment: Environment, facade: Facade) -> tuple[Definition, list[Problem]]:
        inner = replace(request, environment=environment, facade=facade, hidden=(), chain=(*request.chain, nested.name))
        definition, report = _compiled(nested, given, inner)
        return definition, report.problems

    def types(nested: Template) -> Mapping[str, Prop]:
        """Of its outputs, whatever its parameters are."""
        inner = replace(request, strict=False, facade=Facade(), judge=None, chain=(*request.chain, nested.name), bounds=Bounds(), hidden=())
        definition, _ = _compiled(nested, nothing_known(nested), inner)
        return {name: one.structure for name, one in definition.outputs.items() if one.enabled}

    return Nesting(request.prints, request.environment, template.limits, request.chain, request.known, inside, types, request.shallow,
                   request.bounds)


def _checks(template: Template, *groups: list[CustomCheck]) -> tuple[tuple[str, Any, Any], ...]:
    return tuple((name, value, template.place(path)) for rows in groups for name, value, path in rows)


def _check_sections(template: Template, report: Report) -> None:
    dialect = template.dialect
    allowed = (dialect.key, *dialect.sections)
    for key, value in template.tree.items():
        if key not in allowed:
            report.add("unknown-section", (key,), f"{key!r} is no section of a template of version {dialect.version}.",
                       allowed=allowed, hint=near(key, allowed))
        elif SECTION_TYPES.get(key.lower(), Map) is Map and not isinstance(value, Map) and (value or key.lower() == "conditions"):
            say = report.warn if key == dialect.spell("mappings") else report.add
            say("bad-section", (key,), f"The section {key!r} is a map, not {shown(value)}.")


def _check_repeated(template: Template, report: Report) -> None:
    for path, (line, column) in template.tree.repeated:
        last = template.place(path)
        report.problems.append(Problem(
            "duplicate-key", f"{path[-1]!r} stands here, and again in line {last.line}: only the last one counts.",
            replace(last, line=line, column=column), Severity.WARNING))


SECTION_TYPES: Mapping[str, Any] = {
    "description": str, "heat_template_version": str, "awstemplateformatversion": str, "heattemplateformatversion": str,
    "parameter_groups": list,
}


def _parameters(template: Template, environment: Environment, given: Mapping[str, Any], report: Report,
                request: _Request) -> dict[str, ParameterValue]:
    declarations = {name: replace(one, hidden=True) if name in request.hidden else one for name, one in declared(template, report).items()}
    check_groups(template, declarations, report)
    chosen = {**environment.parameters, **given}
    for name in chosen:
        if key_text(name) not in declarations:
            report.add("unknown-parameter", (template.dialect.spell("parameters"), name),
                       f"The template has no parameter {name!r}, which was given a value.", allowed=declarations, hint=near(name, declarations))
    texts = {key_text(name): value for name, value in chosen.items()}
    known = environment.defaults               # far more of them than a template has parameters
    defaults = {name: known[name] for name in declarations if name in known} | {
        key_text(name): value for name, value in known.items() if not isinstance(name, str)}
    values = {}
    for name, one in declarations.items():
        given_one = texts.get(name) is not None
        table = texts if given_one else defaults
        value = settle(one, table.get(name), name in table, report, request.strict, request.meter)
        default = defaults[name] if defaults.get(name) is not None else one.default
        values[name] = replace(value, given=given_one, default=default)
    return values
