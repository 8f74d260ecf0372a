"""From the table of routes to a Falcon application: tenant check, policy, body, handler, answer."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import falcon

from isotherm.api.body import parse, read
from isotherm.api.caller import caller_of
from isotherm.api.errors import BadRequest, WrongProject, body_of, status_of, translated
from isotherm.api.message import Answer, Request
from isotherm.api.query import Query
from isotherm.api.service import Service

Handler = Callable[[Service, Request], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table. rule: the policy rule, or a function that names it by the request."""

    method: str
    path: str
    rule: str | Callable[[Request], str]
    handler: Handler


class Endpoint:
    """One URL: hands each method's requests to its handler."""

    def __init__(self, service: Service, routes: Iterable[Route]):
        self._service = service
        self._methods = {route.method: route for route in routes}
        for route in self._methods.values():
            setattr(self, f"on_{route.method.lower()}", partial(self.answer, route))

    def on_options(self, req: falcon.Request, resp: falcon.Response, **path: str) -> None:
        """Says which methods there are."""
        resp.status = falcon.HTTP_204
        resp.set_header("Allow", ",".join(sorted(self._methods)))

    def answer(self, route: Route, req: falcon.Request, resp: falcon.Response, **path: str) -> None:
        """Run one request through tenant check, policy and handler."""
        request = self.request(req, path)
        rule = route.rule if isinstance(route.rule, str) else route.rule(request)
        self._service.policy.require(rule, request.caller)
        write(resp, route.handler(self._service, request))

    def request(self, req: falcon.Request, path: Mapping[str, str]) -> Request:
        """What the handler is told; raises WrongProject, TooLarge or BadRequest."""
        if "\0" in req.path or "%00" in req.query_string:
            raise BadRequest("The URL holds a NUL character; no name can.")
        caller = caller_of(req.env, self._service.policy)
        if not caller.project_id:
            raise WrongProject("The token is not scoped to a project; stacks belong to projects.")
        if path["project"] != caller.project_id and not caller.is_admin:
            raise WrongProject(f"The token is for project {caller.project_id}, not for {path['project']}.")
        text = read(req.bounded_stream, req.content_length, self._service.max_body) if has_body(req) else b""
        return Request(
            caller=caller, method=req.method, path=unescaped(path), query=Query.parse(req.query_string),
            query_string=req.query_string, body=parse(text, req.content_type),
            base=f"{self._service.public_url or req.prefix}/v1", catalogue=req.env.get("HTTP_X_SERVICE_CATALOG") or "",
        )


def unescaped(path: Mapping[str, str]) -> dict[str, str]:
    """Some servers leave an escaped slash as it is, so that it does not part the path; behind the router it is a slash."""
    return {name: text.replace("%2F", "/").replace("%2f", "/") for name, text in path.items()}


def has_body(req: falcon.Request) -> bool:
    return bool(req.content_length) or req.get_header("Transfer-Encoding") is not None


def write(resp: falcon.Response, answer: Answer) -> None:
    """Put an answer on the wire."""
    resp.status = falcon.code_to_http_status(answer.status)
    for name, value in answer.headers.items():
        resp.set_header(name, value)
    if answer.text is None:
        resp.content_type = "application/json"
        resp.data = encode(answer.body)
    elif answer.text:
        resp.content_type = answer.headers.get("Content-Type", "text/plain")
        resp.text = answer.text


def encode(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def fail(req: falcon.Request, resp: falcon.Response, error: Exception, path: Mapping[str, str]) -> None:
    """Answer an error in the API's JSON shape."""
    request_id = str(req.env.get("openstack.request_id", ""))
    if isinstance(error, falcon.HTTPMethodNotAllowed):
        resp.set_header("Allow", dict(error.headers or {}).get("Allow", ""))
    told = translated(error, f"{req.method} {req.path}", request_id)
    resp.status = falcon.code_to_http_status(status_of(told))
    resp.content_type = "application/json"
    resp.data = encode(body_of(told, request_id))


def application(service: Service, routes: Iterable[Route], arns: Route) -> falcon.App[falcon.Request, falcon.Response]:
    """The WSGI application for authenticated requests. arns: a route whose path is an expression, for what no other matches."""
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App(cors_enable=False)
    app.req_options.strip_url_path_trailing_slash = True
    app.add_error_handler(Exception, fail)
    app.add_error_handler(falcon.HTTPError, fail)
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    for path, group in by_path.items():
        app.add_route("/v1/{project}" + path, Endpoint(service, group))
    app.add_sink(partial(Endpoint(service, ()).answer, arns), "^/v1/(?P<project>[^/]+)" + arns.path)
    return app
