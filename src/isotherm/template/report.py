"""Gathers what is wrong, so that one run tells all of it."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.schema import TYPE_NAMES
from isotherm.template.tree import Path

TOO_MANY = 40  # words of which the first few say nothing
Locate = Callable[[Path, bool], Place]      # a path, and whether its value is meant rather than its key

# The error type that clients see is the first problem's; what is not listed is StackValidationFailed.
WIRES: Mapping[str, str] = {
    "missing-parameter": "UserParameterMissing", "unknown-parameter": "UnknownUserParameter",
    "unknown-resource": "InvalidTemplateReference",
    "unknown-reference": "InvalidTemplateReference", "unknown-version": "InvalidTemplateVersion",
    "circular-dependency": "CircularDependencyException", "template-too-large": "RequestLimitExceeded",
    "slow-pattern": "RequestLimitExceeded", "pattern-too-large": "RequestLimitExceeded", "too-much-work": "RequestLimitExceeded",
    "parameter-declaration": "InvalidSchemaError", "not-yaml": "BadRequest", "bad-environment": "BadRequest",
}


# What is wrong with a key, a name or a whole: it is told where that stands. Everything else is wrong with a value.
KEYED = frozenset((
    "bad-argument", "bad-call", "bad-name", "bad-output", "circular-conditions", "circular-dependency", "conflicting-properties",
    "deprecated-property", "duplicate-name", "missing-property", "not-a-function", "parameter-declaration", "removed-function",
    "too-many-resources", "unknown-output-key", "unknown-parameter", "unknown-property", "unknown-resource-key", "unknown-section",
))


class Report:
    """A list of problems with their places. `locate` turns a path into a place, and is asked only for problems."""

    def __init__(self, locate: Locate):
        self.locate = locate
        self.problems: list[Problem] = []

    def add(self, code: str, path: Path, message: str, *, allowed: Iterable[Any] = (), hint: str = "",
            severity: Severity = Severity.ERROR, value: bool | None = None) -> None:
        """Note a problem at a path. value: whether at its value rather than its key; most codes tell by themselves."""
        place = self.locate(path, code not in KEYED if value is None else value)
        self.problems.append(Problem(code, message, place, severity, tuple(str(a) for a in allowed), hint))

    def warn(self, code: str, path: Path, message: str, hint: str = "") -> None:
        self.add(code, path, message, hint=hint, severity=Severity.WARNING)

    def soften(self, since: int, *codes: str) -> None:
        """Make warnings of the errors with these codes that came after the first `since` problems."""
        for index, problem in enumerate(self.problems[since:], start=since):
            if problem.code in codes:
                self.problems[index] = replace(problem, severity=Severity.WARNING)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is not Severity.ERROR)

    def check(self) -> None:
        """Raise Invalid with all errors, if there are any."""
        if self.errors:
            raise failure(self.errors)


def failure(problems: Iterable[Problem]) -> Invalid:
    """The error that carries these problems, with the wire name of the first."""
    rows = tuple(problems)
    return Invalid(rows, wire=WIRES.get(rows[0].code))


def meant(word: Any, known: Sequence[str]) -> str | None:
    """The one of these words that was probably meant."""
    same = [one for one in known if one.lower() == str(word).lower()]
    return next(iter(same or difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)), None)


def near(word: Any, words: Iterable[Any], limit: int = 8, lead: str = "There are") -> str:
    """A sentence that helps after `word` was not among `words`: what was probably meant, or what there is."""
    known = list(dict.fromkeys(str(w) for w in words))
    close = meant(word, known)
    if close is not None:
        return f"Did you mean {close!r}?"
    if not known:
        return "There are none."
    if len(known) > TOO_MANY:
        return f"None of the {len(known)} that there are is like it."
    listed = ", ".join(sorted(known)[:limit])
    return f"{lead}: {listed}{', ...' if len(known) > limit else '.'}"


def kind(value: Any) -> str:
    """The name of a value's type, for people."""
    if value is None:
        return "null"
    for known in (bool, str, int, float, list, dict):
        if isinstance(value, known):
            return {bool: "boolean", str: "string", int: "number", float: "number", list: "list", dict: "map"}[known]
    if isinstance(value, Mapping):
        return "map"
    return "list" if isinstance(value, tuple) else TYPE_NAMES.get(getattr(value, "type", object), "value")


def shown(value: Any, limit: int = 60) -> str:
    """A value as an error shows it: its type, and its beginning."""
    if value is None or isinstance(value, Mapping | list | tuple) or not isinstance(value, str | int | float | bool):
        return f"a {kind(value)}" if value is not None else "null"
    text = repr(value)
    return f"the {kind(value)} {text if len(text) <= limit else text[:limit] + '...'}"
