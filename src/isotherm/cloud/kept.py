"""Things remembered for a time, the newest of them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """At most `most` values by key, each for `seconds`; the one unused for longest goes first. Thread safe."""

    def __init__(self, most: int, seconds: float = float("inf"), clock: Callable[[], float] = time.monotonic):
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """The value, if there is one and its time is not over."""
        with self._lock:
            return self._get(key)

    def put(self, key: Hashable, value: T, seconds: float | None = None) -> None:
        """Remember a value; `seconds`: for another time than the usual."""
        with self._lock:
            self._put(key, value, self._seconds if seconds is None else seconds)

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value, made now if it is not there. `make` must be quick: others wait."""
        with self._lock:
            found = self._get(key)
            return self._put(key, make(), self._seconds) if found is None else found

    def drop(self, key: Hashable) -> None:
        with self._lock:
            self._values.pop(key, None)

    def _get(self, key: Hashable) -> T | None:
        value, until = self._values.get(key, (None, 0.0))
        if value is None or until <= self._clock():
            return None
        self._values.move_to_end(key)
        return value

    def _put(self, key: Hashable, value: T, seconds: float) -> T:
        self._values[key] = (value, self._clock() + seconds)
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
