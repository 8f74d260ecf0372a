"""What a worker must know to run a node's next step."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from isotherm.model.records import Node, ResourceRow, StackRow
from isotherm.model.subject import Subject
from isotherm.store import resources, stacks


@dataclass(frozen=True, slots=True)
class Brief:
    """A claimed node with its stack, its resource row, and the rows of the resources it needs.

    overtaken: the action of a newer traversal, "" when there is none. latest: until when (`time.monotonic`) a request that
    changes something may be sent: its answer must be here before the claim ends.
    """

    node: Node
    stack: StackRow
    row: ResourceRow | None = None
    needs: Mapping[str, ResourceRow] = field(default_factory=dict)
    latest: float = math.inf

    @property
    def overtaken(self) -> str:
        return self.stack.action if self.stack.traversal_id != self.node.traversal_id else ""


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
    return [Brief(n, found[n.stack_id], own.get(n.resource_id or ""), others.get(n.stack_id, {}) if n.plan is None else {})
            for n in claimed if n.stack_id in found]


def subject_of(stack: StackRow, row: ResourceRow) -> Subject:
    """The resource as its type's functions see it."""
    return Subject(name=row.name, type=row.type, stack_id=stack.id, stack_name=stack.name, project_id=stack.project_id,
                   physical_name=row.physical_name, physical_id=row.physical_id, properties=row.properties, data=row.data,
                   metadata=row.metadata, status=(row.action, row.status))
