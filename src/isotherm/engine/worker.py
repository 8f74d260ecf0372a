"""The engine's loop: record what has ended, claim what is due, run it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from isotherm.bus.local import Bus
from isotherm.engine import brief as briefs
from isotherm.engine.attempt import Attempts
from isotherm.engine.brief import Brief
from isotherm.engine.closing import Closing
from isotherm.engine.names import utcnow
from isotherm.engine.report import Report, postponed, record
from isotherm.store import nodes
from isotherm.store.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """lease: longer than any call may take, twice over. poll: seconds between looks when nobody hints. batch: nodes a claim."""

    threads: int = 16
    lease: timedelta = timedelta(seconds=180)
    poll: float = 5.0
    batch: int = 200


class Worker:
    """Runs steps. Keeps nothing in memory that a restart would miss."""

    def __init__(self, name: str, store: Store, bus: Bus, attempts: Attempts, closing: Closing, pace: Pace):
        self.name, self.store, self.bus, self.attempts, self.closing, self.pace = name, store, bus, attempts, closing, pace
        self.finished: deque[tuple[Report | None, bool]] = deque()        # and whether it comes from the pool
        self.stir = threading.Event()
        self.stopping = threading.Event()
        self.busy = 0                                   # nodes handed to the pool and not yet back; only the loop adds

    def run(self) -> None:
        """Work until `stop`. What is in flight then is finished and recorded."""
        self.bus.subscribe(self.stir.set)
        with ThreadPoolExecutor(self.pace.threads, thread_name_prefix=self.name) as pool:
            while not self.stopping.is_set() or self.busy or self.finished:
                if self.turn(pool):
                    self.stir.wait(self.rest())
                    self.stir.clear()
        self.bus.unsubscribe(self.stir.set)

    def stop(self) -> None:
        self.stopping.set()
        self.stir.set()

    def turn(self, pool: ThreadPoolExecutor) -> bool:
        """Record everything finished and claim what is due in one transaction, then start it. True when there was nothing."""
        reports = self.drain()
        room = 0 if self.stopping.is_set() else max(self.pace.batch - self.busy, 0)
        try:
            claimed, woken = self.store.write(self.commit, reports, room)
        except Exception as error:
            self.rescue(reports, error)
            return True
        if woken > room:
            self.bus.wake(woken)                        # after the commit, never before: more is due than fits here
        for one in claimed:
            self.start(pool, one)
        return not claimed and not self.finished

    def drain(self) -> list[Report]:
        reports: list[Report] = []
        while self.finished and len(reports) < self.pace.batch:
            report, pooled = self.finished.popleft()
            self.busy -= pooled
            if report is not None:
                reports.append(report)
        return reports

    def rescue(self, reports: Sequence[Report], error: Exception) -> None:
        """A batch that the database did not take is kept for the next turn: it may hold ids that only we know. If the database
        is well, one report is to blame: each is tried alone, and the bad one is left to fall due again."""
        log.error("%s: could not record %d steps: %s", self.name, len(reports), error)
        for report in reports:
            try:
                self.store.write(self.commit, [report], 0)
            except sa.exc.OperationalError:
                self.finished.append((report, False))
            except Exception:
                log.exception("%s: a step of %s cannot be recorded", self.name, report.node.name)

    def commit(self, conn: sa.Connection, reports: Sequence[Report], room: int) -> tuple[list[Brief], int]:
        now = utcnow()
        woken = record(conn, reports, now) if reports else 0
        return briefs.load(conn, nodes.claim(conn, self.name, now, self.pace.lease, room)), woken

    def start(self, pool: ThreadPoolExecutor, one: Brief) -> None:
        """Run what is pure right here; hand the rest to a thread."""
        if one.node.kind in ("end", "deadline"):
            self.hand_over(pool, one, self.closing.close)
            return
        report = self.attempts.inline(one)
        if report is not None:
            self.finished.append((report, False))
        else:
            self.hand_over(pool, one, self.attempts.outside)

    def hand_over(self, pool: ThreadPoolExecutor, one: Brief, work: Callable[[Brief], Report | None]) -> None:
        # A step that cannot start well within its lease is given back: someone else may hold it by then.
        latest = time.monotonic() + self.pace.lease.total_seconds() / 2
        self.busy += 1
        pool.submit(self.work, replace(one, latest=latest), work)

    def work(self, one: Brief, work: Callable[[Brief], Report | None]) -> None:
        try:
            report = work(one) if time.monotonic() < one.latest else postponed(one)
        except Exception:
            log.exception("%s: %s of %s was lost; it falls due again when its lease ends", self.name, one.node.kind, one.node.name)
            report = None
        self.finished.append((report, True))
        self.stir.set()

    def rest(self) -> float:
        """Seconds until the next poll, retry or lapsed claim; never a busy loop, never past the poll interval."""
        try:
            due: datetime | None = self.store.read(nodes.next_due)
        except sa.exc.SQLAlchemyError:
            return self.pace.poll
        if due is None or self.busy >= self.pace.batch or self.stopping.is_set():
            return self.pace.poll
        return min(max((due - utcnow()).total_seconds(), 0.005), self.pace.poll)
