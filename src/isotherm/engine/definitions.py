"""Compiled definitions, one for each stored one, shared by all threads."""

import sqlalchemy as sa

from isotherm.cloud.kept import Kept
from isotherm.model.records import DefinitionRow, StackRow
from isotherm.store import definitions as stored
from isotherm.store.store import Store
from isotherm.template import Definition, Pseudo, parse, parse_environment
from isotherm.template import compile as compile_definition
from isotherm.types.registry import Registry

KEPT = 50


class Definitions:
    """A bounded cache. A definition never changes once stored, so nothing here goes stale."""

    def __init__(self, store: Store, types: Registry, region: str = ""):
        self._store, self._types, self._region = store, types, region
        self._kept: Kept[Definition] = Kept(KEPT)

    def cached(self, definition_id: str) -> Definition | None:
        """The definition if it is at hand."""
        return self._kept.get(definition_id)

    def get(self, stack: StackRow, definition_id: str | None = None) -> Definition:
        """The stack's present definition, or another one of its own."""
        wanted = definition_id or stack.definition_id
        return self.cached(wanted) or self.keep(wanted, self.compiled(stack, self._store.read(stored.load, wanted)))

    def get_in(self, conn: sa.Connection, stack: StackRow, definition_id: str) -> Definition:
        """`get`, inside a transaction."""
        return self.cached(definition_id) or self.keep(definition_id, self.compiled(stack, stored.load(conn, definition_id)))

    def compiled(self, stack: StackRow, row: DefinitionRow) -> Definition:
        """What is stored was checked when it came in: it is compiled without asking again whether its values are fit."""
        pseudo = pseudo_of(stack, self._region)
        return compile_definition(parse(row.template), parse_environment(dict(row.environment)), row.files, catalog=self._types,
                                  parameters=row.parameters, pseudo=pseudo, strict=False)

    def keep(self, definition_id: str, definition: Definition) -> Definition:
        """Remember a definition; the one least used is dropped when there are many."""
        self._kept.put(definition_id, definition)
        return definition


def pseudo_of(stack: StackRow, region: str) -> Pseudo:
    """What the pseudo parameters say in this stack's template."""
    arn = f"arn:openstack:heat::{stack.project_id}:stacks/{stack.name}/{stack.id}"
    return Pseudo(stack_id=stack.id, stack_name=stack.name, project_id=stack.project_id, region=region, identifier=arn)
