"""What a JSON Schema of HOT says of each version of the language: which functions, keys and rules it has."""

from collections.abc import Iterator, Mapping
from typing import Any

from isotherm.template.functions import FUNCTIONS
from isotherm.template.functions.registry import grammar
from isotherm.template.versions import DIALECTS, MODULO_SINCE, OPTIONAL_ELSE_SINCE, Dialect

Json = dict[str, Any]
ALL = frozenset({"if", *(name for name, rows in FUNCTIONS.items() if any("hot" in row.families and not row.condition_only for row in rows))})


def editions() -> list[Json]:
    """A rule for each version that lacks something that another has."""
    return [{"if": {"properties": {"heat_template_version": {"enum": names}}, "required": ["heat_template_version"]}, "then": rule(dialect)}
            for dialect, names in spellings()]


def definitions() -> Json:
    """What the rules refer to: the values of each version, and its conditions."""
    made: Json = {}
    for dialect, _ in spellings():
        made[f"values of {dialect.version}"] = values(dialect)
        if dialect.conditions:
            made[f"condition of {dialect.version}"] = condition(dialect)
    return made


def spellings() -> Iterator[tuple[Dialect, list[str]]]:
    """Each version with the names it goes by."""
    found: dict[str, tuple[Dialect, list[str]]] = {}
    for (key, name), dialect in DIALECTS.items():
        if key == "heat_template_version":
            found.setdefault(dialect.version, (dialect, []))[1].append(name)
    yield from found.values()


def functions(dialect: Dialect) -> frozenset[str]:
    return frozenset(grammar(dialect).functions) | ({"if"} if dialect.conditions else set())


def rule(dialect: Dialect) -> Json:
    value = {"$ref": f"#/definitions/values%20of%20{dialect.version}"}
    conditional: Json = {"$ref": f"#/definitions/condition%20of%20{dialect.version}"} if dialect.conditions else {"not": {}}
    resource: Json = {"properties": value, "condition": conditional}
    parameter: Mapping[str, Any] = {} if "tags" in dialect.parameter_keys else {"tags": False}
    if not dialect.conditions:
        resource |= {"external_id": False, "condition": False, "deletion_policy": {"not": {"enum": [one.lower() for one in dialect.policies]}}}
    if not dialect.since(MODULO_SINCE):
        parameter = {**parameter, "constraints": {"items": {"properties": {"modulo": False}}}}
    output = {"value": value, "condition": conditional if dialect.conditions else True}
    return {"properties": {
        "conditions": {"additionalProperties": conditional} if dialect.conditions else False,
        "resources": {"additionalProperties": {"properties": resource}}, "outputs": {"additionalProperties": {"properties": output}},
        **({"parameters": {"additionalProperties": {"properties": parameter}}} if parameter else {}),
    }}


def values(dialect: Dialect) -> Json:
    """Values with the calls of this version: a map with one key that is a function elsewhere was not meant as a plain map."""
    here = {"$ref": f"#/definitions/values%20of%20{dialect.version}"}
    calls: Json = dict.fromkeys(sorted(ALL - functions(dialect)), False)
    if dialect.conditions and not dialect.since(OPTIONAL_ELSE_SINCE):
        calls["if"] = {"minItems": 3}
    return {"if": {"type": "object", "maxProperties": 1}, "then": {"properties": calls}, "additionalProperties": here, "items": here}


def condition(dialect: Dialect) -> Json:
    """A condition: true, false, the name of one, or a function of conditions; their arguments are anything."""
    known = grammar(dialect, condition=True).functions
    return {"type": ["boolean", "string", "object"], "properties": {name: {"description": row.doc} for name, row in sorted(known.items())},
            "additionalProperties": False, "minProperties": 1, "maxProperties": 1}
