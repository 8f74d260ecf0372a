"""The rules that a parameter's declaration sets, and whether a value keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.model.schema import AllowedPattern, AllowedValues, Constraint, Custom, Length
from isotherm.template.constraints import broken
from isotherm.template.conversions import CONVERT, Unfit
from isotherm.template.meter import Meter
from isotherm.template.report import kind, shown
from isotherm.template.tree import Path

COMPARED = ("string", "number", "boolean")      # types whose allowed values are converted before they are compared


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint with what its author says about it, and where it stands."""

    constraint: Constraint
    description: str = ""
    path: Path = ()


def violation(rule: Rule, type_name: str, given: Any, value: Any, secret: bool, meter: Meter) -> str:
    """Why a value breaks a rule, as a sentence; "" when it keeps it, or when only a cloud can tell. Raises PatternError.

    given: as it was written; value: what the parameter's type made of it. secret: it must not appear in the sentence.
    """
    constraint = rule.constraint
    if isinstance(constraint, AllowedValues):
        return broken(*_compared(constraint, type_name, given, value), secret=secret)
    seen = given if type_name == "string" or (isinstance(constraint, Custom) and type_name != "comma_delimited_list") else value
    if isinstance(constraint, AllowedPattern) and not isinstance(seen, str):
        return f"A pattern judges strings only, and this is a {kind(seen)}; quotes make a string of it."
    if isinstance(constraint, Length) and not isinstance(seen, str | list | tuple | Mapping):
        return f"A {kind(seen)} has no length; quotes make a string of it."
    return broken(constraint, seen, secret=secret, meter=meter)


def default_violation(rule: Rule, type_name: str, default: Any, secret: bool, meter: Meter) -> str:
    """Why a template's default breaks a rule, whether the default is used or not, as `violation` does. Named checks are of values only.

    A default is judged as it is written: the text of one in JSON has the length of the text.
    """
    if isinstance(rule.constraint, Custom):
        return ""
    if type_name == "json":
        return violation(rule, type_name, default, default, secret, meter)
    if type_name == "comma_delimited_list" and default == "":
        return violation(rule, type_name, default, [""], secret, meter)
    try:
        value = CONVERT[type_name](default)
    except Unfit as exc:
        return f"It must be {exc}, not {'the value given' if secret else shown(default)}."
    return violation(rule, type_name, default, value, secret, meter)


def _compared(constraint: AllowedValues, type_name: str, given: Any, value: Any) -> tuple[AllowedValues, Any]:
    """What is compared. A list is allowed if its items are, for a string too."""
    if type_name not in COMPARED or isinstance(given, list | tuple):
        return constraint, given if type_name == "string" else value
    return AllowedValues(tuple(CONVERT[type_name](one) for one in constraint.values)), value
