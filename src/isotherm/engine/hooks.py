"""Hooks: an environment may stop a resource before or after it is created, updated or deleted, until somebody clears the hook.

A node carries the hooks that it has yet to pass; `paused` says that it stands before the first of them. Nobody has a claim on it then:
clearing the hook makes it due.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from isotherm.engine.stack_events import resource_event
from isotherm.graph.draft import Draft, Vertex
from isotherm.model.errors import Invalid
from isotherm.model.records import ResourceRow, StackRow
from isotherm.store import definitions, events, nodes, resources
from isotherm.store.vault import VaultError
from isotherm.template import Definition, Registry, stored_environment
from isotherm.template.registry import HOOKS

LOOK = 3600.0                           # seconds between looks at a node that stands before a hook; clearing it makes the node due


def asked_for(conn: sa.Connection, definition: Definition | None, definition_id: str) -> Registry | None:
    """The registry whose hooks count for a traversal; None when there are none. A deletion goes by what was stored, if it can be read:
    what cannot must still be deletable."""
    try:
        environment = definition.environment if definition else stored_environment(definitions.load_environment(conn, definition_id))
    except VaultError:
        return None
    return environment.registry if any(layer.resources for layer in environment.registry.layers) else None


def stops(registry: Registry | None, action: str, existing: tuple[ResourceRow, ...]) -> frozenset[str]:
    """Names of the resources at which an update stops, whether or not there is anything to do with them."""
    if registry is None or action != "UPDATE":
        return frozenset()
    return frozenset(row.name for row in existing if "pre-update" in registry.hooks_of(row.name))


def of_vertex(registry: Registry | None, vertex: Vertex, draft: Draft, existing: Mapping[str, ResourceRow]) -> tuple[str, ...]:
    """The hooks that a vertex has to pass, in order. A rollback waits for nobody, and neither does what an update creates or deletes.
    existing: row id -> row."""
    if registry is None:
        return ()
    if vertex.kind == "converge":
        name, row = vertex.key, draft.current.get(vertex.key)
        verb = "create" if row is None or row.action == "INIT" else "update"
    else:
        name, verb = existing[vertex.key].name, "" if existing[vertex.key].replaced_by else "delete"
    if verb.upper() != draft.situation.action:
        return ()
    asked = registry.hooks_of(name)
    return tuple(hook for hook in (f"pre-{verb}", f"post-{verb}") if hook in asked)


def paused(hook: str) -> str:
    """Why a resource goes no further. Clients look for just these words."""
    return f"{hook.partition('-')[2].upper()} paused until Hook {hook} is cleared"


def clear(conn: sa.Connection, stack: StackRow, name: str, hook: str, now: datetime) -> None:
    """Let the resource go on that stands before this hook, and tell of it by an event. Raises Invalid when it does not stand there."""
    if hook not in HOOKS:
        raise Invalid(f"{hook!r} is no hook; it must be one of {', '.join(HOOKS)}", wire="InvalidBreakPointHook")
    ids = nodes.let_go(conn, stack.id, name, hook, now)
    if not ids:
        raise Invalid(f"The resource {name} of the stack {stack.name} is not paused at the hook {hook}", wire="InvalidBreakPointHook")
    # Clients tell by just these words that a pause is over.
    rows = [replace(row, reason=f"Hook {hook} is cleared") for row in resources.get_many(conn, ids).values()]
    events.insert_many(conn, [resource_event(stack, row, now) for row in rows])
