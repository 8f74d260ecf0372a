"""Tree -> expressions: finds the function calls of a version, and expands `if`."""

from collections.abc import Mapping
from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.template.conditions import Conditions
from isotherm.template.expression import OMIT, Call, Either, Expression, ListOf, MapOf
from isotherm.template.functions.registry import Grammar, grammar
from isotherm.template.report import Report, kind, near
from isotherm.template.tree import Path
from isotherm.template.versions import CONDITIONS_SINCE, OPTIONAL_ELSE_SINCE, Dialect


class Snippets:
    """Parses the snippets of one template. The branch of an `if` that is not taken is never looked at."""

    def __init__(self, dialect: Dialect, conditions: Conditions, report: Report):
        self.grammar: Grammar = grammar(dialect)
        self.conditions, self.report = conditions, report
        self.choice = "if" if dialect.since(CONDITIONS_SINCE) else "Fn::If" if dialect.family == "aws" else None
        self.else_optional = dialect.since(OPTIONAL_ELSE_SINCE)

    def parse(self, value: Any, path: Path) -> Any:
        """The value itself when it holds no function, an Expression otherwise. Problems go to the report."""
        if isinstance(value, Mapping):
            if len(value) == 1:
                (name, argument), = value.items()
                if isinstance(name, str):
                    if name == self.choice:
                        return self.expand(argument, (*path, name))
                    row = self.grammar.functions.get(name)
                    if row is not None:
                        return Call(row, self.parse(argument, (*path, name)), (*path, name))
                    if name in self.grammar.removed:
                        self.removed(name, (*path, name))
                        return Unknown(object, (), ("failed",))
            made = [(key, self.parse(part, (*path, key))) for key, part in value.items()]
            return MapOf(tuple(made)) if any(_moves(part) for _, part in made) else value
        if isinstance(value, list):
            items = [self.parse(part, (*path, index)) for index, part in enumerate(value)]
            return ListOf(tuple(items)) if any(map(_moves, items)) else value
        return value

    def removed(self, name: str, path: Path) -> None:
        version = self.grammar.dialect.version
        self.report.add("removed-function", path, f"The function {name} does not exist in version {version} any more.",
                        allowed=sorted(self.grammar.functions), hint=near(name, self.grammar.functions))

    def expand(self, argument: Any, path: Path) -> Any:
        least = 2 if self.else_optional else 3
        if not isinstance(argument, list) or not least <= len(argument) <= 3:
            wanted = "a condition, a value, and optionally another" if least == 2 else "a condition and two values"
            size = f" of {len(argument)}" if isinstance(argument, list) else ""
            self.report.add("bad-argument", path, f"`if` takes a list of {wanted}, not a {kind(argument)}{size}.")
            return Unknown(object, (), ("failed",))
        found = self.conditions.truth(argument[0], (*path, 0), self.report)
        if isinstance(found, Unknown):
            other = self.parse(argument[2], (*path, 2)) if len(argument) == 3 else OMIT
            return Either(self.parse(argument[1], (*path, 1)), other)
        if found:
            return self.parse(argument[1], (*path, 1))
        return self.parse(argument[2], (*path, 2)) if len(argument) == 3 else OMIT


def _moves(value: Any) -> bool:
    return isinstance(value, Expression | Unknown) or value is OMIT
