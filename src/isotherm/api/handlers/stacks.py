"""One stack: create, show, update, delete, preview."""

from dataclasses import replace

from isotherm.api.describe import facts, known_outputs
from isotherm.api.inputs import changes_nothing, create_request, places_of, update_request
from isotherm.api.locate import living_stack, stack
from isotherm.api.message import EMPTY, Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.output import output_view
from isotherm.api.views.stack import created_view, detail_view
from isotherm.model.records import StackRow
from isotherm.model.request import Caller, StackIdentity

ACCEPTED = "The stack is being changed.\n"


def create(service: Service, request: Request) -> Answer:
    """201, with the new stack's id and place, as soon as its creation is planned."""
    wanted, source = create_request(request.body, service.commands.sources.fetch)
    with places_of(source):
        identity = service.commands.create(wanted, writer(service, request))
    view = created_view(request.base, identity)
    return Answer({"stack": view}, status=201, headers={"Location": view["links"][0]["href"]})


def show(service: Service, request: Request) -> Answer:
    """A stack in full, with its outputs unless resolve_outputs is false."""
    row = stack(service, request)
    wanted = request.query.flag("resolve_outputs", default=True) and row.state != "DELETE_COMPLETE"
    told = facts(service, row)
    outputs = [output_view(output) for output in known_outputs(service, row, told)] if wanted else None
    return Answer({"stack": detail_view(request.base, row, told.description, told.parameters, outputs, told.unreadable)})


def update(service: Service, request: Request) -> Answer:
    """PUT: the request replaces template, files, environment, parameters and tags."""
    return changed(service, request, patch=False)


def update_patch(service: Service, request: Request) -> Answer:
    """PATCH: what the request does not give stays."""
    return changed(service, request, patch=True)


def patch_rule(request: Request) -> str:
    """A PATCH that brings nothing new has a rule of its own."""
    return "stacks:update_no_change" if changes_nothing(request.body) else "stacks:update_patch"


def changed(service: Service, request: Request, patch: bool) -> Answer:
    row = living_stack(service, request)
    wanted, source = update_request(request.body, patch, service.commands.sources.fetch)
    with places_of(source):
        service.commands.update(identity_of(row), wanted, writer(service, request))
    return Answer(status=202, text=ACCEPTED)


def delete(service: Service, request: Request) -> Answer:
    """204 as soon as the deletion is planned; the stack shows DELETE_IN_PROGRESS until all is gone."""
    row = living_stack(service, request)
    service.commands.delete(identity_of(row), request.caller)
    return Answer(status=204, text=EMPTY)


def identity_of(row: StackRow) -> StackIdentity:
    return StackIdentity(row.project_id, row.name, row.id)


def writer(service: Service, request: Request) -> Caller:
    """The caller, with the resource types that a definition of theirs may not use."""
    return replace(request.caller, barred_types=service.barred(request.caller))
