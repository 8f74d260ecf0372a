"""Which worker processes of this machine are dead for certain, so that nobody has to wait for their leases to end."""

import os
from pathlib import Path

from isotherm.model.records import WorkerRow


def this_process() -> str:
    """Names this process for good: the machine's boot, the namespace its pid belongs to, and when it started.

    "" where the system does not tell; then nothing is concluded from its absence.
    """
    return _process(os.getpid())


def is_dead(worker: WorkerRow) -> bool:
    """Whether the worker ran here and is no more. Never true for one in another container or on another machine: a paused
    process, or one cut off from the database, may still be in the middle of a call."""
    here, there = this_process().rpartition("/")[0], worker.process.rpartition("/")[0]
    return bool(here) and here == there and _process(worker.pid) != worker.process


def _process(pid: int) -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return ""
    return f"{boot}/{namespace}/{_started(pid)}"


def _started(pid: int) -> str:
    """Clock ticks from boot to the start of the process; "" when there is none. A process that ended but is not yet waited
    for counts as none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]
