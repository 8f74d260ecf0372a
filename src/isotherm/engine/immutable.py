"""Parameters that keep the value with which a stack was created, here and in the stacks nested in it."""

from collections.abc import Iterable, Iterator

from isotherm.engine.definitions import Definitions
from isotherm.engine.family import family, seen_from
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.model.records import StackRow
from isotherm.model.unknown import Unknown
from isotherm.store import resources, stacks
from isotherm.store.store import Store
from isotherm.template import Definition


def check_immutable(problems: Iterable[Problem]) -> None:
    """Raises Invalid when there are any."""
    found = list(problems)
    if found:
        raise Invalid(found, wire="ImmutableParameterModified")


def changed(before: Definition, after: Definition) -> Iterator[Problem]:
    """Immutable parameters of one stack that would change. What only the run tells is seen then. A parameter that gets another type keeps
    its value if it is written the same."""
    for name, value in after.parameters.items():
        if value.declaration.immutable and name in before.parameters and not isinstance(value.value, Unknown) \
                and before.parameters[name].value not in (value.value, value.raw):
            yield Problem("immutable-parameter", f"The parameter {name!r} is immutable: it keeps the value the stack was created with",
                          after.template.place((after.template.dialect.spell("parameters"), name)))


class Immutable:
    """Compares what is wanted with stacks that are there."""

    def __init__(self, store: Store, compiled: Definitions):
        self.store, self.compiled = store, compiled

    def changed_in(self, stack: StackRow, after: Definition) -> Iterator[Problem]:
        """Immutable parameters that would change in the stack, and in those nested in it as far as they are known."""
        yield from changed(self.compiled.get(stack), after)
        guarded = [name for name, child in after.children.items() if has_any(child)]
        rows = self.store.read(resources.by_names, stack.id, guarded) if guarded else {}
        there = self.store.read(stacks.get_many, {row.physical_id for row in rows.values() if row.physical_id}) if rows else {}
        for name, row in rows.items():
            child = there.get(row.physical_id or "")
            if child is not None and child.deleted_at is None:
                yield from (seen_from(problem, after, name) for problem in self.changed_in(child, after.children[name]))


def has_any(definition: Definition) -> bool:
    return any(value.declaration.immutable for one in family(definition) for value in one.parameters.values())
