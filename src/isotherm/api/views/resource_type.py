"""Resource types as the API describes them."""

from collections.abc import Callable, Mapping
from typing import Any

from isotherm.model.schema import (
    TYPE_NAMES,
    AllowedPattern,
    AllowedValues,
    Attr,
    Constraint,
    Custom,
    Length,
    Modulo,
    Prop,
    Range,
    Support,
)
from isotherm.types.base import ResourceType

View = dict[str, Any]


def type_view(kind: ResourceType, with_description: bool = False) -> View:
    """One type: its properties and attributes, but for hidden ones and those that are declared without effect."""
    return {
        "resource_type": kind.name,
        "properties": {p.name: prop_view(p) for p in kind.properties if p.implemented and p.support.status != "HIDDEN"},
        "attributes": {a.name: attr_view(a) for a in (*kind.attributes, *kind.base_attributes) if a.support.status != "HIDDEN"},
        "support_status": support_view(kind.support),
    } | ({"description": kind.doc} if with_description else {})


def summary_view(kind: ResourceType) -> View:
    """One entry of a list with descriptions."""
    return {"resource_type": kind.name, "description": kind.doc}


def prop_view(prop: Prop) -> View:
    """One property. Keys without a value are left out."""
    view: View = {
        "type": TYPE_NAMES[prop.type], "required": prop.required, "update_allowed": prop.update, "immutable": prop.immutable,
    }
    optional: View = {
        "description": prop.doc or None, "default": prop.default, "schema": nested(prop),
        "constraints": [constraint_view(c) for c in prop.constraints] or None,
    }
    return view | {key: value for key, value in optional.items() if value is not None}


def nested(prop: Prop) -> View | None:
    """The keys of a map, or "*" for the elements of a list."""
    if prop.item is not None:
        return {"*": prop_view(prop.item)}
    if prop.schema is None:
        return None
    return {p.name: prop_view(p) for p in prop.schema if p.implemented and p.support.status != "HIDDEN"}


def attr_view(attr: Attr) -> View:
    """One attribute."""
    view: View = {"type": TYPE_NAMES[attr.type]} if attr.type is not None and attr.type is not object else {}
    return view | ({"description": attr.doc} if attr.doc else {})


def support_view(support: Support) -> View:
    """Since when something is supported, and what it was before."""
    return {
        "status": support.status, "version": support.version, "message": support.message,
        "previous_status": support_view(support.previous) if support.previous else None,
    }


def constraint_view(constraint: Constraint) -> View:
    """One constraint, under the name of its kind."""
    key, view = CONSTRAINTS[type(constraint)]
    return {key: view(constraint)}


def bounds(low: Any, high: Any) -> View:
    return {key: value for key, value in (("min", low), ("max", high)) if value is not None}


CONSTRAINTS: Mapping[type, tuple[str, Callable[[Any], Any]]] = {
    Length: ("length", lambda c: bounds(c.min, c.max)),
    Range: ("range", lambda c: bounds(c.min, c.max)),
    AllowedValues: ("allowed_values", lambda c: list(c.values)),
    AllowedPattern: ("allowed_pattern", lambda c: c.pattern),
    Modulo: ("modulo", lambda c: {"step": c.step, "offset": c.offset}),
    Custom: ("custom_constraint", lambda c: c.name),
}


