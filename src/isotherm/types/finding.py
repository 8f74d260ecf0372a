"""Names in properties that stand for cloud objects: which need to be found, and the properties with ids in their place."""

from collections.abc import Iterator, Mapping
from typing import Any

from isotherm.model.schema import Prop

Wanted = tuple[str, str]                 # (kind, name or id), e.g. ("network.network", "private")


def wanted(schema: tuple[Prop, ...], values: Mapping[str, Any]) -> set[Wanted]:
    """What has to be found for these values."""
    return set(_walk(schema, values))


def found(schema: tuple[Prop, ...], values: Mapping[str, Any], ids: Mapping[Wanted, str]) -> dict[str, Any]:
    """The values with each name replaced by its id."""
    declared = {p.name: p for p in schema}
    return {key: _replace(declared[key], value, ids) if key in declared else value for key, value in values.items()}


def _walk(schema: tuple[Prop, ...], values: Mapping[str, Any]) -> Iterator[Wanted]:
    for p in schema:
        yield from _of(p, values.get(p.name))


def _of(p: Prop, value: Any) -> Iterator[Wanted]:
    if p.find:
        yield from ((p.find, name) for name in _names(value))
    elif p.schema and isinstance(value, Mapping):
        yield from _walk(p.schema, value)
    elif p.item and isinstance(value, list | tuple):
        for element in value:
            yield from _of(p.item, element)


def _replace(p: Prop, value: Any, ids: Mapping[Wanted, str]) -> Any:
    if p.find and isinstance(value, list | tuple):
        return [ids.get((p.find, name), name) if isinstance(name, str) else name for name in value]
    if p.find and isinstance(value, str):
        return ids.get((p.find, value), value)
    if p.schema and isinstance(value, Mapping):
        return found(p.schema, value, ids)
    if p.item and isinstance(value, list | tuple):
        return [_replace(p.item, element, ids) for element in value]
    return value


def _names(value: Any) -> list[str]:
    """The names that a property with `find` holds: it is one name, or a list of them."""
    return [name for name in (value if isinstance(value, list | tuple) else [value]) if isinstance(name, str) and name]
