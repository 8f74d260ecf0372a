"""1,000 independent resources in one stack: from POST to CREATE_COMPLETE as a client sees it.

    .venv/bin/python bench/flat.py [1000]
"""

import sys
import time

from rig.client import flat, service, tell

n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
with service() as measured:
    measured.wait(measured.create("warm", flat(2)), "CREATE_COMPLETE")
    template, before, started = flat(n), measured.usage(), time.perf_counter()
    path = measured.create("bench", template)
    posted = time.perf_counter() - started
    measured.wait(path, "CREATE_COMPLETE")
    seconds = time.perf_counter() - started
    tell("flat", n, seconds, before, measured.usage(), post_seconds=round(posted, 3))
