"""What a worker must know to run a node's next step."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from isotherm.model.records import Node, OutputRow, ResourceRow, StackRow
from isotherm.model.subject import Subject
from isotherm.store import outputs, resources, stacks


@dataclass(frozen=True, slots=True)
class Told:
    """A child as it was when its owner's node was claimed. stack None: there is none. outputs and rows (its resources) are only read
    when it has ended."""

    stack: StackRow | None
    outputs: Sequence[OutputRow] = ()
    rows: Mapping[str, ResourceRow] | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """A claimed node with its stack, its resource row, and the rows of the resources it needs.

    rivals: its other incarnations, which may hold what only one can have; told only before something is planned for a resource that
    was made already. child: the nested stack whose end the node waits for. overtaken: the action of a newer traversal, "" when there is none.
    latest: until when (`time.monotonic`) a request that changes something may be sent: its answer must be here before the claim ends.
    """

    node: Node
    stack: StackRow
    row: ResourceRow | None = None
    needs: Mapping[str, ResourceRow] = field(default_factory=dict)
    latest: float = math.inf
    child: Told | None = None
    rivals: Sequence[ResourceRow] = ()

    @property
    def overtaken(self) -> str:
        return self.stack.action if self.stack.traversal_id != self.node.traversal_id else ""

    @property
    def unreadable(self) -> str:
        """Why the node cannot be worked on when something that it goes by cannot be decrypted, else ""."""
        rows = (self.row, *self.needs.values(), *self.rivals)
        return self.node.unreadable or next((row.unreadable for row in rows if row is not None and row.unreadable), "")


def load(conn: sa.Connection, claimed: Iterable[Node]) -> list[Brief]:
    """Briefs for claimed nodes, with a handful of queries however many there are."""
    claimed = list(claimed)
    found = stacks.get_many(conn, {n.stack_id for n in claimed})
    own = resources.get_many(conn, {n.resource_id for n in claimed if n.resource_id})
    needs: dict[str, set[str]] = {}
    for n in claimed:
        if n.plan is None and n.requires:
            needs.setdefault(n.stack_id, set()).update(n.requires)
    others = {stack_id: resources.by_names(conn, stack_id, names) for stack_id, names in needs.items()}
    planned = [row for n in claimed if n.plan is None and n.kind == "converge" and (row := own.get(n.resource_id or "")) and row.action != "INIT"]
    rivals = resources.rivals(conn, planned)
    waiting = {n.id: id_ for n in claimed if waits_for_child(n) and n.resource_id in own and (id_ := own[n.resource_id].physical_id)}
    children = look(conn, sorted(set(waiting.values()))) if waiting else {}
    return [Brief(n, found[n.stack_id], own.get(n.resource_id or ""), others.get(n.stack_id, {}) if n.plan is None else {},
                  child=children.get(waiting.get(n.id, "")) or Told(None), rivals=rivals.get(n.resource_id or "", ()))
            for n in claimed if n.stack_id in found]


def waits_for_child(n: Node) -> bool:
    """Whether the next step is to see how the child stack is getting on."""
    return n.plan is not None and n.step < len(n.plan) and n.plan[n.step]["step"] == "Await"


def look(conn: sa.Connection, ids: Sequence[str]) -> dict[str, Told]:
    """Child stacks by id, with what they give."""
    told: dict[str, Told] = {}
    for id_, stack in stacks.get_many(conn, ids).items():
        over = stack.status != "IN_PROGRESS" and stack.deleted_at is None
        told[id_] = Told(stack, outputs.of(conn, id_), resources.current(conn, id_)) if over else Told(stack)
    return {id_: told.get(id_, Told(None)) for id_ in ids}


def subject_of(stack: StackRow, row: ResourceRow) -> Subject:
    """The resource as its type's functions see it."""
    return Subject(name=row.name, type=row.implementation, stack_id=stack.id, stack_name=stack.name, project_id=stack.project_id,
                   physical_name=row.physical_name, physical_id=row.physical_id, properties=row.properties, data=row.data,
                   metadata=row.metadata, status=(row.action, row.status))
