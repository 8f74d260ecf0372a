"""What a word in a template stands for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from isotherm.author.keywords import CHOICE, keyword
from isotherm.author.spot import Spot
from isotherm.author.view import CHOICES, SPELLING, TreePath, View, descend
from isotherm.model.schema import AllowedValues, Attr, Prop, TypeSchema, is_template
from isotherm.template import Declaration
from isotherm.template.functions.registry import Function
from isotherm.template.nested import TemplateType
from isotherm.template.tree import plain

# function -> what its argument names, or the items of it one after the other
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "get_param": ("parameter",), "get_resource": ("resource",), "get_attr": ("resource", "attribute"), "get_file": ("file",),
    "Ref": ("parameter or resource",), "Fn::GetAtt": ("resource", "attribute"), "if": ("condition",), "Fn::If": ("condition",),
    "resource_facade": ("part",),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """kind: parameter, resource, attribute, condition, file, type, property, value, function, or key of the language. of: the resource of
    an attribute, and the template of a property when it is one of a template's; what: its declaration, if it has one; said: else, in words."""

    kind: str
    name: str
    of: str = ""
    what: Declaration | TypeSchema | Attr | Prop | Function | None = None
    said: str = ""


LOGIC = ("and", "or", "not", "Fn::And", "Fn::Or", "Fn::Not")


def in_condition(path: TreePath) -> bool:
    """Whether something at a path is part of a condition. The path is spelled as in HOT."""
    chosen = any(part in ("if", "Fn::If") and following == 0 for part, following in pairwise(path))
    return path[:1] == ("conditions",) or path[2:3] == ("condition",) or chosen


def argument(path: TreePath) -> tuple[str, TreePath] | None:
    """When a value is an argument that names something: what, and the path of the whole argument. The path is spelled as in HOT."""
    if in_condition(path):
        if path[-1:] == ("not",):
            return "condition", path
        if len(path) > 1 and path[-2] in LOGIC and isinstance(path[-1], int):
            return "condition", path[:-1]
        if path[0] == "conditions" and len(path) == 2:
            return "condition", path
    if path and path[-1] in ARGUMENTS and path[-1] not in ("if", "Fn::If"):
        return ARGUMENTS[path[-1]][0], path
    if len(path) > 1 and path[-2] in ARGUMENTS and isinstance(path[-1], int) and path[-1] < len(ARGUMENTS[path[-2]]):
        return ARGUMENTS[path[-2]][path[-1]], path[:-1]
    return None


def resource_of(view: View, spot: Spot, whole: TreePath) -> str:
    """The resource whose attribute is named at a spot."""
    return spot.before[0] if spot.before else str(view.at((*whole, 0)) or "")


def meaning(view: View, spot: Spot) -> Meaning | None:
    """What the whole word at a spot stands for."""
    if spot.value:
        found = of_value(view, spot)
        if found is not None:
            return found
    return of_key(view, spot) if spot.key else None


def of_value(view: View, spot: Spot) -> Meaning | None:
    path = view.canonical(spot.path)
    named = argument(path)
    if named is not None:
        kind, whole = named
        return named_thing(view, kind, spot.word, resource_of(view, spot, whole) if kind == "attribute" else "")
    if path[:1] == ("resources",) and path[2:3] == ("depends_on",):
        return named_thing(view, "resource", spot.word)
    if path[:1] in (("resources",), ("outputs",)) and path[2:] == ("condition",):
        return named_thing(view, "condition", spot.word)
    if path and path[-1] == "type" and path[0] == "resources":
        return Meaning("type", spot.word, what=type_of(view, path, spot.word))
    if path[:1] == ("parameter_groups",):
        return named_thing(view, "parameter", spot.word)
    return of_choice(view, spot)


def of_choice(view: View, spot: Spot) -> Meaning | None:
    """The property of which the value is one of few."""
    typed = view.typed(spot.path)
    prop = descend(typed[0].properties, typed[1]) if typed is not None and typed[1] else None
    limited = prop is not None and (prop.type is bool or any(isinstance(one, AllowedValues) for one in prop.constraints))
    return Meaning("value", spot.word, what=prop) if limited else None


def type_of(view: View, path: TreePath, name: str) -> TypeSchema | None:
    return view.schema(str(path[1])) if len(path) == 3 else view.types.schema(name)


def named_thing(view: View, kind: str, name: str, of: str = "") -> Meaning | None:
    match kind:
        case "parameter" if name in view.parameters:
            return Meaning("parameter", name, what=view.parameters[name])
        case "resource" if name in view.definition.resources:
            return Meaning("resource", name, what=view.schema(name))
        case "parameter or resource":
            return named_thing(view, "parameter", name) or named_thing(view, "resource", name)
        case "attribute":
            schema = view.schema(of)
            found = next((one for one in schema.attributes if one.name == name), None) if schema is not None else None
            return Meaning("attribute", name, of, found, output_text(schema, name)) if found is not None else None
        case "condition" if name in view.conditions:
            return Meaning("condition", name, said=condition_text(view, name))
        case "file":
            return Meaning("file", name)
    return None


def condition_text(view: View, name: str) -> str:
    """How a condition is written."""
    written = view.sources.template.section("conditions").get(name)
    return json.dumps(plain(written), ensure_ascii=False)


def output_text(schema: TypeSchema | None, name: str) -> str:
    """What a template says of one of its outputs."""
    output = schema.template.section("outputs").get(name) if isinstance(schema, TemplateType) else None
    said = output.get("description") or output.get("Description") if isinstance(output, Mapping) else None
    return str(said or "")


def of_key(view: View, spot: Spot) -> Meaning | None:
    path = view.canonical(spot.path)
    if path == ("resources",):
        return named_thing(view, "resource", spot.word)
    if path == ("parameters",):
        return named_thing(view, "parameter", spot.word)
    if path == ("conditions",):
        return named_thing(view, "condition", spot.word)
    said = keyword(path, SPELLING.get(spot.word, spot.word))
    if said:
        return Meaning("key", spot.word, said=said)
    typed = view.typed(spot.path)
    if typed is not None:
        schema, within = typed
        found = descend(schema.properties, (*within, spot.word))
        if found is not None:
            return Meaning("property", spot.word, schema.name if is_template(schema.name) and not within else "", found)
    if spot.word in CHOICES and len(path) > 1 and view.dialect.conditions:
        return Meaning("key", f"{spot.word}: [condition, value, other]", said=CHOICE)
    row = view.functions(in_condition(path)).get(spot.word)
    return Meaning("function", spot.word, what=row) if row is not None and len(path) > 1 else None
