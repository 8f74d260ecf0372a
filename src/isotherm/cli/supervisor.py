"""A parent that keeps a number of child processes alive."""

import logging
import subprocess
import threading
import time
from collections.abc import Sequence

log = logging.getLogger(__name__)

HEALTHY = 10.0  # seconds a child must have lived for its end not to count as a failure to start
LONGEST = 30.0  # seconds between tries to start one that will not live
PATIENCE = 150.0  # seconds children may take to finish their steps

Child = subprocess.Popen[bytes]


class Supervisor:
    """Runs `count` processes of one command until `told`; one that dies is replaced.

    Each child's standard input is a pipe that ends with the parent. A child that exits with `hopeless` ends them all.
    pass_fds: open files that children inherit.
    """

    def __init__(
        self, command: Sequence[str], count: int, told: threading.Event, hopeless: int, pass_fds: Sequence[int] = ()
    ):
        self._command, self._told, self._hopeless = list(command), told, hopeless
        self._pass_fds = tuple(pass_fds)
        self._lock = threading.Lock()
        self._children: dict[int, Child] = {}
        self._count = count
        self._threads: list[threading.Thread] = []
        self._code = 0

    def start(self) -> None:
        """Start the children; returns when each has been started once."""
        for number in range(self._count):
            thread = threading.Thread(target=self._keep, args=(number, self._spawn(number)), name=f"keep-{number}")
            self._threads.append(thread)
            thread.start()

    def wait(self) -> int:
        """Blocks until told to stop and all children have ended; the exit code for the parent."""
        self._told.wait()
        with self._lock:
            children = list(self._children.values())
        for child in children:
            child.terminate()
        deadline = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            for child in self._children.values():
                child.kill()
        return self._code

    def _keep(self, number: int, child: Child | None) -> None:
        failures = 0
        while child is not None:
            began = time.monotonic()
            code = child.wait()
            self._bury(number)
            if code == self._hopeless and not self._told.is_set():
                self._code = code
                self._told.set()
            failures = 0 if time.monotonic() - began > HEALTHY else failures + 1
            pause = min(0.25 * 2**failures, LONGEST) if failures > 1 else 0.0
            if not self._told.is_set():
                log.warning("worker %d ended with code %s; starting another in %.1f s", number, code, pause)
                self._told.wait(pause)
            child = self._spawn(number)

    def _spawn(self, number: int) -> Child | None:
        """A new child; None when it is time to stop."""
        with self._lock:
            if self._told.is_set():
                return None
            # A session of its own: Ctrl-C in a terminal is for the parent, which then tells the children.
            child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, pass_fds=self._pass_fds, start_new_session=True
            )
            self._children[number] = child
            return child

    def _bury(self, number: int) -> None:
        with self._lock:
            child = self._children.pop(number)
        if child.stdin:
            child.stdin.close()
