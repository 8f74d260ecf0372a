"""What a creation or an update would do."""

from collections.abc import Mapping, Sequence
from typing import Any

from isotherm.api import preview
from isotherm.api.facts import facts_of
from isotherm.api.handlers.stacks import writer
from isotherm.api.inputs import create_request, places_of, update_request
from isotherm.api.locate import living_stack
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.preview import resource_view, stack_view, with_properties
from isotherm.api.views.secret import hidden_values
from isotherm.model.records import ResourceRow, StackRow
from isotherm.template import Definition

KINDS = ("added", "deleted", "replaced", "unchanged", "updated")


def create(service: Service, request: Request) -> Answer:
    """The stack that would be made, with its resources."""
    wanted, source = create_request(request.body, service.commands.sources.fetch)
    with places_of(source):
        row, definition, resources = preview.creation(service, wanted, writer(service, request))
    told = facts_of(definition)
    views = resource_views(service, row, definition, resources, told.descriptions)
    return Answer({"stack": stack_view(request.base, row, told.description, told.parameters, views)})


def resource_views(service: Service, row: StackRow, definition: Definition, resources: Sequence[ResourceRow],
                   descriptions: Mapping[str, str], around: frozenset[str] = frozenset()) -> list[Any]:
    """Each resource by name; in the place of one that is a stack, the list of its resources. around: hidden values of the stacks around."""
    hidden, views = hidden_values(definition) | around, list[Any]()
    for one in sorted(resources, key=lambda one: one.name):
        nested = preview.inside(service, row, definition, one)
        if nested is not None:
            rows = preview.fresh_rows(service, *nested)
            views.append(resource_views(service, *nested, rows, facts_of(nested[1]).descriptions, hidden))
        else:
            view = resource_view(one, row, descriptions.get(one.name, ""))
            views.append(with_properties(view, definition.resources[one.name].schema.properties, definition.partial(one.name), hidden))
    return views


def update(service: Service, request: Request) -> Answer:
    """PUT: as if the request replaced the definition."""
    return changes(service, request, patch=False)


def update_patch(service: Service, request: Request) -> Answer:
    """PATCH: as if what it does not give stayed."""
    return changes(service, request, patch=True)


def changes(service: Service, request: Request, patch: bool) -> Answer:
    """Every resource under what would become of it."""
    nested = request.query.flag("show_nested")
    row = living_stack(service, request)
    wanted, source = update_request(request.body, patch, service.commands.sources.fetch)
    with places_of(source):
        found = preview.update(service, row, wanted, writer(service, request), nested)
    return Answer({"resource_changes": {
        kind: [resource_view(change.row, change.stack) for change in found if change.kind == kind] for kind in KINDS}})
