"""The engine of one process: its worker, its heartbeat, and what they share."""

import logging
import os
import socket
import threading
from datetime import timedelta

import sqlalchemy as sa

from isotherm.bus.local import Bus
from isotherm.cloud.clouds import Clouds
from isotherm.config import Settings
from isotherm.engine.attempt import Attempts
from isotherm.engine.closing import Closing
from isotherm.engine.credentials import Credentials
from isotherm.engine.definitions import Definitions
from isotherm.engine.names import new_id, utcnow
from isotherm.engine.worker import Pace, Worker
from isotherm.model.records import WorkerRow
from isotherm.store import workers
from isotherm.store.store import Store
from isotherm.types.registry import Registry

log = logging.getLogger(__name__)

BEAT = 15.0                 # seconds between two signs of life
FORGOTTEN = 20              # beats after which a silent worker is no longer listed


class Engine:
    """Start it, stop it. Several may share one database, in one process or in many."""

    def __init__(self, store: Store, clouds: Clouds, bus: Bus, settings: Settings, types: Registry, definitions: Definitions):
        self.store = store
        credentials = Credentials(store, clouds)
        self.name = f"{socket.gethostname()[:24]}-{os.getpid()}-{new_id()[:8]}"
        engine = settings.engine
        self.worker = Worker(
            self.name, store, bus, Attempts(definitions, types, credentials, engine.max_attempts),
            Closing(store, bus, definitions, types, credentials, settings.limits.max_events_per_stack),
            Pace(engine.threads, timedelta(seconds=engine.lease_seconds), engine.poll_seconds))
        self._row = WorkerRow(self.name, socket.gethostname(), os.getpid(), utcnow(), utcnow())
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self.worker.run, name="worker"), threading.Thread(target=self._beat, name="heartbeat", daemon=True)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish and record what is in flight, start nothing more."""
        self.worker.stop()
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _beat(self) -> None:
        started = self._row
        while True:
            try:
                now = utcnow()
                self.store.write(self._sign, WorkerRow(started.id, started.host, started.pid, started.started_at, now))
            except sa.exc.SQLAlchemyError as error:
                log.warning("no sign of life could be given: %s", error)
            if self._ended.wait(BEAT):
                break
        try:
            self.store.write(workers.remove, self.name)
        except sa.exc.SQLAlchemyError as error:
            log.warning("worker %s could not sign off: %s", self.name, error)

    def _sign(self, conn: sa.Connection, row: WorkerRow) -> None:
        workers.beat(conn, row)
        workers.remove_unseen(conn, row.seen_at - timedelta(seconds=BEAT * FORGOTTEN))
