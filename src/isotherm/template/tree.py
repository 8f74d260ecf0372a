"""What a text was read to: plain values that cannot change and know where they stood."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from isotherm.model.problem import Place

Position = tuple[int, int]
Mark = tuple[int, ...]            # the position of a key, and of its value
Path = tuple[Any, ...]


def _frozen(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("a parsed template cannot be changed")


class Map(dict[Any, Any]):
    """A mapping that cannot change.

    at: key -> (line, column), counted from 1, followed by those of its value where one is written. repeated: of the whole text, on
    the outermost map: paths of keys that stand several times in one map, each with the places of all but the last.
    """

    __slots__ = ("at", "repeated")
    at: Mapping[Any, Mark]
    repeated: tuple[tuple[Path, Position], ...]

    def __init__(self, entries: Any = (), at: Mapping[Any, Mark] | None = None, repeated: tuple[tuple[Path, Position], ...] = ()):
        super().__init__(entries)
        self.at, self.repeated = at or {}, repeated

    def __deepcopy__(self, memo: Any) -> "Map":
        return self

    def __copy__(self) -> "Map":
        return self

    def __reduce__(self) -> Any:
        return Map, (dict(self), dict(self.at), self.repeated)

    __setitem__ = __delitem__ = __ior__ = _frozen
    clear = pop = popitem = setdefault = update = _frozen


class Seq(list[Any]):
    """A list that cannot change. `at`: (line, column) of each item, counted from 1."""

    __slots__ = ("at",)
    at: tuple[Position, ...]

    def __init__(self, items: Any = (), at: tuple[Position, ...] = ()):
        super().__init__(items)
        self.at = at

    def __deepcopy__(self, memo: Any) -> "Seq":
        return self

    def __copy__(self) -> "Seq":
        return self

    def __reduce__(self) -> Any:
        return Seq, (list(self), self.at)

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _frozen
    append = clear = extend = insert = pop = remove = reverse = sort = _frozen


EMPTY_MAP = Map()


def place(tree: Any, file: str, path: Path, value: bool = False) -> Place:
    """Where `path` stands; of the deepest element that exists when the path goes further than the text.

    value: the place of the value, instead of that of its key.
    """
    position: Mark = (1, 1)
    node = tree
    for key in path:
        if isinstance(node, Map) and key in node:
            position = node.at.get(key, position)
        elif isinstance(node, Seq) and type(key) is int and 0 <= key < len(node):
            position = node.at[key] if key < len(node.at) else position
        else:
            value = False
            break
        node = node[key]
    line, column = position[-2:] if value else position[:2]
    return Place(file, line, column, dotted(path))


def dotted(path: Path) -> str:
    """The path as people write it: `resources.a.properties.networks.0.port`."""
    return ".".join(str(part) for part in path)


def key_text(key: Any) -> str:
    """The key of a map as JSON says it: YAML reads `on` as true, and JSON knows only strings as keys."""
    return key if isinstance(key, str) else json.dumps(key, default=str)


def plain(node: Any) -> Any:
    """The same as ordinary, changeable values that JSON can say."""
    if isinstance(node, Mapping):
        return {key_text(key): plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [plain(item) for item in node]
    return node if isinstance(node, str | int | float | bool | None) else str(node)


def walk(node: Any) -> Iterator[Any]:
    """Every element, containers before what they hold."""
    yield node
    if isinstance(node, Mapping):
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from walk(item)
