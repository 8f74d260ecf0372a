"""n servers that all build at once: every wait is a row, so the threads stay few and the polls are shared.

    .venv/bin/python bench/waits.py [500]
"""

import sys
import time

from rig.client import servers, service, tell

n = int(sys.argv[1]) if len(sys.argv) > 1 else 500
with service(server_delay=20) as measured:
    before, started = measured.usage(), time.perf_counter()
    path, threads = measured.create("bench", servers(n)), 0
    while measured.call("GET", f"{path}?resolve_outputs=false").json()["stack"]["stack_status"] == "CREATE_IN_PROGRESS":
        threads = max(threads, int(measured.usage()["threads"]))
        time.sleep(0.25)
    measured.wait(path, "CREATE_COMPLETE")
    tell("waits", n, time.perf_counter() - started, before, measured.usage(), threads=threads, build_seconds=20)
