"""What a word in a template stands for."""

from collections.abc import Mapping
from dataclasses import dataclass

from isotherm.author.spot import Spot
from isotherm.author.view import TreePath, View, descend
from isotherm.model.schema import Attr, Prop, TypeSchema, is_template
from isotherm.template import Declaration
from isotherm.template.functions.registry import Function

# function -> what its argument names, or the items of it one after the other
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "get_param": ("parameter",), "get_resource": ("resource",), "get_attr": ("resource", "attribute"), "get_file": ("file",),
    "Ref": ("parameter or resource",), "Fn::GetAtt": ("resource", "attribute"), "if": ("condition",), "Fn::If": ("condition",),
    "resource_facade": ("part",),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """kind: parameter, resource, attribute, condition, file, type, property, or function. of: the resource of an attribute, and of
    a property when it is one of a template's; what: its declaration, if it has one."""

    kind: str
    name: str
    of: str = ""
    what: Declaration | TypeSchema | Attr | Prop | Function | None = None


def argument(path: TreePath) -> tuple[str, TreePath] | None:
    """When a value is an argument that names something: what, and the path of the whole argument."""
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
    named = argument(spot.path)
    path = view.canonical(spot.path)
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
    return None


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
            return Meaning("attribute", name, of, found) if found is not None else None
        case "condition" if name in view.conditions:
            return Meaning("condition", name)
        case "file":
            return Meaning("file", name)
    return None


def of_key(view: View, spot: Spot) -> Meaning | None:
    path = view.canonical(spot.path)
    if path == ("resources",):
        return named_thing(view, "resource", spot.word)
    if path == ("parameters",):
        return named_thing(view, "parameter", spot.word)
    typed = view.typed(spot.path)
    if typed is not None:
        schema, within = typed
        found = descend(schema.properties, (*within, spot.word))
        if found is not None:
            return Meaning("property", spot.word, schema.name if is_template(schema.name) and not within else "", found)
    row = view.functions(path[:1] == ("conditions",)).get(spot.word)
    return Meaning("function", spot.word, what=row) if row is not None and len(path) > 1 else None
