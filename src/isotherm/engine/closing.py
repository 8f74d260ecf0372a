"""The last word on a traversal: the stack's end, its outputs, a rollback; and the deadline that cuts it short."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from isotherm.bus.local import Bus
from isotherm.engine import reasons
from isotherm.engine.brief import Brief
from isotherm.engine.credentials import Credentials
from isotherm.engine.definitions import Definitions
from isotherm.engine.names import utcnow
from isotherm.engine.planning import Goal, begin
from isotherm.engine.report import TIMED_OUT, Report
from isotherm.engine.stack_events import resource_event, stack_event
from isotherm.engine.world import RowsWorld
from isotherm.model.errors import CloudError, IsothermError
from isotherm.model.records import Node, OutputRow, ResourceRow, StackRow, TraversalRow
from isotherm.store import credentials as stored_credentials
from isotherm.store import events, nodes, outputs, resources, stacks, traversals
from isotherm.store.store import Store
from isotherm.template import Definition
from isotherm.types.registry import Registry

log = logging.getLogger(__name__)


class Closing:
    """Ends traversals, each in a transaction of its own."""

    def __init__(self, store: Store, bus: Bus, definitions: Definitions, types: Registry, credentials: Credentials, max_events: int):
        self.store, self.bus, self.definitions, self.types = store, bus, definitions, types
        self.credentials, self.max_events = credentials, max_events

    def close(self, brief: Brief) -> Report | None:
        """Run an end or deadline node. It writes for itself, so there is no report."""
        if brief.node.kind == "deadline":
            self.store.write(expire, brief.node, utcnow())
        else:
            self.give_back(brief)
            self.store.write(self.end, brief, self.definition(brief.stack), utcnow())
        self.bus.wake(1)
        return None

    def definition(self, stack: StackRow) -> Definition | None:
        """The stack's definition, for its outputs. A stack ends all the same when this version cannot compile it any more."""
        try:
            return None if stack.action == "DELETE" else self.definitions.get(stack)
        except IsothermError as error:
            log.warning("stack %s: no outputs, its definition cannot be compiled: %s", stack.id, error)
            return None

    def give_back(self, brief: Brief) -> None:
        """A stack that is gone needs no rights any more. Failing at that is not worth keeping the stack for."""
        stack = brief.stack
        if brief.overtaken or stack.action != "DELETE" or stack.credential_id is None or stack.owner_id is not None:
            return
        if self.store.read(nodes.failures, brief.node.traversal_id):
            return
        try:
            self.credentials.revoke(stack)
        except (CloudError, IsothermError) as error:
            log.warning("stack %s: its credential could not be revoked: %s", stack.id, error)

    def end(self, conn: sa.Connection, brief: Brief, definition: Definition | None, now: datetime) -> None:
        """Settle the stack: complete, failed, or on to a rollback. Nothing happens if the traversal has been overtaken."""
        node, owner, resource = brief.node, brief.stack.owner_id, brief.stack.parent_resource
        # The parent's before the child's, as everywhere: who brings a child on its way holds the parent's node.
        callers = nodes.waiting_for(conn, owner, resource) if owner and resource else []
        stack = stacks.lock(conn, node.stack_id)
        if stack is None or nodes.held(conn, [node]).get(node.id) not in ("", nodes.EXPIRED):
            return
        traversal = traversals.get(conn, node.traversal_id)
        failures = nodes.failures(conn, node.traversal_id)
        nodes.settle(conn, [node.id], "done")
        if not failures:
            self.complete(conn, stack, definition, now)
        else:
            failed = self.settle(conn, stack, "FAILED", because(stack, failures), now, "failed")
            if traversal is not None and traversal.rollback and self.roll_back(conn, failed, traversal, now):
                return
            resources.distrust(conn, nodes.unvisited(conn, stack.id))
            self.tell_outputs(conn, stack, definition)
        nodes.call(conn, callers, now)
        nodes.forget(conn, stack.id, node.traversal_id)
        traversals.delete_ended(conn, stack.id)
        events.prune(conn, stack.id, self.max_events)

    def complete(self, conn: sa.Connection, stack: StackRow, definition: Definition | None, now: datetime) -> None:
        done = self.settle(conn, stack, "COMPLETE", f"Stack {stack.action} completed successfully", now, "complete")
        if stack.action == "DELETE":
            outputs.replace(conn, stack.id, [])
            if stack.credential_id and stack.owner_id is None:
                stacks.update(conn, replace(done, credential_id=None))
                stored_credentials.delete(conn, stack.credential_id)
            stacks.mark_deleted(conn, stack.id, now)
            return
        if stack.action != "ROLLBACK":
            stacks.update(conn, replace(done, previous_definition_id=done.definition_id))
        self.tell_outputs(conn, stack, definition)

    def settle(self, conn: sa.Connection, stack: StackRow, status: str, reason: str, now: datetime, ended: str) -> StackRow:
        """Write the stack's final state and its event."""
        done = replace(stack, status=status, reason=reason)
        stacks.set_state(conn, stack.id, stack.action, status, reason)
        if stack.traversal_id:
            traversals.end(conn, stack.traversal_id, ended, now)
        events.insert_many(conn, [stack_event(done, now)])
        return done

    def roll_back(self, conn: sa.Connection, failed: StackRow, traversal: TraversalRow, now: datetime) -> bool:
        """Return to the last definition that held, or to nothing when there never was one. False when that cannot be read any more."""
        target = failed.previous_definition_id if traversal.action != "CREATE" else None
        try:
            definition = self.definitions.get_in(conn, failed, target) if target else None
        except IsothermError as error:
            log.warning("stack %s: no rollback, its former definition cannot be compiled: %s", failed.id, error)
            return False
        goal = Goal("ROLLBACK", target or failed.definition_id, definition, reason=f"Stack ROLLBACK started: {failed.reason}")
        begin(conn, failed, goal, self.types, now)
        return True

    def tell_outputs(self, conn: sa.Connection, stack: StackRow, definition: Definition | None) -> None:
        """Store what the outputs come to now."""
        if definition is None or not definition.outputs:
            outputs.replace(conn, stack.id, [])
            return
        rows = resources.current(conn, stack.id)
        outputs.replace(conn, stack.id, output_rows(definition, stack, rows, self.types))


def output_rows(definition: Definition, stack: StackRow, rows: Mapping[str, ResourceRow], types: Registry) -> list[OutputRow]:
    """Each output's value, or why it has none."""
    world = RowsWorld(stack, rows, types)
    told = []
    for name, output in definition.outputs.items():
        try:
            told.append(OutputRow(name, definition.output(name, world), output.description))
        except IsothermError as error:
            told.append(OutputRow(name, None, output.description, str(error)))
    return told


def because(stack: StackRow, failures: list[tuple[str, str]]) -> str:
    """Why the stack failed: the first failure in full, the names of the others."""
    if not failures[0][0]:
        return f"Stack {stack.action} timed out"
    name, reason = failures[0]
    more = [other for other, _ in failures[1:]]
    also = f"; also failed: {', '.join(more[:10])}{' and more' if len(more) > 10 else ''}" if more else ""
    return f"{reasons.of_stack(stack.action, name, reason)}{also}"


def expire(conn: sa.Connection, node: Node, now: datetime) -> None:
    """The time is over: nothing more is started, what waits between two looks is given up, calls in flight are let end."""
    stack = stacks.lock(conn, node.stack_id)
    if stack is None or nodes.held(conn, [node]).get(node.id) != "":
        return
    reason = TIMED_OUT
    traversals.end(conn, node.traversal_id, "expired", now)
    waiting = [n for n in nodes.of_traversal(conn, node.traversal_id, lock=True)
               if n.state == "ready" and n.kind in nodes.WORK and n.claimed_by is None and n.plan is not None and not n.paused]
    nodes.fail(conn, {n.id: reason for n in waiting})
    nodes.stop(conn, node.traversal_id, now)
    nodes.fail(conn, {node.id: reason})
    rows = resources.get_many(conn, [n.resource_id for n in waiting if n.resource_id])
    failed = [replace(row, status="FAILED", reason=reason, updated_at=now) for row in rows.values()]
    resources.save_many(conn, failed)
    events.insert_many(conn, [resource_event(stack, row, now) for row in failed])
