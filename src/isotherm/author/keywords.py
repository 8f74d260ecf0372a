"""What the keys of templates mean, in a sentence each. Keys are known by their spelling in HOT."""

from collections.abc import Mapping

Path = tuple[object, ...]

CHOICE = "The first value when the condition holds, else the second; without a second, what holds it is left out."
TOP: Mapping[str, str] = {
    "heat_template_version": "The version of the language, which decides on functions, sections and keys.",
    "AWSTemplateFormatVersion": "The version of the language, in the form of CloudFormation.",
    "HeatTemplateFormatVersion": "The version of the language, in the form of CloudFormation.",
    "description": "What the template is for.",
    "parameter_groups": "Parameters in groups and in order, for forms that ask for them.",
    "parameters": "What the template asks for. Each has a type, and may have a default and constraints.",
    "resources": "What is made. References between resources decide on the order.",
    "outputs": "What the stack tells when it is complete.",
    "conditions": "Named conditions, from parameters alone, that resources, outputs and `if` refer to.",
    "mappings": "Tables of fixed values, for Fn::FindInMap.",
}
RESOURCE: Mapping[str, str] = {
    "type": "A resource type, a name that the environment maps to one, or the file of a template.",
    "properties": "The arguments of the type.",
    "metadata": "Data that is kept with the resource.",
    "depends_on": "Resources that must be complete before this one is begun, beside those that it refers to.",
    "deletion_policy": "What becomes of it when the stack is deleted or no longer has it: Delete it, Retain it, or take a Snapshot before.",
    "update_policy": "How an update of the resource proceeds, for the types that can do it in steps.",
    "description": "What the resource is for.",
    "external_id": "The id of something that exists already. It is referred to, and never changed or deleted.",
    "condition": "Whether the resource is there at all.",
}
PARAMETER: Mapping[str, str] = {
    "type": "string, number, comma_delimited_list, json or boolean.",
    "default": "The value when none is given. A parameter without one must be given a value.",
    "description": "What the parameter is for.",
    "label": "Its name in forms.",
    "hidden": "Whether its value is a secret, which is never shown.",
    "constraints": "Rules that a value must meet.",
    "immutable": "Whether updates are refused that change the value.",
    "tags": "Words by which tools find parameters.",
    "schema": "Kept, and not looked at.",
}
RULE: Mapping[str, str] = {
    "length": "Bounds, `min` and `max`, of the number of characters, items or keys.",
    "range": "Bounds, `min` and `max`, of a number.",
    "modulo": "A `step` and an `offset`: the number is the offset plus a multiple of the step.",
    "allowed_values": "A list of the values there are.",
    "allowed_pattern": "A regular expression that the whole value must match.",
    "custom_constraint": "A named check, such as nova.flavor: the cloud must have something of this name or id.",
    "description": "What is told when the rule is broken.",
}
OUTPUT: Mapping[str, str] = {
    "value": "The value, worked out when the stack is complete.",
    "description": "What the value is.",
    "condition": "Whether there is a value; if not, it is null.",
}
TABLES: tuple[tuple[Path, Mapping[str, str]], ...] = (
    ((), TOP), (("resources", None), RESOURCE), (("parameters", None), PARAMETER), (("outputs", None), OUTPUT),
    (("parameters", None, "constraints", None), RULE),
)


def keyword(path: Path, key: str) -> str:
    """What a key of the map at a path means; "" when it is none of the language's own."""
    for pattern, table in TABLES:
        if len(pattern) == len(path) and all(want in (None, part) for want, part in zip(pattern, path, strict=True)):
            return table.get(key, "")
    return ""
