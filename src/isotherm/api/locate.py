"""From the names in a URL to what they stand for, within what the caller may see."""

from isotherm.api.message import Request
from isotherm.api.service import Service
from isotherm.model.errors import NotFound
from isotherm.model.records import StackRow
from isotherm.store import stacks


def scope(request: Request, name_or_id: str) -> str | None:
    """The project to look in: the caller's own. Administrators reach the stacks of all projects, but by id only: names
    repeat between projects."""
    return None if request.caller.is_admin and len(name_or_id) == 36 else request.caller.project_id


def by_name_or_id(service: Service, request: Request, name_or_id: str) -> StackRow:
    """The stack that the caller means. Raises NotFound."""
    found = service.store.read(stacks.find, scope(request, name_or_id), name_or_id)
    if found is None:
        raise NotFound(f"There is no stack {name_or_id} in project {request.caller.project_id}.")
    return found


def stack(service: Service, request: Request) -> StackRow:
    """The stack at `stacks/{stack_name}/{stack_id}`; both must fit. Deleted ones are found as well. Raises NotFound."""
    name, stack_id = request.path["stack_name"], request.path["stack_id"]
    found = service.store.read(stacks.find, scope(request, stack_id), stack_id)
    if found is None or found.id != stack_id or found.name != name:
        raise NotFound(f"There is no stack {name} with id {stack_id} in project {request.caller.project_id}.")
    return found


def living_stack(service: Service, request: Request) -> StackRow:
    """`stack`, but a deleted one is NotFound as well."""
    found = stack(service, request)
    if found.deleted_at is not None:
        raise NotFound(f"The stack {found.name} with id {found.id} is deleted.")
    return found
