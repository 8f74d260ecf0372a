"""What running a node's step came to, and how that is recorded."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from isotherm.engine import configs, hooks
from isotherm.engine.brief import Brief
from isotherm.engine.children import ChildGoal, begin_child, remaining, still_going
from isotherm.engine.configs import Changes
from isotherm.engine.stack_events import resource_event
from isotherm.model.outcome import Done, Failed, Next, Outcome, Retry
from isotherm.model.records import Node, ResourceRow
from isotherm.store import events, nodes, resources, traversals

BACKOFF_CAP = 60.0                      # seconds
TIMED_OUT = "Timed out"


@dataclass(frozen=True, slots=True)
class Report:
    """One step's result.

    row: the resource's new content. begun: the row as it was announced when work on it began (an event of its own).
    replaces: the row this one takes over from. gone: the row is to be forgotten. plan, progress: to store with the node.
    quiet: nothing changed for the user, so no event. unused: the claim is given back as it was. configs: software configs that come or go.
    spawn: what a child stack is to be brought to. awaits: the child stack that the node now waits for. paused: the hook before which
    the node now stands.
    """

    brief: Brief
    outcome: Outcome
    row: ResourceRow | None = None
    begun: ResourceRow | None = None
    replaces: ResourceRow | None = None
    gone: bool = False
    plan: list[dict[str, Any]] | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False
    unused: bool = False
    configs: Changes = field(default_factory=dict)
    spawn: ChildGoal | None = None
    awaits: str = ""
    paused: str = ""

    @property
    def node(self) -> Node:
        return self.brief.node


def postponed(brief: Brief) -> Report | None:
    """What a worker that could not come to a step in time hands in: somebody may take it up at once. None for the stack's own nodes,
    which write for themselves."""
    if brief.node.kind not in nodes.WORK:
        return None
    return Report(brief, Next(brief.node.step), unused=True)


def record(conn: sa.Connection, reports: Sequence[Report], now: datetime) -> int:
    """One transaction for all that follows from these steps; returns how many nodes became ready.

    A worker that lost its claim still hands in the ids the cloud gave it; everything else of its report is void.
    """
    held = nodes.held(conn, [report.node for report in reports])
    resources.keep_ids(conn, [r.row for r in reports if r.row is not None and r.node.id not in held and r.row.physical_id and not r.configs])
    woken = 0
    for level in _levels([_obey(report, held[report.node.id], now) for report in reports if report.node.id in held]):
        begun = _begin_children(conn, level, now)
        _record_resources(conn, begun, now)
        woken += _record_nodes(conn, begun, held, now)
    return woken


def _levels(reports: list[Report]) -> list[list[Report]]:
    """The deepest stacks' first: what a child stack has done by now is on record before its parent's report sends it elsewhere, and
    a resource that has gone is not planned for."""
    if not any(report.spawn for report in reports):
        return [reports]
    depths = sorted({report.brief.stack.depth for report in reports}, reverse=True)
    return [[report for report in reports if report.brief.stack.depth == depth] for depth in depths]


def _obey(report: Report, overtaken: str, now: datetime) -> Report:
    """A node whose traversal was overtaken stops where that is safe: before its first call, and anywhere when all is to be deleted.
    One whose time is over fails."""
    if overtaken and report.paused:
        return replace(report, outcome=Done(), paused="")       # nobody has to let it go any more: all that it has done is in the report
    if overtaken not in ("", nodes.EXPIRED) and report.node.plan is None:
        return Report(report.brief, Done(), quiet=True)     # no plan on record, so no call was made; the new traversal's graph knows no row of it
    if overtaken not in ("", nodes.EXPIRED) and (report.spawn or report.awaits):
        return replace(report, outcome=Done(), quiet=True, spawn=None, awaits="")     # whoever has overtaken it sees to the child
    if overtaken == nodes.EXPIRED and isinstance(report.outcome, Next | Retry):
        row = report.row or report.brief.row
        late = None if row is None else replace(row, status="FAILED", reason=TIMED_OUT, updated_at=now)
        return replace(report, outcome=Failed(TIMED_OUT), row=late, spawn=None, awaits="")
    if overtaken == "DELETE" and isinstance(report.outcome, Next | Retry):
        return replace(report, outcome=Done(), quiet=True)
    return report


def _begin_children(conn: sa.Connection, reports: list[Report], now: datetime) -> list[Report]:
    """Start the child stacks that these reports ask for. A node whose child has ended meanwhile does not wait for it: its call came
    while somebody was looking, and was not heard."""
    if not any(report.spawn or report.awaits for report in reports):
        return reports
    left = remaining(conn, {report.node.traversal_id for report in reports if report.spawn}, now)
    begun = [_with_child(conn, report, report.spawn, left.get(report.node.traversal_id), now) if report.spawn else report for report in reports]
    going = still_going(conn, {report.awaits for report in begun if report.awaits})
    return [replace(report, outcome=Next(report.outcome.step)) if report.awaits and report.awaits not in going and isinstance(report.outcome, Next)
            else report for report in begun]


def _with_child(conn: sa.Connection, report: Report, goal: ChildGoal, timeout: timedelta | None, now: datetime) -> Report:
    row = report.row or report.brief.row
    if row is None:
        return report
    id_ = begin_child(conn, report.brief.stack, row, goal, timeout, now)
    return replace(report, awaits=id_, row=report.row if goal.row is None else replace(row, physical_id=id_))


def _record_resources(conn: sa.Connection, reports: Sequence[Report], now: datetime) -> None:
    rows = [r for r in reports if r.row is not None]
    made = [r.row for r in rows if r.replaces is not None and r.row is not None]
    resources.insert_many(conn, made)
    configs.record(conn, [r.configs for r in rows if r.configs])
    resources.save_many(conn, [r.replaces for r in rows if r.replaces is not None])
    resources.point(conn, {r.replaces.id: r.row.id for r in rows if r.replaces is not None and r.row is not None})
    resources.save_many(conn, [r.row for r in rows if r.replaces is None and not r.gone and r.row is not None])
    resources.delete_many(conn, [r.row.id for r in rows if r.gone and r.row is not None])
    told = []
    for r in reports:
        if r.begun is not None:
            told.append(resource_event(r.brief.stack, r.begun, now))
        ended = isinstance(r.outcome, Done | Failed) or r.paused
        if ended and r.row is not None and not r.quiet:
            told.append(resource_event(r.brief.stack, r.row, now))
        stands = r.row or r.brief.row
        if r.paused and stands is not None and not r.node.paused:
            told.append(resource_event(r.brief.stack, replace(stands, reason=hooks.paused(r.paused)), now))
    events.insert_many(conn, told)


def _record_nodes(conn: sa.Connection, reports: Sequence[Report], held: Mapping[int, str], now: datetime) -> int:
    done: list[int] = []
    failed: dict[int, str] = {}
    going: list[Node] = []
    for report in reports:
        match report.outcome:
            case Done():
                done.append(report.node.id)
            case Failed(reason):
                failed[report.node.id] = reason
            case Next() | Retry():
                going.append(_onward(report, report.outcome, now))
    nodes.settle(conn, done, "done")
    nodes.fail(conn, failed)
    nodes.save(conn, going)
    # An overtaken node has nobody left in its own traversal: whoever waits for it only waits for its hands to be off.
    own = {id_ for id_ in failed if held[id_] in ("", nodes.EXPIRED)}
    woken = nodes.unblock(conn, [*done, *(failed.keys() - own)], now)
    if own:
        woken += nodes.skip(conn, own, now)
        for traversal_id in traversals.with_rollback(conn, {r.node.traversal_id for r in reports if r.node.id in own}):
            nodes.stop(conn, traversal_id, now)
    return woken + sum(len(report.spawn.definition.resources) for report in reports if report.spawn and report.spawn.definition)


def _onward(report: Report, outcome: Next | Retry, now: datetime) -> Node:
    """The node as it goes on: the next step, the same one again for a poll, or again after a pause for a retry."""
    node, plan = report.node, report.node.plan if report.plan is None else report.plan
    if report.unused:
        return replace(node, tries=node.tries - 1, due_at=now)
    common: dict[str, Any] = {"plan": plan, "progress": report.progress, "paused": bool(report.paused),
                              "resource_id": report.row.id if report.row else node.resource_id}
    match outcome:
        case Next(step, seconds):
            moved = step != node.step or report.plan is not None
            return replace(node, step=step, attempt=0, tries=0, reason=None, due_at=now + timedelta(seconds=seconds),
                           since=now if moved else node.since, **common)
        case Retry(reason, seconds):
            pause = max(seconds, random.uniform(0.5, 1.0) * min(2.0 ** node.attempt, BACKOFF_CAP))
            return replace(node, attempt=node.attempt + 1, tries=1, reason=reason, due_at=now + timedelta(seconds=pause), **common)
