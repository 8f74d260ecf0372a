"""Reading what a stack is defined by and what came of it."""

from collections.abc import Sequence
from typing import Any

from isotherm.api.facts import Facts, facts_of
from isotherm.api.service import Service
from isotherm.api.views.secret import MASK, hidden_values, without_secrets
from isotherm.model.errors import Invalid
from isotherm.model.records import DefinitionRow, OutputRow, ResourceRow, StackRow
from isotherm.model.schema import Prop, is_template
from isotherm.store import definitions, outputs, stacks
from isotherm.store.vault import VaultError


def source(service: Service, row: StackRow) -> DefinitionRow:
    """The definition the stack is at, or on its way to, as it was given."""
    return service.store.read(definitions.load, row.definition_id)


def facts(service: Service, row: StackRow) -> Facts:
    """What the stack's definition says. One that cannot be decrypted, or that this version of the service can no longer compile, says
    nothing; in the latter all parameters count as hidden."""
    known = service.facts.get(row.definition_id)
    if known is None:
        try:
            known = facts_of(service.commands.compiled.get(row))
        except VaultError as error:
            return Facts(description=row.description, unreadable=str(error))
        except Invalid:
            known = Facts(description=row.description, hidden=frozenset(source(service, row).parameters))
        service.facts.put(row.definition_id, known)
    return known


def hidden(service: Service, row: StackRow) -> frozenset[str]:
    """The values of the stack's hidden parameters; of all that were given when the definition no longer compiles."""
    try:
        return hidden_values(service.commands.compiled.get(row))
    except Invalid:
        return frozenset(str(value) for value in source(service, row).parameters.values() if isinstance(value, str | int | float))


def shown_properties(service: Service, row: StackRow, resource: ResourceRow) -> dict[str, Any]:
    """The properties of a resource without secrets: all masked when the definition that tells which are secret cannot be decrypted."""
    try:
        secrets = hidden(service, row) | hidden_inside(service, resource)
        return without_secrets(schema_of(service, row, resource), resource.properties, secrets)
    except VaultError:
        return dict.fromkeys(resource.properties, MASK)


def hidden_inside(service: Service, resource: ResourceRow) -> frozenset[str]:
    """The values of hidden parameters of the stack that a resource is: they were given as its properties."""
    nested = service.registry.get(resource.implementation)
    if nested is None or not nested.nested or resource.physical_id is None:
        return frozenset()
    child = service.store.read(stacks.get, resource.physical_id)
    return frozenset() if child is None else hidden(service, child)


def schema_of(service: Service, row: StackRow, resource: ResourceRow) -> Sequence[Prop]:
    """The declared properties of a resource; of one that a template implements, the template's parameters."""
    kind = service.registry.get(resource.implementation)
    if kind is None or not is_template(resource.implementation):
        return kind.properties if kind else ()
    try:
        declared = service.commands.compiled.get(row).resources.get(resource.name)
    except (Invalid, VaultError):
        declared = None
    # What is not declared any more may have been hidden.
    return declared.schema.properties if declared else [Prop(name, object, sensitive=True) for name in resource.properties]


def known_outputs(service: Service, row: StackRow, told: Facts) -> list[OutputRow]:
    """The declared outputs in the template's order, with the values stored so far; null until there is one."""
    stored = {output.name: output for output in service.store.read(outputs.of, row.id)}
    if not told.outputs:
        return list(stored.values())
    return [stored.get(name) or OutputRow(name, None, description) for name, description in told.outputs.items()]
