"""A simulated cloud on a port."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

from cheroot import wsgi

from isotherm.sim.app import Application
from isotherm.sim.cloud import Clock, Cloud
from isotherm.sim.identity.seed import refresh
from isotherm.sim.services import SERVICES
from isotherm.sim.settings import RunOptions, Settings


class SimServer:
    """Serves one cloud over HTTP from threads of this process.

    `data` is the SQLite file the cloud is kept in (None: memory only); port 0 takes a free one. The clock gives seconds
    since the epoch; tests may pass their own to make asynchronous changes happen when they want them to.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, data: Path | None = None,
                 settings: Settings | None = None, clock: Clock = time.time):
        self.cloud = Cloud(data, clock, settings)
        self._app = Application(self.cloud, SERVICES)
        refresh(self.cloud)
        self.cloud.commit()
        self._host = host
        self._server = wsgi.Server((host, port), self._app, numthreads=self.cloud.settings.threads)
        self._server.timeout = 60
        self._server.shutdown_timeout = 1
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """http://host:port; the identity service is at /identity below it."""
        return f"http://{self._host}:{self._server.bind_addr[1]}"

    def start(self) -> str:
        """Listen, serve in the background; returns the URL."""
        self._server.prepare()
        self._thread = threading.Thread(target=self._server.serve, name="sim", daemon=True)
        self._thread.start()
        return self.url

    def stop(self) -> None:
        """Stop serving and release the port and the file."""
        self._server.stop()
        if self._thread:
            self._thread.join(5)
        self.cloud.close()


def run(options: RunOptions) -> None:
    """Serve until SIGINT or SIGTERM; prints the URL."""
    server = SimServer(options.host, options.port, options.data, options.settings)
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    sys.stdout.write(f"Simulated cloud at {server.start()}/identity\n")
    sys.stdout.flush()
    done.wait()
    server.stop()
