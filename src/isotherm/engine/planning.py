"""A goal becomes one traversal with all its nodes and edges, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from isotherm.engine import hooks
from isotherm.engine.implied import wanted_resources
from isotherm.engine.names import new_id, number_block, physical_name
from isotherm.engine.stack_events import stack_event
from isotherm.graph.draft import Draft, Situation, Wanted
from isotherm.graph.passes import build
from isotherm.model.records import Node, ResourceRow, StackRow, TraversalRow
from isotherm.store import events, nodes, resources, stacks, traversals
from isotherm.template import Definition
from isotherm.template import Registry as Hooked
from isotherm.types.registry import Registry


@dataclass(frozen=True, slots=True)
class Goal:
    """What a traversal is to reach. definition None: nothing (a deletion). rollback: whether a failure starts one.
    everything: visit unchanged resources as well."""

    action: str
    definition_id: str
    definition: Definition | None
    rollback: bool = False
    timeout: timedelta | None = None
    everything: bool = False
    reason: str = ""


def begin(conn: sa.Connection, stack: StackRow, goal: Goal, types: Registry, now: datetime) -> StackRow:
    """Start a traversal of this stack, overtaking one that runs. The stack's row must be locked or new. Returns the new row."""
    traversal = TraversalRow(new_id(), stack.id, goal.action, goal.definition_id, "running", goal.rollback, now)
    running = _overtake(conn, stack, goal.action)
    existing = tuple(resources.all_of(conn, stack.id))
    wanted = wanted_resources(goal.definition, types) if goal.definition else {}
    registry = hooks.asked_for(conn, goal.definition, goal.definition_id)
    stops = hooks.stops(registry, goal.action, existing)
    draft = build(Draft(Situation(goal.action, wanted, existing, running, goal.everything, stops)))
    rows = _insert_fresh(conn, stack, draft, types, now)
    _point_to_current(conn, existing, rows)
    vertices, edges = _graph(stack, traversal, draft, rows, goal, now, registry)
    traversals.insert(conn, traversal)
    nodes.insert(conn, vertices, edges)
    reason = goal.reason or f"Stack {goal.action} started"
    begun = replace(stack, action=goal.action, status="IN_PROGRESS", reason=reason, traversal_id=traversal.id,
                    definition_id=goal.definition_id)
    stacks.update(conn, begun)
    events.insert_many(conn, [stack_event(begun, now)])
    return begun


def _overtake(conn: sa.Connection, stack: StackRow, action: str) -> tuple[Node, ...]:
    """End the present traversal. What has begun outside is let finish; a deletion only waits for calls in flight."""
    if stack.traversal_id is None:
        return ()
    open_nodes = nodes.unsettled(conn, stack.id)
    work = [n for n in open_nodes if n.kind in nodes.WORK and n.state == "ready"]
    running = [n for n in work if (n.claimed_by is not None if action == "DELETE" else nodes.is_started(n))]
    keep = {n.id for n in running}
    resources.distrust(conn, nodes.unvisited(conn, stack.id))
    nodes.detach(conn, keep)
    nodes.settle(conn, [n.id for n in open_nodes if n.id not in keep], "dropped")
    nodes.forget(conn, stack.id)
    traversals.supersede(conn, stack.id)
    return tuple(running)


def _insert_fresh(conn: sa.Connection, stack: StackRow, draft: Draft, types: Registry, now: datetime) -> Mapping[str, str]:
    """Rows for resources that have none; returns the row id of every current resource by name."""
    ids = {name: row.id for name, row in draft.current.items()}
    fresh = [new_row(stack, draft.situation.wanted[name], types, now) for name in draft.fresh]
    resources.insert_many(conn, fresh)
    return ids | {row.name: row.id for row in fresh}


def new_row(stack: StackRow, wanted: Wanted, types: Registry, now: datetime, replaces: str | None = None) -> ResourceRow:
    """A resource about to be made."""
    id_ = new_id()
    kind = types.get(wanted.target or wanted.type)
    return ResourceRow(
        id=id_, stack_id=stack.id, name=wanted.name, type=wanted.type, action="INIT", status="COMPLETE", reason="",
        physical_name=physical_name(stack.name, wanted.name, id_, kind.name_limit if kind else 255),
        created_at=now, updated_at=now, replaces=replaces, requires=tuple(sorted(wanted.requires)), deletion_policy=wanted.deletion_policy,
        target=wanted.target)


def _point_to_current(conn: sa.Connection, existing: Sequence[ResourceRow], current: Mapping[str, str]) -> None:
    """Make the chosen incarnations the current ones; a row that is being deleted gives way to a new one, too."""
    successors = {row.id: current.get(row.name) for row in existing if row.action != "DELETE" or row.name in current}
    wanted = {id_: None if successor == id_ else successor for id_, successor in successors.items()}
    resources.point(conn, {row.id: wanted[row.id] for row in existing if row.id in wanted and wanted[row.id] != row.replaced_by})


def _graph(stack: StackRow, traversal: TraversalRow, draft: Draft, rows: Mapping[str, str], goal: Goal, now: datetime,
           registry: Hooked | None) -> tuple[list[Node], list[tuple[int, int]]]:
    """The draft as numbered nodes and edges, with the stack's end behind its sinks, and its deadline. registry: whose hooks count."""
    first = number_block()
    numbers = {vertex: first + i for i, vertex in enumerate(draft.needs)}
    existing = {row.id: row for row in draft.situation.existing}
    made: list[Node] = []
    edges: list[tuple[int, int]] = []

    def add(number: int, kind: str, name: str, resource_id: str | None, needs: set[int], requires: tuple[str, ...] = (), due: datetime = now,
            stops: tuple[str, ...] = ()) -> None:
        edges.extend((need, number) for need in needs)
        made.append(Node(id=number, stack_id=stack.id, traversal_id=traversal.id, kind=kind, name=name, resource_id=resource_id,
                         state="waiting" if needs else "ready", waiting_on=len(needs), due_at=due, requires=requires, hooks=stops))

    for vertex, needs in draft.needs.items():
        waits = {numbers[need] for need in needs} | draft.after.get(vertex, set())
        stops = hooks.of_vertex(registry, vertex, draft, existing)
        if vertex.kind == "converge":
            requires = tuple(sorted(draft.situation.wanted[vertex.key].requires))
            add(numbers[vertex], "converge", vertex.key, rows[vertex.key], waits, requires, stops=stops)
        else:
            name = existing[vertex.key].name
            stays = name in draft.situation.wanted and (row := draft.current.get(name)) is not None and row.id == vertex.key
            add(numbers[vertex], "cleanup" if stays else "remove", name, vertex.key, waits, stops=stops)
    last = first + len(numbers)
    add(last, "end", stack.name, None, {numbers[v] for v in draft.sinks()} | {n.id for n in draft.situation.running})
    if goal.timeout:
        add(last + 1, "deadline", stack.name, None, set(), due=now + goal.timeout)
    return made, edges


