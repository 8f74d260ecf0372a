"""Events as the API shows them."""

from collections.abc import Mapping
from typing import Any

from isotherm.api.views.links import event_url, links, resource_url, stack_url
from isotherm.api.views.moment import moment
from isotherm.model.records import EventRow, StackRow

REASON_LIMIT = 255


def event_view(base: str, row: EventRow, stack: StackRow, root: StackRow | None = None) -> dict[str, Any]:
    """An event in a list. root: the stack whose list it is, when that shows nested stacks too."""
    stack_at = stack_url(base, stack.project_id, stack.name, stack.id)
    resource_at = resource_url(stack_at, row.resource_name)
    named = [("self", event_url(resource_at, row.uuid)), ("resource", resource_at), ("stack", stack_at)]
    if root is not None:
        named.append(("root_stack", stack_url(base, root.project_id, root.name, root.id)))
    return {
        "id": row.uuid,
        "event_time": moment(row.at),
        "links": links(*named),
        "logical_resource_id": row.resource_name,
        "physical_resource_id": row.physical_id,
        "resource_name": row.resource_name,
        "resource_status": f"{row.action}_{row.status}",
        "resource_status_reason": row.reason[:REASON_LIMIT],
    }


def detail_view(base: str, row: EventRow, stack: StackRow, properties: Mapping[str, Any] | None) -> dict[str, Any]:
    """One event in full."""
    return event_view(base, row, stack) | {
        "resource_type": row.resource_type, "resource_properties": None if properties is None else dict(properties),
    }
