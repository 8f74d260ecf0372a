"""Resources as the API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from isotherm.api.views.links import links, resource_url, stack_url
from isotherm.api.views.moment import moment
from isotherm.api.views.reason import reason
from isotherm.engine.hooks import paused
from isotherm.model.records import ResourceRow, StackRow

View = dict[str, Any]


def resource_view(base: str, row: ResourceRow, stack: StackRow, nested: StackRow | None, required_by: Sequence[str], hook: str = "") -> View:
    """A resource in a list. nested: the stack that it stands for, if it is one. hook: before which it stands."""
    stack_at = stack_url(base, stack.project_id, stack.name, stack.id)
    named = [("self", resource_url(stack_at, row.name)), ("stack", stack_at)]
    if nested is not None:
        named.append(("nested", stack_url(base, nested.project_id, nested.name, nested.id)))
    view: View = {
        "resource_name": row.name,
        "logical_resource_id": row.name,
        "physical_resource_id": row.physical_id or "",
        "resource_type": row.type,
        "resource_status": row.state,
        "resource_status_reason": paused(hook) if hook else reason(row.reason, row.unreadable),
        "creation_time": moment(row.created_at),
        "updated_time": moment(row.updated_at),
        "required_by": list(required_by),
        "links": links(*named),
    }
    return view | {"parent_resource": stack.parent_resource} if stack.parent_resource else view


def detail_view(view: View, description: str, attributes: Mapping[str, Any]) -> View:
    """A resource in full."""
    return view | {"description": description, "attributes": dict(attributes)}


def dependents(rows: Sequence[ResourceRow]) -> dict[tuple[str, str], list[str]]:
    """(stack id, resource name) -> names of the resources of that stack that need it."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for name in row.requires:
            found.setdefault((row.stack_id, name), []).append(row.name)
    return found
