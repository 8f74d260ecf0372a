"""Resident memory of the whole `isotherm up` process: idle, and what a stack of n resources adds.

    .venv/bin/python bench/memory.py [1000]
"""

import sys
import time

from rig.client import flat, service, tell

n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
with service() as measured:
    before, started = measured.usage(), time.perf_counter()
    measured.wait(measured.create("bench", flat(n)), "CREATE_COMPLETE")
    seconds, after = time.perf_counter() - started, measured.usage()
    tell("memory", n, seconds, before, after, idle_mib=round(before["rss_mib"], 1), added_mib=round(after["peak_mib"] - before["rss_mib"], 1))
