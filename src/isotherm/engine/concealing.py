"""Secrets in templates that the engine makes. They are given to the stack as hidden parameters, which are encrypted at rest and never shown."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from isotherm.model.schema import Prop
from isotherm.template import Definition
from isotherm.template.secrets import SHORTEST
from isotherm.template.tree import walk

NAME = "secret_{}"                      # of a parameter that holds one
PARTS = ("properties", "metadata")      # of a resource, where values are

Schema = Callable[[str, str], Sequence[Prop]]


def secrets_of(definition: Definition) -> tuple[str, ...]:
    """What must not be told of a stack: the values of its hidden parameters, also those too short to be looked for in sentences."""
    short = {str(value.value) for value in definition.parameters.values() if value.hidden and isinstance(value.value, str | int | float)
             and not isinstance(value.value, bool)}
    return (*definition.secrets, *sorted(short - {"", *definition.secrets}))


def holds(value: Any, secrets: Sequence[str]) -> bool:
    """Whether a value has a secret in it; one that is very short counts only where it is all there is."""
    return bool(secrets) and any(str(part) == secret or (len(secret) >= SHORTEST and secret in str(part))
                                 for part in walk(value) if isinstance(part, str | int | float) for secret in secrets)


def concealed(document: Mapping[str, Any], secrets: Sequence[str], schema: Schema) -> tuple[dict[str, Any], dict[str, Any]]:
    """A template of plain values in which each value that holds a secret, or is meant for a sensitive property, comes from a hidden
    parameter; and the values of these parameters. schema: (type, resource) -> the type's properties."""
    made = _Hiding(secrets)
    resources = {name: resource | {part: made.values(schema(resource["type"], name) if part == "properties" else (), resource[part])
                                   for part in PARTS if part in resource}
                 for name, resource in document["resources"].items()}
    if not made.parameters:
        return dict(document), {}
    return {**document, "parameters": made.declarations, "resources": resources}, made.parameters


def revealed(document: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    """The resources of a template that `concealed` made, with the values of these parameters in their places."""
    hidden = {name: parameters[name] for name in document.get("parameters") or {} if name in parameters}
    return _with(document.get("resources") or {}, hidden)


def _with(value: Any, hidden: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        if len(value) == 1 and isinstance(name := value.get("get_param"), str) and name in hidden:
            return hidden[name]
        return {key: _with(part, hidden) for key, part in value.items()}
    return [_with(part, hidden) for part in value] if isinstance(value, list | tuple) else value


class _Hiding:
    """Hides values one by one, equal ones in one parameter."""

    def __init__(self, secrets: Sequence[str]):
        self.secrets = secrets
        self.parameters: dict[str, Any] = {}
        self.declarations: dict[str, Any] = {}
        self._known: dict[str, str] = {}

    def values(self, schema: Sequence[Prop], given: Mapping[str, Any]) -> dict[str, Any]:
        declared = {prop.name: prop for prop in schema}
        return {key: self.value(declared.get(key), value) for key, value in given.items()}

    def value(self, prop: Prop | None, value: Any) -> Any:
        if prop is not None and prop.sensitive and value not in (None, ""):
            return self.hide(value)
        if isinstance(value, Mapping):
            if prop is not None and prop.item is not None:
                return {key: self.value(prop.item, part) for key, part in value.items()}
            return self.values((prop.schema if prop else None) or (), value)
        if isinstance(value, list | tuple):
            return [self.value(prop.item if prop else None, part) for part in value]
        return self.hide(value) if not isinstance(value, bool) and holds(value, self.secrets) else value

    def hide(self, value: Any) -> dict[str, str]:
        key = json.dumps(value, sort_keys=True, default=str)
        if key not in self._known:
            name = self._known[key] = NAME.format(len(self._known) + 1)
            self.parameters[name] = value
            self.declarations[name] = {"type": kind(value), "hidden": True}
        return {"get_param": self._known[key]}


def kind(value: Any) -> str:
    """The type of a parameter that takes such a value as it is."""
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else "json"
