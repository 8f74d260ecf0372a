"""Reads the parameters section, HOT and CFN."""

import re
from collections.abc import Mapping
from typing import Any

from isotherm.model.schema import AllowedPattern, AllowedValues, Constraint, Custom, Length, Modulo, Range
from isotherm.model.unknown import Unknown
from isotherm.template.constraints import as_number
from isotherm.template.conversions import CONVERT, Unfit
from isotherm.template.document import Template
from isotherm.template.parameters import PYTHON_TYPES, Declaration
from isotherm.template.patterns import PatternError, named, pattern
from isotherm.template.report import Report, kind, near, shown
from isotherm.template.rules import Rule
from isotherm.template.tree import Path, key_text
from isotherm.template.versions import MODULO_SINCE

CODE = "parameter-declaration"
FOR_TYPES: Mapping[type, tuple[str, ...]] = {
    Length: ("string", "comma_delimited_list", "json"), Range: ("number",), Modulo: ("number",),
    AllowedPattern: ("string",), AllowedValues: ("string", "number", "comma_delimited_list", "boolean"),
    Custom: ("string", "number", "comma_delimited_list", "boolean"),
}
ANYTHING = "json"
WORD: Mapping[type, str] = {
    Length: "length", Range: "range", Modulo: "modulo", AllowedPattern: "allowed_pattern",
    AllowedValues: "allowed_values", Custom: "custom_constraint",
}


def declared(template: Template, report: Report) -> dict[str, Declaration]:
    """The parameters of a template, by name. Problems go to the report."""
    section = template.dialect.spell("parameters")
    found = {}
    for name, body in template.section("parameters").items():
        reader = _Reader(template, report, (section, name))
        one = reader.declaration(key_text(name), body)
        found[key_text(name)] = one
    return found


def declarations(template: Template) -> dict[str, Declaration]:
    """The parameters of a template, by name; one that is wrongly declared may be anything."""
    return declared(template, Report(template.place))


class _Reader:
    """Reads one declaration."""

    def __init__(self, template: Template, report: Report, path: Path):
        self.dialect, self.report, self.path = template.dialect, report, path
        self.limits = template.limits

    def wrong(self, message: str, *path: Any, hint: str = "", allowed: Any = (), value: bool = True) -> None:
        self.report.add(CODE, (*self.path, *path), message, hint=hint, allowed=allowed, value=value)

    def declaration(self, name: str, body: Any) -> Declaration:
        """A parameter of no known type may be anything, so that what uses it is not found wrong as well."""
        if not isinstance(body, Mapping):
            self.wrong(f"The parameter {name!r} is declared by a map with its type, not {shown(body)}.")
            return Declaration(name, ANYTHING, path=self.path, sound=False)
        for key in body:
            if key not in self.dialect.parameter_keys:
                self.wrong(f"{key!r} is no key of a parameter.", key, hint=near(key, self.dialect.parameter_keys),
                           allowed=self.dialect.parameter_keys, value=False)
        spell = self.dialect.spell
        written = body.get(spell("type"))
        canonical = self.dialect.parameter_types.get(written) if isinstance(written, str) else None
        if canonical is None:
            self.wrong(f"{written!r} is no type of a parameter." if spell("type") in body else
                       f"The parameter {name!r} has no type.", spell("type"), hint=near(written, self.dialect.parameter_types),
                       allowed=self.dialect.parameter_types)
            return Declaration(name, ANYTHING, path=self.path, written=body, sound=False)
        rules = self.hot_rules(body, canonical) if self.dialect.hot else self.cfn_rules(body, canonical)
        default = body.get(spell("default"))
        self.check_default(default, canonical, spell("default"))
        return Declaration(
            name=name, type=canonical, default=default, description=str(body.get(spell("description")) or ""),
            label=str(body.get(spell("label")) or ""), hidden=self.flag(body, spell("hidden")),
            immutable=self.flag(body, "immutable"), tags=self.tags(body), rules=tuple(rules), path=self.path, written=body)

    def flag(self, body: Mapping[str, Any], key: str) -> bool:
        """In HOT whatever is not empty counts as true, even the string `false`; in CloudFormation nothing but `true` does. So does Heat."""
        value = body.get(key, False)
        return bool(value) if self.dialect.hot else str(value).lower() == "true"

    def tags(self, body: Mapping[str, Any]) -> tuple[Any, ...]:
        if "tags" not in body or "tags" not in self.dialect.parameter_keys:
            return ()
        tags = body["tags"]
        if not isinstance(tags, list):
            self.wrong(f"`tags` is a list of strings, not {shown(tags)}.", "tags")
            return ()
        return tuple(tags)

    def check_default(self, default: Any, canonical: str, key: str) -> None:
        """Only what is never right: its value is judged when it is used."""
        if canonical == "comma_delimited_list" and not isinstance(default, str | list | Unknown | None):
            self.wrong(f"The default must be a list or a string, not {shown(default)}.", key)

    def hot_rules(self, body: Mapping[str, Any], canonical: str) -> list[Rule]:
        rows = body.get("constraints")
        if rows is None:
            return []
        if not isinstance(rows, list):
            self.wrong(f"`constraints` is a list of constraints, not {shown(rows)}.", "constraints")
            return []
        rules = []
        for index, row in enumerate(rows):
            if not isinstance(row, Mapping):
                self.wrong(f"A constraint is a map, not {shown(row)}.", "constraints", index)
                continue
            rule = self.hot_rule(row, canonical, index)
            if rule is not None:
                rules.append(rule)
        return rules

    def hot_rule(self, row: Mapping[str, Any], canonical: str, index: int) -> Rule | None:
        words = [word for word in HOT_RULES if word != "modulo" or self.dialect.version >= MODULO_SINCE]
        for key in row:
            if key not in HOT_RULES and key != "description":
                self.wrong(f"{key!r} is no constraint.", "constraints", index, key, hint=near(key, words), allowed=words, value=False)
                return None
        word = next((word for word in words if word in row), None)
        if word is None:
            self.wrong("The constraint says nothing.", "constraints", index, allowed=words)
            return None
        constraint = self.made(lambda: HOT_RULES[word](row[word]), canonical, "constraints", index, word)
        path = (*self.path, "constraints", index, word)
        return Rule(constraint, str(row.get("description") or ""), path) if constraint is not None else None

    def cfn_rules(self, body: Mapping[str, Any], canonical: str) -> list[Rule]:
        said = str(body.get("ConstraintDescription") or "")
        rules = []
        for keys, make in CFN_RULES:
            present = {key: body[key] for key in keys if key in body}
            if present:
                constraint = self.made(lambda make=make, present=present: make(present), canonical, next(iter(present)))
                if constraint is not None:
                    rules.append(Rule(constraint, said, (*self.path, next(iter(present)))))
        return rules

    def made(self, make: Any, canonical: str, *path: Any) -> Constraint | None:
        try:
            constraint: Constraint = make()
        except Unfit as exc:
            self.wrong(str(exc), *path)
            return None
        if canonical not in FOR_TYPES[type(constraint)]:
            self.wrong(f"`{WORD[type(constraint)]}` cannot constrain a {canonical}.", *path,
                       allowed=[WORD[one] for one, types in FOR_TYPES.items() if canonical in types])
            return None
        if isinstance(constraint, AllowedValues) and not self.are_values(constraint, canonical, path):
            return None
        if isinstance(constraint, AllowedPattern) and not self.is_pattern(constraint.pattern, path):
            return None
        return constraint

    def is_pattern(self, text: str, path: Path) -> bool:
        try:
            pattern(text, self.limits)
        except re.error as exc:
            self.wrong(f"{named(text)} is no regular expression: {exc}.", *path)
        except PatternError as exc:
            self.report.add(exc.code, (*self.path, *path), f"{exc}.")
        else:
            return True
        return False

    def are_values(self, constraint: AllowedValues, canonical: str, path: Path) -> bool:
        """Whether all can be values of the type; those of a list are its items."""
        for value in constraint.values if canonical != "comma_delimited_list" else ():
            try:
                CONVERT[canonical](value)
            except Unfit as exc:
                self.wrong(f"An allowed value of a {canonical} must be {exc}, not {shown(value)}.", *path)
                return False
        return True


def _bounds(value: Any, first: str, second: str, word: str) -> tuple[Any, Any]:
    if not isinstance(value, Mapping):
        raise Unfit(f"`{word}` is a map with {first} or {second}, not {shown(value)}.")
    extra = [key for key in value if key not in (first, second)]
    if extra:
        raise Unfit(f"`{word}` has {first} and {second}, not {extra[0]!r}.")
    bounds = [_bound(value[key], key, word) if value.get(key) is not None else None for key in (first, second)]
    if bounds == [None, None]:
        raise Unfit(f"`{word}` needs {first} or {second}.")
    return bounds[0], bounds[1]


def _bound(value: Any, key: str, word: str) -> int | float:
    number = as_number(value)
    whole = isinstance(number, int) or (word == "modulo" and isinstance(number, float) and number.is_integer())
    if number is None or (word in ("length", "modulo") and not whole):
        raise Unfit(f"`{key}` of `{word}` is {'a number' if word == 'range' else 'an integer'}, not {shown(value)}.")
    return number


def _modulo(value: Any) -> Modulo:
    step, offset = _bounds(value, "step", "offset", "modulo")
    if step is None or offset is None:
        raise Unfit("`modulo` needs both step and offset.")
    if not step:
        raise Unfit("The step of `modulo` cannot be 0.")
    if abs(offset) >= abs(step) or (offset and (step < 0) != (offset < 0)):
        raise Unfit("The offset of `modulo` must be smaller than its step, and of the same sign.")
    return Modulo(step, offset)


def _values(value: Any) -> AllowedValues:
    if not isinstance(value, list):
        raise Unfit(f"`allowed_values` is a list, not {shown(value)}.")
    return AllowedValues(tuple(value))


def _pattern(value: Any) -> AllowedPattern:
    if not isinstance(value, str):
        raise Unfit(f"`allowed_pattern` is a string, not {shown(value)}.")
    return AllowedPattern(value)


def _custom(value: Any) -> Custom:
    if not isinstance(value, str):
        raise Unfit(f"`custom_constraint` names a check, not {shown(value)}.")
    return Custom(value)


HOT_RULES: Mapping[str, Any] = {                # where one entry has several, the first of these counts
    "modulo": _modulo, "range": lambda value: Range(*_bounds(value, "min", "max", "range")),
    "length": lambda value: Length(*_bounds(value, "min", "max", "length")),
    "allowed_values": _values, "allowed_pattern": _pattern, "custom_constraint": _custom,
}
CFN_RULES: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("MinLength", "MaxLength"), lambda rows: Length(*_bounds(rows, "MinLength", "MaxLength", "length"))),
    (("MinValue", "MaxValue"), lambda rows: Range(*_bounds(rows, "MinValue", "MaxValue", "range"))),
    (("AllowedValues",), lambda rows: _values(rows["AllowedValues"])),
    (("AllowedPattern",), lambda rows: _pattern(rows["AllowedPattern"])),
)


GROUPED = ("OS::stack_id", "OS::project_id")    # what a group can have besides parameters: no sense, but no harm


def check_groups(template: Template, names: Mapping[str, Declaration], report: Report) -> None:
    """Each parameter is in one group at most, and each group names parameters that exist."""
    groups = template.tree.get("parameter_groups")
    if not groups or not template.dialect.hot:
        return
    if not isinstance(groups, list):
        report.add("bad-group", ("parameter_groups",), f"`parameter_groups` is a list of groups, not {shown(groups)}.")
        return
    seen: dict[Any, int] = {}
    for index, group in enumerate(groups):
        members = group.get("parameters") if isinstance(group, Mapping) else None
        if not isinstance(members, list):
            report.add("bad-group", ("parameter_groups", index), f"A group has `parameters`, a list of names; this is a {kind(group)}"
                       f"{' without one' if isinstance(group, Mapping) else ''}.")
            continue
        for at, name in enumerate(members):
            path = ("parameter_groups", index, "parameters", at)
            if not isinstance(name, str) or name not in (*names, *GROUPED):
                report.add("bad-group", path, f"There is no parameter {name!r}.", hint=near(name, names))
            elif name in seen:
                report.add("bad-group", path, f"The parameter {name!r} is in group {seen[name] + 1} already.")
            else:
                seen[name] = index


def nothing_known(template: Template) -> dict[str, Unknown]:
    """Every parameter with a placeholder of its type."""
    return {name: Unknown(PYTHON_TYPES[one.type], (), ("parameter", name)) for name, one in declarations(template).items()}
