"""Values -> properties of a type: typed, checked, defaults filled in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.schema import TYPE_NAMES, Custom, Prop
from isotherm.model.unknown import Unknown
from isotherm.template.constraints import as_number, broken
from isotherm.template.customs import LOCAL
from isotherm.template.meter import Meter
from isotherm.template.patterns import PatternError
from isotherm.template.report import KEYED, Locate, meant, near, shown
from isotherm.template.tree import Path, dotted

ZERO: Mapping[type, Callable[[], Any]] = {str: str, int: int, float: int, bool: bool, list: list, dict: dict, object: lambda: None}
SCALARS = (str, int, float, bool)
CustomCheck = tuple[str, Any, Path]


class Unfit(ValueError):
    """A value that a property's type cannot take."""


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    raise Unfit


def _integer(value: Any) -> int:
    if isinstance(value, int):
        return int(value)
    number = as_number(value)
    if number is None or (isinstance(value, str) and isinstance(number, float)):
        raise Unfit
    try:
        return int(number)
    except (OverflowError, ValueError):  # infinite, or not a number
        raise Unfit from None


def _number(value: Any) -> int | float:
    number = as_number(value)
    if number is None:
        raise Unfit
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unfit


def _list(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    raise Unfit


def _map(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise Unfit


CONVERT: Mapping[type, Callable[[Any], Any]] = {
    str: _string, int: _integer, float: _number, bool: _boolean, list: _list, dict: _map, object: lambda value: value,
}


def nowhere(path: Path, value: bool = False) -> Place:
    return Place(path=dotted(path))


def subject(path: Path) -> str:
    """What stands at a path, in a sentence."""
    return "" if not path else f"Item {path[-1]}" if isinstance(path[-1], int) else repr(path[-1])


@dataclass(slots=True)
class Coercion:
    """One run over a resource's properties. template: they are the parameters of a template, which reads text as a list
    or as JSON, and any JSON as a map. customs: (check, value, path) of the named checks that ask a cloud."""

    locate: Locate = nowhere
    validate: bool = True
    template: bool = False
    problems: list[Problem] = field(default_factory=list)
    customs: list[CustomCheck] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)

    def wrong(self, code: str, path: Path, message: str, hint: str = "", allowed: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem(code, message, self.locate(path, code not in KEYED), allowed=allowed, hint=hint))

    def properties(self, schema: tuple[Prop, ...], values: Mapping[Any, Any], path: Path, open_: bool = False) -> dict[str, Any]:
        """The properties of a resource, or the keys of a map that declares them."""
        made: dict[str, Any] = {}
        names = {prop.name for prop in schema}
        strange = [] if open_ else [name for name in values if name not in names]
        intended = {meant(name, [*names]) for name in strange}
        for prop in schema:
            older = [name for name in prop.older if values.get(name) is not None]
            if prop.name in values:
                made[prop.name] = self.value(prop, values[prop.name], (*path, prop.name))
                if older and self.validate and values[prop.name] is not None:
                    self.wrong("conflicting-properties", (*path, older[0]), f"{older[0]!r} is an old name of {prop.name!r}: "
                               "only one of them can be given.")
                if prop.support.status == "DEPRECATED" and self.validate:
                    said = prop.support.message or "Use another."
                    self.problems.append(Problem("deprecated-property", f"{prop.name!r} is deprecated. {said}",
                                                 self.locate((*path, prop.name), False), Severity.DEPRECATION))
            elif older:
                continue
            elif prop.default is not None:
                made[prop.name] = self.value(prop, prop.default, (*path, prop.name))
            elif prop.required and self.validate and prop.name not in intended:
                self.wrong("missing-property", path, f"{prop.name!r} is required and missing.")
        if open_:
            made |= {name: value for name, value in values.items() if name not in names}
        for name in strange if self.validate else ():
            self.wrong("unknown-property", (*path, name), f"There is no property {name!r}.", near(name, names), tuple(sorted(names)))
        return made

    def value(self, prop: Prop, value: Any, path: Path) -> Any:
        if isinstance(value, Unknown):
            self.unknown(prop, value, path)
            return value
        if value is None:
            value = prop.default if prop.default is not None else ZERO[prop.type]()
            if prop.type is object or value is None:
                return value
        if self.template and prop.type in (list, dict) and isinstance(value, str | list):
            return self.parameter(value, path) if prop.type is list and isinstance(value, list) else value
        try:
            value = CONVERT[prop.type](value)
        except Unfit:
            self.unfit(prop, value, path)
            return value
        if prop.type is list and prop.item is not None:
            value = [self.value(prop.item, item, (*path, index)) for index, item in enumerate(value)]
        elif prop.type is dict and prop.schema is not None:
            value = self.properties(prop.schema, value, path)
        elif prop.type is dict and prop.item is not None:
            value = {key: self.value(prop.item, part, (*path, key)) for key, part in value.items()}
        if self.validate and prop.constraints:
            self.constrain(prop, value, path)
        return value

    def parameter(self, items: list[Any], path: Path) -> list[Any]:
        """A list for a parameter that is a list of strings: null is an empty one; maps, if all are, become `.member.0.key=value`."""
        if items and all(isinstance(item, Mapping) for item in items):
            return [f".member.{index}.{key}={value}" if not isinstance(value, Unknown) else value
                    for index, item in enumerate(items) for key, value in item.items()]
        for index, item in enumerate(items):
            if isinstance(item, list | dict):
                self.wrong("bad-property", (*path, index), f"An item of a list of strings cannot be {shown(item)}.")
        return ["" if item is None else item for item in items]

    def unfit(self, prop: Prop, value: Any, path: Path) -> None:
        said = "the value given" if prop.sensitive else shown(value)
        self.wrong("bad-property", path, f"{subject(path) or repr(prop.name)} must be of type {TYPE_NAMES[prop.type]}, not {said}.")

    def unknown(self, prop: Prop, value: Unknown, path: Path) -> None:
        """A value of the run can already be of a type that will not do, and so can what an `if` gives when its condition holds or not."""
        if self.validate and isinstance(value.symbol, tuple) and value.symbol[:1] == ("if",):
            for branch in value.symbol[1]:
                self.value(prop, branch, path)
            return
        if not self.validate or object in (value.type, prop.type):
            return
        if value.type is prop.type:
            for why in unlike(value.structure, prop, repr(path[-1])) if value.inner is not None and (prop.item is not None or prop.schema is not None) else ():
                self.problems.append(Problem("bad-property", why, self.locate(path, True), Severity.WARNING))
            return
        if self.template and (prop.type is dict or (prop.type, value.type) == (list, str)):
            return
        if value.type in SCALARS and prop.type in SCALARS:
            return
        origin = f" from {value.resource}.{dotted(value.path)}" if value.path else f" from {value.resource}" if value.resource else ""
        self.wrong("bad-property", path, f"{subject(path)} must be of type {TYPE_NAMES[prop.type]}, "
                   f"and the value{origin} will be of type {TYPE_NAMES[value.type]}.")

    def constrain(self, prop: Prop, value: Any, path: Path) -> None:
        for constraint in prop.constraints:
            if isinstance(constraint, Custom) and constraint.name not in LOCAL:
                if isinstance(value, str) and value:
                    self.customs.append((constraint.name, value, path))
                continue
            try:
                why = broken(constraint, value, secret=prop.sensitive, meter=self.meter)
            except PatternError as exc:
                self.wrong(exc.code, path, f"{exc}.")
                continue
            if why:
                self.wrong("bad-property", path, why)


def unlike(shape: Prop, prop: Prop, said: str) -> Iterator[str]:
    """Why what is inside of a value will not fit, as far as it is there at all: a list may be empty, and a key missing. said: the name of the
    value."""
    if object in (shape.type, prop.type) or (shape.type in SCALARS and prop.type in SCALARS):
        return
    if shape.type is not prop.type:
        yield f"{said} must be of type {TYPE_NAMES[prop.type]}, and will be of type {TYPE_NAMES[shape.type]} if it is there."
    elif shape.type is list:
        if shape.item is not None and prop.item is not None:
            yield from unlike(shape.item, prop.item, f"an item of {said}")
    else:
        names = {one.name: one for one in prop.schema or ()}
        for one in shape.schema or ():
            wanted = names.get(one.name, prop.item)
            if wanted is not None:
                yield from unlike(one, wanted, f"{one.name!r} in {said}")
            elif prop.schema is not None and not prop.open:
                yield f"{said} will have {one.name!r}, which is none of its properties. {near(one.name, names)}"


def coerce(schema: tuple[Prop, ...], values: Mapping[Any, Any], path: Path = (), locate: Locate = nowhere, *,
           validate: bool = True, open: bool = False) -> tuple[dict[str, Any], list[Problem]]:
    """Properties typed by a schema, with what is wrong. Placeholders stay, and are judged by their type alone.

    locate: path -> place, as `Template.place`. validate=False: only convert and fill in. open: keep what is not declared.
    """
    run = Coercion(locate, validate)
    return run.properties(schema, values, path, open), run.problems
