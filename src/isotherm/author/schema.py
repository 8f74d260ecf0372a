"""HOT as a JSON Schema, for editors: every type, property and function, made from their declarations.

The schema refuses nothing that the service accepts, but for maps that only look like calls of functions of other versions, of which the
service warns. What depends on other parts of a template - references, attributes, parameters - cannot be said in a schema; the language
server says it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from isotherm.author.editions import definitions, editions
from isotherm.author.wording import property_text, type_text
from isotherm.model.schema import SUPPORTED, AllowedPattern, AllowedValues, Catalog, Constraint, Length, Modulo, Prop, Range, Support, TypeSchema
from isotherm.template.functions import FUNCTIONS, Function
from isotherm.template.versions import DIALECTS, HOT_TYPES, POLICIES

Json = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"  # the newest that all YAML editors know
CALL: Json = {"$ref": "#/definitions/function"}
TEXT: Json = {"type": ["string", "null"]}
TEMPLATE_NAME = r"(\.(yaml|yml|json|template)$)|://"
TYPES: Mapping[type, Json] = {
    str: {"type": ["string", "integer", "boolean", "null"]},
    int: {"type": ["number", "boolean", "string", "null"], "pattern": r"^\s*[+-]?\d+\s*$"},
    float: {"type": ["number", "boolean", "string", "null"], "pattern": r"^\s*[+-]?(\d|\.\d|inf|nan)"},
    bool: {"type": ["boolean", "string", "null"], "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"},
    list: {"type": ["array", "null"]}, dict: {"type": ["object", "null"]}, object: {},
}


def schema(types: Catalog, names: Iterable[str] = ()) -> Json:
    """The schema of HOT with these types. names: what environments map, a star at the end standing for any."""
    versions = [name for key, name in DIALECTS if key == "heat_template_version"]
    known = {name: kind for name in types.names() if (kind := types.schema(name)) is not None}
    return {
        "$schema": DRAFT, "title": "Heat Orchestration Template", "type": "object", "required": ["heat_template_version"],
        "properties": {
            "heat_template_version": {"enum": versions, "description": "The version of the language."},
            "description": TEXT,
            "parameter_groups": {"type": ["array", "null"], "items": {"$ref": "#/definitions/group"}},
            "parameters": entries("#/definitions/parameter"), "resources": entries("#/definitions/resource"),
            "outputs": entries("#/definitions/output"), "conditions": {"type": ["object", "null"]},
        },
        "additionalProperties": False,
        "allOf": editions(),
        "definitions": {
            "function": functions(), "group": GROUP, "parameter": PARAMETER, "output": OUTPUT,
            "resource": resource(known, names), **{f"type {name}": properties_of(kind) for name, kind in known.items()},
            **definitions(),
        },
    }


def entries(ref: str) -> Json:
    return {"type": ["object", "null"], "additionalProperties": {"$ref": ref}}


GROUP: Json = {
    "type": "object", "required": ["parameters"],
    "properties": {"label": TEXT, "description": TEXT, "parameters": {"type": "array", "items": {"type": ["string", "integer"]}}},
}
RULES: Json = {
    "description": TEXT,
    "length": {"type": "object", "properties": {"min": {}, "max": {}}, "additionalProperties": False, "minProperties": 1},
    "range": {"type": "object", "properties": {"min": {}, "max": {}}, "additionalProperties": False, "minProperties": 1},
    "modulo": {"type": "object", "required": ["step", "offset"], "properties": {"step": {}, "offset": {}}, "additionalProperties": False},
    "allowed_values": {"type": "array"}, "allowed_pattern": {"type": "string"}, "custom_constraint": {"type": "string"},
}
PARAMETER: Json = {
    "type": "object", "required": ["type"], "additionalProperties": False,
    "properties": {
        "type": {"enum": [*HOT_TYPES]}, "label": TEXT, "description": TEXT, "default": {}, "schema": {}, "tags": {},
        "hidden": {"type": ["boolean", "string"]}, "immutable": {"type": ["boolean", "string"]},
        "constraints": {"type": ["array", "null"], "items": {"type": "object", "properties": RULES, "additionalProperties": False}},
    },
}
OUTPUT: Json = {
    "type": "object", "required": ["value"],
    "properties": {"description": {}, "value": {}, "condition": {"type": ["string", "boolean", "object"]}},
}


def functions() -> Json:
    """A call of any function that some version has."""
    made: Json = {"if": {"type": "array", "minItems": 2, "maxItems": 3, "description": "The first value when the condition holds, else the second."}}
    for name, rows in FUNCTIONS.items():
        ours = [row for row in rows if "hot" in row.families and not row.condition_only]
        if ours:
            made[name] = call(ours)
    return {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": made, "additionalProperties": False}


def call(rows: list[Function]) -> Json:
    """The argument of a function, in all its versions."""
    shapes = {row.shape for row in rows}
    form: Json = {"type": "object"} if shapes == {"map"} else {"type": ["array", "object"]} if shapes == {"list"} else {}
    return form | {"description": rows[-1].doc}


def resource(known: Mapping[str, TypeSchema], names: Iterable[str]) -> Json:
    mapped = [{"const": name} if not name.endswith("*") else {"pattern": f"^{name[:-1]}"} for name in names]
    policies = [*POLICIES, *(name.lower() for name in POLICIES)]
    condition = {"type": ["string", "boolean", "object"]}
    return {
        "type": "object", "required": ["type"], "additionalProperties": False,
        "properties": {
            "type": {"type": "string", "anyOf": [{"enum": [*known]}, {"pattern": TEMPLATE_NAME}, *mapped]},
            "properties": {"type": ["object", "null"]}, "metadata": {"type": ["object", "null"]}, "update_policy": {"type": ["object", "null"]},
            "depends_on": {"type": ["string", "array", "null"], "items": {"type": "string"}},
            "deletion_policy": {"anyOf": [{"enum": policies}, CALL]}, "description": {}, "external_id": {"anyOf": [{"type": "string"}, CALL]},
            "condition": condition,
        },
        "allOf": [chosen(name, kind) for name, kind in known.items()],
    }


def chosen(name: str, kind: TypeSchema) -> Json:
    """What holds for resources of one type. A resource that exists already, by external_id, needs no properties."""
    then: Json = {"properties": {"properties": {"$ref": f"#/definitions/type {name}".replace(" ", "%20")}}}
    needed = required(kind.properties)
    if needed:
        then |= {"if": {"not": {"required": ["external_id"]}},
                 "then": {"required": ["properties"], "properties": {"properties": {"type": "object", "allOf": needed}}}}
    return {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": then}


def required(props: Iterable[Prop]) -> list[Json]:
    """Each required property must be there, by its name or an older one."""
    return [{"anyOf": [{"required": [name]} for name in (prop.name, *prop.older)]} if prop.older else {"required": [prop.name]}
            for prop in props if prop.required and prop.default is None]


def properties_of(kind: TypeSchema) -> Json:
    return {"type": ["object", "null"], "description": type_text(kind), "additionalProperties": kind.open,
            "properties": {prop.name: property_schema(prop) for prop in kind.properties}}


def property_schema(prop: Prop) -> Json:
    """The values of a property, or a function that makes one."""
    told: Json = {"description": property_text(prop)} | ({"deprecated": True} if outdated(prop.support) else {})
    if prop.default is not None:
        told["default"] = prop.default
    values = value_schema(prop)
    if not values:
        return told
    return told | {"anyOf": [values, CALL]}


def outdated(support: Support) -> bool:
    return support.status in ("DEPRECATED", "HIDDEN") and support is not SUPPORTED


def value_schema(prop: Prop) -> Json:
    made = dict(TYPES[prop.type])
    if prop.type is list and prop.item is not None:
        made["items"] = property_schema(prop.item)
    elif prop.type is dict and prop.schema is not None:
        made |= {"properties": {one.name: property_schema(one) for one in prop.schema}, "additionalProperties": False}
        needed = required(prop.schema)
        if needed:
            made["allOf"] = needed
    elif prop.type is dict and prop.item is not None:
        made["additionalProperties"] = property_schema(prop.item)
    rules = [rule for one in prop.constraints if (rule := constraint(one, prop.type))]
    return made | {"allOf": [*made.get("allOf", []), *rules]} if rules else made


def constraint(one: Constraint, kind: type) -> Json:
    """A constraint as far as a schema can say it; {} when it cannot."""
    match one:
        case Length(low, high):
            word = "Items" if kind is list else "Properties" if kind is dict else "Length"
            return {key: end for key, end in ((f"min{word}", low), (f"max{word}", high)) if end is not None}
        case Range(low, high):
            return {key: end for key, end in (("minimum", low), ("maximum", high)) if end is not None}
        case AllowedValues(values):
            return {"enum": spellings(values)} if kind is not list else {"items": {"anyOf": [{"enum": spellings(values)}, CALL]}}
        case AllowedPattern(pattern) if "(?" not in pattern:
            return {"pattern": f"^(?:{pattern})$"}
        case Modulo(step, 0):
            return {"multipleOf": abs(step)}
    return {}


def spellings(values: Iterable[Any]) -> list[Any]:
    """Allowed values as they may be written: a number also as a string, and the other way round; null stands for the default."""
    made: list[Any] = []
    for value in values:
        also = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else \
            int(value) if isinstance(value, str) and value.isdigit() and value == str(int(value)) else value
        made += [one for one in dict.fromkeys((value, also)) if one not in made or isinstance(one, bool)]
    return [*made, None]
