"""The resources that a nested stack stands for, outwards."""

import sqlalchemy as sa

from isotherm.model.records import StackRow
from isotherm.store import resources, stacks


def distrust_owners(conn: sa.Connection, stack: StackRow | None) -> None:
    """Somebody changes or deletes this nested stack by itself: the next update of any stack around it comes here and brings it back to
    what its template says, as if its owner had changed."""
    while stack is not None and stack.owner_id and stack.parent_resource:
        rows = resources.by_names(conn, stack.owner_id, (stack.parent_resource,))
        resources.distrust(conn, [row.id for row in rows.values() if row.physical_id == stack.id])
        stack = stacks.get(conn, stack.owner_id)
