"""Functions on lists."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.template.expression import BadArgument, Scope, sources
from isotherm.template.functions import results
from isotherm.template.functions.bounds import compared, gathered, replaced, weight
from isotherm.template.functions.registry import function
from isotherm.template.meter import Meter
from isotherm.template.report import shown

SIMPLE = (str, int, float)


def repeated(scope: Scope, template: Any, for_each: Mapping[Any, Any], *, maps: bool, zipped: bool = False) -> Any:
    """The template once for each combination of items, its placeholders replaced."""
    lists = []
    for key, items in for_each.items():
        if isinstance(items, Unknown):
            results.repeated_over(key, items, maps and not zipped)
            continue
        if items is not None and not isinstance(items, (list, tuple, Mapping) if maps else (list, tuple)):
            raise BadArgument(f"`for_each` gives {key!r} {shown(items)}; it must be a list{' or map' if maps else ''}.")
        lists.append(list(items or ()))
    if not for_each:
        raise BadArgument("`for_each` names nothing to repeat for.")
    if any(isinstance(items, Unknown) for items in for_each.values()):
        return Unknown(list, sources([template, for_each]), ("repeat", template, dict(for_each)), lambda: results.repetition(template, for_each))
    keys = [str(key) for key in for_each]
    _bounded(lists, zipped, weight(template), scope.limits.repeat_items)
    rows: Iterable[tuple[Any, ...]] = zip(*lists, strict=True) if zipped else itertools.product(*lists)
    return [_filled(template, list(zip(keys, row, strict=True)), scope.meter) for row in rows]


def _bounded(lists: list[list[Any]], zipped: bool, size: int, limit: int) -> None:
    if zipped and len({len(items) for items in lists}) > 1:
        raise BadArgument("without permutations all lists must have the same length, not "
                          f"{', '.join(str(len(items)) for items in lists)}.")
    count = 1
    for items in lists if not zipped else lists[:1]:
        count *= len(items)
    if count * size > limit:
        raise BadArgument(f"this makes {count} items with {size} elements each; at most {limit} elements are allowed.")


def _filled(template: Any, pairs: list[tuple[str, Any]], meter: Meter) -> Any:
    if isinstance(template, str):
        unknown = [value for _, value in pairs if isinstance(value, Unknown)]
        for key, value in pairs:
            if isinstance(value, Unknown) and value.type not in (list, dict):
                continue
            if not isinstance(value, str):
                raise BadArgument(f"an item of {key!r} is {shown(value)}; only strings can be put into a text.")
            template = replaced(template, key, value)
        meter.made(len(template))
        return Unknown(str, sources(unknown), ("repeat", template, unknown)) if unknown else template
    if isinstance(template, list | tuple):
        return [_filled(item, pairs, meter) for item in template]
    if isinstance(template, Mapping):
        return {_filled(key, pairs, meter): _filled(value, pairs, meter) for key, value in template.items()}
    return template


def as_list(value: Any) -> list[Any] | tuple[Any, ...]:
    """A list; whatever is empty counts as an empty one, as a path that leads nowhere gives ''."""
    if not value:
        return []
    if not isinstance(value, list | tuple):
        raise BadArgument(f"it needs a list, not {shown(value)}.")
    return value


@function("repeat", literal=True, since="2015-04-30", until="2016-10-14", partial=True, result=list, gives=results.repetition)
def repeat_lists(scope: Scope, *, template: object, for_each: dict[Any, Any]) -> Any:
    """The template once for each combination of the lists' items."""
    return repeated(scope, template, for_each, maps=False)


@function("repeat", literal=True, since="2016-10-14", until="2017-09-01", partial=True, result=list, gives=results.repetition)
def repeat_maps(scope: Scope, *, template: object, for_each: dict[Any, Any]) -> Any:
    """The template once for each combination of the lists' items or maps' keys."""
    return repeated(scope, template, for_each, maps=True)


@function("repeat", literal=True, written=("permutations",), since="2017-09-01", partial=True, result=list, gives=results.repetition)
def repeat(scope: Scope, *, template: object, for_each: dict[Any, Any], permutations: bool = True) -> Any:
    """As before; `permutations: false` takes the lists' items in step."""
    if not permutations and any(isinstance(items, Mapping) for items in for_each.values()):
        raise BadArgument("without permutations `for_each` takes lists only, because maps have no order.")
    if not permutations and any(items is None for items in for_each.values()):
        return []
    return repeated(scope, template, for_each, maps=True, zipped=not permutations)


@function("list_concat", since="2017-09-01", partial=True, result=list, gives=results.concatenation)
def list_concat(*lists: list[Any] | None) -> Any:
    """One list of the items of all lists."""
    gathered(map(len, filter(None, lists)))
    return [item for part in lists for item in part or ()]


@function("list_concat_unique", since="2017-09-01", result=list, gives=results.concatenation)
def list_concat_unique(*lists: list[Any] | None) -> list[Any]:
    """One list of the items of all lists, each only once."""
    gathered(map(len, filter(None, lists)))
    items = [item for part in lists for item in part or ()]
    compared(sum(not isinstance(item, SIMPLE) for item in items) ** 2)
    return distinct(items)


def distinct(items: Iterable[Any]) -> list[Any]:
    """The items in their order, equal ones once."""
    made: list[Any] = []
    plain: set[Any] = set()     # what can be looked up; among the rest is searched
    rest: list[Any] = []
    for item in items:
        simple = isinstance(item, SIMPLE)
        if item not in (plain if simple else rest):
            made.append(item)
            if simple:
                plain.add(item)
            else:
                rest.append(item)
    return made


@function("filter", since="2017-02-24", literal=True, gives=results.filtered)
def filter_list(unwanted: object, items: object) -> Any:
    """The second list without the items of the first. What is empty is given back as it is, and removes nothing."""
    if not items:
        return items
    if not isinstance(items, list | tuple) or (unwanted and not isinstance(unwanted, list | tuple)):
        raise BadArgument(f"it takes two lists, not {shown(unwanted if isinstance(items, list | tuple) else items)}.")
    if not isinstance(unwanted, list | tuple):
        return items
    rest = [item for item in unwanted if not isinstance(item, str)]
    texts = {item for item in unwanted if isinstance(item, str)}
    compared(len(rest) * sum(not isinstance(item, str) for item in items))
    return [item for item in items if item not in (texts if isinstance(item, str) else rest)]
