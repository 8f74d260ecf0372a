"""Rows of the database as values. Times are aware UTC datetimes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class StackRow:
    """A stack. `action`_`status` is its state, e.g. CREATE_IN_PROGRESS; deleted stacks keep their row for a while."""

    id: str
    project_id: str
    name: str
    action: str
    status: str
    reason: str
    definition_id: str
    created_at: datetime
    previous_definition_id: str | None = None    # what a rollback returns to
    traversal_id: str | None = None              # the current or last run
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    description: str = ""
    disable_rollback: bool = True
    timeout_mins: int | None = None
    owner_id: str | None = None                  # the parent stack of a nested one
    root_id: str = ""
    parent_resource: str | None = None
    depth: int = 0
    credential_id: str | None = None
    user_id: str = ""
    user_name: str = ""
    user_project_id: str | None = None           # the stack-domain project
    tags: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        return f"{self.action}_{self.status}"


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """What a definition is compiled from. files: name -> text.

    outer: of a nested stack, what the resource that it implements adds - `name` of the template, its `facade`, and what is read of the
    stack's own resources from outside, `reads`: [resource, path] each; of parameters that hold secrets of the stacks around, `hidden`.
    barred: types that the caller could not use, where the run tells what nested stacks are made from.
    """

    id: str
    template: str
    environment: Mapping[str, Any]
    parameters: Mapping[str, Any]
    files: Mapping[str, str]
    outer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One physical incarnation of a resource. `replaced_by` set: a successor exists, this one waits to be cleaned up.

    type: as the template writes it; target: what the registry makes of it, "" where that is the same.
    """

    id: str
    stack_id: str
    name: str
    type: str
    physical_name: str
    action: str
    status: str
    reason: str
    created_at: datetime
    updated_at: datetime
    physical_id: str | None = None
    fingerprint: str = ""                        # of the definition it was last brought to
    replaces: str | None = None
    replaced_by: str | None = None
    requires: tuple[str, ...] = ()               # names of the resources it needed when last converged
    deletion_policy: str = "Delete"
    external_id: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)      # resolved; what was last asked of the cloud
    data: Mapping[str, Any] = field(default_factory=dict)            # what its steps kept
    attributes: Mapping[str, Any] = field(default_factory=dict)      # those that others read: name -> value
    unreadable: str = ""                         # why properties, data, attributes and metadata could not be decrypted; they are empty then
    metadata: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""

    @property
    def state(self) -> str:
        return f"{self.action}_{self.status}"

    @property
    def implementation(self) -> str:
        """The type that knows what to do with it, or the file name of a template."""
        return self.target or self.type


@dataclass(frozen=True, slots=True)
class TraversalRow:
    """One run towards one goal. state: running, complete, failed, superseded."""

    id: str
    stack_id: str
    action: str
    definition_id: str
    state: str
    rollback: bool
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One vertex of a traversal's graph.

    kind: converge a resource, cleanup (remove an incarnation if it has been replaced by then), remove it, end (the stack's last
    word) or deadline (the stack's time-out).
    state: waiting, ready, done, failed, skipped (something it needs failed), dropped (overtaken).
    due_at: schedule, poll, back-off and lease at once. claim: fencing counter; tries: claims of this very step that
    ended without a record; attempt: retries of this step. requires: names of the resources it needs. plan: steps as JSON, None until planned.
    hooks: those that it has yet to pass, in order; paused: it stands before the first of them until somebody clears that one.
    """

    id: int
    stack_id: str
    traversal_id: str
    kind: str
    name: str
    resource_id: str | None
    state: str
    waiting_on: int
    due_at: datetime
    step: int = 0
    attempt: int = 0
    tries: int = 0
    claim: int = 0
    claimed_by: str | None = None
    since: datetime | None = None                # when the present step began; poll intervals grow with its age
    requires: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    paused: bool = False
    reason: str | None = None
    plan: list[dict[str, Any]] | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    unreadable: str = ""                         # why plan or progress could not be decrypted; empty then, and the node can only fail


@dataclass(frozen=True, slots=True)
class EventRow:
    id: int
    uuid: str
    stack_id: str
    stack_name: str
    resource_name: str
    resource_type: str
    resource_id: str | None
    physical_id: str | None
    action: str
    status: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OutputRow:
    """error set: the value could not be told. Values of outputs whose condition is false are None."""

    name: str
    value: Any
    description: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """A software config: text or structure that servers and deployments take by its id. It never changes.

    inputs, outputs: declarations, each a map with at least `name` and `type`.
    """

    id: str
    project_id: str
    created_at: datetime
    name: str | None = None
    group: str | None = None
    config: Any = None
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """An engine process, as the service list shows it. process: names it for good among those of its machine."""

    id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    process: str = ""
