"""From a stack's name, id or ARN to its full URL: a redirect that clients repeat their request at."""

from collections.abc import Callable
from urllib.parse import quote

from isotherm.api.errors import BadRequest, WrongProject
from isotherm.api.locate import by_name_or_id
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.links import stack_url
from isotherm.model.errors import NotFound
from isotherm.model.records import StackRow

ARN_PARTS = 6        # arn:openstack:heat::PROJECT:stacks/NAME/ID


def stack(service: Service, request: Request) -> Answer:
    """`stacks/{stack_name}`."""
    name = request.path["stack_name"]
    return arn(service, request) if name.startswith("arn:") else there(request, by_name_or_id(service, request, name))


def below(part: str) -> Callable[[Service, Request], Answer]:
    """The handler of `stacks/{stack_name}/resources` and its like."""
    def redirect(service: Service, request: Request) -> Answer:
        return there(request, by_name_or_id(service, request, request.path["stack_name"]), part)
    return redirect


def arn(service: Service, request: Request) -> Answer:
    """`stacks/arn:...`: the identifier that Heat prints for signals."""
    parts = request.path["stack_name"].split(":", ARN_PARTS - 1)
    if len(parts) != ARN_PARTS or parts[1:3] != ["openstack", "heat"] or not parts[5].startswith("stacks/"):
        raise BadRequest("The ARN cannot be read; it looks like arn:openstack:heat::PROJECT:stacks/NAME/ID.")
    project_id, (name, stack_id, *rest) = parts[4], [*parts[5].removeprefix("stacks/").split("/"), ""]
    if project_id != request.caller.project_id and not request.caller.is_admin:
        raise WrongProject(f"The ARN is of project {project_id}, the token of project {request.caller.project_id}.")
    found = by_name_or_id(service, request, stack_id or name)
    if found.name != name:
        raise NotFound(f"There is no stack {name} with id {stack_id}.")
    return there(request, found, "/".join(word for word in rest if word))


def there(request: Request, row: StackRow, below: str = "") -> Answer:
    """302 to the stack's own URL, the query kept."""
    location = stack_url(request.base, row.project_id, row.name, row.id)
    location += f"/{quote(below)}" if below else ""
    location += f"?{request.query_string}" if request.query_string else ""
    return Answer(status=302, headers={"Location": location}, text=f"The stack is at {location}\n")
