"""The engine of one process: its worker, its heartbeat, and what they share."""

import logging
import os
import socket
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from isotherm.bus.local import Bus
from isotherm.cloud.clouds import Clouds
from isotherm.config import Settings
from isotherm.engine.attempt import Attempts
from isotherm.engine.children import Children
from isotherm.engine.closing import Closing
from isotherm.engine.configs import Configs
from isotherm.engine.credentials import Credentials
from isotherm.engine.definitions import Definitions
from isotherm.engine.liveness import is_dead, this_process
from isotherm.engine.names import new_id, utcnow
from isotherm.engine.steps import DOUBT
from isotherm.engine.worker import Pace, Worker
from isotherm.model.records import WorkerRow
from isotherm.store import definitions, nodes, workers
from isotherm.store.store import Store
from isotherm.types.registry import Registry

log = logging.getLogger(__name__)

BEAT = 15.0                 # seconds between two signs of life
FORGOTTEN = 20              # beats after which a silent worker is no longer listed
UNUSED = timedelta(hours=1) # age from which a definition that no stack names is dropped


class Engine:
    """Start it, stop it. Several may share one database, in one process or in many."""

    def __init__(self, store: Store, clouds: Clouds, bus: Bus, settings: Settings, types: Registry, compiled: Definitions):
        self.store = store
        credentials = Credentials(store, clouds)
        configs = Configs(store, settings.limits.max_software_configs_per_tenant)
        self.name = f"{socket.gethostname()[:24]}-{os.getpid()}-{new_id()[:8]}"
        children = Children(store, compiled, types, credentials, settings.limits.max_resources_per_stack)
        engine = settings.engine
        self.worker = Worker(
            self.name, store, bus, Attempts(compiled, types, credentials, configs, children, engine.max_attempts),
            Closing(store, bus, compiled, types, credentials, settings.limits.max_events_per_stack),
            Pace(engine.threads, timedelta(seconds=engine.lease_seconds), engine.poll_seconds))
        self._row = WorkerRow(self.name, socket.gethostname(), os.getpid(), utcnow(), utcnow(), this_process())
        self._tidy_every = engine.janitor_seconds
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self.worker.run, name="worker"), threading.Thread(target=self._live, name="heartbeat", daemon=True)]

    def start(self) -> None:
        """Sign on and work. What dead workers of this machine held is taken up at once."""
        self.store.write(self._sign, utcnow())
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish and record what is in flight, start nothing more."""
        self.worker.stop()
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _live(self) -> None:
        """Give signs of life and tidy up, until told to stop."""
        tidied = time.monotonic()
        while not self._ended.wait(BEAT):
            try:
                self.store.write(self._sign, utcnow())
                if time.monotonic() - tidied >= self._tidy_every:
                    tidied = time.monotonic()
                    self.store.write(definitions.delete_unused, utcnow() - UNUSED)
            except sa.exc.SQLAlchemyError as error:
                log.warning("no sign of life could be given: %s", error)
        try:
            self.store.write(workers.remove, self.name)
        except sa.exc.SQLAlchemyError as error:
            log.warning("worker %s could not sign off: %s", self.name, error)

    def _sign(self, conn: sa.Connection, now: datetime) -> None:
        workers.beat(conn, replace(self._row, seen_at=now))
        dead = [row.id for row in workers.everyone(conn) if is_dead(row)]
        if nodes.release(conn, dead, now, timedelta(seconds=DOUBT)):
            log.warning("took up the work of dead workers: %s", ", ".join(dead))
        for id_ in dead:
            workers.remove(conn, id_)
        workers.remove_unseen(conn, now - timedelta(seconds=BEAT * FORGOTTEN))
