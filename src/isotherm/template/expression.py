"""Snippets with functions in them, ready to be evaluated any number of times.

A snippet without functions is its own value: the parsed tree itself, never copied.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.structure import common, joined, structure_of
from isotherm.model.unknown import Source, Unknown
from isotherm.template.limits import LIMITS, Limits
from isotherm.template.meter import Exceeded, Meter
from isotherm.template.report import KEYED, failure
from isotherm.template.tree import Path, dotted
from isotherm.template.versions import Dialect


class Omit:
    """What an `if` without an else gives when it does not hold: the element that holds it vanishes."""


OMIT = Omit()


class World(Protocol):
    """What is known of the resources. Both may return an `Unknown`."""

    def reference(self, name: str) -> Any:
        """What get_resource gives: a physical id in most types."""
        ...

    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        """The attribute path[0], followed along the rest (`select`); all attributes when the path is empty."""
        ...


# Functions that give what is there already; whatever else functions give is new, and takes memory.
LENDING = frozenset(("get_param", "get_attr", "get_file", "get_resource", "resource_facade", "Ref", "Fn::GetAtt", "Fn::FindInMap",
                     "Fn::Select", "Fn::Base64", "Fn::ResourceFacade"))
ITEM = 8             # characters, for which an item of a list or map counts
MISUSE = "bad-call"  # the code of what is wrong with a call itself, rather than with values that reach it


class BadArgument(Exception):
    """A function cannot work on what it was given. `code` is the problem's; at: which part of the argument is meant."""

    def __init__(self, message: str, code: str = "bad-argument", hint: str = "", at: Path = ()):
        super().__init__(message)
        self.code, self.hint, self.at = code, hint, at


class Doubtful(BadArgument):
    """A function works on what it was given, but hardly as it was meant. made: its value; useless: it is null, whatever happens."""

    made: Any = None
    useless: bool = False


@dataclass(frozen=True, slots=True)
class Facade:
    """What a nested template may know of the resource that it implements."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    deletion_policy: str = "Delete"
    update_policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """All that an evaluation may look at.

    parameters: values, pseudo parameters among them. resources: those that exist; disabled: those whose condition
    does not hold. condition: name -> bool or Unknown. static: the world gives Unknowns, so look for them. noticed: takes warnings.
    lenient: what is useless is only worth a warning here.
    """

    dialect: Dialect
    parameters: Mapping[str, Any]
    locate: Callable[[Path, bool], Place]
    world: World
    resources: Collection[str] = ()
    disabled: Collection[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[Any, Any] = field(default_factory=dict)
    condition: Callable[[str], Any] = lambda name: None
    facade: Facade | None = None
    limits: Limits = LIMITS
    zones: tuple[str, ...] = ("nova",)
    static: bool = False
    noticed: list[Problem] = field(default_factory=list)
    lenient: bool = False
    meter: Meter = field(default_factory=Meter)

    def at(self, world: World) -> "Scope":
        """The same, about a running stack."""
        return replace(self, world=world, static=False, meter=Meter(self.limits))


class Applicable(Protocol):
    """A declared function, as far as a call needs it."""

    @property
    def name(self) -> str: ...

    def apply(self, argument: Any, scope: Scope) -> Any: ...


class Expression:
    """Anything that must be evaluated."""

    __slots__ = ()

    def evaluate(self, scope: Scope) -> Any:
        raise TypeError("an expression evaluates itself")


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expression):
    """A function and its argument."""

    function: Applicable
    argument: Any
    path: Path

    def evaluate(self, scope: Scope) -> Any:
        argument = evaluate(self.argument, scope)
        try:
            scope.meter.work()
            made = self.function.apply(argument, scope)
            if self.function.name not in LENDING:
                scope.meter.made(len(made) if isinstance(made, str) else ITEM * len(made) if isinstance(made, list | dict) else 0)
            return made
        except Exceeded as exc:
            raise failure([Problem("too-much-work", f"{self.function.name}: {exc}.", scope.locate(self.path, False))]) from None
        except BadArgument as exc:
            place = replace(scope.locate((*self.path, *exc.at), exc.code not in KEYED), path=dotted(self.path))
            problem = Problem(exc.code, f"{self.function.name}: {exc}", place, hint=exc.hint)
            if isinstance(exc, Doubtful) and (scope.lenient or not exc.useless):
                scope.noticed.append(replace(problem, severity=Severity.WARNING))
                return exc.made
            raise failure([problem]) from None


@dataclass(frozen=True, slots=True, eq=False)
class MapOf(Expression):
    entries: tuple[tuple[Any, Any], ...]

    def evaluate(self, scope: Scope) -> Any:
        values = each([value for _, value in self.entries], scope)
        return {key: value for (key, _), value in zip(self.entries, values, strict=True) if value is not OMIT}


@dataclass(frozen=True, slots=True, eq=False)
class ListOf(Expression):
    items: tuple[Any, ...]

    def evaluate(self, scope: Scope) -> Any:
        return [value for value in each(self.items, scope) if value is not OMIT]


@dataclass(frozen=True, slots=True, eq=False)
class Either(Expression):
    """An `if` whose condition is not known: only met when parameters have no values yet. Both branches are looked at."""

    yes: Any
    no: Any

    def evaluate(self, scope: Scope) -> Any:
        values = each((self.yes, self.no), scope)
        known = [value for value in values if value is not OMIT]
        return Unknown(common(known), sources(known), ("if", known), lambda: joined(map(structure_of, known)))


def evaluate(value: Any, scope: Scope) -> Any:
    """The value of a snippet. Raises Invalid with the place of the function that cannot work."""
    return value.evaluate(scope) if isinstance(value, Expression) else value


def each(parts: Sequence[Any], scope: Scope) -> list[Any]:
    """The values of several snippets. Before the run what is wrong with all of them is raised, in the run what is wrong with the first.

    A value that cannot be worked with ends it at once: that may have taken long, and the rest may too.
    """
    if not scope.static:
        return [evaluate(part, scope) for part in parts]
    values: list[Any] = []
    problems: list[Problem] = []
    for part in parts:
        try:
            values.append(evaluate(part, scope))
        except Invalid as exc:
            problems.extend(exc.problems)
            if any(one.code == "bad-argument" for one in exc.problems):
                break
    if problems:
        raise failure(problems)
    return values


def evaluate_entries(value: Any, scope: Scope, problems: list[Problem]) -> dict[Any, Any]:
    """Evaluate a map, and maps and lists in it, part by part, so that one bad part does not hide another: a placeholder stands for it."""
    found = salvaged(value, scope, problems) if isinstance(value, MapOf) else evaluate(value, scope)
    return found if isinstance(found, dict) else {}


def salvaged(value: Any, scope: Scope, problems: list[Problem]) -> Any:
    """As `evaluate_entries`, of anything."""
    if isinstance(value, MapOf):
        pairs = ((key, salvaged(part, scope, problems)) for key, part in value.entries)
        return {key: part for key, part in pairs if part is not OMIT}
    if isinstance(value, ListOf):
        return [part for item in value.items if (part := salvaged(item, scope, problems)) is not OMIT]
    try:
        return evaluate(value, scope)
    except Invalid as exc:
        problems.extend(exc.problems)
        return Unknown(object, (), ("failed",))


def unknowns(value: Any) -> Iterator[Unknown]:
    """The placeholders in a value."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from unknowns(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from unknowns(part)


def sources(value: Any) -> tuple[Source, ...]:
    """What the placeholders in a value come from, each once."""
    return tuple(dict.fromkeys(source for unknown in unknowns(value) for source in unknown.sources))
