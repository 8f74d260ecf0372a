"""A definition together with those of the stacks nested in it."""

from collections.abc import Iterator

from isotherm.author.checking import rule_problems
from isotherm.author.constraints import unknown_constraints
from isotherm.model.problem import Problem
from isotherm.template import Definition
from isotherm.template.nested import TemplateType, within
from isotherm.template.nesting import own
from isotherm.types.nested import NestedType
from isotherm.types.registry import Registry


def family(definition: Definition) -> Iterator[Definition]:
    """The definition, and every one inside it as far as they are known."""
    yield definition
    for child in definition.children.values():
        yield from family(child)


def size(definition: Definition, types: Registry) -> int:
    """How many resources there will be in all, as far as that can be told."""
    inner = 0
    for name, child in definition.children.items():
        kind = types.get(definition.resources[name].target) if name in definition.resources else None
        inner += size(child, types) * (kind.times(definition.partial(name)) if isinstance(kind, NestedType) else 1)
    return len(definition.resources) + inner


def all_rule_problems(definition: Definition, types: Registry) -> list[Problem]:
    """What types have to say about properties taken together, and named checks that there are not, here and inside, where it says which
    resource leads there."""
    found = [*rule_problems(definition, types), *unknown_constraints(definition, types)]
    for name, child in definition.children.items():
        found += [seen_from(problem, definition, name) for problem in all_rule_problems(child, types)]
    return found


def seen_from(problem: Problem, definition: Definition, name: str) -> Problem:
    """A problem inside the stack that a resource is, saying which resource that is."""
    resource = definition.resources[name]
    if isinstance(resource.schema, TemplateType):
        return within(problem, resource.place)
    return own(problem, definition.children[name].template, resource.place)
