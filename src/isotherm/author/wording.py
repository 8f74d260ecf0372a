"""Declarations in words, as editors show them."""

from isotherm.author.description import phrase
from isotherm.model.schema import TYPE_NAMES, Attr, Prop, Support, TypeSchema
from isotherm.model.structure import of_attribute, spelled
from isotherm.template.functions import Function
from isotherm.template.parameters import Declaration


def type_text(kind: TypeSchema) -> str:
    """What a type is."""
    return " ".join(part for part in (str(getattr(kind, "doc", "")).strip(), support_text(kind.support)) if part)


def property_text(prop: Prop) -> str:
    """What a property means, takes, and does when it changes."""
    change = "A change is refused." if prop.immutable else "" if prop.update else "A change replaces the resource."
    limits = "; ".join(phrase(one) for one in prop.constraints)
    parts = (prop.doc.strip(), f"Allowed: {limits}." if limits else "", change, support_text(prop.support))
    return " ".join(part for part in parts if part)


def property_head(prop: Prop) -> str:
    """The property's name, type and default, in one line."""
    fate = "required" if prop.required and prop.default is None else f"default {prop.default!r}" if prop.default is not None else "optional"
    return f"{prop.name}: {TYPE_NAMES[prop.type]} ({fate})"


def attribute_head(attr: Attr) -> str:
    return f"{attr.name}: {spelled(of_attribute(attr))}"


def attribute_text(attr: Attr) -> str:
    return " ".join(part for part in (attr.doc.strip(), support_text(attr.support)) if part)


def function_head(row: Function) -> str:
    """How a function is called."""
    names = [one.name if one.default is ... else f"{one.name} (optional)" for one in row.arguments]
    if row.rest is not None:
        names.append(f"{row.rest.name} ...")
    if row.shape == "map":
        return f"{row.name}: {{{', '.join(names)}}}"
    return f"{row.name}: [{', '.join(names)}]" if row.shape == "list" else f"{row.name}: {names[0]}"


def parameter_head(one: Declaration) -> str:
    fate = "required" if one.required else "default ******" if one.hidden else f"default {one.default!r}"
    return f"{one.name}: {one.type} ({fate})"


def parameter_text(one: Declaration) -> str:
    limits = "; ".join(rule.description or phrase(rule.constraint) for rule in one.rules)
    return " ".join(part for part in (one.description.strip(), f"Allowed: {limits}." if limits else "") if part)


def support_text(support: Support) -> str:
    """Why something should not be used any more; "" when it may."""
    if support.status == "SUPPORTED":
        return ""
    return " ".join(part for part in (f"{support.status.capitalize()}.", support.message or "") if part)
