"""Many looks at single objects of one collection, answered by few list requests."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = Mapping[str, Any]
Clock = Callable[[], float]

FEW = 2  # up to so many objects watched, each is asked for by itself: a list may be long
RECENT = 5.0  # seconds in which looks count as being of the same watch
KEPT = 64  # collections remembered


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list request answered. began: before it was sent, so everything in it is at least as new."""

    began: float
    objects: Mapping[str, Body] = field(default_factory=dict)
    error: Exception | None = None


class Watch:
    """One collection of one project. Thread safe: at most one list request at a time; who comes meanwhile shares the
    next."""

    def __init__(self, clock: Clock = time.monotonic):
        self._clock = clock
        self._changed = threading.Condition()
        self._asked: dict[str, float] = {}
        self._last = Listing(float("-inf"))
        self._listing = False

    def show(
        self, key: str, one: Callable[[], Body | None], every: Callable[[], Mapping[str, Body]], max_age: float
    ) -> Body | None:
        """The object as it was at most `max_age` seconds before this call; None when it is gone.

        one: asks for this object; every: for all, by id. An object that the list does not hold is asked for by itself.
        """
        now = self._clock()
        if self._watched(key, now) <= FEW:
            return one()
        listing = self._share(now - max_age, every)
        return listing.objects[key] if key in listing.objects else one()

    def idle(self) -> bool:
        """Whether nobody has looked for a while."""
        with self._changed:
            return not self._listing and all(at < self._clock() - RECENT for at in self._asked.values())

    def _watched(self, key: str, now: float) -> int:
        with self._changed:
            self._asked[key] = now
            if len(self._asked) > FEW:
                self._asked = {key: at for key, at in self._asked.items() if at >= now - RECENT}
            return len(self._asked)

    def _share(self, not_before: float, every: Callable[[], Mapping[str, Body]]) -> Listing:
        with self._changed:
            while self._last.began < not_before and self._listing:
                self._changed.wait()
            if self._last.began >= not_before:
                return _checked(self._last)
            self._listing = True
        began = self._clock()
        done = Listing(began)
        try:
            done = Listing(began, every())
        except Exception as error:
            done = Listing(began, error=error)
        finally:
            with self._changed:
                self._last, self._listing = done, False
                self._changed.notify_all()
        return _checked(done)


class Watches:
    """The watches of all projects; the least used are forgotten, and with them the lists they hold."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watches: OrderedDict[object, Watch] = OrderedDict()

    def of(self, key: object) -> Watch:
        with self._lock:
            watch = self._watches.setdefault(key, Watch())
            self._watches.move_to_end(key)
            for old in [k for k, w in self._watches.items() if k != key and w.idle()]:
                del self._watches[old]
            while len(self._watches) > KEPT:
                self._watches.popitem(last=False)
            return watch


def _checked(listing: Listing) -> Listing:
    """Those who wait for a list share its failure too: each trying again would prolong the trouble."""
    if listing.error is not None:
        raise listing.error
    return listing
