"""What functions give before the run: the type and the inside of the value, from what is known of their arguments.

Each function here takes the arguments of the one whose value it tells, but for the scope; any of them may be or hold placeholders. It
may raise BadArgument when the function cannot work on them whatever they turn out to be.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from isotherm.model.schema import Prop
from isotherm.model.structure import (
    ANY,
    TEXT,
    Astray,
    item_of,
    joined,
    listed,
    mapped,
    merged,
    named,
    rest_of,
    step,
    structure_of,
)
from isotherm.model.unknown import PLAIN, Unknown
from isotherm.template.expression import BadArgument
from isotherm.template.report import shown

TEXTS = listed(TEXT)


def texts(*args: Any) -> Prop:
    """A list of texts."""
    return TEXTS


def map_of_texts(*args: Any) -> Prop:
    return mapped((), TEXT)


def part_of_text(delimiter: Any, text: Any, *index: Any) -> Prop:
    return TEXT if index else TEXTS


def concatenation(*lists: Any) -> Prop:
    return listed(joined(item_of(structure_of(part)) for part in lists if part is not None))


def filtered(unwanted: Any, items: Any) -> Prop:
    """Whatever is left is of the same kind. '' stays '', and may be what is not known to be a list."""
    return listed(item_of(structure_of(items))) if _kind(items) is list else ANY


def merge(*maps: Any) -> Prop:
    return merged(structure_of(one) for one in maps if one is not None)


def replacement(source: Any, replacements: Any) -> Prop:
    """New keys can only be told when all is known; what is put in the place of values stands where strings stood."""
    shape = structure_of({} if source is None else source)
    if not replacements:
        return shape
    tables = [replacements.get(name) or {} for name in ("keys", "values")] if isinstance(replacements, Mapping) else [replacements]
    if any(isinstance(table, Unknown) for table in tables):
        return PLAIN[dict]
    put = joined(structure_of(value) for value in tables[1].values())
    if tables[0] or shape.schema is None:
        return mapped((), joined((item_of(shape), put)))
    rest = rest_of(shape)
    return mapped((named(one.name, _either(one, put), one.required) for one in shape.schema), None if rest is None else _either(rest, put))


def _either(shape: Prop, put: Prop) -> Prop:
    return joined((shape, put)) if shape.type in (str, object) else shape


def repetition(template: Any, for_each: Mapping[Any, Any], permutations: Any = True) -> Prop:
    """Of the template's kind each time. A key that holds a placeholder becomes another."""
    return listed(_filled(structure_of(template), [str(key) for key in for_each]))


def _filled(shape: Prop, words: list[str]) -> Prop:
    if shape.type is list:
        return listed(_filled(item_of(shape), words))
    if shape.type is not dict:
        return shape
    if shape.schema is None or any(word in one.name for one in shape.schema for word in words):
        return mapped((), _filled(item_of(shape), words))
    rest = rest_of(shape)
    return mapped((named(one.name, _filled(one, words), one.required) for one in shape.schema), None if rest is None else _filled(rest, words))


def repeated_over(name: str, items: Unknown, maps: bool) -> None:
    """Raises BadArgument when what is to be repeated for can be no list, nor map where maps are allowed."""
    if items.type not in (object, list, *((dict,) if maps else ())):
        raise BadArgument(f"`for_each` gives {name!r} {shown(items)}; it must be a list{' or map' if maps else ''}.")


def selected(index: Any, items: Any) -> Prop:
    """An item, or '' where there is none."""
    if isinstance(items, Mapping | list | tuple):
        try:
            found = items[index] if isinstance(items, Mapping) else items[int(index)]
        except (LookupError, TypeError, ValueError):
            return ANY
        return structure_of(found)
    shape = structure_of(items)
    if shape.type is str:       # JSON
        return ANY
    try:
        key = int(index) if shape.type is list and isinstance(index, str) else index
        return joined((TEXT, step(shape, key)))
    except (Astray, ValueError):
        return ANY


def of_parameter(shape: Prop, path: Iterable[Any]) -> Prop:
    """What a path leads to in a parameter's value; '' where it leads nowhere."""
    surely = True
    for key in path:
        try:
            found = step(shape, int(key) if shape.type is list and isinstance(key, str) else key)
        except (Astray, ValueError):
            return ANY
        surely = surely and shape.type is dict and found.required
        shape = found
    return shape if surely else joined((TEXT, shape))


def joinable(delimiter: Any, strings: Any) -> Prop:
    """A text of strings, in versions that make no JSON of maps and lists."""
    for item in strings if isinstance(strings, list | tuple) else ():
        if _kind(item) in (list, dict):
            raise BadArgument(f"what is joined must be strings, not {shown(item)}.")
    return TEXT


def joinable_with_json(delimiter: Any, *lists: Any) -> Prop:
    """A text of strings, maps and lists; what is empty is left out."""
    for items in lists:
        if isinstance(items, list | tuple):
            for item in items:
                if isinstance(item, bool | int | float):
                    raise BadArgument(f"what is joined must be strings, maps or lists, not {shown(item)}.")
        elif items and not isinstance(items, Unknown):
            raise BadArgument(f"it needs a list, not {shown(items)}.")
    return TEXT


def plain_replacement(template: Any, params: Any) -> Prop:
    """A text, in versions that make no JSON of maps and lists."""
    for value in params.values() if isinstance(params, Mapping) else ():
        if _kind(value) in (list, dict):
            raise BadArgument(f"{shown(value)} cannot be put into a text in this version of the language.")
    return TEXT


def plain_text(params: Any, template: Any) -> Prop:
    return plain_replacement(template, params)


def _kind(value: Any) -> type:
    return structure_of(value).type if not isinstance(value, Unknown) else value.type
