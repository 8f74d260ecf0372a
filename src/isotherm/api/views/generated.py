"""A template that shows how a resource type is used: a parameter for each property, an output for each attribute."""

from collections.abc import Iterable
from typing import Any

from isotherm.api.views.resource_type import constraint_view
from isotherm.model.schema import AllowedPattern, AllowedValues, Attr, Length, Prop, Range
from isotherm.types.base import ResourceType

Doc = dict[str, Any]

HOT_TYPES: dict[type, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", list: "comma_delimited_list", dict: "json", object: "json",
}
CFN_TYPES: dict[type, str] = {
    str: "String", int: "Number", float: "Number", bool: "Boolean", list: "CommaDelimitedList", dict: "Json", object: "Json",
}


def hot(kind: ResourceType) -> Doc:
    """In HOT."""
    resource = kind.name.rpartition("::")[2]
    return {
        "heat_template_version": "2016-10-14",
        "description": f"Initial template of {resource}",
        "parameters": {prop.name: hot_parameter(prop) for prop in shown(kind)},
        "resources": {resource: {"type": kind.name, "properties": {
            prop.name: {"get_param": prop.name} for prop in shown(kind)}}},
        "outputs": {attr.name: {"description": attr.doc, "value": {"get_attr": [resource, attr.name]}} for attr in attributes(kind)},
    }


def cfn(kind: ResourceType) -> Doc:
    """In CloudFormation's form."""
    resource = kind.name.rpartition("::")[2]
    return {
        "HeatTemplateFormatVersion": "2012-12-12",
        "Description": f"Initial template of {resource}",
        "Parameters": {prop.name: cfn_parameter(prop) for prop in shown(kind)},
        "Resources": {resource: {"Type": kind.name, "Properties": {prop.name: cfn_value(prop) for prop in shown(kind)}}},
        "Outputs": {attr.name: {"Description": attr.doc, "Value": {"Fn::GetAtt": [resource, attr.name]}} for attr in attributes(kind)},
    }


def shown(kind: ResourceType) -> list[Prop]:
    return [prop for prop in kind.properties if prop.implemented and prop.support.status != "HIDDEN"]


def attributes(kind: ResourceType) -> Iterable[Attr]:
    return (attr for attr in (*kind.attributes, *kind.base_attributes) if attr.support.status != "HIDDEN")


def hot_parameter(prop: Prop) -> Doc:
    made: Doc = {"type": HOT_TYPES[prop.type]}
    if prop.doc:
        made["description"] = prop.doc
    if prop.default is not None:
        made["default"] = prop.default
    if prop.constraints:
        made["constraints"] = [constraint_view(constraint) for constraint in prop.constraints]
    return made


def cfn_parameter(prop: Prop) -> Doc:
    made: Doc = {"Type": CFN_TYPES[prop.type]}
    if prop.doc:
        made["Description"] = prop.doc
    if prop.default is not None:
        made["Default"] = prop.default
    for constraint in prop.constraints:
        made |= cfn_constraint(constraint)
    return made


def cfn_constraint(constraint: object) -> Doc:
    """Bounds under CloudFormation's names; constraints that it has no name for are left out."""
    match constraint:
        case Length(low, high):
            return {key: value for key, value in (("MinLength", low), ("MaxLength", high)) if value is not None}
        case Range(low, high):
            return {key: value for key, value in (("MinValue", low), ("MaxValue", high)) if value is not None}
        case AllowedValues(values):
            return {"AllowedValues": list(values)}
        case AllowedPattern(pattern):
            return {"AllowedPattern": pattern}
    return {}


def cfn_value(prop: Prop) -> Doc:
    reference = {"Ref": prop.name}
    return {"Fn::Split": [",", reference]} if prop.type is list else reference
