"""A parent that keeps children alive, with real processes."""

import os
import signal
import sys
import threading
from pathlib import Path

from isotherm.cli.supervisor import Supervisor


class Children:
    """Starts children that write their pid into a pipe and live until their standard input ends."""

    def __init__(self, script: str, count: int):
        read, self._write = os.pipe()
        os.set_inheritable(self._write, True)
        self.told = threading.Event()
        self.pids = os.fdopen(read)
        command = [sys.executable, "-c", script, str(self._write)]
        self.supervisor = Supervisor(command, count, self.told, hopeless=78, pass_fds=(self._write,))

    def born(self) -> int:
        """The next child's pid; waits for it."""
        return int(self.pids.readline())


LIVE = "import os, sys; os.write(int(sys.argv[1]), b'%d\\n' % os.getpid()); sys.stdin.read()"
HOPELESS = "import sys; sys.exit(78)"


def test_a_killed_child_is_replaced_and_all_end_when_told() -> None:
    children = Children(LIVE, 2)
    children.supervisor.start()
    first, second = children.born(), children.born()
    os.kill(first, signal.SIGKILL)
    third = children.born()
    assert third not in (first, second)
    children.told.set()
    assert children.supervisor.wait() == 0
    for pid in (second, third):
        assert not Path(f"/proc/{pid}").exists()


def test_a_hopeless_child_ends_them_all() -> None:
    children = Children(HOPELESS, 2)
    children.supervisor.start()
    assert children.supervisor.wait() == 78
