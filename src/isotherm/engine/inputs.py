"""What a request asks for, as a definition that has been checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.cloud.cloud import Cloud
from isotherm.engine.barring import check_barred
from isotherm.engine.family import all_rule_problems, family, size
from isotherm.engine.implied import wanted_resources
from isotherm.engine.sources import Sources, explained
from isotherm.graph.draft import Draft, Situation
from isotherm.graph.passes import build
from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.records import DefinitionRow
from isotherm.model.request import Caller, CreateRequest, UpdateRequest, ValidateRequest
from isotherm.model.schema import Custom
from isotherm.template import (
    Definition,
    Environment,
    Facade,
    Pseudo,
    Template,
    compile,
    declarations,
    merge,
    parse,
    parse_environment,
    stored_environment,
)
from isotherm.template.customs import LOCAL
from isotherm.types.finding import Wanted, wanted
from isotherm.types.registry import Registry

NamedCheck = tuple[str, str, Place]     # the check's name, the value, and where it stands


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a definition is compiled from. parsed: the template. absent: files that are named and could not be had, and why."""

    template: str
    environment: Environment
    parameters: Mapping[str, Any]
    files: Mapping[str, str]
    parsed: Template
    absent: Mapping[str, str] = field(default_factory=dict)


def read_inputs(request: CreateRequest | ValidateRequest, sources: Sources) -> Inputs:
    """The inputs of a request that brings everything."""
    template = parse(request.template, limits=sources.limits)
    environment, parameters = _environment(template, request.environment, request.environment_files, request.files, request.parameters)
    return _completed(Inputs(request.template, environment, parameters, request.files, template), sources)


def merge_inputs(request: UpdateRequest, stored: DefinitionRow, sources: Sources) -> Inputs:
    """The inputs of an update: a PUT replaces all, a PATCH keeps what it does not bring."""
    text = request.template
    if not request.patch:
        if text is None:
            raise Invalid("A template is needed: PUT replaces the whole definition (PATCH keeps what is not given)", wire="HTTPBadRequest")
        template = parse(text, limits=sources.limits)
        environment, parameters = _environment(template, request.environment or {}, request.environment_files, request.files, request.parameters)
        return _completed(Inputs(text, environment, parameters, request.files, template), sources)
    files = {**stored.files, **request.files}
    text = stored.template if text is None else text
    template = parse(text, limits=sources.limits)
    before = stored_environment(stored.environment, sources.limits)
    given, parameters = _environment(template, request.environment or {}, request.environment_files, files, request.parameters)
    environment = merge(before, given)
    cleared = set(request.clear_parameters)
    kept = {name: value for name, value in stored.parameters.items() if name not in cleared and name not in given.parameters}
    declared = template.section("parameters")
    kept = {name: value for name, value in kept.items() if name in declared}
    environment = _without(environment, cleared - given.parameters.keys(), declared)
    return _completed(Inputs(text, environment, {**kept, **parameters}, files, template), sources)


def _completed(inputs: Inputs, sources: Sources) -> Inputs:
    """With the operator's environment below the user's, and the files that did not come along."""
    environment = inputs.environment.over(sources.site.environment)
    files, absent = sources.complete(inputs.parsed, environment, inputs.files)
    return replace(inputs, environment=environment, files=files, absent=absent)


def _without(environment: Environment, cleared: set[str], declared: Mapping[str, Any]) -> Environment:
    """Stored values that were cleared, or that the new template no longer has a parameter for, are dropped."""
    document = environment.document
    document["parameters"] = {name: value for name, value in document["parameters"].items() if name not in cleared and name in declared}
    return parse_environment(document)


def _environment(template: Template, text: str | Mapping[str, Any], names: tuple[str, ...], files: Mapping[str, str],
                 parameters: Mapping[str, Any]) -> tuple[Environment, Mapping[str, Any]]:
    """Environment files take the place of the environment, and their values that of the request's parameters."""
    if not names:
        return parse_environment(text, limits=template.limits, alone=True), parameters
    missing = [name for name in names if name not in files]
    if missing:
        raise Invalid([Problem("missing-file", f"The environment file {name!r} is not among the request's files", allowed=tuple(files))
                       for name in missing], wire="HTTPBadRequest")
    environments = [parse_environment(files[name], name, template.limits) for name in names]
    return merge(*environments, declarations=declarations(template), given=parameters), {}


def define(inputs: Inputs, pseudo: Pseudo, types: Registry, caller: Caller, facade: Facade | None = None) -> Definition:
    """Compile, and check all that can be checked without a cloud. facade: of the resource that a nested stack implements.
    Raises Invalid with every problem, or Forbidden."""
    try:
        definition = compile(inputs.parsed, inputs.environment, inputs.files, catalog=types, parameters=inputs.parameters, pseudo=pseudo,
                             facade=facade)
    except Invalid as error:
        raise Invalid(explained(error.problems, inputs.absent), wire=error.wire) from None
    check_barred(definition, caller.barred_types)
    problems = list(all_rule_problems(definition, types))
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise Invalid(problems)
    made, most = size(definition, types), inputs.parsed.limits.resources
    if made > most:
        raise Invalid(Problem("too-many-resources", f"The stack and those nested in it would have {made} resources; at most {most} are allowed."))
    build(Draft(Situation("CREATE", wanted_resources(definition, types))))      # raises on a circle that implied edges would close
    return definition


def check_cloud(definition: Definition, types: Registry, cloud: Cloud) -> None:
    """Whether the cloud knows what the definition names: each image, flavor, network... is asked for once. Raises Invalid."""
    checks = named_checks(definition)
    problems = unmet(checks, cloud)
    named = names_in(definition, types, {value for _, value, _ in checks})
    missing = {one.wanted: one.problem for one in cloud.find_all(named)[1]} if named else {}
    problems += [_at(named[wanted], problem) for wanted, problem in missing.items()]
    if problems:
        raise Invalid(problems)


def named_checks(definition: Definition) -> list[NamedCheck]:
    """The checks that ask a cloud, of values that are known, here and inside."""
    return [(name, str(value), place) for one in family(definition) for name, value, place in one.custom_checks()
            if isinstance(value, str | int) and value != ""]


def unmet(checks: Sequence[NamedCheck], cloud: Cloud) -> list[Problem]:
    """Those that do not hold."""
    unfound = {one.wanted: one.problem for one in cloud.check_all([(name, value) for name, value, _ in checks])}
    return [_at(place, unfound[name, value]) for name, value, place in checks if (name, value) in unfound]


def names_in(definition: Definition, types: Registry, asked: set[str]) -> dict[Wanted, Place]:
    """What properties name in the cloud without a constraint that would have asked for it, and the resource that does."""
    named: dict[Wanted, Place] = {}
    for inner in family(definition):
        for name, resource in inner.resources.items():
            kind = types.get(resource.target)
            if kind is not None and kind.service:
                for one in wanted(kind.properties, kind.translate(inner.partial(name))):
                    if one[1] not in asked:
                        named.setdefault(one, resource.place)
    return named


def _at(place: Place, problem: Problem) -> Problem:
    return replace(problem, place=place)


def needs_cloud(definition: Definition, types: Registry) -> bool:
    """Whether any resource, or any check, calls a service, now or when the run tells what a nested stack is given."""
    kinds = {r.target for one in family(definition) for r in one.resources.values()}
    rules = (rule.constraint for one in family(definition) for value in one.parameters.values() for rule in value.declaration.rules)
    return (any(one.checks for one in family(definition)) or any(isinstance(rule, Custom) and rule.name not in LOCAL for rule in rules)
            or any((kind := types.get(name)) is not None and kind.service for name in kinds))
