"""A definition's resources as the graph wants them: with the dependencies that types imply, and the attributes others read."""

from collections.abc import Mapping

from isotherm.graph.draft import Wanted
from isotherm.template import Definition
from isotherm.types.registry import Registry


def wanted_resources(definition: Definition, types: Registry) -> dict[str, Wanted]:
    """Every resource whose condition holds, by name."""
    implied = implied_dependencies(definition, types)
    return {
        name: Wanted(name, resource.type, resource.fingerprint, frozenset(resource.requires) | implied.get(name, frozenset()),
                     attributes_read(definition, name, types), resource.deletion_policy,
                     resource.target if resource.target != resource.type else "")
        for name, resource in definition.resources.items()
    }


def attributes_read(definition: Definition, name: str, types: Registry) -> frozenset[str]:
    """Names of the resource's attributes that other resources or outputs use; an empty path means all but `show`."""
    paths = definition.uses.get(name, frozenset()) | definition.output_uses.get(name, frozenset())
    if not paths:
        return frozenset()
    kind = types.get(definition.resources[name].target)
    every = {a.name for a in definition.resources[name].schema.attributes if a.name != "show"} if any(not path for path in paths) else set()
    return frozenset({kind.spot(path)[0] if kind else str(path[0]) for path in paths if path} | every)


def implied_dependencies(definition: Definition, types: Registry) -> Mapping[str, frozenset[str]]:
    """What types know of their order and the template does not say, e.g. that a floating IP needs the router behind it.

    An implied edge that would close a circle is left out.
    """
    partial = {name: (resource.target, kind.translate(definition.partial(name))) for name, resource in definition.resources.items()
               if (kind := types.get(resource.target)) is not None and kind.service}
    if not partial:
        return {}
    needs: dict[str, set[str]] = {name: set(resource.requires) for name, resource in definition.resources.items()}
    implied: dict[str, frozenset[str]] = {}
    for name in list(partial):
        type_name, mine = partial.pop(name)                       # out for the call: a type is shown the others only
        kind = types.get(type_name)
        found = kind.implicit(name, mine, partial) & definition.resources.keys() if kind else set()
        partial[name] = (type_name, mine)
        added = frozenset(other for other in found if not _reaches(needs, other, name))
        needs[name] |= added
        if added:
            implied[name] = added
    return implied


def _reaches(needs: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, frontier = {start}, [start]
    while frontier:
        name = frontier.pop()
        if name == goal:
            return True
        for need in needs.get(name, ()):
            if need not in seen:
                seen.add(need)
                frontier.append(need)
    return False
