"""The WSGI application: finds the service and route, checks the token, runs the handler, saves, answers."""

from __future__ import annotations

import errno
import json
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Any

from isotherm.sim import access, control, errors
from isotherm.sim.call import ANONYMOUS, Answer, Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import ApiError
from isotherm.sim.faults import Strike
from isotherm.sim.routing import PUBLIC, Route, Router, Service

log = logging.getLogger(__name__)
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Application:
    """All services of one cloud behind one port. One lock serialises the requests."""

    def __init__(self, cloud: Cloud, services: tuple[Service, ...]):
        self.cloud = cloud
        self.lock = RLock()
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._services = {s.prefix.strip("/"): (s, Router(s.routes)) for s in services}
        sim = control.service(self.counts)
        self._services["sim"] = (sim, Router(sim.routes))
        for service in services:
            cloud.effects.update(service.effects)
        if cloud.get("meta", "seeded") is None:
            for service in services:
                if service.seed:
                    service.seed(cloud)
            cloud.add("meta", {"id": "seeded"})
            cloud.commit()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI entry point."""
        request_id = f"req-{uuid.uuid4()}"
        head, _, path = environ["PATH_INFO"].lstrip("/").partition("/")
        service, router = self._services.get(head, (None, None))
        if service is None or router is None:
            return _send(start_response, Answer(404, {"error": "no such service", "services": list(self._services)}), [])
        try:
            call = self._read(environ, service, "/" + path)
            call.request_id = request_id
            answer = self._serve(service, router, call)
        except ApiError as error:
            content_type, body = service.shape(error)
            answer = Answer(error.status, body, error.headers, content_type)
        except ConnectionResetError:
            raise
        except Exception:
            log.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            content_type, body = service.shape(ApiError("The simulator has a bug; its log has the traceback."))
            answer = Answer(500, body, {}, content_type)
        headers = [(name, request_id) for name in service.request_id]
        if service.microversions and (asked := environ.get("isotherm.microversion")):
            headers += [("OpenStack-API-Version", f"{service.microversions[0]} {asked}"), ("Vary", "OpenStack-API-Version")]
            if service.legacy_microversion:
                headers.append((service.legacy_microversion, asked))
        return _send(start_response, answer, headers, environ["REQUEST_METHOD"])

    def _read(self, environ: Environ, service: Service, path: str) -> Call:
        headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k.startswith("HTTP_")}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        call = Call(
            cloud=self.cloud, method=environ["REQUEST_METHOD"], path=path, prefix=service.prefix,
            base=f"{environ['wsgi.url_scheme']}://{headers.get('host', 'localhost')}",
            query_string=environ.get("QUERY_STRING", ""), headers=headers, raw=_body(environ), json={},
        )  # fmt: skip
        if service.microversions:
            call.microversion = _microversion(service, headers)
            environ["isotherm.microversion"] = "{}.{}".format(*call.microversion)
        if call.raw and not headers["content-type"].startswith("application/octet-stream"):
            try:
                call.json = json.loads(call.raw)
            except ValueError:
                raise errors.BadRequest("The server could not comply with the request: malformed JSON.") from None
        return call

    def _serve(self, service: Service, router: Router, call: Call) -> Answer:
        route, variables = router.find(call.method, call.path)
        if service.prefix == "/sim":
            return self._locked(service, route, variables, call)
        self.counts[service.name, call.method, route.path] += 1
        strike = self.cloud.faults.strike(service.name, call.method, route.path)
        wait = self.cloud.faults.latency + (strike.wait if strike else 0.0)
        if wait:
            time.sleep(wait)  # outside the lock: a slow cloud is slow, not serial
        if strike and not strike.after:
            _hit(strike)
        answer = self._locked(service, route, variables, call)
        if strike and strike.after:
            _hit(strike)
        return answer

    def _locked(self, service: Service, route: Route, variables: dict[str, str], call: Call) -> Answer:
        with self.lock:
            self.cloud.settle()
            try:
                call.ctx = ANONYMOUS
                if route.policy != PUBLIC:
                    www = call.base + "/identity"
                    call.ctx = access.authenticate(self.cloud, call.headers.get("x-auth-token"), www)
                    access.enforce(route, call.ctx)
                result = route.handler(call, **variables)
                answer = result if isinstance(result, Answer) else Answer(route.status, result)
                if answer.body is not None and not isinstance(answer.body, bytes):
                    # encoded under the lock: the body may share parts with stored objects
                    body = json.dumps(answer.body, separators=(",", ":")).encode()
                    answer = Answer(answer.status, body, answer.headers, answer.content_type)
                return answer
            finally:
                self.cloud.commit()


def _hit(strike: Strike) -> None:
    if strike.drop:
        # the server takes this for a client that went away and closes the connection without a word
        raise ConnectionResetError(errno.ECONNRESET, "dropped by a fault rule")
    if strike.status:
        raise ApiError("Injected by a fault rule of the simulated cloud.", "InjectedFault", status=strike.status)


def _body(environ: Environ) -> bytes:
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        return bytes(environ["wsgi.input"].read())
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ["wsgi.input"].read(length)) if length else b""


def _microversion(service: Service, headers: dict[str, str]) -> tuple[int, int]:
    assert service.microversions is not None
    name, lowest, highest = service.microversions
    asked = headers.get(service.legacy_microversion) if service.legacy_microversion else None
    for item in headers.get("openstack-api-version", "").split(","):
        words = item.split()
        if len(words) == 2 and words[0].lower() == name:
            asked = words[1]
    if not asked:
        return lowest
    if asked == "latest":
        return highest
    major, _, minor = asked.partition(".")
    if not (major.isdigit() and minor.isdigit()):
        raise errors.BadRequest(f"API Version String {asked} is of invalid format. Must be of format MajorNum.MinorNum.")
    version = (int(major), int(minor))
    if not lowest <= version <= highest:
        text = "Version {} is not supported by the API. Minimum is {}.{} and maximum is {}.{}."
        raise ApiError(text.format(asked, *lowest, *highest), status=406)
    return version


def _send(start: StartResponse, answer: Answer, headers: list[tuple[str, str]], method: str = "GET") -> list[bytes]:
    body = answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else json.dumps(answer.body).encode()
    lines = [*headers, *answer.headers.items()]
    if answer.status != 204:
        if body:
            lines.append(("Content-Type", answer.content_type))
        lines.append(("Content-Length", str(len(body))))
    start(f"{answer.status} {errors.phrase(answer.status)}", lines)
    return [] if method == "HEAD" or answer.status == 204 else [body]
