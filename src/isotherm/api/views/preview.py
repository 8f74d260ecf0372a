"""What would be done, as the API shows it. Keys are those that Heat gives here, which differ from all other answers."""

from collections.abc import Collection, Mapping
from typing import Any

from isotherm.api.views.links import links, stack_url
from isotherm.api.views.moment import moment
from isotherm.api.views.secret import without_secrets
from isotherm.model.records import ResourceRow, StackRow
from isotherm.model.schema import Prop
from isotherm.model.unknown import Unknown

View = dict[str, Any]


def stack_view(base: str, row: StackRow, description: str, parameters: Mapping[str, str], resources: list[View]) -> View:
    """A stack that is not made."""
    return {
        "id": row.id, "stack_name": row.name, "description": description, "template_description": description,
        "links": links(("self", stack_url(base, row.project_id, row.name, row.id))), "parameters": dict(parameters),
        "resources": resources, "outputs": [], "capabilities": [], "notification_topics": [], "tags": list(row.tags),
        "creation_time": moment(row.created_at), "updated_time": None, "deletion_time": None,
        "disable_rollback": row.disable_rollback, "timeout_mins": row.timeout_mins, "stack_owner": row.user_name or None,
        "parent": None, "stack_user_project_id": None,
    }


def resource_view(row: ResourceRow, stack: StackRow, description: str = "") -> View:
    """A resource as it is, or as it would begin."""
    own = {"tenant": stack.project_id, "stack_name": stack.name, "stack_id": stack.id, "path": ""}
    return {
        "resource_name": row.name, "resource_type": row.type, "resource_action": row.action, "resource_status": row.status,
        "resource_status_reason": row.reason, "physical_resource_id": row.physical_id or "", "description": description,
        "resource_identity": own | {"path": f"/resources/{row.name}"}, "stack_identity": own, "stack_name": stack.name,
        "creation_time": moment(row.created_at), "updated_time": moment(row.updated_at), "required_by": [],
        "attributes": {}, "metadata": plain(row.metadata),
    }


def with_properties(view: View, schema: tuple[Prop, ...], values: Mapping[str, Any], hidden: Collection[str]) -> View:
    """The view with properties as far as they are known before anything is made; secrets masked."""
    return view | {"properties": plain(without_secrets(schema, values, hidden))}


def plain(value: Any) -> Any:
    """JSON values; what only a made resource can tell is its name where it is referred to, and null otherwise."""
    if isinstance(value, Unknown):
        return value.resource if value.resource and not value.path else None
    if isinstance(value, Mapping):
        return {key: plain(element) for key, element in value.items()}
    return [plain(element) for element in value] if isinstance(value, list | tuple) else value
