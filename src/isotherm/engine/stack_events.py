"""Events, as values."""

from datetime import datetime

from isotherm.engine.names import new_id
from isotherm.model.records import EventRow, ResourceRow, StackRow

STACK_TYPE = "OS::Heat::Stack"


def stack_event(stack: StackRow, at: datetime) -> EventRow:
    """The stack's present state as an event of its own."""
    return EventRow(0, new_id(), stack.id, stack.name, stack.name, STACK_TYPE, None, stack.id, stack.action, stack.status, stack.reason, at)


def resource_event(stack: StackRow, row: ResourceRow, at: datetime) -> EventRow:
    """The resource's present state as an event."""
    return EventRow(0, new_id(), stack.id, stack.name, row.name, row.type, row.id, row.physical_id, row.action, row.status, row.reason, at)
