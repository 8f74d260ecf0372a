"""Signals to resources."""

from isotherm.api.errors import BadRequest
from isotherm.api.handlers.resources import resource
from isotherm.api.handlers.stacks import identity_of
from isotherm.api.locate import living_stack
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service

HOOK = "unset_hook"


def signal(service: Service, request: Request) -> Answer:
    """Clear the hook before which a resource stands."""
    row = living_stack(service, request)
    name = resource(service, request, row).name
    sent = request.body or {}
    if HOOK not in sent:
        raise BadRequest(f"The resource {name} takes no signals, other than one that clears a hook: {{\"{HOOK}\": \"pre-create\"}}.",
                         wire="ResourceActionNotSupported")
    service.commands.clear_hook(identity_of(row), name, str(sent[HOOK]))
    return Answer(None)
