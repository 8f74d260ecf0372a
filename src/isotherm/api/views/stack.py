"""Stacks as the API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from isotherm.api.views.links import links, stack_url
from isotherm.api.views.moment import moment
from isotherm.api.views.reason import reason
from isotherm.model.records import StackRow
from isotherm.model.request import StackIdentity

View = dict[str, Any]


def created_view(base: str, stack: StackIdentity) -> View:
    """What a creation answers: enough to find the stack."""
    return {"id": stack.id, "links": links(("self", stack_url(base, stack.project_id, stack.name, stack.id)))}


def common(base: str, row: StackRow) -> View:
    return {
        "id": row.id,
        "links": links(("self", stack_url(base, row.project_id, row.name, row.id))),
        "stack_name": row.name,
        "stack_status": row.state,
        "stack_status_reason": row.reason,
        "creation_time": moment(row.created_at),
        "updated_time": moment(row.updated_at),
        "deletion_time": moment(row.deleted_at),
        "stack_owner": row.user_name or None,
        "parent": row.owner_id,
        "stack_user_project_id": row.user_project_id,
    }


def summary_view(base: str, row: StackRow, with_project: bool = False) -> View:
    """A stack in a list. The description is always empty there: clients read it from the stack itself."""
    view = common(base, row) | {"description": "", "tags": list(row.tags) or None}
    return view | {"project": row.project_id} if with_project else view


def detail_view(base: str, row: StackRow, description: str, parameters: Mapping[str, str],
                outputs: Sequence[View] | None, unreadable: str = "") -> View:
    """A stack in full. outputs None: they were not asked for, or the stack is gone. unreadable: why its parameters are not shown."""
    view = common(base, row) | {
        "stack_status_reason": reason(row.reason, unreadable),
        "description": description,
        "template_description": description,
        "parameters": dict(parameters),
        "capabilities": [],
        "notification_topics": [],
        "disable_rollback": row.disable_rollback,
        "timeout_mins": row.timeout_mins,
        "tags": list(row.tags),
    }
    return view if outputs is None else view | {"outputs": list(outputs)}
