"""A few types to write templates with."""

from dataclasses import dataclass
from typing import Any

from isotherm.model.schema import SUPPORTED, AllowedValues, Attr, Custom, Length, Prop, Range, Support
from isotherm.template import Definition, compile, parse

ITEM = Prop("*", dict, schema=(Prop("port", str), Prop("fixed_ip", str, constraints=(Custom("ip_addr"),))))


@dataclass(frozen=True)
class Type:
    name: str
    properties: tuple[Prop, ...] = ()
    attributes: tuple[Attr, ...] = ()
    open: bool = False
    support: Support = SUPPORTED


TYPES = {one.name: one for one in (
    Type("Any", open=True),
    Type("Value", (Prop("value", object, required=True),), (Attr("value", None),)),
    Type("Random", (Prop("length", int, default=32, constraints=(Range(1, 512),)), Prop("salt", str)), (Attr("value"),)),
    Type("Server", (
        Prop("name", str, constraints=(Length(1, 5),)), Prop("flavor", str, required=True, constraints=(Custom("nova.flavor"),)),
        Prop("networks", list, item=ITEM), Prop("metadata", dict), Prop("size", float), Prop("active", bool),
        Prop("mode", str, default="a", constraints=(AllowedValues(("a", "b")),)), Prop("password", str, sensitive=True,
                                                                                      constraints=(Length(min=8),)),
    ), (Attr("addresses", dict), Attr("first_address"), Attr("count", int), Attr("tags", list))),
)}


class Catalog:
    def schema(self, name: str) -> Any:
        return TYPES.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(TYPES)


class World:
    """Every reference is `id-NAME`; attributes come from a table, by name and path."""

    def __init__(self, **attributes: Any):
        self.attributes = attributes
        self.asked: list[tuple[Any, ...]] = []

    def reference(self, name: str) -> Any:
        self.asked.append((name,))
        return f"id-{name}"

    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        self.asked.append((name, *path))
        return self.attributes.get(name)


def compiled(text: str, version: str = "2021-04-16", **options: Any) -> Definition:
    return compile(parse(f"heat_template_version: {version}\n{text}", "t.yaml"), catalog=Catalog(), **options)


def value_of(snippet: str, version: str = "2021-04-16", sections: str = "", world: World | None = None, **options: Any) -> Any:
    """What a snippet gives as an output."""
    return compiled(f"{sections}\noutputs: {{o: {{value: {snippet}}}}}", version, **options).output("o", world or World())
