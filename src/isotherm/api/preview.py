"""Works out what a request would do, with the engine's own checks and decisions, and writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter

from isotherm.api.service import Service
from isotherm.cloud.cloud import Cloud
from isotherm.engine.brief import Brief
from isotherm.engine.implied import attributes_read, wanted_resources
from isotherm.engine.inputs import merge_inputs, read_inputs
from isotherm.engine.names import utcnow
from isotherm.engine.planning import new_row
from isotherm.engine.prepare import Prepared, Target, converge, target
from isotherm.model.errors import Invalid
from isotherm.model.records import Node, ResourceRow, StackRow
from isotherm.model.request import Caller, CreateRequest, UpdateRequest
from isotherm.store import definitions, resources, stacks
from isotherm.template import Definition, compile
from isotherm.template.nested import generated
from isotherm.types.finding import Wanted
from isotherm.types.nested import NestedType


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of one resource of a stack: added, deleted, replaced, unchanged or updated."""

    kind: str
    row: ResourceRow
    stack: StackRow


def creation(service: Service, request: CreateRequest, caller: Caller) -> tuple[StackRow, Definition, list[ResourceRow]]:
    """The stack, its definition and its resources, as they would begin. Raises what a creation would."""
    commands = service.commands
    stack = commands.new_stack(request, caller)
    definition = commands.checked(read_inputs(request, commands.sources), stack, caller)
    service.store.read(commands.check_room, stack)
    return stack, definition, fresh_rows(service, stack, definition)


def fresh_rows(service: Service, stack: StackRow, definition: Definition) -> list[ResourceRow]:
    wanted = wanted_resources(definition, service.registry)
    return [new_row(stack, one, service.registry, utcnow()) for one in wanted.values()]


def inside(service: Service, stack: StackRow, definition: Definition, row: ResourceRow) -> tuple[StackRow, Definition] | None:
    """The stack that a resource would be, as far as it is known; None for a resource that is none."""
    child, kind = definition.children.get(row.name), service.registry.get(row.implementation)
    if child is None or not isinstance(kind, NestedType):
        return None
    values = definition.partial(row.name)
    whole = kind.sample(values, kind.times(values))
    if whole is not None:
        limits = service.commands.limits
        child = compile(generated(row.implementation, whole, limits), child.environment, definition.scope.files, catalog=service.registry, strict=False)
    return replace(stack, id=row.physical_id or row.id, name=row.physical_name, owner_id=stack.id, definition_id=""), child


def update(service: Service, stack: StackRow, request: UpdateRequest, caller: Caller, nested: bool = False) -> list[Change]:
    """What an update would do to each resource, sorted by name; nested: and to those of nested stacks. Raises what the update would."""
    commands = service.commands
    before = service.store.read(definitions.load, stack.definition_id)
    definition = commands.checked(merge_inputs(request, before, commands.sources), stack, caller)
    found = all_changes(service, stack, definition, service.clouds.for_token(caller.token, caller.project_id), nested)
    return sorted(found, key=lambda change: change.row.name)


def all_changes(service: Service, stack: StackRow, definition: Definition | None, cloud: Cloud, nested: bool) -> Iterator[Change]:
    """What would become of the resources of a stack that is there. definition None: they go."""
    rows = service.store.read(resources.current, stack.id)
    new = {row.name: row for row in fresh_rows(service, stack, definition)} if definition else {}
    found = [Change("deleted", row, stack) for name, row in rows.items() if name not in new]
    found += changes(service, stack, definition, rows, new, cloud) if definition else ()
    for change in found:
        yield change
        if nested:
            yield from changes_inside(service, change, definition, cloud)


def is_stack(service: Service, row: ResourceRow) -> bool:
    return isinstance(service.registry.get(row.implementation), NestedType)


def changes_inside(service: Service, change: Change, definition: Definition | None, cloud: Cloud) -> Iterator[Change]:
    """What would become of the resources of the stack that a resource is, if it is one."""
    there = service.store.read(stacks.get, change.row.physical_id) if is_stack(service, change.row) and change.row.physical_id else None
    known = inside(service, change.stack, definition, change.row) if definition else None
    if there is not None and there.deleted_at is None:
        yield from all_changes(service, there, known[1] if known else None, cloud, nested=True)
    elif known:
        stack, inner = known
        for row in fresh_rows(service, stack, inner):
            one = Change("added", row, stack)
            yield one
            yield from changes_inside(service, one, inner, cloud)


def changes(service: Service, stack: StackRow, definition: Definition, rows: Mapping[str, ResourceRow],
            new: Mapping[str, ResourceRow], cloud: Cloud) -> Iterator[Change]:
    """Each wanted resource, those it needs first: what is replaced gives its dependents another value."""
    seen = dict(rows)
    for name in TopologicalSorter({name: row.requires for name, row in new.items()}).static_order():
        row = rows.get(name)
        if row is None:
            yield Change("added", new[name], stack)
            continue
        change = Change(decided(service, Brief(node_of(new[name]), stack, row, seen), definition, cloud), row, stack)
        if change.kind == "replaced":
            seen[name] = replace(row, physical_id=None, attributes={})
        yield change


def decided(service: Service, brief: Brief, definition: Definition, cloud: Cloud) -> str:
    """The engine's decision for one resource. What cannot be resolved yet depends on what will be made: an update."""
    try:
        goal = target(brief, definition, service.registry, attributes_read(definition, brief.node.name, service.registry))
        prepared = converge(brief, goal, ids(goal, cloud), utcnow())
    except Invalid:
        return "updated"
    return kind_of(prepared)


def kind_of(prepared: Prepared) -> str:
    if prepared.quiet:
        return "unchanged"
    return "updated" if prepared.row.action == "UPDATE" else "replaced"


def ids(goal: Target, cloud: Cloud) -> Mapping[Wanted, str]:
    """The ids of what the properties name. Raises Invalid for names that the cloud does not know."""
    if not goal.names:
        return {}
    found, unfound = cloud.find_all(goal.names)
    if unfound:
        raise Invalid([one.problem for one in unfound])
    return found


def node_of(row: ResourceRow) -> Node:
    """The node that would converge the resource."""
    return Node(id=0, stack_id=row.stack_id, traversal_id="", kind="converge", name=row.name, resource_id=row.id, state="ready",
                waiting_on=0, due_at=row.created_at, requires=row.requires)
