"""Compiled definitions, one for each stored one, shared by all threads."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from isotherm.cloud.kept import Kept
from isotherm.config import Settings
from isotherm.model.records import DefinitionRow, StackRow
from isotherm.store import definitions as stored
from isotherm.store.store import Store
from isotherm.template import LIMITS, Definition, Facade, Limits, Pseudo, Template, stored_environment
from isotherm.template import compile as compile_definition
from isotherm.template.files import parse_once
from isotherm.types.registry import Registry

SMALL = 20                              # resources of a definition that counts as small
KEPT_SMALL, KEPT_LARGE = 800, 40
STEPS = 125                             # of a yaql expression, for each element its collections may have


def limits_of(settings: Settings) -> Limits:
    """What templates may ask for under these settings."""
    limits, most = settings.limits, settings.limits.max_resources_per_stack
    return Limits(text=limits.max_template_size, resources=most if most >= 0 else 10**9, nested=limits.max_nested_stack_depth,
                  yaql_iterations=limits.yaql_limit_iterators, yaql_memory=limits.yaql_memory_quota,
                  yaql_steps=STEPS * limits.yaql_limit_iterators, pattern_seconds=limits.pattern_seconds,
                  pattern_size=limits.max_pattern_size, function_seconds=limits.function_seconds)


class Definitions:
    """A bounded cache. A definition never changes once stored, so nothing here goes stale."""

    def __init__(self, store: Store, types: Registry, region: str = "", limits: Limits = LIMITS):
        self._store, self._types, self._region = store, types, region
        # What is stored was let in under the limits of its time; what it computes is bounded now.
        self._limits = replace(limits, text=1 << 40, nodes=1 << 40, resources=1 << 40)
        self._small: Kept[Definition] = Kept(KEPT_SMALL)
        self._large: Kept[Definition] = Kept(KEPT_LARGE)

    def cached(self, definition_id: str) -> Definition | None:
        """The definition if it is at hand."""
        return self._small.get(definition_id) or self._large.get(definition_id)

    def get(self, stack: StackRow, definition_id: str | None = None) -> Definition:
        """The stack's present definition, or another one of its own."""
        wanted = definition_id or stack.definition_id
        return self.cached(wanted) or self.keep(wanted, self.compiled(stack, self._store.read(stored.load, wanted)))

    def get_in(self, conn: sa.Connection, stack: StackRow, definition_id: str) -> Definition:
        """`get`, inside a transaction."""
        return self.cached(definition_id) or self.keep(definition_id, self.compiled(stack, stored.load(conn, definition_id)))

    @property
    def limits(self) -> Limits:
        """What stored templates are held to."""
        return self._limits

    def compiled(self, stack: StackRow, row: DefinitionRow, deep: bool = False, template: Template | None = None) -> Definition:
        """What is stored was checked when it came in: it is compiled without asking again whether its values are fit. The parameters
        of a nested stack are checked now that they are known; raises Invalid. deep: those of stacks inside it, too, as far as they are known.
        template: in place of the one that is stored."""
        pseudo = pseudo_of(stack, self._region)
        template = template or parse_once(row.template, row.outer.get("name", "template"), self._limits)
        facade = facade_in(row.outer)
        made = compile_definition(template, stored_environment(row.environment, self._limits), row.files, catalog=self._types,
                                  parameters=row.parameters, pseudo=pseudo, strict=facade is not None, facade=facade, shallow=not deep,
                                  hidden=row.outer.get("hidden", ()))
        return within(made, row.outer)

    def keep(self, definition_id: str, definition: Definition) -> Definition:
        """Remember a definition; the one least used is dropped when there are many."""
        kept = replace(definition, children={}) if definition.children else definition
        (self._small if len(kept.resources) <= SMALL else self._large).put(definition_id, kept)
        return definition


def facade_in(outer: Mapping[str, Any]) -> Facade | None:
    """What a nested stack's definition says of the resource that the stack implements; None when it is no nested one."""
    return Facade(**outer["facade"]) if "facade" in outer else None


def within(definition: Definition, outer: Mapping[str, Any]) -> Definition:
    """The definition in its surroundings: what is read from outside is kept as if outputs used it."""
    reads = outer.get("reads", ())
    used = {name: set(paths) for name, paths in definition.output_uses.items()}
    for name, path in reads:
        if name in definition.resources:
            used.setdefault(name, set()).add(tuple(path))
    return replace(definition, output_uses={name: frozenset(paths) for name, paths in used.items()}, outer=outer) if outer else definition


def pseudo_of(stack: StackRow, region: str) -> Pseudo:
    """What the pseudo parameters say in this stack's template."""
    arn = f"arn:openstack:heat::{stack.project_id}:stacks/{stack.name}/{stack.id}"
    return Pseudo(stack_id=stack.id, stack_name=stack.name, project_id=stack.project_id, region=region, identifier=arn)
