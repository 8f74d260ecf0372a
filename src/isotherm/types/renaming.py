"""Values of deprecated properties move to their successors."""

from collections.abc import Mapping, Sequence
from typing import Any

Rename = tuple[str, str]          # ("networks.*.uuid", "networks.*.network"): paths differ in their last key only, or are top-level names
# A new path that ends in ".+" is a list that the old value is added to.


def renamed(values: Mapping[str, Any], rules: Sequence[Rename]) -> dict[str, Any]:
    """The values with each old name's value under the new one, unless that is set itself; old names are left out."""
    out = dict(values)
    for old, new in rules:
        _move(out, old.split("."), new.split("."))
    return out


def _move(values: dict[str, Any], old: list[str], new: list[str]) -> None:
    if len(old) == 1:
        value = values.pop(old[0], None)
        if value is not None and new[1:] == ["+"]:
            known = values.get(new[0]) or ()
            if isinstance(known, list | tuple):  # else it waits for the run, and so does what is added
                values[new[0]] = [*known, value]
        elif value is not None and not _is_set(values.get(new[0])):
            values[new[0]] = value
        return
    inner = values.get(old[0])
    if isinstance(inner, list) and old[1] == "*":
        values[old[0]] = [_moved(element, old[2:], new[2:]) for element in inner]
    elif isinstance(inner, Mapping):
        values[old[0]] = _moved(inner, old[1:], new[1:])


def _moved(values: Any, old: list[str], new: list[str]) -> Any:
    if not isinstance(values, Mapping):
        return values
    out = dict(values)
    _move(out, old, new)
    return out


def _is_set(value: Any) -> bool:
    return value is not None and value != [] and value != {} and value != ""
