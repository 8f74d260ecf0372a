"""Software configs: list, create, show, delete."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from isotherm.api.errors import BadRequest
from isotherm.api.inputs import mapping, required, text
from isotherm.api.locate import scope
from isotherm.api.message import EMPTY, Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.software_config import config_view, summary_view
from isotherm.engine.names import new_id
from isotherm.model.errors import Invalid, NotFound
from isotherm.model.records import ConfigRow
from isotherm.store import configs
from isotherm.types.heat.config_io import INPUT, OUTPUT, checked

LONGEST = 255           # characters of a name or group
VALUE = "value"         # an input may carry the value that a deployment has given it


def index(service: Service, request: Request) -> Answer:
    """The project's configs, newest first; with global_tenant those of all projects, which a policy rule of its own guards."""
    everywhere = request.query.flag("global_tenant")
    if everywhere:
        service.policy.require("software_configs:global_index", request.caller)
    project, limit = None if everywhere else request.caller.project_id, request.query.number("limit") or None
    try:
        rows = service.store.read(configs.page, project, request.query.text("marker"), limit)
    except LookupError as error:
        raise BadRequest(f"{error}.") from None
    body: dict[str, Any] = {"software_configs": [summary_view(row, request.caller.is_admin) for row in rows]}
    if limit and len(rows) == limit:
        body["links"] = [{"rel": "next", "href": following(request, rows[-1].id)}]
    return Answer(body)


def create(service: Service, request: Request) -> Answer:
    """Keep a config; the answer shows it with its id."""
    row = config_of(required(request.body, "name, group and config"), request.caller.project_id)
    service.configs.create(row)
    return Answer({"software_config": config_view(row)})


def show(service: Service, request: Request) -> Answer:
    """A config with what it holds."""
    id_ = request.path["config_id"]
    row = service.store.read(configs.get, scope(request, id_), id_)
    if row is None:
        raise missing(request)
    return Answer({"software_config": config_view(row)})


def delete(service: Service, request: Request) -> Answer:
    """Remove a config. What servers were booted with stays on them."""
    id_ = request.path["config_id"]
    if not service.store.write(configs.delete, scope(request, id_), id_):
        raise missing(request)
    return Answer(status=204, text=EMPTY)


def config_of(body: Mapping[str, Any], project: str) -> ConfigRow:
    """What a request asks to keep. Raises BadRequest or Invalid."""
    inputs, wrong_inputs = checked(body.get("inputs"), INPUT, "inputs", (VALUE,))
    outputs, wrong_outputs = checked(body.get("outputs"), OUTPUT, "outputs")
    if wrong_inputs or wrong_outputs:
        raise Invalid([*wrong_inputs, *wrong_outputs], wire="HTTPBadRequest")
    options = mapping(body, "options") if body.get("options") is not None else None
    return ConfigRow(new_id(), project, datetime.now(UTC), word(body, "name"), word(body, "group"), body.get("config"), inputs, outputs, options)


def word(body: Mapping[str, Any], key: str) -> str | None:
    """A name that may be left out."""
    given = text(body, key)
    if len(given) > LONGEST:
        raise BadRequest(f"{key} has {len(given)} characters; it may have {LONGEST}.")
    return given if key in body and body[key] is not None else None


def missing(request: Request) -> NotFound:
    return NotFound(f"There is no software config {request.path['config_id']} in project {request.caller.project_id}.")


def following(request: Request, last: str) -> str:
    """The URL of the next page."""
    kept = {key: values for key, values in request.query.values.items() if key != "marker"} | {"marker": [last]}
    return f"{request.base}/{request.caller.project_id}/software_configs?{urlencode(kept, doseq=True)}"
