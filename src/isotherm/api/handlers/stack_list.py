"""Lists of stacks: filtered, sorted, a page at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from isotherm.api.describe import facts
from isotherm.api.errors import BadRequest
from isotherm.api.message import Answer, Request
from isotherm.api.query import Query as Sent
from isotherm.api.service import Service
from isotherm.api.states import whole
from isotherm.api.views.stack import detail_view, summary_view
from isotherm.store.stack_list import Query, count, page

FILTERS: Mapping[str, str] = {
    "id": "id", "name": "name", "stack_name": "name", "action": "action", "stack_action": "action", "status": "status",
    "stack_status_reason": "reason", "tenant": "project_id", "username": "user_name", "stack_owner": "user_name",
    "owner_id": "owner_id", "parent": "owner_id", "stack_user_project_id": "user_project_id", "timeout_mins": "timeout_mins",
}
SORT_KEYS: Mapping[str, str] = {
    "stack_name": "name", "stack_status": "status", "creation_time": "created_at", "updated_time": "updated_at",
}


def index(service: Service, request: Request) -> Answer:
    """The project's stacks; with global_tenant those of all projects, which a policy rule of its own guards."""
    everywhere = request.query.flag("global_tenant")
    if everywhere:
        service.policy.require("stacks:global_index", request.caller)
    scope = None if everywhere else request.caller.project_id
    query = listing(request.query)
    try:
        rows = service.store.read(page, scope, query)
    except LookupError as error:
        raise BadRequest(f"{error}.") from None
    with_project = everywhere or request.caller.is_admin
    body: dict[str, Any] = {"stacks": [summary_view(request.base, row, with_project) for row in rows]}
    if query.limit and len(rows) == query.limit:
        body["links"] = [{"rel": "next", "href": following(request, rows[-1].id)}]
    if request.query.flag("with_count"):
        body["count"] = service.store.read(count, scope, query)
    return Answer(body)


def detail(service: Service, request: Request) -> Answer:
    """`stacks/detail`: the project's stacks in full, but for outputs."""
    rows = service.store.read(page, request.caller.project_id, listing(request.query))
    known = [(row, facts(service, row)) for row in rows]
    return Answer({"stacks": [detail_view(request.base, row, told.description, told.parameters, None) for row, told in known]})


def listing(sent: Sent) -> Query:
    """What the query string asks for. Unknown parameters and sort keys are passed over, as clients of many versions send them."""
    query = Query(
        tags=sent.words("tags"), tags_any=sent.words("tags_any"), not_tags=sent.words("not_tags"),
        not_tags_any=sent.words("not_tags_any"), nested=sent.flag("show_nested"), deleted=sent.flag("show_deleted"),
        marker=sent.text("marker"), limit=sent.number("limit") or None, descending=sent.direction("desc") == "desc",
        sort=tuple(SORT_KEYS[key] for key in sent.words("sort_keys") if key in SORT_KEYS) or ("created_at",),
    )
    sent.flag("show_hidden")
    filters: dict[str, tuple[Any, ...]] = {}
    for name, column in FILTERS.items():
        values: tuple[Any, ...] = sent.all(name)
        if column == "timeout_mins":
            values = (sent.number(name),) if values else ()
        if values:
            filters[column] = values
    if sent.text("disable_rollback"):
        filters["disable_rollback"] = (sent.flag("disable_rollback"),)
    return replace(query, filters=filters, states=whole(sent.all("stack_status")))


def following(request: Request, last: str) -> str:
    """The URL of the next page."""
    kept = {key: values for key, values in request.query.values.items() if key != "marker"} | {"marker": [last]}
    return f"{request.base}/{request.caller.project_id}/stacks?{urlencode(kept, doseq=True)}"
