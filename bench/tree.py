"""How long a recorded create request of a large nested tree takes to check: cold (every file read) and again.

    .venv/bin/python bench/tree.py REQUEST.json

REQUEST.json: the body of a `POST /stacks`. Without one there is nothing to measure, and the result says so.
"""

import gc
import json
import resource
import sys
import time
from pathlib import Path

from isotherm.template import Limits, examine, parse, parse_environment
from isotherm.types.registry import registry

BOUNDS = Limits(text=1 << 24, resources=10**6, nested=20, yaql_iterations=1000, yaql_memory=100_000, yaql_steps=125_000)


def check(body: dict) -> int:
    """Check it all; how many findings there are."""
    template = parse(body["template"] if isinstance(body["template"], str) else json.dumps(body["template"]), limits=BOUNDS)
    environment = parse_environment(body.get("environment") or {}, limits=BOUNDS)
    return len(examine(template, environment, body.get("files") or {}, catalog=registry(), parameters=body.get("parameters") or {})[1])


def main() -> None:
    told = {"bench": "tree", "n": 0, "seconds": None, "cpu_seconds": None, "peak_mib": None, "sql_statements": 0, "database": None}
    if len(sys.argv) > 1:
        body = json.loads(Path(sys.argv[1]).read_text())
        registry()
        gc.set_threshold(50_000, 20, 100)           # as the service has it
        times, cpu = [], time.process_time()
        for _ in range(2):
            started = time.perf_counter()
            findings = check(body)
            times.append(round(time.perf_counter() - started, 3))
        told |= {"n": len(body.get("files") or {}), "seconds": times[0], "again_seconds": times[1], "findings": findings,
                 "cpu_seconds": round(time.process_time() - cpu, 3), "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}
    print(json.dumps(told))


main()
