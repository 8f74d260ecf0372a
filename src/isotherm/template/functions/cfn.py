"""Functions of the CFN versions that have no HOT twin of the same meaning."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.template.expression import MISUSE, BadArgument, Scope
from isotherm.template.functions import results
from isotherm.template.functions.reference import attribute, known, parameter
from isotherm.template.functions.registry import function
from isotherm.template.report import near, shown

CFN = ("aws", "heat")
OLD = ("hot", "aws", "heat")


@function("Ref", literal=True, shape="value", families=OLD, until="2014-10-16")
def ref(scope: Scope, name: object) -> Any:
    """The value of a parameter, or the reference of a resource."""
    if isinstance(name, Unknown):
        return Unknown(object, name.sources, ("Ref", name))
    if isinstance(name, str) and name in scope.parameters:
        return scope.parameters[name]
    return scope.world.reference(known(scope, name, "unknown-reference"))


@function("Ref", shape="value", families=("aws",), condition="", condition_only=True)
def param_ref(scope: Scope, name: object) -> Any:
    """The value of a parameter."""
    if not isinstance(name, str):
        raise BadArgument(f"a parameter is named by a string, not {shown(name)}.")
    return parameter(scope, name)


@function("Fn::GetAtt", literal=True, shape="value", families=CFN)
def fn_get_att(scope: Scope, argument: object) -> Any:
    """An attribute of a resource."""
    if isinstance(argument, list | tuple) and len(argument) == 2:
        return attribute(scope, argument, whole=False, all_allowed=False)
    if isinstance(argument, Unknown):
        return Unknown(object, argument.sources, ("Fn::GetAtt", argument))
    raise BadArgument(f"it takes a list of a resource and an attribute, not {shown(argument)}.", MISUSE)


@function("Fn::Select", literal=True, families=OLD, until="2015-10-15", gives=results.selected)
def fn_select(index: object, items: object) -> Any:
    """An item of a list by its index, or of a map by its key; '' where there is none. A string is read as JSON."""
    if isinstance(items, str) and items:
        try:
            items = json.loads(items)
        except ValueError as exc:
            raise BadArgument(f"{shown(items)} is no JSON: {exc}.") from None
    if items is None or items == "":
        return ""
    if isinstance(items, Mapping):
        if not isinstance(index, str):
            raise BadArgument(f"a map is indexed by a string, not {shown(index)}.")
        return items.get(index, "")
    if not isinstance(items, list | tuple):
        raise BadArgument(f"it selects from a list or a map, not from {shown(items)}.")
    return _item(items, index)


def _item(items: Sequence[Any], index: Any) -> Any:
    try:
        number = int(index)
    except (ValueError, TypeError, OverflowError):
        raise BadArgument(f"{shown(index)} is no index into a list.") from None
    return items[number] if -len(items) <= number < len(items) else ""


@function("Fn::Base64", shape="value", families=OLD, until="2014-10-16", result=str)
def fn_base64(text: str) -> str:
    """The text itself: the types that need base64 make it."""
    return text


@function("Fn::GetAZs", shape="value", families=OLD, until="2014-10-16", result=list)
def fn_get_azs(scope: Scope, region: object) -> list[str]:
    """The availability zones."""
    return list(scope.zones)


@function("Fn::MemberListToMap", literal=True, written=("key", "value"), families=OLD, until="2014-10-16", result=dict, gives=results.map_of_texts)
def fn_member_list_to_map(key: str, value: str, members: list[Any] | dict[Any, Any] | str) -> dict[str, str]:
    """A map from a list like `.member.0.Name=a`, `.member.0.Value=b`."""
    rows: dict[str, dict[str, str]] = {}
    for member in members:
        if not isinstance(member, str):
            raise BadArgument(f"the members must be strings, not {shown(member)}.")
        if "=" not in member:
            raise BadArgument(f"{shown(member)} has no `=`.")
        if not member.startswith(".member."):
            continue
        name, _, said = member[len(".member."):].partition("=")
        number, _, part = name.partition(".")
        rows.setdefault(number, {})[part] = said
    return {row[key]: row[value] for row in rows.values() if key in row and value in row}


@function("Fn::FindInMap", literal=True, families=CFN, condition="")
def fn_find_in_map(scope: Scope, name: object, key: object, entry: object) -> Any:
    """A value from the Mappings section."""
    found: Any = scope.mappings
    for part in (name, key, entry):
        if isinstance(part, Unknown):
            return Unknown(object, part.sources, ("Fn::FindInMap", [name, key, entry]))
        if not isinstance(found, Mapping) or isinstance(part, dict | list) or part not in found:
            raise BadArgument(f"the mappings have nothing under {part!r}.", hint=near(part, found if isinstance(found, Mapping) else ()))
        found = found[part]
    return found
