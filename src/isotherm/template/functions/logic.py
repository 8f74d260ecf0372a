"""Functions of conditions."""

from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.template.expression import BadArgument, Scope
from isotherm.template.functions.registry import function
from isotherm.template.report import shown

BOTH = ("hot", "aws")


def truth(scope: Scope, value: Any) -> Any:
    """Whether a condition holds: a boolean is itself, a string names a condition, null holds. May be Unknown."""
    if isinstance(value, bool | Unknown):
        return value
    if value is None:
        return True
    if isinstance(value, str):
        return scope.condition(value)
    raise BadArgument(f"a condition is true, false or the name of one, not {shown(value)}.", "bad-condition")


def combined(scope: Scope, values: tuple[Any, ...], stop: bool) -> Any:
    """`or` stops at the first true, `and` at the first false."""
    if len(values) < 2:
        raise BadArgument("it takes at least two conditions.")
    unknown: Unknown | None = None
    for value in values:
        found = truth(scope, value)
        if isinstance(found, Unknown):
            unknown = found
        elif found is stop:
            return stop
    return Unknown(bool, unknown.sources, ("combined", list(values))) if unknown else not stop


@function("and", literal=True, condition="2016-10-14", condition_only=True, partial=True,
          result=bool)
@function("Fn::And", families=("aws",), condition="", condition_only=True, partial=True, result=bool)
def all_of(scope: Scope, *conditions: object) -> Any:
    """Whether all conditions hold."""
    return combined(scope, conditions, stop=False)


@function("or", literal=True, condition="2016-10-14", condition_only=True, partial=True,
          result=bool)
@function("Fn::Or", families=("aws",), condition="", condition_only=True, partial=True, result=bool)
def any_of(scope: Scope, *conditions: object) -> Any:
    """Whether one condition holds."""
    return combined(scope, conditions, stop=True)


def inverted(scope: Scope, condition: Any) -> Any:
    found = truth(scope, condition)
    return Unknown(bool, found.sources, ("not", found)) if isinstance(found, Unknown) else not found


@function("not", shape="value", condition="2016-10-14", condition_only=True, partial=True, result=bool)
def negation(scope: Scope, condition: object) -> Any:
    """Whether a condition does not hold."""
    return inverted(scope, condition)


@function("Fn::Not", families=("aws",), condition="", condition_only=True, partial=True, result=bool)
def negation_cfn(scope: Scope, condition: object) -> Any:
    """Whether a condition does not hold."""
    return inverted(scope, condition)


@function("equals", literal=True, condition="2016-10-14", condition_only=True, result=bool)
@function("Fn::Equals", families=("aws",), condition="", condition_only=True, result=bool)
def equals(first: object, second: object) -> bool:
    """Whether two values are equal."""
    return first == second


@function("contains", literal=True, since="2017-09-01", condition="2017-09-01", result=bool)
def contains(value: object, sequence: list[Any] | str) -> bool:
    """Whether a list holds a value, or a string another."""
    try:
        return value in sequence
    except TypeError:
        raise BadArgument(f"{shown(sequence)} cannot hold {shown(value)}.") from None
