"""Resource types: which there are, and how each is written."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from isotherm.api.errors import BadRequest
from isotherm.api.mapped import mapped, mapped_type, target
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.generated import cfn, hot
from isotherm.api.views.resource_type import summary_view, type_view
from isotherm.model.errors import Forbidden, NotFound
from isotherm.model.schema import is_template
from isotherm.template.limits import Limits
from isotherm.template.meter import Meter
from isotherm.template.patterns import PatternError, pattern
from isotherm.types.base import ResourceType

STATUSES = ("UNKNOWN", "SUPPORTED", "DEPRECATED", "UNSUPPORTED", "HIDDEN")
ALIASES: Mapping[str, frozenset[str]] = {
    name: group for group in (
        frozenset({"volume", "volumev3", "block-storage"}), frozenset({"sharev2", "share", "shared-file-system"}),
        frozenset({"load-balancer", "loadbalancer"}), frozenset({"messaging", "message"}),
    ) for name in group
}
FORMS: Mapping[str, Callable[[ResourceType], dict[str, Any]]] = {"cfn": cfn, "hot": hot}


def index(service: Service, request: Request) -> Answer:
    """The names of the types that the caller may use on this cloud, sorted; with descriptions when asked for."""
    status, version = request.query.text("support_status"), request.query.text("version")
    if status and status not in STATUSES:
        raise BadRequest(f'The support_status is "{status}"; it can be {", ".join(STATUSES)}.', wire="Invalid")
    fits = name_filter(request.query.text("name"), service.commands.limits)
    barred, services = service.barred(request.caller), catalogued(request)
    kinds = [
        kind for kind in known(service)
        if (kind.support.status == status if status else kind.support.status != "HIDDEN")
        and (not version or kind.support.version == version)
        and fits(kind.name) and kind.name not in barred and available(kind, services)
    ]
    detailed = request.query.flag("with_description")
    return Answer({"resource_types": [summary_view(kind) if detailed else kind.name for kind in kinds]})


def show(service: Service, request: Request) -> Answer:
    """One type's properties and attributes."""
    return Answer(type_view(find(service, request), request.query.flag("with_description")))


def template(service: Service, request: Request) -> Answer:
    """A template that uses the type; template_type is cfn (the default) or hot."""
    kind, form = find(service, request), request.query.text("template_type") or "cfn"
    if form not in FORMS:
        raise BadRequest(f'The template_type is "{form}"; it can be {" or ".join(FORMS)}.')
    return Answer(FORMS[form](kind))


def known(service: Service) -> list[ResourceType]:
    """The types of this service and those that its operator added, by name; other names of types are not listed."""
    own = {name: kind for name in service.registry.names() if (kind := service.registry.get(name))}
    kinds = own | {kind.name: kind for kind in mapped(service)}
    return [kinds[name] for name in sorted(kinds)]


def find(service: Service, request: Request) -> ResourceType:
    """The type in the URL. Raises Forbidden, NotFound, or BadRequest when it is hidden or its service is absent."""
    name = request.path["type_name"]
    behind = name if is_template(name) else target(service, name)
    if {name, behind} & service.barred(request.caller):
        raise Forbidden(f"The policy does not let you use {name}.")
    if is_template(behind) and behind != name:
        return mapped_type(service, name, behind)
    kind = None if is_template(behind) else service.registry.get(behind)
    if kind is None:
        raise NotFound(f"There is no resource type {name}.")
    if kind.support.status == "HIDDEN":
        raise BadRequest(f"The resource type {name} is kept for old stacks only.", wire="NotSupported")
    if not available(kind, catalogued(request)):
        raise BadRequest(f"{name} needs a {kind.service} service, which this cloud's catalogue does not list.",
                         wire="ResourceTypeUnavailable")
    return kind


def available(kind: ResourceType, services: frozenset[str] | None) -> bool:
    """Whether the type's service is among those of the cloud (None: unknown, so everything is)."""
    if not kind.service or services is None:
        return True
    return bool(ALIASES.get(kind.service, frozenset({kind.service})) & services)


def catalogued(request: Request) -> frozenset[str] | None:
    """The service types in the caller's catalogue; None when the token carries none."""
    entries = json.loads(request.catalogue) if request.catalogue else []
    return frozenset(entry["type"] for entry in entries) or None


def name_filter(text: str | None, limits: Limits) -> Callable[[str], bool]:
    """Whether a name matches, from its start, the regular expression asked for. Raises BadRequest: it is none, or takes too long."""
    if text is None:
        return lambda name: True
    try:
        wanted, meter = pattern(text, limits), Meter(limits)
    except re.error as exc:
        raise BadRequest(f'The name filter "{text}" is no regular expression: {exc}.') from None
    except PatternError as exc:
        raise BadRequest(f"The name filter: {exc}.") from None

    def fits(name: str) -> bool:
        try:
            return wanted.match(name, meter) is not None
        except PatternError as exc:
            raise BadRequest(f"The name filter: {exc}.") from None

    return fits
