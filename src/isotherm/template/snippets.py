"""Tree -> expressions: finds the function calls of a version, and expands `if`."""

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.template.conditions import Conditions
from isotherm.template.expression import OMIT, Call, Either, ListOf, MapOf
from isotherm.template.functions.registry import FUNCTIONS, Function, Grammar, grammar
from isotherm.template.report import Report, kind, near
from isotherm.template.tree import Path
from isotherm.template.versions import CONDITIONS_SINCE, OPTIONAL_ELSE_SINCE, Dialect

CONTAINERS = (dict, list)
FAILED = Unknown(object, (), ("failed",))


@lru_cache(maxsize=4096)
def suspicion(name: str, version: str) -> tuple[str, str] | None:
    """Why a map's only key looks as if it were meant as a function, and a hint; None when it does not."""
    if name in FUNCTIONS:
        return f"Version {version} has no function {name}, so this is a plain map.", "Other versions have it."
    spelled = [one for one in FUNCTIONS if "_" in one or "::" in one]       # others may well be keys of plain maps
    close = difflib.get_close_matches(name, spelled, n=1, cutoff=0.85 if "_" in name or "::" in name else 0.9)
    return (f"{name!r} is no function, so this is a plain map.", f"Did you mean {close[0]!r}?") if close else None


def _filled(parsed: Any) -> Any:
    """An argument with null where an `if` without an else gives nothing: its other parts keep their places."""
    if isinstance(parsed, MapOf):
        return MapOf(tuple((key, None if part is OMIT else part) for key, part in parsed.entries))
    return ListOf(tuple(None if part is OMIT else part for part in parsed.items)) if isinstance(parsed, ListOf) else parsed


class Snippets:
    """Parses the snippets of one template. The branch of an `if` that is not taken is never looked at."""

    def __init__(self, dialect: Dialect, conditions: Conditions, report: Report):
        self.grammar: Grammar = grammar(dialect)
        self.conditions, self.report = conditions, report
        self.choice = "if" if dialect.since(CONDITIONS_SINCE) else "Fn::If" if dialect.family == "aws" else None
        self.else_optional = dialect.since(OPTIONAL_ELSE_SINCE)

    def parse(self, value: Any, path: Path) -> Any:
        """The value itself when it holds no function, an Expression otherwise. Problems go to the report."""
        if isinstance(value, dict):
            if len(value) == 1:
                (name, argument), = value.items()
                if isinstance(name, str):
                    if name == self.choice:
                        return self.expand(argument, (*path, name))
                    row = self.grammar.functions.get(name)
                    if row is not None:
                        return self.call(row, argument, (*path, name))
                    if name in self.grammar.removed:
                        self.removed(name, (*path, name))
                        return FAILED
                    said = suspicion(name, self.grammar.dialect.version)
                    if said:
                        self.report.warn("not-a-function", (*path, name), said[0], said[1])
            made = [(key, self.parse(part, (*path, key)) if isinstance(part, CONTAINERS) else part) for key, part in value.items()]
            return MapOf(tuple(made)) if any(part is not value[key] for key, part in made) else value
        if isinstance(value, list):
            items = [self.parse(part, (*path, index)) if isinstance(part, CONTAINERS) else part for index, part in enumerate(value)]
            return ListOf(tuple(items)) if any(new is not old for new, old in zip(items, value, strict=True)) else value
        return value

    def calls(self, value: Any) -> bool:
        """Whether a map is a function call."""
        return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in (self.choice, *self.grammar.functions)

    def call(self, row: Function, argument: Any, path: Path) -> Any:
        parsed = self.parse(argument, path)
        if row.literal:
            why = self.unwritten(row, argument)
            if why:
                self.report.add("bad-call", path, f"{row.name}: {why}")
                return FAILED
        if row.literal and row.shape != "value":
            parsed = _filled(parsed)
        if not isinstance(parsed, Call | Either):
            why = row.misfit(dict(parsed.entries) if isinstance(parsed, MapOf) else list(parsed.items)
                             if isinstance(parsed, ListOf) else parsed)
            if why:
                self.report.add("bad-call", path, f"{row.name}: {why}")
                return FAILED
        return Call(row, parsed, path)

    def unwritten(self, row: Function, argument: Any) -> str:
        """What comes from a function where it must be written out; "" when nothing does."""
        if self.calls(argument):
            return f"its {'argument' if row.shape == 'value' else row.shape} must be written out here; {next(iter(argument))} cannot give it."
        if row.shape == "list" and isinstance(argument, list):
            argument = dict(zip([one.name for one in row.arguments], argument, strict=False))
        for name in row.written:
            part: Any = argument.get(name) if isinstance(argument, Mapping) else None
            if self.calls(part):
                return f"its `{name}` must be written out here; {next(iter(part))} cannot give it."
        return ""

    def removed(self, name: str, path: Path) -> None:
        version = self.grammar.dialect.version
        self.report.add("removed-function", path, f"The function {name} does not exist in version {version} any more.",
                        allowed=sorted(self.grammar.functions), hint=near(name, self.grammar.functions))

    def expand(self, argument: Any, path: Path) -> Any:
        least = 2 if self.else_optional else 3
        if not isinstance(argument, list) or not least <= len(argument) <= 3:
            wanted = "a condition, a value, and optionally another" if least == 2 else "a condition and two values"
            size = f" of {len(argument)}" if isinstance(argument, list) else ""
            self.report.add("bad-call", path, f"`if` takes a list of {wanted}, not a {kind(argument)}{size}.")
            return FAILED
        found = self.conditions.truth(argument[0], (*path, 0), self.report)
        if isinstance(found, Unknown):
            other = self.parse(argument[2], (*path, 2)) if len(argument) == 3 else OMIT
            return Either(self.parse(argument[1], (*path, 1)), other)
        if found:
            return self.parse(argument[1], (*path, 1))
        return self.parse(argument[2], (*path, 2)) if len(argument) == 3 else OMIT
