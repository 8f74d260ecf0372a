"""What happened to a stack and its resources."""

from collections.abc import Mapping
from dataclasses import replace

from isotherm.api.describe import shown_properties
from isotherm.api.errors import Missing
from isotherm.api.locate import stack
from isotherm.api.message import Answer, Request
from isotherm.api.query import Query as Sent
from isotherm.api.service import Service
from isotherm.api.states import split
from isotherm.api.views.event import detail_view, event_view
from isotherm.model.records import EventRow
from isotherm.store import events, resources, stacks
from isotherm.store.events import Query

FILTERS: Mapping[str, str] = {"resource_action": "action", "resource_name": "resource_name", "resource_type": "resource_type"}
SORT_KEYS: Mapping[str, str] = {"event_time": "at", "resource_type": "resource_type"}


def index(service: Service, request: Request) -> Answer:
    """A stack's events, newest first unless asked otherwise; with nested_depth those of its nested stacks too."""
    row = stack(service, request)
    depth = request.query.number("nested_depth", 0) or 0
    trees = {row.id: row} | {child.id: child for child in service.store.read(stacks.descendants, row.id, depth)}
    found = page(service, tuple(trees), listing(request.query))
    return Answer({"events": [event_view(request.base, event, trees[event.stack_id], row if depth else None)
                              for event in found if matches(event, request.query)]})


def of_resource(service: Service, request: Request) -> Answer:
    """One resource's events. Raises Missing when there are none."""
    row = stack(service, request)
    name = request.path["resource_name"]
    query = listing(request.query)
    found = page(service, (row.id,), replace(query, filters={**query.filters, "resource_name": (name,)}))
    if not found and query.marker is None:
        raise Missing(f"The stack {row.name} has no events of a resource {name}.")
    return Answer({"events": [event_view(request.base, event, row) for event in found if matches(event, request.query)]})


def show(service: Service, request: Request) -> Answer:
    """One event, with the properties its resource has; secrets masked."""
    row = stack(service, request)
    name, uuid = request.path["resource_name"], request.path["event_id"]
    event = service.store.read(events.get, row.id, uuid)
    if event is None or event.resource_name != name:
        raise Missing(f"The stack {row.name} has no event {uuid} of a resource {name}.")
    resource = service.store.read(resources.get, event.resource_id) if event.resource_id else None
    properties = shown_properties(service, row, resource) if resource else None
    return Answer({"event": detail_view(request.base, event, row, properties)})


def page(service: Service, stack_ids: tuple[str, ...], query: Query) -> list[EventRow]:
    """The events asked for. Only the newest events of a stack are kept: what comes after one that was dropped is all there
    is, what came before it is nothing."""
    try:
        return service.store.read(events.page, stack_ids, query)
    except LookupError:
        return [] if query.descending else service.store.read(events.page, stack_ids, replace(query, marker=None))


def listing(sent: Sent) -> Query:
    """What the query string asks for. Unknown parameters and sort keys are passed over."""
    filters = {column: values for name, column in FILTERS.items() if (values := sent.all(name))}
    wanted = [split(state) for state in sent.all("resource_status")]
    if wanted:
        filters["status"] = tuple({status for _, status in wanted})
    if wanted and all(action for action, _ in wanted) and "action" not in filters:
        filters["action"] = tuple({action for action, _ in wanted})      # pairs nobody asked for are dropped by `matches`
    return Query(
        filters=filters, descending=sent.direction("desc") == "desc", marker=sent.text("marker"),
        limit=sent.number("limit") or None,
        sort=tuple(SORT_KEYS[key] for key in sent.words("sort_keys") if key in SORT_KEYS),
    )


def matches(event: EventRow, sent: Sent) -> bool:
    """Whether the event has one of the states asked for."""
    wanted = [split(state) for state in sent.all("resource_status")]
    return not wanted or any(event.status == status and action in ("", event.action) for action, status in wanted)
