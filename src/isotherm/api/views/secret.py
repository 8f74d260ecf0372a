"""Properties without what must not be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from isotherm.model.schema import Prop

MASK = "******"


def without_secrets(schema: Sequence[Prop], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with those of sensitive properties masked, at every depth."""
    declared = {prop.name: prop for prop in schema}
    return {key: clean(declared[key], value) if key in declared else value for key, value in values.items()}


def clean(prop: Prop, value: Any) -> Any:
    if prop.sensitive and value is not None:
        return MASK
    if prop.schema is not None and isinstance(value, Mapping):
        return without_secrets(prop.schema, value)
    if prop.item is not None and isinstance(value, list | tuple):
        return [clean(prop.item, element) for element in value]
    return value
