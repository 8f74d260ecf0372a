"""Properties without what must not be read."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from isotherm.model.schema import Prop
from isotherm.template import Definition

MASK = "******"
TELLING = 4          # a shorter secret is masked only where it is the whole value: as a part it could be anything


def hidden_values(definition: Definition) -> frozenset[str]:
    """The values of hidden parameters, as text."""
    return frozenset(str(one.value) for one in definition.parameters.values() if one.hidden and isinstance(one.value, str | int | float))


def without_secrets(schema: Sequence[Prop], values: Mapping[str, Any], hidden: Collection[str] = ()) -> dict[str, Any]:
    """The values with those of sensitive properties masked, at every depth, and every text that holds one of `hidden`."""
    declared = {prop.name: prop for prop in schema}
    return {key: clean(declared.get(key), value, hidden) for key, value in values.items()}


def clean(prop: Prop | None, value: Any, hidden: Collection[str]) -> Any:
    if (prop is not None and prop.sensitive and value is not None) or tells(value, hidden):
        return MASK
    if isinstance(value, Mapping):
        return without_secrets((prop.schema if prop else None) or (), value, hidden)
    if isinstance(value, list | tuple):
        return [clean(prop.item if prop else None, element, hidden) for element in value]
    return value


def tells(value: Any, hidden: Collection[str]) -> bool:
    if not isinstance(value, str | int | float):
        return False
    text = str(value)
    return text in hidden or any(len(secret) >= TELLING and secret in text for secret in hidden)
