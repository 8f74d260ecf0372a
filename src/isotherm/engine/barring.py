"""Resource types that the policy forbids to a caller, wherever in a tree of stacks they are used."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from isotherm.engine.family import family, seen_from
from isotherm.model.errors import Forbidden
from isotherm.model.problem import Problem
from isotherm.template import Definition
from isotherm.types.nested import NestedType
from isotherm.types.registry import Registry

BARRED = "barred"                       # in a definition's `outer`: types that its giver could not use


def check_barred(definition: Definition, barred: Collection[str]) -> None:
    """Raises Forbidden when the definition, or one nested in it, uses a type that is barred: with the place of each, and the resources
    that lead there."""
    found = list(dict.fromkeys(str(problem) for problem in uses(definition, barred))) if barred else []
    if found:
        raise Forbidden("\n".join(found))


def uses(definition: Definition, barred: Collection[str]) -> Iterator[Problem]:
    """Where barred types are used."""
    for resource in definition.resources.values():
        if resource.target in barred:
            yield Problem("barred-type", f"You may not use the resource type {resource.target}.", resource.place)
    for name, child in definition.children.items():
        yield from (seen_from(problem, definition, name) for problem in uses(child, barred))


def told_late(definition: Definition, types: Registry) -> bool:
    """Whether only the run will tell what some stack in this tree is made from, and so which types it uses."""
    return any(unknown(one, name, types) for one in family(definition) for name in one.resources.keys() - one.children.keys())


def unknown(definition: Definition, name: str, types: Registry) -> bool:
    kind, properties = types.get(definition.resources[name].target), definition.partial(name)
    return isinstance(kind, NestedType) and kind.times(properties) > 0 and kind.sample(properties) is None


def barred_in(outer: Mapping[str, Any]) -> dict[str, Any]:
    """What nested definitions inherit, so that types which the run tells are held to the policy too."""
    return {BARRED: outer[BARRED]} if BARRED in outer else {}
