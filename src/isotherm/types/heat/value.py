"""OS::Heat::Value"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import AllowedValues, Attr, Prop, Support
from isotherm.model.step import Keep, Step
from isotherm.model.structure import structure_of
from isotherm.model.subject import Subject
from isotherm.model.unknown import PLAIN
from isotherm.types.base import ResourceType, Values
from isotherm.types.registry import register


def is_number(value: Any) -> bool:
    """Whether a number property takes it: a number, a boolean, or text that reads as a number."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


# Property typing, not parameter parsing: a comma-separated string is no list here, and `yes` no boolean.
FITS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str | bool | int),
    "number": is_number,
    "comma_delimited_list": lambda value: isinstance(value, list | tuple),
    "json": lambda value: isinstance(value, Mapping),
    "boolean": lambda value: isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false")),
}
TYPES: Mapping[str, type] = {"string": str, "number": float, "comma_delimited_list": list, "json": dict, "boolean": bool}


@register("OS::Heat::Value")
class Value(ResourceType):
    """A value given a name, to be computed once and used in many places."""

    properties = (
        Prop("value", object, "The value; any type, unless `type` narrows it.", required=True, update=True),
        Prop("type", str, "What the value must be.", update=True, constraints=(AllowedValues(tuple(FITS)),)),
    )
    attributes = (Attr("value", None, "The value, as it was given."),)
    inferred = ("value",)
    support = Support(version="7.0.0")

    def create(self, subject: Subject) -> Sequence[Step]:
        return [Keep(subject.physical_name)]

    def validate(self, properties: Values) -> list[Problem]:
        value, wanted = properties.get("value"), properties.get("type")
        if value is None or not isinstance(wanted, str) or wanted not in FITS:
            return []
        plain = isinstance(value, str | int | float | list | tuple | Mapping)
        if not plain or FITS[wanted](value):
            return []
        return [Problem("value-type", f"{value!r} is not of type {wanted}.", Place(path="value"), allowed=(wanted,))]

    def attribute_type(self, name: str, properties: Values) -> Prop:
        """What its value is, or where that is not known, what `type` says it must be."""
        told, wanted = structure_of(properties.get("value")), properties.get("type")
        return PLAIN[TYPES[wanted]] if told.type is object and isinstance(wanted, str) and wanted in TYPES else told

    def attribute(self, subject: Subject, name: str) -> Any:
        return subject.properties.get("value") if name == "value" else super().attribute(subject, name)
