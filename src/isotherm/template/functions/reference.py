"""Functions that look at parameters, resources, files and the parent."""

from collections.abc import Mapping
from typing import Any

from isotherm.model.unknown import Unknown
from isotherm.template.expression import MISUSE, BadArgument, Doubtful, Scope
from isotherm.template.functions.registry import function
from isotherm.template.functions.results import of_parameter
from isotherm.template.paths import follow
from isotherm.template.report import near, shown
from isotherm.template.tree import Path


def step(value: Any, key: Any, numeric: bool) -> Any:
    """One component of a path. Raises LookupError or TypeError when it cannot be followed.

    numeric: a list may be indexed by the text of a number.
    """
    if isinstance(value, Mapping):
        return value[key]
    if isinstance(value, list | tuple | str):
        return value[int(key)] if isinstance(key, int) or numeric else value[key]
    raise TypeError("neither a map nor a list")


def select(value: Any, path: tuple[Any, ...] | list[Any]) -> Any:
    """Follow a path of map keys and list indices into an attribute's value; None where it leads nowhere."""
    for key in path:
        if not isinstance(key, str | int):
            return None
        try:
            value = step(value, key, numeric=False)
        except (LookupError, TypeError, ValueError):
            return None
    return value


def pending(value: Unknown, path: tuple[Any, ...], name: str) -> Unknown:
    """What a path leads to in an attribute of which only the type is known. Raises Doubtful when it leads nowhere."""
    symbol = ("select", value, list(path[1:]))
    try:
        shape = follow(value.structure, path, repr(name))
    except Doubtful as exc:
        exc.made = Unknown(object, value.sources, symbol)
        raise
    return Unknown(shape.type, value.sources, symbol, shape)


def known(scope: Scope, name: Any, code: str = "unknown-resource", at: Path = ()) -> str:
    """The name of a resource that exists. Raises BadArgument with what is near. at: where in the argument the name is."""
    if not isinstance(name, str):
        raise BadArgument(f"a resource is named by a string, not {shown(name)}.", MISUSE)
    if name in scope.resources:
        return name
    if name in scope.disabled:
        raise BadArgument(f"the resource {name!r} does not exist here, because its condition does not hold.",
                          code, "Guard this with an `if` on the same condition.", at)
    raise BadArgument(f"there is no resource {name!r}.", code, near(name, scope.resources), at)


def parameter(scope: Scope, name: str, at: Path = ()) -> Any:
    """The value of a parameter. Raises BadArgument with what is near. at: where in the argument the name is."""
    if name not in scope.parameters:
        raise BadArgument(f"there is no parameter {name!r}.", "missing-parameter", near(name, scope.parameters), at)
    return scope.parameters[name]


@function("get_param", shape="value", condition="2016-10-14")
def get_param(scope: Scope, argument: object) -> Any:
    """The value of a parameter, or what a path of keys and indices leads to in it ('' where it leads nowhere)."""
    parts = list(argument) if isinstance(argument, list | tuple) else [argument]
    if isinstance(argument, Unknown) or any(isinstance(part, Unknown) for part in parts):
        return Unknown(object, getattr(argument, "sources", ()), ("get_param", argument))
    if not parts or argument is None:
        raise BadArgument("it needs the name of a parameter.")
    if not isinstance(parts[0], str):
        raise BadArgument(f"a parameter is named by a string, not {shown(parts[0])}.")
    value = parameter(scope, parts[0], (0,) if isinstance(argument, list) else ())
    for place, key in enumerate(parts[1:], start=1):
        if isinstance(value, Unknown):
            shape = of_parameter(value.structure, parts[place:])
            return Unknown(shape.type, value.sources, ("get_param", parts), shape)
        if not isinstance(key, str | int):
            return ""
        try:
            value = step(value, key, numeric=True)
        except (LookupError, TypeError, ValueError):
            return ""
    return value


@function("get_resource", shape="value", result=str)
def get_resource(scope: Scope, name: object) -> Any:
    """The reference of a resource: its physical id, for most types."""
    if isinstance(name, Unknown):
        return Unknown(str, name.sources, ("get_resource", name))
    return scope.world.reference(known(scope, name, "unknown-reference"))


def attribute(scope: Scope, argument: Any, *, whole: bool, all_allowed: bool) -> Any:
    """An attribute. whole: the path is followed here, in the value of the whole attribute."""
    if not isinstance(argument, list | tuple | Unknown):
        raise BadArgument(f"it takes a list, not {shown(argument)}.", MISUSE)
    parts = [] if isinstance(argument, Unknown) else list(argument)
    if all_allowed and len(parts) > 1 and parts[1] is None:
        parts = parts[:1]
    if any(isinstance(part, Unknown) and part.sources for part in parts[:2]):
        raise BadArgument("its resource and attribute must be known before the run, because what depends on what follows from them.", MISUSE)
    if isinstance(argument, Unknown) or (parts and isinstance(parts[0], Unknown)):
        return Unknown(object, getattr(argument, "sources", ()), ("get_attr", argument))
    if len(parts) < 2 and not (all_allowed and parts):
        raise BadArgument("it takes a list of a resource, an attribute, and what to follow in it; "
                          f"not {shown(argument)}.", MISUSE)
    name, path = known(scope, parts[0], at=(0,)), tuple(parts[1:])
    if path and not isinstance(path[0], str | Unknown):
        raise BadArgument(f"an attribute is named by a string, not {shown(path[0])}.", MISUSE)
    if whole:
        value = scope.world.attribute(name, path[:1])
        return pending(value, path, name) if isinstance(value, Unknown) and path[1:] else select(value, path[1:])
    for key in path[1:]:
        if isinstance(key, dict | list):
            raise BadArgument(f"what follows an attribute is a key or an index, not {shown(key)}.", MISUSE)
    return scope.world.attribute(name, path)


@function("get_attr", literal=True, shape="value", until="2014-10-16")
def get_attr_then_select(scope: Scope, argument: object) -> Any:
    """An attribute of a resource, and what a path leads to in it."""
    return attribute(scope, argument, whole=True, all_allowed=False)


@function("get_attr", literal=True, shape="value", since="2014-10-16", until="2015-10-15")
def get_attr_path(scope: Scope, argument: object) -> Any:
    """An attribute of a resource; the resource itself follows the path."""
    return attribute(scope, argument, whole=False, all_allowed=False)


@function("get_attr", literal=True, shape="value", since="2015-10-15")
def get_attr_or_all(scope: Scope, argument: object) -> Any:
    """An attribute of a resource, or all of them as a map when none is named."""
    return attribute(scope, argument, whole=False, all_allowed=True)


@function("get_file", shape="value", result=str)
def get_file(scope: Scope, name: object) -> Any:
    """The content of a file that came with the template."""
    if isinstance(name, Unknown):
        raise BadArgument("the name of a file must be known before the run.")
    if not isinstance(name, str):
        raise BadArgument(f"a file is named by a string, not {shown(name)}.")
    if name not in scope.files:
        raise BadArgument(f"no file {name!r} came with the template.", "missing-file", near(name, scope.files))
    return scope.files[name]


FACADE = {"metadata": "metadata", "deletion_policy": "deletion_policy", "update_policy": "update_policy"}
FACADE_CFN = {"Metadata": "metadata", "DeletionPolicy": "deletion_policy", "UpdatePolicy": "update_policy"}


def facade(scope: Scope, part: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(part, str) or part not in names:
        raise BadArgument(f"it takes one of {', '.join(names)}, not {shown(part)}.", MISUSE)
    if scope.facade is None:
        raise BadArgument("this template implements no resource of another template, so there is nothing to look at.")
    return getattr(scope.facade, names[part])


@function("resource_facade", shape="value")
def resource_facade(scope: Scope, part: object) -> Any:
    """A part of the resource that this template implements: metadata, deletion_policy or update_policy."""
    return facade(scope, part, FACADE)


@function("Fn::ResourceFacade", shape="value", until="2014-10-16", families=("hot", "aws", "heat"))
def resource_facade_cfn(scope: Scope, part: object) -> Any:
    """A part of the resource that this template implements: Metadata, DeletionPolicy or UpdatePolicy."""
    return facade(scope, part, FACADE_CFN)
