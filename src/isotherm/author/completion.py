"""What may stand at a cursor."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isotherm.author.constraints import CLOUD, of_types
from isotherm.author.meaning import argument, in_condition, resource_of
from isotherm.author.spot import Spot, spot
from isotherm.author.view import CHOICES, View, descend, inside
from isotherm.author.wording import (
    attribute_head,
    attribute_text,
    function_head,
    parameter_head,
    parameter_text,
    property_head,
    property_text,
    type_text,
)
from isotherm.model.schema import AllowedValues, Prop
from isotherm.template import Declaration, declarations
from isotherm.template.customs import LOCAL
from isotherm.template.declarations import HOT_RULES
from isotherm.template.functions.registry import Function
from isotherm.template.nested import TemplateType
from isotherm.template.versions import DIALECTS
from isotherm.types.base import SHOW

ANY, REST = "*", "**"
QUOTES = ('"', "'")
NUMBER = re.compile(r"true|false|-?\d+(\.\d+)?")
COLON = re.compile(r"[\"']?\s*:(\s|$)")
TRUTH = ("true", "false")


@dataclass(frozen=True, slots=True)
class Item:
    """One offer. kind: what it names. insert: what is written instead of the word."""

    label: str
    kind: str
    insert: str
    detail: str = ""
    doc: str = ""


Offer = Callable[[View, Spot], Iterable[Item]]


def complete(view: View, text: str, row: int, column: int) -> list[Item]:
    """Everything that may stand at a cursor, whatever is there of the word already: editors narrow it down."""
    found = spot(text, row, column)
    if found is None:
        return []
    line = text.split("\n")[row]
    items: list[Item] = []
    if found.value:
        items += values(view, found)
    if found.key:
        items += keys(view, found, line[found.start:found.end], COLON.match(line, found.end) is not None)
    if line[max(found.start - 1, 0):found.start] in QUOTES:
        return [replace(one, insert=one.label) for one in items if not one.insert.startswith("{")]
    return [replace(one, insert=in_json(one)) for one in items] if text.lstrip()[:1] == "{" else items


def in_json(one: Item) -> str:
    """What is written where nothing goes without quotes but numbers and truth."""
    if one.kind == "value" and NUMBER.fullmatch(one.label):
        return one.insert
    return one.insert.replace(one.label, json.dumps(one.label), 1)


def values(view: View, found: Spot) -> Iterator[Item]:
    path = view.canonical(found.path)
    named = argument(path)
    if named is not None:
        kind, whole = named
        yield from attributes(view, resource_of(view, found, whole)) if kind == "attribute" else NAMED[kind](view, found)
        if kind != "condition" or found.key:
            return
    for pattern, offer in VALUES:
        if matches(pattern, path):
            yield from offer(view, found)
    if not found.key and takes_functions(path):
        yield from (Item(item.label, item.kind, f"{{{item.label}: }}", item.detail, item.doc) for item in functions(view, path))


def keys(view: View, found: Spot, word: str, colon: bool) -> Iterator[Item]:
    """Keys that are not there yet, or are the word under the cursor. colon: whether there is one already."""
    path = view.canonical(found.path)
    there = view.at(found.path)
    taken = {str(key) for key in there} - {word} if isinstance(there, Mapping) else set()
    offers = [item for pattern, offer in KEYS if matches(pattern, path) for item in offer(view, found)]
    row = view.functions(in_condition(path)).get(path[-1]) if path and isinstance(path[-1], str) and takes_functions(path) else None
    if row is not None and row.shape == "map":
        offers = [*plain("key", (one.name for one in row.arguments))]
    elif takes_functions(path) and taken <= {*view.functions(), *CHOICES}:    # one function may take another's place
        offers += functions(view, path)
    for item in offers:
        if item.label not in taken or item.kind == "function":
            yield Item(item.label, item.kind, item.label if colon else f"{item.label}: ", item.detail, item.doc)


def matches(pattern: tuple[str, ...], path: tuple[Any, ...]) -> bool:
    if pattern[-1:] == (REST,):
        return len(path) >= len(pattern) - 1 and matches(pattern[:-1], path[:len(pattern) - 1])
    return len(pattern) == len(path) and all(want in (ANY, part) for want, part in zip(pattern, path, strict=True))


def takes_functions(path: tuple[Any, ...]) -> bool:
    """Whether a value at this path may be a function call."""
    return any(matches(pattern, path) for pattern in COMPUTED)


COMPUTED = (
    ("resources", ANY, "properties", ANY, REST), ("resources", ANY, "metadata", REST), ("resources", ANY, "update_policy", REST),
    ("resources", ANY, "deletion_policy"), ("resources", ANY, "external_id"), ("resources", ANY, "condition", REST),
    ("outputs", ANY, "value", REST), ("outputs", ANY, "condition", REST), ("conditions", ANY, REST),
)


# -- offers: one function a kind of thing ----------------------------------------------------------------------------------


def plain(kind: str, words: Iterable[Any]) -> Iterator[Item]:
    for word in words:
        yield Item(str(word), kind, str(word))


def type_names(view: View, found: Spot) -> Iterator[Item]:
    mapped = [name for name in view.sources.environment.registry.types if not name.endswith(ANY)]
    for name in (*view.types.names(), *mapped):
        kind = view.types.schema(name)
        if kind is None or kind.support.status == "SUPPORTED":
            yield Item(name, "type", name, doc=type_text(kind) if kind is not None else "")
    yield from plain("file", (name for name in view.beside if name.endswith((".yaml", ".yml", ".template"))))


def resources(view: View, found: Spot) -> Iterator[Item]:
    own = str(found.path[1]) if len(found.path) > 1 and view.canonical(found.path)[0] == "resources" else ""
    for name, one in view.definition.resources.items():
        if name != own:
            yield Item(name, "resource", name, one.type, type_text(one.schema))


def parameters(view: View, found: Spot) -> Iterator[Item]:
    for name, one in view.parameters.items():
        yield Item(name, "parameter", name, parameter_head(one), parameter_text(one))
    yield from plain("parameter", view.dialect.pseudo)


def attributes(view: View, resource: str) -> Iterator[Item]:
    schema = view.schema(resource)
    for one in {one.name: one for one in (SHOW, *schema.attributes)}.values() if schema is not None else ():
        yield Item(one.name, "attribute", one.name, attribute_head(one), attribute_text(one))


def conditions(view: View, found: Spot) -> Iterator[Item]:
    yield from plain("condition", view.conditions)


def files(view: View, found: Spot) -> Iterator[Item]:
    yield from plain("file", view.beside)


def functions(view: View, path: tuple[Any, ...]) -> Iterator[Item]:
    condition = in_condition(path)
    rows: Mapping[str, Function] = view.functions(condition)
    for name, row in rows.items():
        yield Item(name, "function", name, function_head(row), row.doc)
    if view.dialect.conditions and not condition:
        choice = "if" if view.dialect.hot else "Fn::If"
        yield Item(choice, "function", choice, f"{choice}: [condition, value, other]", "The first value when the condition holds, else the other.")


def property_keys(view: View, found: Spot) -> Iterator[Item]:
    typed = view.typed(found.path)
    for prop in inside(typed[0].properties, typed[1]) if typed is not None else ():
        if prop.support.status == "SUPPORTED":
            yield Item(prop.name, "property", prop.name, property_head(prop), property_text(prop))


def property_values(view: View, found: Spot) -> Iterator[Item]:
    typed = view.typed(found.path)
    prop = descend(typed[0].properties, typed[1]) if typed is not None else None
    if typed is not None and prop is not None:
        yield from plain("value", choices(prop))
        if isinstance(typed[0], TemplateType) and len(typed[1]) == 1:
            yield from plain("value", chosen(declarations(typed[0].template)[prop.name]))


def default_values(view: View, found: Spot) -> Iterator[Item]:
    declared = view.parameters.get(str(found.path[1]))
    if declared is not None:
        yield from plain("value", chosen(declared) or (TRUTH if declared.type == "boolean" else ()))


def chosen(one: Declaration) -> tuple[Any, ...]:
    """The values that a parameter is limited to."""
    return next((rule.constraint.values for rule in one.rules if isinstance(rule.constraint, AllowedValues)), ())


def checks(view: View, found: Spot) -> Iterator[Item]:
    yield from plain("value", sorted({*CLOUD, *LOCAL, *of_types(view.types)}))


def choices(prop: Prop) -> tuple[Any, ...]:
    """The values that a property is limited to."""
    listed = next((one.values for one in prop.constraints if isinstance(one, AllowedValues)), None)
    return listed if listed is not None else TRUTH if prop.type is bool else ()


def versions(view: View, found: Spot) -> Iterator[Item]:
    yield from plain("value", (name for key, name in DIALECTS if key == view.dialect.key))


def sections(view: View, found: Spot) -> Iterator[Item]:
    yield from plain("section", dict.fromkeys((view.dialect.key, *view.dialect.sections)))


def key_words(words: Callable[[View], Iterable[str]], kind: str = "key") -> Offer:
    return lambda view, found: plain(kind, words(view))


NAMED: Mapping[str, Offer] = {
    "parameter": parameters, "resource": resources, "condition": conditions, "file": files,
    "parameter or resource": lambda view, found: [*parameters(view, found), *resources(view, found)],
    "part": lambda view, found: plain("value", ("metadata", "deletion_policy", "update_policy")),
}
VALUES: tuple[tuple[tuple[str, ...], Offer], ...] = (
    (("heat_template_version",), versions),
    (("resources", ANY, "type"), type_names),
    (("resources", ANY, "properties", ANY, "type"), type_names),
    (("resources", ANY, "depends_on"), resources),
    (("resources", ANY, "depends_on", ANY), resources),
    (("resources", ANY, "deletion_policy"), key_words(lambda view: view.dialect.policies, "value")),
    (("resources", ANY, "condition"), conditions),
    (("outputs", ANY, "condition"), conditions),
    (("resources", ANY, "properties", REST), property_values),
    (("parameters", ANY, "type"), key_words(lambda view: view.dialect.parameter_types, "value")),
    (("parameters", ANY, "default"), default_values),
    (("parameters", ANY, "constraints", ANY, "custom_constraint"), checks),
    (("parameters", ANY, "hidden"), key_words(lambda view: TRUTH, "value")),
    (("parameters", ANY, "immutable"), key_words(lambda view: TRUTH, "value")),
    (("parameter_groups", ANY, "parameters", ANY), parameters),
)
KEYS: tuple[tuple[tuple[str, ...], Offer], ...] = (
    ((), sections),
    (("resources", ANY), key_words(lambda view: view.dialect.resource_keys)),
    (("parameters", ANY), key_words(lambda view: view.dialect.parameter_keys)),
    (("parameters", ANY, "constraints", ANY), key_words(lambda view: (*HOT_RULES, "description"))),
    (("parameter_groups", ANY), key_words(lambda view: ("label", "description", "parameters"))),
    (("outputs", ANY), key_words(lambda view: view.dialect.output_keys)),
    (("resources", ANY, "properties", REST), property_keys),
)
