"""The world before the run: every value of a resource is a placeholder, and who asks for what is written down."""

from collections.abc import Iterator, Mapping
from typing import Any

from isotherm.model.schema import Prop
from isotherm.model.unknown import Source, Unknown
from isotherm.template.expression import Doubtful
from isotherm.template.paths import Holder, Lookup, led


class StaticWorld:
    """Answers with typed placeholders, checks attribute paths against the types, and records every question.

    lookup: the type that a target of the registry is.
    """

    def __init__(self, holders: Mapping[str, Holder], lookup: Lookup = lambda target: None):
        self.holders, self.lookup = holders, lookup
        self.asked: dict[Source, bool] = {}
        self.found: dict[Source, Prop] = {}

    def take(self) -> tuple[frozenset[str], frozenset[Source]]:
        """What was asked since the last time: the resources, and the attributes."""
        names = frozenset(name for name, _ in self.asked)
        attributes = frozenset(source for source, is_attribute in self.asked.items() if is_attribute)
        self.asked = {}
        return names, attributes

    def reference(self, name: str) -> Any:
        source: Source = (name, ())
        self.asked.setdefault(source, False)
        return Unknown(str, (source,), ("reference", name))

    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        """Raises BadArgument when there is no such attribute, Doubtful when the path below it leads nowhere."""
        fixed = tuple(_until_unknown(path))
        source: Source = (name, fixed)
        self.asked[source] = True
        symbol = ("attribute", name, *path)
        if not path:
            return Unknown(dict, (source,), symbol)
        try:
            shape = self.shape(name, path, source if len(fixed) == len(path) else None)
        except Doubtful as exc:
            exc.made = Unknown(object, (source,), symbol)
            raise
        return Unknown(shape.type, (source,), symbol, shape)

    def shape(self, name: str, path: tuple[Any, ...], source: Source | None) -> Prop:
        """What the path leads to. source: what it is known by when it was asked for before."""
        if source is None:
            return led(self.holders[name], path, self.lookup)
        if source not in self.found:
            self.found[source] = led(self.holders[name], path, self.lookup)
        return self.found[source]


def _until_unknown(path: tuple[Any, ...]) -> Iterator[Any]:
    for part in path:
        if isinstance(part, Unknown):
            return
        yield part
