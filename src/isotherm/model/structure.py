"""What is inside of maps and lists, as far as it is known before the run.

It is said with `Prop`, in the words that properties are declared with: `type`, `schema`, `item`, `open`. Any value may be null.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import reduce
from typing import Any

from isotherm.model.schema import TYPE_NAMES, Attr, Prop
from isotherm.model.unknown import PLAIN, Unknown

ANY, TEXT, ITEM = PLAIN[object], PLAIN[str], "*"
NULL = Prop(ITEM, object, schema=())        # of null, which may stand for anything: it adds nothing to what it joins
EMPTY = Prop(ITEM, list, item=NULL)
# A structure beyond these bounds is not looked into: templates can repeat one inside another, over and over.
MOST, DEEPEST = 1000, 16
LIKE = 0.85         # how like a known key one must be to be taken for a slip where there may be others
WIDTH, HOLLOW = 160, 3      # of a spelled structure: characters, and how many levels are kept when there are more


class Astray(LookupError):
    """A step that leads nowhere. sure: whatever the value, or only when it is as declared. known: the keys there are, as far as one knows."""

    def __init__(self, message: str, sure: bool = True, known: tuple[str, ...] = ()):
        super().__init__(message)
        self.sure, self.known = sure, known


def is_null(shape: Prop) -> bool:
    """Whether it is of nothing but null."""
    return shape.type is object and shape.schema is not None


def listed(item: Prop) -> Prop:
    """Of a list of such items."""
    return PLAIN[list] if item is ANY else Prop(ITEM, list, item=item)


def mapped(keys: Iterable[Prop], rest: Prop | None = None) -> Prop:
    """Of a map with these keys. rest: of what other keys have; None: there are none."""
    schema, item = tuple(keys), None if rest is ANY else rest
    if rest is None:
        return Prop(ITEM, dict, schema=schema)
    return Prop(ITEM, dict, schema=schema, item=item, open=True) if schema else PLAIN[dict] if item is None else Prop(ITEM, dict, item=item)


def of_attribute(attr: Attr) -> Prop:
    """What an attribute is declared as."""
    if attr.schema is None and attr.item is None:
        return PLAIN[attr.type or object]
    return Prop(attr.name, attr.type or object, schema=attr.schema, item=attr.item, open=attr.open)


def rest_of(shape: Prop) -> Prop | None:
    """What the values of keys that a map does not declare are; None when it has no others."""
    return None if shape.schema is not None and not shape.open else shape.item or ANY


def item_of(shape: Prop) -> Prop:
    """What is in a list or map, wherever in it."""
    if shape.type is list:
        return shape.item or ANY
    rest = rest_of(shape) if shape.type is dict else ANY
    return joined((*(shape.schema or ()), *(() if rest is None else (rest,))))


def step(shape: Prop, key: Any) -> Prop:
    """What a key or index leads to. Raises Astray."""
    if shape.type is object:
        return ANY
    if isinstance(key, Unknown):
        return item_of(shape) if shape.type in (list, dict) else ANY
    if shape.type is dict:
        return _entry(shape, key)
    if shape.type is list and isinstance(key, int):
        return shape.item or ANY
    if shape.type is str and isinstance(key, int):
        return TEXT
    if shape.type is list:
        raise Astray(f"is a list, so it takes an index where {key!r} stands")
    raise Astray(f"is neither a map nor a list, so {key!r} leads nowhere in it")


def _entry(shape: Prop, key: Any) -> Prop:
    found = next((one for one in shape.schema or () if one.name == key), None)
    if found is not None:
        return found
    if not isinstance(key, str):
        raise Astray(f"is a map, so it takes a key where {key!r} stands")
    rest, keys = rest_of(shape), [one.name for one in shape.schema or ()]
    if rest is None or get_close_matches(key, keys, 1, LIKE):
        raise Astray(f"has no key {key!r}" + ("" if rest is None else " that is known"), False, tuple(keys))
    return rest


def structure_of(value: Any) -> Prop:
    """What a value is inside; it may hold placeholders."""
    return _measured(value)[0]


def _measured(value: Any) -> tuple[Prop, int, int]:
    """The structure, how many parts it has, and how deep it is."""
    if isinstance(value, Unknown):
        return value.structure, *_size(value.structure)
    if value is None:
        return NULL, 1, 1
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):      # JSON will make strings of such keys
            return PLAIN[dict], 1, 1
        parts = [(key, _measured(part)) for key, part in value.items()]
        return _bounded(Prop(ITEM, dict, schema=tuple(named(key, one[0], True) for key, one in parts)), [one for _, one in parts])
    if isinstance(value, list | tuple):
        if not value:
            return EMPTY, 1, 1
        items = [_measured(part) for part in value]
        found = joined(one[0] for one in items)
        return _bounded(listed(found), [(found, *(_size(found) if len(items) > 1 else items[0][1:]))])
    return PLAIN[next((kind for kind in (bool, str, int, float) if isinstance(value, kind)), object)], 1, 1


def named(name: str, shape: Prop, required: bool) -> Prop:
    """Of the value of that key. required: it is surely there."""
    return shape if shape.name == name and shape.required == required else Prop(
        name, shape.type, required=required, schema=shape.schema, item=shape.item, open=shape.open)


def _bounded(shape: Prop, parts: list[tuple[Prop, int, int]]) -> tuple[Prop, int, int]:
    size, depth = 1 + sum(part[1] for part in parts), 1 + max((part[2] for part in parts), default=0)
    return (shape, size, depth) if size <= MOST and depth <= DEEPEST else (PLAIN[shape.type], 1, 1)


def _size(shape: Prop) -> tuple[int, int]:
    sizes = [_size(part) for part in _parts(shape)]
    return 1 + sum(size for size, _ in sizes), 1 + max((depth for _, depth in sizes), default=0)


def _parts(shape: Prop) -> Iterator[Prop]:
    yield from shape.schema or ()
    if shape.item is not None:
        yield shape.item


def bounded(shape: Prop) -> Prop:
    """The same, or without what is inside when that is too much."""
    size, depth = _size(shape)
    return shape if size <= MOST and depth <= DEEPEST else PLAIN[shape.type]


def joined(shapes: Iterable[Prop]) -> Prop:
    """Of a value that is one of these."""
    return reduce(_either, shapes, NULL)


def _either(one: Prop, other: Prop) -> Prop:
    if one is other or is_null(other):
        return one
    if is_null(one):
        return other
    if one.type is not other.type:
        return PLAIN[float] if {one.type, other.type} == {int, float} else ANY
    if one.type is list:
        return bounded(listed(_either(one.item or ANY, other.item or ANY)))
    if one.type is dict:
        return bounded(_either_map(one, other))
    return PLAIN[one.type]


def _either_map(one: Prop, other: Prop) -> Prop:
    tables = [{part.name: part for part in shape.schema or ()} for shape in (one, other)]
    rests = [rest_of(one), rest_of(other)]
    keys = []
    for name in {**tables[0], **tables[1]}:
        found = [table.get(name, rest) for table, rest in zip(tables, rests, strict=True)]
        surely = all(name in table and table[name].required for table in tables)
        keys.append(named(name, joined(part for part in found if part is not None), surely))
    left = [rest for rest in rests if rest is not None]
    return mapped(keys, joined(left) if left else None)


def merged(shapes: Iterable[Prop]) -> Prop:
    """Of a map with the entries of all of these maps, where later ones win."""
    keys: dict[str, Prop] = {}
    rest: Prop | None = None
    for later in shapes:
        own, other = {part.name: part for part in later.schema or ()}, rest_of(later)
        if other is not None:                   # it may have any of the keys that it does not declare
            keys = {name: part if name in own else named(name, _either(part, other), part.required) for name, part in keys.items()}
        for name, part in own.items():          # an entry that is surely there hides the former; any other may
            before = keys.get(name) or rest
            keys[name] = part if part.required or before is None else named(name, _either(before, part), name in keys and before.required)
        rest = other if rest is None else rest if other is None else _either(rest, other)
    return bounded(mapped(keys.values(), rest))


def common(values: Iterable[Any]) -> type:
    """The type of a value that is one of these, which may be placeholders."""
    kinds = {_kind(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else float if kinds == {int, float} else object


def _kind(value: Any) -> type:
    if isinstance(value, Unknown):
        return value.type
    if isinstance(value, Mapping):
        return dict
    return list if isinstance(value, list | tuple) else next((kind for kind in (bool, str, int, float) if isinstance(value, kind)), object)


def spelled(shape: Prop) -> str:
    """A structure in a line: `list<map{addr: string, ...}>`; dots where keys may be that are not known. What is deep inside is left out
    when it would be long."""
    whole = _spelled(shape, DEEPEST)
    depth = HOLLOW
    while len(whole) > WIDTH and depth >= 0:
        whole, depth = _spelled(shape, depth), depth - 1
    return whole


def _spelled(shape: Prop, depth: int) -> str:
    name, rest = TYPE_NAMES[shape.type], rest_of(shape)
    if not depth or shape.type not in (list, dict) or (shape.item is None and shape.schema is None):
        return name
    if shape.schema is None:
        inside = item_of(shape)
        return name if inside.type is object else f"{name}<{_spelled(inside, depth - 1)}>"
    keys = [f"{part.name}: {_spelled(part, depth - 1)}" for part in shape.schema]
    more = [] if rest is None else ["..."] if rest is ANY else [f"...: {_spelled(rest, depth - 1)}"]
    return f"{name}{{{', '.join(keys + more)}}}"


def document(shape: Prop) -> dict[str, Any]:
    """As JSON, in the form that the API gives properties: `schema` has the keys of a map, and under "*" what items are. open: there may
    be other keys."""
    told: dict[str, Any] = {"type": TYPE_NAMES[shape.type]}
    if shape.type not in (list, dict) or (shape.item is None and shape.schema is None):
        return told
    inside = {part.name: document(part) for part in shape.schema or ()}
    if shape.item is not None:
        inside[ITEM] = document(shape.item)
    return told | {"schema": inside} | ({"open": True} if shape.open else {})
