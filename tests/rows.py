"""Rows for tests, complete but for what a test is about."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from isotherm.model.records import EventRow, Node, ResourceRow, StackRow

NOW = datetime(2026, 5, 4, 3, 2, 1, 987_654, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def stack_row(name: str = "web", project: str = "p1", **values: Any) -> StackRow:
    given = {"id": str(uuid.uuid4()), "action": "CREATE", "status": "COMPLETE", "reason": "", "definition_id": "d" * 36,
             "created_at": NOW} | values
    return StackRow(project_id=project, name=name, **given)


def resource_row(name: str = "net", stack_id: str = "s" * 36, **values: Any) -> ResourceRow:
    given = {"id": str(uuid.uuid4()), "type": "OS::Neutron::Net", "physical_name": f"web-{name}", "action": "CREATE",
             "status": "COMPLETE", "reason": "", "created_at": NOW, "updated_at": NOW} | values
    return ResourceRow(stack_id=stack_id, name=name, **given)


def event_row(stack_id: str, resource_name: str = "net", **values: Any) -> EventRow:
    given = {"uuid": str(uuid.uuid4()), "resource_type": "OS::Neutron::Net", "resource_id": None, "physical_id": None,
             "action": "CREATE", "status": "COMPLETE", "reason": "", "at": NOW} | values
    return EventRow(id=0, stack_id=stack_id, stack_name="web", resource_name=resource_name, **given)


def node_row(number: int, stack: StackRow, **values: Any) -> Node:
    given = {"kind": "converge", "name": f"r{number}", "resource_id": None, "state": "ready", "waiting_on": 0,
             "due_at": NOW} | values
    return Node(id=number, stack_id=stack.id, traversal_id=stack.traversal_id or "", **given)
