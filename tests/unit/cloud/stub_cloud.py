"""A small cloud whose answers a test writes itself, served over real HTTP."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from cheroot import wsgi

PROJECT = "3c0e"


@dataclass
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Reply:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Seen], Reply]


class Stub:
    """Answers each (method, path) with the function given for it; 404 else. Remembers what was asked."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Handler] = {}
        self.seen: list[Seen] = []
        self.lock = threading.Lock()
        self._server = wsgi.Server(("127.0.0.1", 0), self._app, numthreads=24)
        self._server.shutdown_timeout = 1
        self._server.prepare()
        self.url = f"http://127.0.0.1:{self._server.bind_addr[1]}"
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self._thread.start()
        self.on("GET", "/identity/v3/auth/catalog", lambda seen: Reply({"catalog": self.catalogue()}))

    def on(self, method: str, path: str, handler: Handler | Reply | list[Reply]) -> None:
        """A list is answered one after the other; the last one stays."""
        if isinstance(handler, Reply):
            fixed = handler
            self.routes[method, path] = lambda seen: fixed
        elif isinstance(handler, list):
            left = list(handler)
            self.routes[method, path] = lambda seen: left.pop(0) if len(left) > 1 else left[0]
        else:
            self.routes[method, path] = handler

    def count(self, method: str, path: str) -> int:
        with self.lock:
            return sum((one.method, one.path) == (method, path) for one in self.seen)

    def catalogue(self) -> list[dict[str, Any]]:
        urls = {
            "identity": "/identity",
            "compute": "/compute/v2.1",
            "network": "/network",
            "image": "/image",
            "volumev3": f"/volume/v3/{PROJECT}",
        }
        return [
            {
                "type": kind,
                "endpoints": [{"interface": "public", "region": "R", "region_id": "R", "url": self.url + path}],
            }
            for kind, path in urls.items()
        ]

    def stop(self) -> None:
        self._server.stop()
        self._thread.join(5)

    def _app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {
            key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
        }
        seen = Seen(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            dict(parse_qsl(environ["QUERY_STRING"])),
            headers,
            json.loads(raw) if raw else None,
        )
        with self.lock:
            self.seen.append(seen)
            handler = self.routes.get((seen.method, seen.path))
        reply = handler(seen) if handler else Reply({"itemNotFound": {"message": f"no {seen.path}", "code": 404}}, 404)
        content = (
            b""
            if reply.body is None
            else reply.body
            if isinstance(reply.body, bytes)
            else json.dumps(reply.body).encode()
        )
        start_response(f"{reply.status} Word", [*reply.headers.items(), ("Content-Length", str(len(content)))])
        return [content]
