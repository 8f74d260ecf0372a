"""What a software config declares to take and to give."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import AllowedValues, Prop
from isotherm.types.base import Values
from isotherm.types.heat.value import is_number

# Which defaults an input of each type may have.
FITS: Mapping[str, Callable[[Any], bool]] = {
    "String": lambda value: isinstance(value, str | int | float),
    "Number": is_number,
    "CommaDelimitedList": lambda value: isinstance(value, str | list | tuple),
    "Json": lambda value: isinstance(value, str | list | tuple | Mapping),
    "Boolean": lambda value: isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false")),
}
TYPE = AllowedValues(tuple(FITS))

INPUT = (
    Prop("name", str, "What the configuration knows the input by.", required=True),
    Prop("description", str, "What the input is for."),
    Prop("type", str, "How the value is to be read.", default="String", constraints=(TYPE,)),
    Prop("default", object, "The value where a deployment gives none."),
    Prop("replace_on_change", bool, "Whether a new value replaces the deployment instead of updating it.", default=False),
)
OUTPUT = (
    Prop("name", str, "What the configuration reports the output by.", required=True),
    Prop("description", str, "What the output tells."),
    Prop("type", str, "How the value is to be read.", default="String", constraints=(TYPE,)),
    Prop("error_output", bool, "Whether a value means that the deployment has failed.", default=False),
)
INPUTS = Prop("inputs", list, "Values the configuration takes.", item=Prop("*", dict, schema=INPUT))
OUTPUTS = Prop("outputs", list, "Values the configuration reports back.", item=Prop("*", dict, schema=OUTPUT))
OPTIONS = Prop("options", dict, "Further settings for the tool that applies the configuration.")
GROUP = "Heat::Ungrouped"


def declared(items: Any) -> list[dict[str, Any]]:
    """Declarations without what is not set."""
    return [{key: value for key, value in item.items() if value is not None} for item in items or ()]


def unfit_defaults(inputs: Any) -> Iterator[Problem]:
    """What is wrong with the defaults of inputs. Values not known yet pass."""
    for number, item in enumerate(inputs if isinstance(inputs, list | tuple) else ()):
        value, wanted = (item.get("default"), item.get("type", "String")) if isinstance(item, Mapping) else (None, None)
        known = isinstance(value, str | int | float | list | tuple | Mapping)
        if known and isinstance(wanted, str) and wanted in FITS and not FITS[wanted](value):
            yield Problem("config-input-default", f"the default {value!r} is no value of type {wanted}.", Place(path=f"inputs.{number}.default"),
                          hint="Give another default, or the type that it is of.", allowed=(wanted,))


def checked(items: Any, schema: Sequence[Prop], name: str, further: Sequence[str] = ()) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Declarations that come without a template, with the types filled in, and what is wrong with them. further: keys that are let pass."""
    if items is None:
        return [], []
    if not isinstance(items, list):
        return [], [Problem("config-declaration", f"must be a list of declarations, not {items!r}.", Place(path=name))]
    problems = [problem for number, item in enumerate(items) for problem in _wrong(item, schema, f"{name}.{number}", further)]
    if problems:
        return [], problems
    told = [{"type": "String"} | ({"error_output": False} if schema is OUTPUT else {}) | one for one in declared(items)]
    return told, list(unfit_defaults(told))


def _wrong(item: Any, schema: Sequence[Prop], place: str, further: Sequence[str]) -> Iterator[Problem]:
    if not isinstance(item, Mapping):
        yield Problem("config-declaration", f"must be a map with a name, not {item!r}.", Place(path=place))
        return
    known = {prop.name: prop for prop in schema}
    for key in item.keys() - known.keys() - set(further):
        yield Problem("config-declaration", f"there is no {key!r} here.", Place(path=f"{place}.{key}"), allowed=tuple(known))
    for prop in schema:
        yield from _misfit(prop, item, place)


def _misfit(prop: Prop, item: Values, place: str) -> Iterator[Problem]:
    value, where = item.get(prop.name), Place(path=f"{place}.{prop.name}")
    allowed = tuple(str(one) for rule in prop.constraints if isinstance(rule, AllowedValues) for one in rule.values)
    if value is None:
        if prop.required:
            yield Problem("config-declaration", f"a {prop.name} is needed.", where)
    elif prop.type is not object and not isinstance(value, prop.type):
        yield Problem("config-declaration", f"{value!r} is not of type {prop.type.__name__}.", where)
    elif allowed and value not in allowed:
        yield Problem("config-declaration", f"{value!r} is none of {', '.join(allowed)}.", where, allowed=allowed)
