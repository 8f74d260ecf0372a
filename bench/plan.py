"""Planning alone: how long the POST of a stack of n resources takes, all checked and written when it answers.

    .venv/bin/python bench/plan.py [10000]
"""

import sys
import time

from rig.client import flat, service, tell

n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
with service() as measured:
    measured.wait(measured.create("warm", flat(2)), "CREATE_COMPLETE")
    template, before, started = flat(n), measured.usage(), time.perf_counter()
    path = measured.create("bench", template)
    seconds = time.perf_counter() - started
    after = measured.usage()
    measured.wait(path, "CREATE_COMPLETE")
    tell("plan", n, seconds, before, after)
