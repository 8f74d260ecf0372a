"""How a function is declared, found for a version, and applied."""

import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial as bound
from typing import Any, get_args

from isotherm.model.schema import TYPE_NAMES, Prop
from isotherm.model.unknown import Unknown
from isotherm.template.expression import OMIT, BadArgument, Expression, ListOf, MapOf, Scope, sources, unknowns
from isotherm.template.report import meant, near, shown
from isotherm.template.versions import Dialect

FUNCTIONS: dict[str, list["Function"]] = {}
SCALARS = (str, int, float, bool)
ANYTHING = Unknown()


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: the Python types it may have (empty: any), its default (`...`: required)."""

    name: str
    kinds: tuple[type, ...]
    default: Any = ...

    def check(self, value: Any, position: str) -> None:
        if not self.kinds:
            return
        if isinstance(value, Unknown):
            fits = value.type is object or value.type in self.kinds or (
                value.type in SCALARS and any(kind in SCALARS for kind in self.kinds))
        else:
            fits = isinstance(value, self.kinds) and (not isinstance(value, bool) or bool in self.kinds or int in self.kinds)
        if not fits:
            wanted = " or ".join("null" if kind is type(None) else TYPE_NAMES.get(kind, kind.__name__)
                                 for kind in self.kinds if kind is not tuple)
            raise BadArgument(f"{position} ({self.name}) must be of type {wanted}, not {shown(value)}.")


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the language.

    since, until: the HOT versions that have it (until: the first that has not); until == "" means for good.
    families: the dialects; condition_since: the HOT version from which conditions may use it, None = never.
    literal: its argument must stand in the template itself, not come from a function; written: so must these parts of it.
    exact: its map has no other keys. shape: its argument is a `list`, a `map` or one `value`.
    partial: it can work on values that hold placeholders. result: the type of its value; gives: what that is when an argument is not
    known yet, from the arguments.
    """

    name: str
    body: Callable[..., Any] = field(repr=False)
    since: str
    until: str
    families: tuple[str, ...]
    condition_since: str | None
    condition_only: bool
    shape: str
    arguments: tuple[Argument, ...]
    rest: Argument | None
    scoped: bool
    partial: bool
    literal: bool
    written: tuple[str, ...]
    exact: bool
    result: type
    gives: Callable[..., Prop] | None
    doc: str

    def holds(self, dialect: Dialect, condition: bool) -> bool:
        """Whether a version has it, in values or in conditions."""
        if dialect.family not in self.families:
            return False
        if condition:
            return self.condition_since is not None and (not dialect.hot or dialect.version >= self.condition_since)
        return not self.condition_only and (
            not dialect.hot or (self.since <= dialect.version and not (self.until and dialect.version >= self.until)))

    def apply(self, argument: Any, scope: Scope) -> Any:
        """The function's value. Raises BadArgument. What only the run will know gives an Unknown of its result type."""
        if scope.static and isinstance(argument, Unknown) and self.shape != "value":
            self.refuse(argument)
            return Unknown(self.result, argument.sources, (self.name, argument))
        positional, named = self.bind(argument)
        if scope.static and not (self.scoped and self.shape == "value"):
            blocking = [*positional, *named.values()]
            if self.partial:
                blocking = [value for value in blocking if isinstance(value, Unknown)]
            if next(unknowns(blocking), None) is not None:      # also of a parameter that has no value, which comes from no resource
                return self.pending(argument, positional, named)
        if self.scoped:
            return self.body(scope, *positional, **named)
        return self.body(*positional, **named)

    def pending(self, argument: Any, positional: list[Any], named: dict[str, Any]) -> Unknown:
        """The value before the run. What is inside of maps and lists is worked out when somebody wants to know."""
        inner: Any = self.gives and bound(self.gives, *positional, **named)
        if inner is not None and self.result not in (list, dict):
            inner = inner()
        return Unknown(inner.type if isinstance(inner, Prop) else self.result, sources(argument), (self.name, argument), inner)

    def refuse(self, argument: Unknown) -> None:
        """Raises BadArgument when a value can never be the list or the map that it takes."""
        if argument.type not in (object, dict if self.shape == "map" else list):
            wanted = f"a map with {self.keys()}, " if self.shape == "map" else f"a list: {self.keys()}; "
            raise BadArgument(f"it takes {wanted}not {shown(argument)}.")

    def misfit(self, argument: Any) -> str:
        """What is wrong with the form of an argument, some parts of which are expressions; "" when nothing is."""
        if self.shape == "value":
            return ""
        try:
            self.bind({key: _form(part) for key, part in argument.items() if part is not OMIT} if isinstance(argument, Mapping)
                      else [_form(part) for part in argument if part is not OMIT] if isinstance(argument, list) else argument)
        except BadArgument as exc:
            return str(exc)
        return ""

    def bind(self, argument: Any) -> tuple[list[Any], dict[str, Any]]:
        """The body's arguments, each of a type it declares."""
        if self.shape == "value":
            self.arguments[0].check(argument, "its argument")
            return [argument], {}
        if self.shape == "map":
            return [], self.bind_map(argument)
        return self.bind_list(argument), {}

    def bind_map(self, argument: Any) -> dict[str, Any]:
        if not isinstance(argument, Mapping):
            raise BadArgument(f"it takes a map with {self.keys()}, not {shown(argument)}.")
        names = [one.name for one in self.arguments]
        for key in argument if self.exact else ():
            if key not in names:
                raise BadArgument(f"its map has {self.keys()}, and no {key!r}.", hint=near(key, names))
        named = {}
        for one in self.arguments:
            if one.name in argument:
                one.check(argument[one.name], f"`{one.name}`")
                named[one.name] = argument[one.name]
            elif one.default is ...:
                like = meant(one.name, [key for key in argument if isinstance(key, str) and key not in {known.name for known in self.arguments}])
                raise BadArgument(f"its map lacks {one.name!r}; it takes {self.keys()}.{f' Did you mean it by {like!r}?' if like else ''}")
        return named

    def keys(self) -> str:
        return ", ".join(one.name if one.default is ... else f"{one.name} (optional)" for one in self.arguments)

    def bind_list(self, argument: Any) -> list[Any]:
        if not isinstance(argument, list | tuple):
            raise BadArgument(f"it takes a list: {self.keys()}; not {shown(argument)}.")
        least = sum(one.default is ... for one in self.arguments)
        if len(argument) < least or (self.rest is None and len(argument) > len(self.arguments)):
            more = f", {self.rest.name} ..." if self.rest is not None else ""
            raise BadArgument(f"it takes a list of {self.keys()}{more}; this one has {len(argument)} item{'s' * (len(argument) != 1)}.")
        for index, value in enumerate(argument):
            one = self.arguments[index] if index < len(self.arguments) else self.rest
            if one is not None:
                one.check(value, f"item {index + 1}")
        return list(argument)


def function(name: str, *, since: str = "2013-05-23", until: str = "", families: tuple[str, ...] = ("hot",),
             condition: str | None = None, condition_only: bool = False, partial: bool = False, literal: bool = False,
             written: tuple[str, ...] = (), exact: bool = False, shape: str = "",
             result: type = object, gives: Callable[..., Prop] | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function; its arguments and their types are those of the decorated body."""
    def add(body: Callable[..., Any]) -> Callable[..., Any]:
        parameters = list(inspect.signature(body).parameters.values())
        scoped = bool(parameters) and parameters[0].name == "scope"
        parameters = parameters[scoped:]
        named = any(one.kind is one.KEYWORD_ONLY for one in parameters)
        rest = next((one for one in parameters if one.kind is one.VAR_POSITIONAL), None)
        row = Function(
            name=name, body=body, since=since, until=until, families=families, condition_since=condition,
            condition_only=condition_only, shape=shape or ("map" if named else "list"),
            arguments=tuple(_argument(one) for one in parameters if one is not rest),
            rest=_argument(rest) if rest else None, scoped=scoped, partial=partial, literal=literal, written=written, exact=exact, result=result, gives=gives,
            doc=inspect.getdoc(body) or "")
        FUNCTIONS.setdefault(name, []).append(row)
        return body
    return add


def _form(part: Any) -> Any:
    """A part of an argument as far as its form shows."""
    if isinstance(part, MapOf):
        return {}
    return [] if isinstance(part, ListOf) else ANYTHING if isinstance(part, Expression) else part


def _argument(one: inspect.Parameter) -> Argument:
    return Argument(one.name, _kinds(one.annotation), ... if one.default is one.empty else one.default)


def _kinds(annotation: Any) -> tuple[type, ...]:
    if annotation in (object, Any, inspect.Parameter.empty):
        return ()
    if isinstance(annotation, types.UnionType):
        return tuple(kind for part in get_args(annotation) for kind in (_kinds(part) or (object,)))
    if annotation is None or annotation is type(None):
        return (type(None),)
    if getattr(annotation, "__origin__", None) in (list, dict):
        annotation = annotation.__origin__
    return (list, tuple) if annotation is list else (annotation,)


@dataclass(frozen=True, slots=True)
class Grammar:
    """The functions of one version, in values or in conditions; and the names it once had, which are errors now."""

    dialect: Dialect
    functions: Mapping[str, Function]
    removed: frozenset[str]
    condition: bool


_GRAMMARS: dict[tuple[str, str, bool], Grammar] = {}


def grammar(dialect: Dialect, condition: bool = False) -> Grammar:
    """The grammar of a version. There are few, and each is made once."""
    key = (dialect.family, dialect.version, condition)
    if key not in _GRAMMARS:
        rows = [row for group in FUNCTIONS.values() for row in group]
        found = {row.name: row for row in rows if row.holds(dialect, condition)}
        gone = {row.name for row in rows
                if dialect.hot and "hot" in row.families and row.until and dialect.version >= row.until}
        _GRAMMARS[key] = Grammar(dialect, found, frozenset(gone - found.keys()), condition)
    return _GRAMMARS[key]
