"""The reference pages of the resource types, made from their declarations."""

import json
from collections.abc import Iterator
from typing import Any

from reference_cells import anchor, cell

from isotherm.model.schema import TYPE_NAMES, AllowedPattern, AllowedValues, Attr, Constraint, Custom, Length, Modulo, Prop, Range, Support
from isotherm.model.structure import of_attribute, spelled
from isotherm.types.base import ResourceType
from isotherm.types.registry import registry

SERVICES = {"Heat": "work without a cloud", "Nova": "compute service", "Neutron": "network service", "Cinder": "block storage service"}


def services() -> list[str]:
    return sorted({name.split("::")[1] for name in registry().names()})


def type_index() -> Iterator[str]:
    yield from ("# Resource types", "", "How to read the tables:", "")
    yield from (
        "- *required* properties have no default; `a.b` is key `b` of the map `a`; `a.*` is each element of the list `a`.",
        "- *update* says what a change does: **in place** the object stays; **replaces** a new one is made, what depends on it moves "
        "over, then the old one goes; **refused** the update fails. A type may spare a replacement where two values mean the same, "
        "and replace where its own properties say so (`replacement_policy`, `user_data_update_policy`).",
        "- *finds* means: a name or an id, looked up when the template is validated and again when it is needed.",
        "- Every type also has the attribute `show`: all that the service shows of the object.",
        "",
        "Outside packages add types: [Write a resource type](../../how-to/write-a-resource-type.md).",
        "",
        "| type | what it is |", "|---|---|",
    )
    for name in registry().names():
        kind = known(name)
        yield f"| [{name}]({name.split('::')[1].lower()}.md#{anchor(name)}) | {cell(kind.doc.splitlines()[0])} |"


def type_page(service: str) -> Iterator[str]:
    yield from (f"# OS::{service}: {SERVICES.get(service, service)}", "")
    for name in registry().names():
        if name.split("::")[1] == service:
            yield from type_section(name, known(name))


def type_section(name: str, kind: ResourceType) -> Iterator[str]:
    yield from (f"## {name} {{: #{anchor(name)} }}", "", kind.doc, "")
    facts = [support_text(kind.support), f"microversion {kind.microversion}" if kind.microversion else ""]
    if any(facts):
        yield from (f"*{'; '.join(fact for fact in facts if fact)}.*", "")
    if kind.open:
        yield from ("Properties and attributes that are not listed are accepted as well.", "")
    if kind.properties:
        yield from ("| property | type | update | default | meaning |", "|---|---|---|---|---|")
        for prop in kind.properties:
            yield from property_rows(prop, prop.name, top=True)
        yield ""
    else:
        yield from ("No properties of its own.", "")
    if kind.attributes:
        yield from ("| attribute | type | meaning |", "|---|---|---|")
        for attr in kind.attributes:
            yield attribute_row(attr)
        yield ""


def property_rows(prop: Prop, path: str, top: bool = False) -> Iterator[str]:
    update = ("refused" if prop.immutable else "in place" if prop.update else "replaces") if top else ""
    name = f"`{path}`" + (" *required*" if prop.required else "")
    yield f"| {name} | {TYPE_NAMES[prop.type]} | {update} | {default_text(prop.default)} | {cell(' '.join(meaning(prop)))} |"
    for inner in prop.schema or ():
        yield from property_rows(inner, f"{path}.{inner.name}")
    if prop.item:
        yield from property_rows(prop.item, f"{path}.*")


def meaning(prop: Prop) -> Iterator[str]:
    yield prop.doc
    yield from (limit_text(rule) for rule in prop.constraints)
    if prop.find:
        yield f"Finds a {prop.find.replace('_', ' ').replace('.', ' service ', 1)}."
    if prop.sensitive:
        yield "Never shown."
    if not prop.implemented:
        yield "Accepted, without effect."
    if support_text(prop.support):
        yield f"*{support_text(prop.support)}.*"


def attribute_row(attr: Attr) -> str:
    shape = of_attribute(attr)
    kind = spelled(shape) if shape.schema is None and shape.item is None else f"`{cell(spelled(shape))}`"
    note = f" *{support_text(attr.support)}.*" if support_text(attr.support) else ""
    return f"| `{attr.name}` | {kind} | {cell(attr.doc)}{note} |"


def limit_text(rule: Constraint) -> str:
    match rule:
        case Length(low, high):
            return f"Length {ends(low, high)}."
        case Range(low, high):
            return f"{ends(low, high).capitalize()}."
        case AllowedValues(values):
            return f"One of: {', '.join(f'`{value}`' for value in values)}."
        case AllowedPattern(pattern):
            return f"Matches `{pattern}`."
        case Modulo(step, offset):
            return f"A multiple of {step:g}{f' plus {offset:g}' if offset else ''}."
        case Custom(name):
            return f"Checked as `{name}`."


def ends(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:.0f}"
    return f"at least {low:g}" if low is not None else f"at most {high or 0:.0f}"


def support_text(status: Support) -> str:
    """Versions are those of Heat, under which users know them."""
    words = {"SUPPORTED": "", "HIDDEN": "hidden", "DEPRECATED": "deprecated", "UNSUPPORTED": "unsupported"}[status.status]
    text = " ".join(part for part in (words, f"since Heat {status.version}" if status.version else "") if part)
    return f"{text}: {status.message.rstrip('.')}" if status.message else text


def default_text(value: Any) -> str:
    return "" if value is None else f"`{cell(json.dumps(value, default=list))}`"


def known(name: str) -> ResourceType:
    kind = registry().get(name)
    assert kind is not None
    return kind
