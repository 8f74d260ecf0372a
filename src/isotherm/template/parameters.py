"""Parameters: how they are declared, and what values they take."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.schema import TYPE_NAMES, AllowedPattern, Constraint, Custom
from isotherm.model.structure import TEXT, listed
from isotherm.model.unknown import Unknown
from isotherm.template.constraints import as_number, broken
from isotherm.template.expression import unknowns
from isotherm.template.meter import Meter
from isotherm.template.patterns import PatternError
from isotherm.template.report import Report, kind, shown
from isotherm.template.secrets import MASK as MASK
from isotherm.template.tree import Path

PYTHON_TYPES: Mapping[str, type] = {
    "string": str, "number": float, "comma_delimited_list": list, "json": object, "boolean": bool,
}
TEXTS = listed(TEXT)


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint with what its author says about it, and where it stands."""

    constraint: Constraint
    description: str = ""
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declared parameter. type: string, number, comma_delimited_list, json or boolean.

    default: None when there is none. written: the declaration as it stands in the template. sound: whether its type is known.
    """

    name: str
    type: str
    default: Any = None
    description: str = ""
    label: str = ""
    hidden: bool = False
    immutable: bool = False
    tags: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    path: Path = ()
    written: Mapping[str, Any] = field(default_factory=dict)
    sound: bool = True

    @property
    def required(self) -> bool:
        return self.default is None

    @property
    def default_path(self) -> Path:
        """Of the default in the template."""
        return (*self.path, "default" if "default" in self.written else "Default")


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter in one definition. given: not the template's own default. value may be Unknown when none is known."""

    declaration: Declaration
    value: Any
    given: bool
    raw: Any = None

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def hidden(self) -> bool:
        return self.declaration.hidden

    @property
    def text(self) -> str:
        """As the API shows it: always a string, hidden values masked."""
        return MASK if self.hidden else self.plain_text

    @property
    def plain_text(self) -> str:
        """As the API shows it, hidden or not."""
        kind, value = self.declaration.type, self.value
        if isinstance(value, Unknown):
            return ""
        if kind == "json":
            return json.dumps(value, default=str)
        if kind == "comma_delimited_list" and isinstance(value, list):
            return ",".join(value)
        return str(value)


class Unfit(ValueError):
    """A value that a parameter's type cannot take."""


def _number(value: Any) -> int | float:
    number = as_number(value)
    if number is None:
        raise Unfit("a number")
    return number


def _list(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    if isinstance(value, str):
        return value.split(",") if value else []
    raise Unfit("a list, or a string of items with commas between them")


def _json(value: Any) -> Any:
    if isinstance(value, str) and value:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise Unfit("JSON") from None
    return value


WORDS = {word: value for value, words in ((True, "1 t true on y yes"), (False, "0 f false off n no"))
         for word in words.split()}


def _boolean(value: Any) -> bool:
    found = value if isinstance(value, bool) else WORDS.get(str(value).strip().lower())
    if found is None:
        raise Unfit("true or false")
    return found


CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "string": str, "number": _number, "comma_delimited_list": _list, "json": _json, "boolean": _boolean,
}


def settle(declaration: Declaration, given: Any, is_given: bool, report: Report, strict: bool, meter: Meter | None = None) -> ParameterValue:
    """The value of one parameter. What does not fit its type or rules goes to the report, as does a missing value.

    meter: bounds the patterns of all parameters together.
    """
    if is_given and given is None:
        is_given = False
    raw = given if is_given else declaration.default
    if raw is None:
        if strict and declaration.sound:
            report.add("missing-parameter", declaration.path, f"The parameter {declaration.name!r} has no value.",
                       hint="Give one, or a default in the template.")
        return ParameterValue(declaration, Unknown(PYTHON_TYPES[declaration.type], (), ("parameter", declaration.name)), False)
    if isinstance(raw, Unknown):
        return ParameterValue(declaration, _expected(declaration, raw, report), is_given, raw)
    if any(True for _ in unknowns(raw)):
        return ParameterValue(declaration, raw, is_given, raw)
    try:
        value = CONVERT[declaration.type](raw)
    except Unfit as exc:
        said = "the value" if declaration.hidden else shown(raw)
        path = declaration.path if is_given else declaration.default_path
        report.add("bad-parameter", path, f"The parameter {declaration.name!r} must be {exc}, not {said}.", value=not is_given)
        return ParameterValue(declaration, Unknown(PYTHON_TYPES[declaration.type]), is_given, raw)
    meter = meter or Meter()
    _check(declaration, raw, value, report, declaration.path if is_given else declaration.default_path, meter)
    if is_given and declaration.default is not None:
        _check_default(declaration, report, meter)
    return ParameterValue(declaration, value, is_given, raw)


def _check(declaration: Declaration, raw: Any, value: Any, report: Report, path: Path, meter: Meter, what: str = "") -> None:
    for rule in declaration.rules:
        try:
            why = broken(rule.constraint, value, secret=declaration.hidden, meter=meter)
        except PatternError as exc:
            report.add(exc.code, rule.path, f"The parameter {declaration.name!r}: {exc}.")
            continue
        if isinstance(rule.constraint, AllowedPattern) and not isinstance(raw, str):
            why = f"A pattern judges strings only, and this is a {kind(raw)}."
        if why:
            report.add("bad-parameter", path, f"{what}The parameter {declaration.name!r}: {why}", hint=rule.description,
                       value=path != declaration.path)


def _check_default(declaration: Declaration, report: Report, meter: Meter) -> None:
    """A default must meet the rules even where it is not used; its type only matters where it is."""
    try:
        value = CONVERT[declaration.type](declaration.default)
    except Unfit:
        return
    _check(declaration, declaration.default, value, report, declaration.default_path, meter, "The default breaks a rule. ")


def _expected(declaration: Declaration, value: Unknown, report: Report) -> Unknown:
    """A placeholder of the type that the parameter will have."""
    wanted = PYTHON_TYPES[declaration.type]
    containers = (list, dict)
    if declaration.type not in ("json", "comma_delimited_list") and value.type in containers:
        report.add("bad-parameter", declaration.path, f"The parameter {declaration.name!r} must be a {declaration.type}, and it "
                   f"will be given a {TYPE_NAMES[value.type]}.")
    if declaration.type == "json" and value.type in containers:
        return value
    return Unknown(wanted, value.sources, value.symbol, TEXTS if wanted is list else None)


def custom_rules(values: Mapping[str, ParameterValue]) -> list[tuple[str, Any, Path]]:
    """The named checks of parameters' values: (check, value, path)."""
    return [(rule.constraint.name, one.value, one.declaration.path) for one in values.values()
            for rule in one.declaration.rules if isinstance(rule.constraint, Custom) and not isinstance(one.value, Unknown)]
