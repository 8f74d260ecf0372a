"""What a request asks for, as a definition that has been checked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from isotherm.cloud.cloud import Cloud
from isotherm.engine.family import all_rule_problems, family, size
from isotherm.engine.implied import wanted_resources
from isotherm.graph.draft import Draft, Situation
from isotherm.graph.passes import build
from isotherm.model.errors import Forbidden, Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.records import DefinitionRow
from isotherm.model.request import Caller, CreateRequest, UpdateRequest, ValidateRequest
from isotherm.template import Definition, Environment, Limits, Pseudo, Template, compile, declarations, merge, parse, parse_environment, stored_environment
from isotherm.types.finding import Wanted, wanted
from isotherm.types.registry import Registry


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a definition is compiled from."""

    template: str
    environment: Environment
    parameters: Mapping[str, Any]
    files: Mapping[str, str]


def read_inputs(request: CreateRequest | ValidateRequest, limits: Limits) -> Inputs:
    """The inputs of a request that brings everything."""
    environment, parameters = _environment(request.template, request.environment, request.environment_files, request.files, request.parameters, limits)
    return Inputs(request.template, environment, parameters, request.files)


def merge_inputs(request: UpdateRequest, stored: DefinitionRow, limits: Limits) -> Inputs:
    """The inputs of an update: a PUT replaces all, a PATCH keeps what it does not bring."""
    if not request.patch:
        if request.template is None:
            raise Invalid("A template is needed: PUT replaces the whole definition (PATCH keeps what is not given)", wire="HTTPBadRequest")
        environment, parameters = _environment(request.template, request.environment or {}, request.environment_files, request.files,
                                               request.parameters, limits)
        return Inputs(request.template, environment, parameters, request.files)
    files = {**stored.files, **request.files}
    template = stored.template if request.template is None else request.template
    before = stored_environment(stored.environment, limits)
    given, parameters = _environment(template, request.environment or {}, request.environment_files, files, request.parameters, limits)
    environment = merge(before, given)
    cleared = set(request.clear_parameters)
    kept = {name: value for name, value in stored.parameters.items() if name not in cleared and name not in given.parameters}
    declared = parse(template, limits=limits).section("parameters")
    kept = {name: value for name, value in kept.items() if name in declared}
    environment = _without(environment, cleared - given.parameters.keys(), declared)
    return Inputs(template, environment, {**kept, **parameters}, files)


def _without(environment: Environment, cleared: set[str], declared: Mapping[str, Any]) -> Environment:
    """Stored values that were cleared, or that the new template no longer has a parameter for, are dropped."""
    document = environment.document
    document["parameters"] = {name: value for name, value in document["parameters"].items() if name not in cleared and name in declared}
    return parse_environment(document)


def _environment(template: str, text: str | Mapping[str, Any], names: tuple[str, ...], files: Mapping[str, str], parameters: Mapping[str, Any],
                 limits: Limits) -> tuple[Environment, Mapping[str, Any]]:
    """Environment files take the place of the environment, and their values that of the request's parameters."""
    if not names:
        return parse_environment(text, limits=limits), parameters
    missing = [name for name in names if name not in files]
    if missing:
        raise Invalid([Problem("missing-file", f"The environment file {name!r} is not among the request's files", allowed=tuple(files))
                       for name in missing], wire="HTTPBadRequest")
    environments = [parse_environment(files[name], name, limits) for name in names]
    return merge(*environments, declarations=declarations(parse(template, limits=limits)), given=parameters), {}


def define(inputs: Inputs, pseudo: Pseudo, types: Registry, caller: Caller, limits: Limits) -> tuple[Template, Definition]:
    """Compile, and check all that can be checked without a cloud. Raises Invalid with every problem, or Forbidden."""
    template = parse(inputs.template, limits=limits)
    definition = compile(template, inputs.environment, inputs.files, catalog=types, parameters=inputs.parameters, pseudo=pseudo)
    barred = sorted({r.target for one in family(definition) for r in one.resources.values()} & caller.barred_types)
    if barred:
        raise Forbidden(f"You may not use the resource type {', '.join(barred)}")
    problems = all_rule_problems(definition, types)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise Invalid(problems)
    made = size(definition, types)
    if made > limits.resources:
        raise Invalid(Problem("too-many-resources", f"The stack and those nested in it would have {made} resources; at most {limits.resources} are allowed."))
    build(Draft(Situation("CREATE", wanted_resources(definition, types))))      # raises on a circle that implied edges would close
    return template, definition


def check_cloud(definition: Definition, types: Registry, cloud: Cloud) -> None:
    """Whether the cloud knows what the definition names: each image, flavor, network... is asked for once. Raises Invalid."""
    checks = [(name, str(value), place) for one in family(definition) for name, value, place in one.custom_checks()
              if isinstance(value, str | int) and value != ""]
    unfound = {one.wanted: one.problem for one in cloud.check_all([(name, value) for name, value, _ in checks])}
    problems = [_at(place, unfound[name, value]) for name, value, place in checks if (name, value) in unfound]
    named = names_in(definition, types, {value for _, value, _ in checks})
    missing = {one.wanted: one.problem for one in cloud.find_all(named)[1]} if named else {}
    problems += [_at(named[wanted], problem) for wanted, problem in missing.items()]
    if problems:
        raise Invalid(problems)


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
    """Whether any resource, or any check, calls a service."""
    kinds = {r.target for one in family(definition) for r in one.resources.values()}
    return any(one.checks for one in family(definition)) or any((kind := types.get(name)) is not None and kind.service for name in kinds)
