"""A stack's resources."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from isotherm.api import live
from isotherm.api.describe import facts
from isotherm.api.errors import BadRequest, Missing
from isotherm.api.locate import living_stack
from isotherm.api.message import Answer, Request
from isotherm.api.query import Query as Sent
from isotherm.api.service import Service
from isotherm.api.states import bare, whole
from isotherm.api.views.resource import View, dependents, detail_view, resource_view
from isotherm.model.records import ResourceRow, StackRow
from isotherm.store import nodes, resources, stacks
from isotherm.store.resources import Query
from isotherm.store.vault import VaultError

READERS = 8
KNOWN = ("nested_depth", "with_detail", "type", "status", "name", "action", "id", "physical_resource_id")


def index(service: Service, request: Request) -> Answer:
    """The resources of a stack, and of those nested in it down to nested_depth levels."""
    request.query.only(KNOWN)
    row = living_stack(service, request)
    depth = request.query.number("nested_depth", 0) or 0
    detailed = request.query.flag("with_detail")
    below = service.store.read(stacks.descendants, row.id, depth + 1)
    trees = {row.id: row} | {child.id: child for child in below if child.depth <= row.depth + depth}
    nested = {child.id: child for child in below}
    query = listing(request.query, detailed)
    rows = service.store.read(resources.page, tuple(trees), query)
    narrowed = query.filters or query.type or query.states
    needed = dependents(service.store.read(resources.page, tuple(trees), Query()) if narrowed else rows)
    hooks = service.store.read(nodes.paused_at, tuple(trees))
    ordered = sorted(rows, key=lambda one: (trees[one.stack_id].depth, one.stack_id, one.name))
    views = [resource_view(request.base, found, trees[found.stack_id], nested.get(found.physical_id or ""),
                           needed.get((found.stack_id, found.name), ()), hooks.get(found.id, "")) for found in ordered]
    if detailed:
        with ThreadPoolExecutor(READERS) as pool:       # each is a request to the cloud
            views = list(pool.map(lambda view, found: with_detail(service, request, view, found, trees[found.stack_id]), views, ordered))
    return Answer({"resources": views})


def show(service: Service, request: Request) -> Answer:
    """One resource with its attributes as the cloud shows them now."""
    row = living_stack(service, request)
    found = resource(service, request, row)
    everyone: Sequence[ResourceRow] = service.store.read(resources.page, (row.id,), Query())
    nested = next((child for child in service.store.read(stacks.children, row.id) if child.id == found.physical_id), None)
    hook = service.store.read(nodes.paused_at, (row.id,)).get(found.id, "")
    view = resource_view(request.base, found, row, nested, dependents(everyone).get((row.id, found.name), ()), hook)
    return Answer({"resource": with_detail(service, request, view, found, row)})


def metadata(service: Service, request: Request) -> Answer:
    """A resource's metadata. VaultError when it is unreadable: no metadata would be another answer."""
    found = resource(service, request, living_stack(service, request))
    if found.unreadable:
        raise VaultError(found.unreadable)
    return Answer({"metadata": dict(found.metadata)})


def resource(service: Service, request: Request, row: StackRow) -> ResourceRow:
    """The resource in the URL. Raises Missing."""
    name = request.path["resource_name"]
    found = service.store.read(resources.by_names, row.id, (name,)).get(name)
    if found is None:
        raise Missing(f"The stack {row.name} has no resource {name}.", wire="ResourceNotFound")
    return found


def with_detail(service: Service, request: Request, view: View, row: ResourceRow, stack: StackRow) -> View:
    """The view with description and live attributes."""
    shown = live.attributes(service, request.caller, stack, row, request.query.all("with_attr"))
    return detail_view(view, facts(service, stack).descriptions.get(row.name, ""), shown)


def listing(sent: Sent, detailed: bool) -> Query:
    """What the query string asks for. type is part of a type's name; status may be CREATE_COMPLETE or just COMPLETE."""
    types = sent.all("type")
    if len(types) > 1:
        raise BadRequest("The filter type can be given only once.")
    columns = {"name": "name", "action": "action", "physical_resource_id": "physical_id", "id": "id"}
    filters = {column: values for key, column in columns.items() if (values := sent.all(key))}
    if plain := bare(sent.all("status")):
        filters["status"] = plain
    return Query(filters=filters, type=types[0] if types else "", states=whole(sent.all("status")), facts=detailed)
