"""Worker processes that are killed without warning while they work, and started again."""

import random
import threading
from types import TracebackType

from rig import Rig


class Crew:
    """So many workers of one rig. From time to time - the times are counted in requests that the cloud was sent, and random - one of
    them, or all at once, gets SIGKILL and a successor."""

    def __init__(self, rig: Rig, count: int, dice: random.Random, every: tuple[int, int]):
        self.rig, self._dice, self._every = rig, dice, every
        self.killed = 0
        self._processes = [rig.process() for _ in range(count)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._haunt, name="killer")

    def __enter__(self) -> "Crew":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def _haunt(self) -> None:
        while not self._ended.is_set():
            goal = self._sent() + self._dice.randint(*self._every)
            while self._sent() < goal and not self._ended.wait(0.02):
                pass
            if not self._ended.is_set():
                self._kill(range(len(self._processes)) if self._dice.random() < 0.2 else [self._dice.randrange(len(self._processes))])

    def _kill(self, victims: "range | list[int]") -> None:
        for number in victims:
            self._processes[number].kill()
        for number in victims:
            self._processes[number].wait()
            self._processes[number] = self.rig.process()
            self.killed += 1

    def _sent(self) -> int:
        total: int = self.rig.ask("GET", "/sim/requests")["total"]
        return total
