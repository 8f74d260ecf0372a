"""Functions on maps."""

from collections.abc import Mapping
from typing import Any

from isotherm.template.expression import BadArgument
from isotherm.template.functions import results
from isotherm.template.functions.bounds import gathered
from isotherm.template.functions.registry import function
from isotherm.template.report import shown


@function("map_merge", since="2016-04-08", partial=True, result=dict, gives=results.merge)
def map_merge(*maps: dict[Any, Any] | None) -> dict[Any, Any]:
    """One map of the entries of all maps; later ones win."""
    gathered(map(len, filter(None, maps)))
    made: dict[Any, Any] = {}
    for one in maps:
        made.update(one or {})
    return made


@function("map_replace", since="2016-10-14", result=dict, gives=results.replacement)
def map_replace(source: dict[Any, Any] | None, replacements: dict[Any, Any] | None) -> dict[Any, Any]:
    """A map with keys and values exchanged as `keys` and `values` say."""
    replacements = replacements or {}
    keys, values = (_table(replacements, name) for name in ("keys", "values"))
    extra = sorted(str(key) for key in replacements if key not in ("keys", "values"))
    if extra:
        raise BadArgument(f"the replacements are `keys` and `values`, not {', '.join(extra)}.")
    made: dict[Any, Any] = {}
    for key, value in (source or {}).items():
        new = keys.get(key)
        if new is None:
            new = key
        if not _hashable(new):
            raise BadArgument(f"{key!r} would become {shown(new)}, which can be no key.")
        if new != key and new in (source or {}):
            raise BadArgument(f"{key!r} would become {new!r}, which is a key already.")
        if new in made:
            raise BadArgument(f"several keys would become {new!r}.")
        made[new] = values.get(value, value) if isinstance(value, str) else value
    return made


def _table(replacements: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
    table = replacements.get(name)
    if table is not None and not isinstance(table, Mapping):
        raise BadArgument(f"`{name}` must be a map, not {shown(table)}.")
    return table or {}


def _hashable(value: Any) -> bool:
    return not isinstance(value, dict | list)
