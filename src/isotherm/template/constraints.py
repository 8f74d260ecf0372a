"""What the values of parameters and properties must meet."""

from collections.abc import Callable, Mapping
from typing import Any

from isotherm.model.schema import AllowedPattern, AllowedValues, Constraint, Custom, Length, Modulo, Range
from isotherm.model.unknown import Unknown
from isotherm.template.customs import LOCAL
from isotherm.template.meter import Meter
from isotherm.template.patterns import pattern
from isotherm.template.report import near, shown


def broken(constraint: Constraint, value: Any, secret: bool = False, meter: Meter | None = None) -> str:
    """Why a value does not meet a constraint, as a sentence; "" when it does, or when only a cloud can tell.

    secret: the value must not appear in the sentence. meter: bounds the patterns of several calls together. Raises PatternError.
    """
    name = "the value" if secret else shown(value)
    said = _pattern(constraint, value, name, meter or Meter()) if isinstance(constraint, AllowedPattern) else \
        CHECKS[type(constraint)](constraint, value, name)
    return said[:1].upper() + said[1:]


def _between(low: Any, high: Any) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"from {low} to {high}"


def _length(one: Length, value: Any, said: str) -> str:
    if not isinstance(value, str | list | tuple | Mapping):
        return ""
    size = len(value)
    bad = (one.min is not None and size < one.min) or (one.max is not None and size > one.max)
    return f"{said} has length {size}; allowed is {_between(one.min, one.max)}." if bad else ""


def _range(one: Range, value: Any, said: str) -> str:
    number = as_number(value)
    if number is None:
        return ""
    bad = (one.min is not None and number < one.min) or (one.max is not None and number > one.max)
    return f"{said} is out of range; allowed is {_between(one.min, one.max)}." if bad else ""


def as_number(value: Any) -> int | float | None:
    """The number that a value is or says; None when it is none."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        for convert in (int, float):
            try:
                return convert(value)
            except ValueError:
                continue
    return None


def _allowed(one: AllowedValues, value: Any, said: str) -> str:
    if isinstance(value, list | tuple):
        missing = [item for item in value if not isinstance(item, Unknown) and item not in one.values]
        if not missing:
            return ""
        said = shown(missing[0])
        value = missing[0]
    elif _among(value, one.values):
        return ""
    return f"{said} is not allowed. {near(value, one.values, limit=20, lead='Allowed are')}"


def _among(value: Any, values: tuple[Any, ...]) -> bool:
    return value in values or (isinstance(value, str | int | float) and not isinstance(value, bool)
                               and any(str(value) == str(allowed) for allowed in values))


def _pattern(one: AllowedPattern, value: Any, said: str, meter: Meter) -> str:
    if not isinstance(value, str):
        return ""
    matched = pattern(one.pattern, meter.limits).match(value, meter)
    # The first match from the start must reach the end: Heat's rule, which backtracks less than a full match.
    return "" if matched and matched.end() == len(value) else f"{said} does not match {one.pattern!r}."


def _modulo(one: Modulo, value: Any, said: str) -> str:
    number = as_number(value)
    if number is None or not one.step:
        return ""
    return "" if number % one.step == one.offset else f"{said} is not {one.offset} plus a multiple of {one.step}."


def _custom(one: Custom, value: Any, said: str) -> str:
    check = LOCAL.get(one.name)
    return check(value, said) if check else ""


CHECKS: Mapping[type, Callable[[Any, Any, str], str]] = {
    Length: _length, Range: _range, AllowedValues: _allowed, Modulo: _modulo, Custom: _custom,
}
