"""How many requests one project has in flight, and when its services may be asked again."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from isotherm.model.errors import Transient

PATIENCE = 1.0  # seconds that a thread waits itself; what takes longer becomes a row with a later due time
LONGEST_PAUSE = 60.0


class Gate:
    """One project's share of a cloud. Thread safe."""

    def __init__(self, width: int, wait: float):
        self._slots = threading.BoundedSemaphore(width)
        self._wait = wait
        self._lock = threading.Lock()
        self._closed_until: dict[str, float] = {}
        self._strikes: dict[str, int] = {}

    @contextmanager
    def slot(self, service: str) -> Iterator[None]:
        """The right to make one request to the service. Raises Transient if the service asked for a longer pause,
        or no slot comes free in time."""
        pause = self._closed_until.get(service, 0.0) - time.monotonic()
        if pause > PATIENCE:
            raise Transient(service, 429, f"asked for a pause that lasts {pause:.0f} more seconds", retry_after=pause)
        if pause > 0:
            time.sleep(pause)
        if not self._slots.acquire(timeout=self._wait):
            raise Transient(
                service, 0, "all requests that this project may have in flight are taken", retry_after=PATIENCE
            )
        try:
            yield
        finally:
            self._slots.release()

    def slow_down(self, service: str, seconds: float) -> float:
        """The service is too busy: keep off for so long; 0: longer each time. Returns the pause."""
        with self._lock:
            strikes = self._strikes[service] = self._strikes.get(service, 0) + 1
            pause = min(seconds or 0.25 * 2 ** min(strikes, 10), LONGEST_PAUSE)
            self._closed_until[service] = max(self._closed_until.get(service, 0.0), time.monotonic() + pause)
            return pause

    def served(self, service: str) -> None:
        """The service answered: its next bad day starts afresh."""
        if service in self._strikes:
            with self._lock:
                self._strikes.pop(service, None)


class Gates:
    """The gates of all projects in use; one that nobody holds any more is forgotten."""

    def __init__(self, width: int, wait: float):
        self._width, self._wait = width, wait
        self._lock = threading.Lock()
        self._gates: WeakValueDictionary[tuple[str, str], Gate] = WeakValueDictionary()

    def of(self, cloud: str, project_id: str) -> Gate:
        with self._lock:
            gate = self._gates.get((cloud, project_id))
            if gate is None:
                gate = self._gates[cloud, project_id] = Gate(self._width, self._wait)
            return gate
