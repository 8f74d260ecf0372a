"""Hints within one process."""

import threading
from collections.abc import Callable
from typing import Protocol


class Bus(Protocol):
    """wake tells every subscriber, here and in other processes, that `count` nodes became due."""

    def wake(self, count: int) -> None: ...
    def subscribe(self, stir: Callable[[], None]) -> None: ...
    def unsubscribe(self, stir: Callable[[], None]) -> None: ...


class LocalBus:
    """Reaches the threads of this process; other processes find work by polling."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: list[Callable[[], None]] = []

    def wake(self, count: int) -> None:
        with self._lock:
            subscribers = list(self._subscribers)
        for stir in subscribers:
            stir()

    def subscribe(self, stir: Callable[[], None]) -> None:
        with self._lock:
            self._subscribers.append(stir)

    def unsubscribe(self, stir: Callable[[], None]) -> None:
        with self._lock:
            self._subscribers.remove(stir)
