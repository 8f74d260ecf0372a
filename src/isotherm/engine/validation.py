"""What the API answers to a template that is to be checked only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from isotherm.author import description as author
from isotherm.author.checking import Checked, check
from isotherm.author.description import Description
from isotherm.engine.barring import check_barred
from isotherm.engine.concealing import holds
from isotherm.engine.implied import implied_dependencies
from isotherm.engine.inputs import Inputs, read_inputs
from isotherm.engine.sources import Sources, explained
from isotherm.model.problem import Problem
from isotherm.model.request import Caller, ValidateRequest
from isotherm.model.schema import AllowedPattern, AllowedValues, Custom, Length, Modulo, Range
from isotherm.template import Definition, ParameterValue
from isotherm.template.definition import known
from isotherm.template.report import failure
from isotherm.template.secrets import MASK
from isotherm.template.tree import plain
from isotherm.template.versions import PSEUDO_CFN, PSEUDO_HOT
from isotherm.types.registry import Registry

TYPES = {"string": "String", "number": "Number", "comma_delimited_list": "CommaDelimitedList", "json": "Json", "boolean": "Boolean"}

UNTOLD = {"hot": (*PSEUDO_HOT, "OS::region")}           # parameters of these names are not told of; elsewhere, of those of the pseudo ones


@dataclass(frozen=True, slots=True)
class Validated:
    """answer: the parameters of a sound template, in the shape of the Orchestration API. warnings: what is no error."""

    answer: dict[str, Any]
    warnings: tuple[Problem, ...]


def validate(request: ValidateRequest, caller: Caller, types: Registry, sources: Sources) -> Validated:
    """Check without a cloud. Raises Invalid with every error, but for those whose codes the request ignores."""
    inputs = read_inputs(request, sources)
    checked = sound(inputs, request, caller, types)
    definition, environment = checked.definition, inputs.environment.document
    environment.pop("encrypted_param_names", None)
    untold = UNTOLD.get(definition.template.dialect.family, PSEUDO_CFN)
    answer = {
        "Description": definition.description or "No description",
        "Parameters": {name: parameter(value) for name, value in definition.parameters.items() if name not in untold},
        "Environment": environment,
    }
    answer |= grouped(definition) | (nested_parameters(definition) if request.show_nested else {})
    return Validated(answer, tuple(explained(checked.warnings, inputs.absent)))


def describe(request: ValidateRequest, caller: Caller, types: Registry, sources: Sources) -> Description:
    """What a template asks for and gives. Raises Invalid as `validate` does."""
    checked = sound(read_inputs(request, sources), request, caller, types)
    return author.describe(checked, implied_dependencies(checked.definition, types))


def sound(inputs: Inputs, request: ValidateRequest, caller: Caller, types: Registry) -> Checked:
    """The inputs checked. Raises Invalid with everything found when there are errors; Forbidden for types that the caller may not use."""
    checked = check(inputs.parsed, inputs.environment, inputs.files, types=types, parameters=inputs.parameters,
                    schema_only=request.schema_only, ignore=request.ignore_errors)
    check_barred(checked.definition, caller.barred_types)
    if checked.errors:
        raise failure(explained([*checked.errors, *checked.warnings], inputs.absent))
    return checked


def grouped(definition: Definition) -> dict[str, Any]:
    """The template's parameter groups, if it has any."""
    groups = [dict(group) for group in definition.template.document.get("parameter_groups") or ()]
    return {"ParameterGroups": groups} if groups else {}


def nested_parameters(definition: Definition, around: Sequence[str] = ()) -> dict[str, Any]:
    """The parameters of stacks nested in this one, as far as they are known. around: secrets of the stacks around."""
    secrets = (*around, *definition.secrets)
    told = {name: {"Type": definition.resources[name].type, "Description": child.description,
                   "Parameters": {key: given_parameter(value, secrets) for key, value in child.parameters.items()}}
            | grouped(child) | nested_parameters(child, secrets) for name, child in definition.children.items()}
    return {"NestedParameters": told} if told else {}


def given_parameter(value: ParameterValue, secrets: Sequence[str]) -> dict[str, Any]:
    """A parameter that a resource of another stack gives: what only the run tells is left out, secrets are masked."""
    told = parameter(value if known(value.raw) else replace(value, given=False))
    return told | {"Value": MASK} if "Value" in told and holds(value.raw, secrets) else told


def parameter(value: ParameterValue) -> dict[str, Any]:
    """One parameter as the API describes it."""
    declared = value.declaration
    told: dict[str, Any] = {
        "Type": TYPES[declared.type], "Description": said_of(value, "description") or "", "NoEcho": "true" if declared.hidden else "false",
        "Label": said_of(value, "label") or declared.name,
    }
    if value.default is not None:
        told["Default"] = "******" if declared.hidden and value.default is not declared.default else value.default
    if declared.tags:
        told["Tags"] = list(declared.tags)
    if value.given and value.raw:
        told["Value"] = "******" if declared.hidden else value.raw
    said = [rule.description for rule in declared.rules if rule.description]
    for rule in declared.rules:
        told |= limits_of(rule.constraint)
    return told | {"ConstraintDescription": " ".join(said)} if said else told


def said_of(value: ParameterValue, word: str) -> Any:
    """What the author says of a parameter, as written: it need not be text."""
    written = value.declaration.written
    return plain(written.get(word) or written.get(word.capitalize()))


def limits_of(constraint: Any) -> Mapping[str, Any]:
    """A constraint in the words of the API."""
    match constraint:
        case Length(low, high):
            return _ends("MinLength", low, "MaxLength", high)
        case Range(low, high):
            return _ends("MinValue", low, "MaxValue", high)
        case AllowedValues(values):
            return {"AllowedValues": list(values)}
        case AllowedPattern(pattern):
            return {"AllowedPattern": pattern}
        case Modulo(step, offset):
            return {"Step": step, "Offset": offset}
        case Custom(name):
            return {"CustomConstraint": name}
    return {}


def _ends(least: str, low: Any, most: str, high: Any) -> dict[str, Any]:
    return {key: end for key, end in ((least, low), (most, high)) if end is not None}
