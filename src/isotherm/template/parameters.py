"""Parameters: how they are declared, and what values they take."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.schema import TYPE_NAMES, Custom
from isotherm.model.structure import TEXT, listed
from isotherm.model.unknown import Unknown
from isotherm.template.conversions import CONVERT, Unfit
from isotherm.template.customs import LOCAL
from isotherm.template.expression import unknowns
from isotherm.template.meter import Meter
from isotherm.template.patterns import PatternError
from isotherm.template.report import Report, shown
from isotherm.template.rules import Rule, default_violation, violation
from isotherm.template.secrets import MASK as MASK
from isotherm.template.tree import Path

PYTHON_TYPES: Mapping[str, type] = {
    "string": str, "number": float, "comma_delimited_list": list, "json": object, "boolean": bool,
}
TEXTS = listed(TEXT)


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
    tags: tuple[Any, ...] = ()
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
    """A parameter in one definition. given: in the request or the environment's parameters, not as a default. value may be Unknown when
    none is known. raw: as it was written. default: the environment's, or the template's."""

    declaration: Declaration
    value: Any
    given: bool
    raw: Any = None
    default: Any = None

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
    _check(declaration, raw, value, report, meter, None if is_given else declaration.default_path)
    return ParameterValue(declaration, value, is_given, raw)


def _check(declaration: Declaration, raw: Any, value: Any, report: Report, meter: Meter, default: Path | None) -> None:
    """default: where it stands, if the value is the template's default. The default keeps the rules even where it is not used."""
    for rule in declaration.rules:
        try:
            why = violation(rule, declaration.type, raw, value, declaration.hidden, meter)
            unused = "" if declaration.default is None or (default and why) else \
                default_violation(rule, declaration.type, declaration.default, declaration.hidden, meter)
        except PatternError as exc:
            report.add(exc.code, rule.path, f"The parameter {declaration.name!r}: {exc}.")
            continue
        if why:
            report.add("bad-parameter", default or declaration.path, f"The parameter {declaration.name!r}: {why}", hint=rule.description,
                       value=default is not None)
        if unused:
            report.add("bad-parameter", declaration.default_path, f"The default of the parameter {declaration.name!r} breaks a rule. {unused}",
                       hint=rule.description, value=True)


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
    """The named checks of parameters' values that ask a cloud: (check, value, path)."""
    return [(rule.constraint.name, one.value, one.declaration.path) for one in values.values()
            for rule in one.declaration.rules
            if isinstance(rule.constraint, Custom) and rule.constraint.name not in LOCAL and not isinstance(one.value, Unknown)]
