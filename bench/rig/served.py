"""The process that is measured: `isotherm up` on SQLite, which tells on request what it has used.

Writes one JSON line when it is ready, and one for each line it reads: sql_statements so far, cpu_seconds, peak_mib, rss_mib, threads.
"""

import itertools
import json
import resource
import sys
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from isotherm import wire
from isotherm.cli.process import collect_rarely
from isotherm.home import Home
from isotherm.sim.settings import Settings

counter = itertools.count(1)
sent = [0]


def count(*_: Any) -> None:
    sent[0] = next(counter)


def usage(statements: int) -> dict[str, float]:
    """What this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {"sql_statements": statements, "cpu_seconds": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024,
            "rss_mib": int(status["VmRSS"].split()[0]) / 1024, "threads": threading.active_count()}


def main() -> None:
    collect_rarely()
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    home = Home(Path(sys.argv[1]))
    running = wire.up(home, "127.0.0.1", 0, Settings(delays={"server": float(sys.argv[2])}))
    login = yaml.safe_load(home.clouds_yaml.read_text())["clouds"]["isotherm"]["auth"]
    print(json.dumps({"url": running.url, "auth_url": login["auth_url"], "password": login["password"]}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(usage(sent[0])), flush=True)
    running.stop()


if __name__ == "__main__":
    main()
