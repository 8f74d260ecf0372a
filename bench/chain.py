"""A chain of resources, each made from the one before: from POST to CREATE_COMPLETE as a client sees it.

    .venv/bin/python bench/chain.py [200]
"""

import sys
import time

from rig.client import chain, service, tell

n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
with service() as measured:
    measured.wait(measured.create("warm", chain(2)), "CREATE_COMPLETE")
    template, before, started = chain(n), measured.usage(), time.perf_counter()
    path = measured.create("bench", template)
    posted = time.perf_counter() - started
    measured.wait(path, "CREATE_COMPLETE")
    seconds = time.perf_counter() - started
    tell("chain", n, seconds, before, measured.usage(), post_seconds=round(posted, 3))
