"""The world before the run: every value of a resource is a placeholder, and who asks for what is written down."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from isotherm.model.schema import Attr, TypeSchema
from isotherm.model.unknown import Source, Unknown
from isotherm.template.expression import BadArgument
from isotherm.template.report import near
from isotherm.template.tree import dotted


class StaticWorld:
    """Answers with typed placeholders, checks attribute names against the types, and records every question."""

    def __init__(self, schemas: Mapping[str, TypeSchema]):
        self.schemas = schemas
        self.attributes = {id(schema): {one.name: one for one in schema.attributes} for schema in schemas.values()}
        self.asked: dict[Source, bool] = {}
        self.blank = True

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
        fixed = tuple(_until_unknown(path))
        source: Source = (name, fixed)
        self.asked[source] = True
        schema = self.schemas[name]
        if not path:
            return Unknown(dict, (source,), ("attribute", name))
        if fixed and fixed[0] != "show":
            self.check(name, schema, fixed)
        known = self.attributes[id(schema)].get(fixed[0]) if fixed else None
        return Unknown(_type_at(known, path), (source,), ("attribute", name, *path))

    def check(self, name: str, schema: TypeSchema, path: tuple[Any, ...]) -> None:
        attributes = self.attributes[id(schema)]
        inside = (isinstance(path[0], str) and path[0].startswith("resource.")) or getattr(schema, "forwarding", False)
        if path[0] not in attributes and not schema.open and not inside:
            raise BadArgument(f"the type {schema.name} of {name!r} has no attribute {path[0]!r}.", "unknown-attribute",
                              near(path[0], [*attributes, "show"]), (1,))
        known = attributes.get(path[0])
        if known is not None and known.type in (int, float, bool) and len(path) > 1:
            raise BadArgument(f"the attribute {path[0]!r} of {name!r} is neither a map nor a list, so "
                              f"{dotted(path[1:])!r} leads nowhere in it.", "unknown-attribute", at=(2,))


def _until_unknown(path: tuple[Any, ...]) -> Iterator[Any]:
    for part in path:
        if isinstance(part, Unknown):
            return
        yield part


def _type_at(attribute: Attr | None, path: tuple[Any, ...]) -> type:
    if attribute is None or attribute.type is None or len(path) > 1:
        return object
    return attribute.type


def fingerprint(parts: Any) -> str:
    """A hash of values that may hold placeholders: equal for what will be equal whatever they become."""
    try:
        text = json.dumps(parts, default=_symbol, sort_keys=True, separators=(",", ":"))
    except TypeError:  # keys of several types have no order
        text = json.dumps(_sorted(parts), default=_symbol, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _symbol(value: Any) -> Any:
    return {"$": value.symbol} if isinstance(value, Unknown) else str(value)


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [[repr(key), _sorted(value[key])] for key in sorted(value, key=repr)]
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return {"$": _sorted(value.symbol)} if isinstance(value, Unknown) else value
