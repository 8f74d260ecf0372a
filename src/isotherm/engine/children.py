"""Stacks that resources of other stacks stand for: what they are made from, how they begin, and what they give."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from isotherm.engine import reasons
from isotherm.engine.barring import BARRED, barred_in, check_barred
from isotherm.engine.brief import Told
from isotherm.engine.concealing import concealed, holds, revealed, secrets_of
from isotherm.engine.credentials import Credentials
from isotherm.engine.definitions import Definitions
from isotherm.engine.immutable import changed, check_immutable, has_any
from isotherm.engine.inputs import NamedCheck, named_checks, unmet
from isotherm.engine.names import new_id
from isotherm.engine.planning import Goal, begin
from isotherm.engine.world import UNTOLD, RowsWorld
from isotherm.model.child import NOBODY, Child, Present
from isotherm.model.errors import Invalid
from isotherm.model.outcome import NOTHING, Facts, Failed, Next, Outcome
from isotherm.model.records import DefinitionRow, ResourceRow, StackRow
from isotherm.model.schema import Prop, is_template
from isotherm.model.step import Await, Spawn
from isotherm.model.subject import Subject
from isotherm.store import definitions as stored
from isotherm.store import nodes, resources, stacks
from isotherm.store.store import Store
from isotherm.template import Definition, Environment
from isotherm.template.definition import known
from isotherm.template.files import needed, parse_once, strings_in
from isotherm.template.nested import environment_of, generated, template_type
from isotherm.types.heat.template import TemplateResource
from isotherm.types.nested import NestedType, Probe, key_path, probe_inside, probe_key
from isotherm.types.registry import Registry

SENT_TO = "sent_to"                     # in a nested resource's data: the definition that its stack was last sent to
LOOK = 60.0                             # seconds between looks at a child; its end calls its owner at once


@dataclass(frozen=True, slots=True)
class ChildGoal:
    """What a child stack is to reach. stack_id: its id, also when it is yet to be made. definition: None for a deletion.
    data: to be kept with the resource."""

    action: str
    stack_id: str
    types: Registry
    row: DefinitionRow | None = None
    definition: Definition | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def awaited(told: Told, step: Await, number: int, kind: NestedType, subject: Subject, reads: frozenset[str],
            types: Registry) -> tuple[Outcome, Facts]:
    """Whether the child has come to its goal, and what it gives then."""
    child = told.stack
    if child is None or child.deleted_at is not None:
        if step.action == "DELETE":
            return Next(number + 1), NOTHING
        return Failed(f"The nested stack {subject.physical_id} is gone"), NOTHING
    if child.status == "IN_PROGRESS":
        return Next(number, LOOK), NOTHING
    if step.action in ("CREATE", "UPDATE") and child.action != "DELETE" and subject.data.get(SENT_TO, child.definition_id) != child.definition_id:
        return Next(number - 1), NOTHING                # somebody has sent it elsewhere meanwhile
    if step.action and (child.status == "FAILED" or (child.action == "DELETE") != (step.action == "DELETE")):
        return Failed(reasons.of_owner(child.reason) or f"The nested stack is {child.state}"), NOTHING
    values = {row.name: row.value for row in told.outputs}
    world = RowsWorld(child, told.rows or {}, types)
    found = {probe_key(probe): world.attribute(*probe) if probe[1] else world.reference(probe[0])
             for probe in kind.probes(subject, reads) if probe[0] in world.rows}
    untold = {row.name: row.error for row in told.outputs if row.error}
    untold |= {str(path[0]): f"there is no resource {probe[0]!r} in it" for path in map(key_path, reads)
               if (probe := probe_inside(path)) is not None and probe[0] not in world.rows}
    data = kind.kept(values) | ({UNTOLD: untold} if untold or UNTOLD in subject.data else {})
    return Next(number + 1), Facts(data=data, live={"outputs": values, "found": found})


class Children:
    """Works out what children are to be. Nothing is written here."""

    def __init__(self, store: Store, definitions: Definitions, types: Registry, credentials: Credentials, most: int):
        """most: resources that a stack and all inside it may have together; below 0: any number."""
        self.store, self.definitions, self.types, self.credentials, self.most = store, definitions, types, credentials, most

    def goal(self, parent: StackRow, row: ResourceRow, step: Spawn, kind: NestedType, subject: Subject, reads: frozenset[str]) -> ChildGoal:
        """What the child of a resource is to reach. Raises Invalid or Forbidden when its template does not hold with these values."""
        if step.action == "DELETE":
            return ChildGoal("DELETE", row.physical_id or "", self.types)
        if parent.depth >= self.definitions.limits.nested:
            raise Invalid(f"Stacks may be nested {self.definitions.limits.nested} deep, and this one would be nested deeper")
        outer = self.definitions.get(parent)
        before = self.store.read(stacks.get, row.physical_id) if row.physical_id else None
        before = before if before is not None and before.deleted_at is None else None
        present = self.present(before) if before is not None and kind.looks_back else NOBODY
        wanted = kind.child(subject, present, **step.args)
        made = self.inputs(outer, row, wanted, kind.probes(replace(subject, data={**subject.data, **wanted.data}), reads))
        child = replace(parent, id=before.id if before else new_id(), name=row.physical_name)
        definition = self.defined(parent, child, outer, row, kind, made)
        if before is not None and has_any(definition):
            check_immutable(changed(self.definitions.get(before), definition))
        if kind.looks_back or BARRED in outer.outer:    # how many there are may not have been known when the request was checked
            there = self.store.read(resources.count, before.id) if before else 0
            self.check_room(parent.root_id or parent.id, len(definition.resources) - there)
        return ChildGoal(step.action, child.id, self.types, made, definition, {**wanted.data, SENT_TO: made.id})

    def defined(self, parent: StackRow, child: StackRow, outer: Definition, row: ResourceRow, kind: NestedType, made: DefinitionRow) -> Definition:
        """The child's definition. What the run has told is checked here for the first time, all that is inside included, before any of it
        is made. Raises Invalid or Forbidden."""
        early = outer.partial(row.name)
        late = not known(early)
        definition = self.definitions.compiled(child, made, deep=late or BARRED in outer.outer)
        check_barred(definition, outer.outer.get(BARRED, ()))
        if late and (checks := named_checks(definition)):
            done = {(name, value) for name, value, _ in self.checked_before(child, kind, row, made, early)}
            fresh = [check for check in checks if check[:2] not in done]
            problems = unmet(fresh, self.credentials.cloud(parent)) if fresh else []
            if problems:
                raise Invalid(problems)
        return self.definitions.keep(made.id, definition)

    def checked_before(self, child: StackRow, kind: NestedType, row: ResourceRow, made: DefinitionRow, early: Mapping[str, Any]) -> list[NamedCheck]:
        """What was asked of the cloud when the request came. early: the properties as they were known then."""
        if isinstance(kind, TemplateResource):
            return named_checks(self.definitions.compiled(child, replace(made, parameters=early), deep=True))
        sample = kind.sample(early)
        if sample is None:
            return []
        template = generated(row.implementation, sample, self.definitions.limits)
        return named_checks(self.definitions.compiled(child, replace(made, parameters={}), deep=True, template=template))

    def check_room(self, root_id: str, more: int) -> None:
        """Raises Invalid when there would be too many resources."""
        if more > 0 and 0 <= self.most < (made := self.store.read(resources.count_tree, root_id) + more):
            raise Invalid(f"The stack and those nested in it would have {made} resources; at most {self.most} are allowed")

    def present(self, child: StackRow) -> Present:
        """The child as it is, or was about to be."""
        rows = self.store.read(resources.current, child.id)
        world = RowsWorld(child, rows, self.types)
        definition = self.definitions.get(child)
        written = revealed(definition.template.document, {name: one.value for name, one in definition.parameters.items()})
        return Present(written, {name: world.reference(name) for name, row in rows.items() if row.physical_id},
                       frozenset(name for name, row in rows.items() if row.status == "FAILED"))

    def inputs(self, outer: Definition, row: ResourceRow, made: Child, probes: Iterable[Probe]) -> DefinitionRow:
        """What the child's definition is compiled from."""
        inside, files = environment_of(row.name, outer.resources[row.name].type, outer.environment), outer.scope.files
        secrets, given = secrets_of(outer), made.parameters
        if isinstance(made.template, str):
            if made.template not in files:
                raise Invalid(f"The template {made.template} is not among the files of the stack")
            name, text = made.template, files[made.template]
            used = strings_in(given)
            start = None if used is None else used | {name}
            hidden = [key for key, value in given.items() if holds(value, secrets)]
        else:
            document, given = concealed(made.template, secrets, lambda type_name, member: self.properties(type_name, member, inside, files))
            name, text, start, hidden = row.implementation, json.dumps(document), strings_in(made.template), []
        return DefinitionRow(
            id=new_id(), template=text, environment=inside.stored,
            files=files if start is None else needed(start, files, inside, outer.template.limits),
            parameters={key: value for key, value in given.items() if value is not None},
            outer={"name": name, "facade": facade_of(outer, row), "reads": [[name, list(path)] for name, path in probes if path]}
            | ({"hidden": hidden} if hidden else {}) | barred_in(outer.outer))

    def properties(self, type_name: str, member: str, inside: Environment, files: Mapping[str, str]) -> Sequence[Prop]:
        """What a type declares that is named inside a child; nothing when there is none of that name, which is found elsewhere."""
        target = inside.registry.target(type_name, member) or ""
        if target in files and is_template(target):
            return template_type(target, parse_once(files[target], target, self.definitions.limits)).properties
        schema = self.types.schema(target)
        return schema.properties if schema else ()


def facade_of(outer: Definition, row: ResourceRow) -> dict[str, Any]:
    """What the child may know of the resource that it implements."""
    written = outer.resources[row.name].raw.get(outer.template.dialect.spell("deletion_policy"))
    return {"metadata": dict(row.metadata), "deletion_policy": str(written or "Delete"), "update_policy": outer.update_policy(row.name)}


def begin_child(conn: sa.Connection, parent: StackRow, row: ResourceRow, goal: ChildGoal, timeout: timedelta | None, now: datetime) -> str:
    """Start the child's way to its goal, overtaking what it is at. Returns its id: another one when it had to be made anew."""
    child = stacks.lock(conn, goal.stack_id)
    living = child is not None and child.deleted_at is None
    if goal.row is None:
        if child is not None and living and (child.action, child.status) != ("DELETE", "IN_PROGRESS"):
            begin(conn, child, Goal("DELETE", child.definition_id, None, timeout=timeout), goal.types, now)
        return goal.stack_id
    made, definition = goal.row, goal.definition
    stored.save(conn, made.template, made.environment, made.parameters, made.files, made.outer, made.id)
    said = definition.description if definition else ""
    if child is not None and living:
        action = "UPDATE"
        child = replace(child, updated_at=now, description=said, previous_definition_id=child.previous_definition_id or child.definition_id,
                        timeout_mins=parent.timeout_mins, credential_id=parent.credential_id)
    else:
        action = "CREATE"
        child = replace(
            parent, tags=(), id=goal.stack_id if child is None else new_id(), name=row.physical_name, action="CREATE", status="IN_PROGRESS", reason="",
            definition_id=made.id, created_at=now, previous_definition_id=None, traversal_id=None, updated_at=None, deleted_at=None,
            description=said, disable_rollback=True, owner_id=parent.id, root_id=parent.root_id or parent.id, parent_resource=row.name,
            depth=parent.depth + 1)
        stacks.insert(conn, child)
    begin(conn, child, Goal(action, made.id, definition, timeout=timeout), goal.types, now)
    return child.id


def remaining(conn: sa.Connection, traversal_ids: set[str], now: datetime) -> dict[str, timedelta]:
    """How much time these traversals have left, those whose time is limited."""
    return {id_: max(due - now, timedelta(seconds=1)) for id_, due in nodes.deadlines(conn, traversal_ids).items()}


def still_going(conn: sa.Connection, ids: set[str]) -> set[str]:
    """Those of these stacks that have not ended."""
    return {id_ for id_, stack in stacks.get_many(conn, ids).items() if stack.status == "IN_PROGRESS" and stack.deleted_at is None}
