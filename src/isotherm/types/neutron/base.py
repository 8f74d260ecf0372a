"""What the types of the network service share."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import SPREAD, Prop, Support
from isotherm.model.step import Call, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values, on_change
from isotherm.types.rest import RestType

TAGS = Prop("tags", list, "Labels to filter by; an update leaves exactly these.", body=None, update=True,
            item=Prop("*", str, "One label."), support=Support(version="9.0.0"))
VALUE_SPECS = Prop("value_specs", dict, "Further fields of the request, for extensions that have no property here.",
                   default={}, body=SPREAD, update=True)

# These would take the project or its sharing out of the template's hands.
RESERVED_FIELDS = frozenset({"shared", "tenant_id"})


class NetworkType(RestType):
    """An object of the network service.

    resets: what an update sends for a request field whose property is no longer set, where the service refuses null.
    keeps: request fields that an update leaves alone when their property is no longer set.
    """

    service = "network"
    resets: ClassVar[Mapping[str, Any]] = {}
    keeps: ClassVar[frozenset[str]] = frozenset()

    def body(self, values: Values, update: bool = False) -> dict[str, Any]:
        return {key: self.resets.get(key) if value is None and update else value
                for key, value in super().body(values, update).items()
                if not (update and value is None and key in self.keeps)}

    @on_change("tags")
    def replace_tags(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Call("PUT", self.path + "/{id}/tags", {"tags": list(new or ())})] if old or new else []

    def validate(self, properties: Values) -> list[Problem]:
        """`value_specs` may not say again what has a property of its own."""
        specs = properties.get("value_specs")
        if not isinstance(specs, Mapping):
            return []
        declared = {p.name for p in self.properties} | RESERVED_FIELDS
        return [problem("value-specs-overlap", "value_specs", f"value_specs may not set {key!r}.",
                        f"Use the property {key!r}." if self.prop(key) else "")
                for key in sorted(declared & specs.keys())]

    def reference(self, subject: Subject) -> Any:
        """The id; nothing before there is one, since a name would be taken for an existing object's."""
        return subject.physical_id


def problem(code: str, path: str, message: str, hint: str = "") -> Problem:
    """A finding at a property of the resource."""
    return Problem(code, message, Place(path=path), hint=hint)


def exclusive(properties: Values, *names: str) -> list[Problem]:
    """The finding that more than one of these properties is set, if so."""
    given = [name for name in names if properties.get(name)]
    return [problem("properties-exclude-each-other", given[1], f"{' and '.join(given)} cannot be used together.",
                    "Remove all but one of them.")] if len(given) > 1 else []


def needed(properties: Values, *names: str) -> list[Problem]:
    """The finding that none of these properties is set, if so."""
    if any(properties.get(name) is not None for name in names):
        return []
    return [problem("property-missing", names[0], f"one of {', '.join(names)} must be set.")]


def set_only(values: Values) -> dict[str, Any]:
    """The entries that have a value: the service does not take null for an optional field."""
    return {key: value for key, value in values.items() if value is not None}
