"""An HTTP server of this process for one WSGI application."""

import threading
from typing import Any

from cheroot import wsgi

IDLE_SECONDS = 60
Wsgi = Any


class ListenError(Exception):
    """The address cannot be listened on; the message says which and why."""


class Server:
    """Listens at once, so that its port is known; serves from `start` on."""

    def __init__(self, host: str, port: int, threads: int):
        """Raises ListenError."""
        self._server = wsgi.Server((host, port), None, numthreads=threads, request_queue_size=128)
        self._server.timeout = IDLE_SECONDS
        self._server.shutdown_timeout = 5
        self._host = host
        self._thread: threading.Thread | None = None
        try:
            self._server.prepare()
        except OSError as error:
            raise ListenError(f"Nothing can listen on {host} port {port}: {_reason(error)}") from None

    @property
    def port(self) -> int:
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """Where a client on this machine reaches it."""
        host = reachable(self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def start(self, app: Wsgi) -> None:
        """Serve the application from threads of this process."""
        self._server.wsgi_app = app
        self._thread = threading.Thread(target=self._server.serve, name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer what has come in, then release the port. Again: nothing."""
        self._server.stop()
        if self._thread:
            self._thread.join(10)
            self._thread = None


def reachable(host: str) -> str:
    """The address to connect to for one that was listened on."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _reason(error: OSError) -> str:
    """The system's own words: the server wraps them twice."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    return cause.strerror or str(error).rpartition("] ")[2].rstrip(")") or str(error)
