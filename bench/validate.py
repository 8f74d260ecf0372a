"""How long a template takes to read and check in full beside Heat's own classes, and how large its definition is.

    .venv/bin/python bench/validate.py [N] [--shape flat|chain|mixed]... [--rounds R] [--heat PYTHON]

N resources in one template, parsed and compiled without any cache. Heat's classes parse and validate the same template in a process
of their own, in turn with ours: one round ours, one round theirs. `openstack-heat` is installed for that into a virtual environment
under ~/.cache/isotherm, once; --heat names the interpreter of another one. All shapes unless some are named; one JSON line each:
`times_faster` is Heat's time by ours, round by round; `times_less_cpu` the same of processor time, which a busy machine disturbs less.
Start-up and imports are not counted on either side; Python's garbage collector is set as the API process sets it, and for Heat as it
comes.
"""

import argparse
import gc
import json
import resource as process
import sys
import time
import tracemalloc
from contextlib import nullcontext
from statistics import median
from typing import Any

from rig.comparison import NoHeat, heat, python

from isotherm.cli.process import collect_rarely
from isotherm.template import Definition, Limits, compile, parse
from isotherm.types.registry import registry

LIMITS = Limits(text=64 * 2**20, nodes=5_000_000)
FLAT = "  r{i}:\n    type: OS::Heat::RandomString\n    properties:\n      length: 8\n"
CHAIN = "  r{i}:\n    type: OS::Heat::RandomString\n    properties:\n      salt: {{get_attr: [r{before}, value]}}\n"
MIXED = """  r{i}:
    type: OS::Heat::Value
    properties:
      value:
        name: {{str_replace: {{template: host-ROLE-{i}, params: {{ROLE: {{get_param: role}}}}}}}}
        salt: {{list_join: ['-', [{{get_attr: [s, value]}}, {{get_param: role}}]]}}
        tags: {{if: [big, [large, {{get_param: role}}], [small]]}}
"""
HEADS = {
    "flat": "heat_template_version: 2021-04-16\nresources:\n",
    "chain": "heat_template_version: 2021-04-16\nresources:\n  r0: {type: OS::Heat::RandomString}\n",
    "mixed": ("heat_template_version: 2021-04-16\nparameters: {role: {type: string, default: web}}\n"
              "conditions: {big: {equals: [{get_param: role}, web]}}\nresources:\n  s: {type: OS::Heat::RandomString}\n"),
}
BODIES = {"flat": FLAT, "chain": CHAIN, "mixed": MIXED}
def text_of(count: int, shape: str) -> str:
    return HEADS[shape] + "".join(BODIES[shape].format(i=i, before=i - 1) for i in range(1, count + 1))


def checked(text: str) -> Definition:
    return compile(parse(text, "bench.yaml", LIMITS), catalog=registry())


def seconds(text: str) -> tuple[float, float]:
    """Wall and processor time of one check. Neither the rubbish of the round before nor the other program's counts."""
    gc.collect()
    start, used = time.perf_counter(), time.process_time()
    checked(text)
    return time.perf_counter() - start, time.process_time() - used


def measured(text: str, rounds: int, interpreter: str | None) -> dict[str, Any]:
    """Ours alone, or ours and Heat's in turn, so that what else the machine does falls on both."""
    with heat(interpreter, text) if interpreter else nullcontext() as theirs:
        if theirs is None:
            return _times([seconds(text) for _ in range(rounds)]) | {"heat_version": None, "times_faster": None, "times_less_cpu": None}
        pairs = [(seconds(text), theirs.seconds()) for _ in range(rounds)]
        heats = {f"heat_{name}": value for name, value in _times([other for _, other in pairs]).items()}
        return _times([one for one, _ in pairs]) | {"heat_version": theirs.version} | heats | {
            "times_faster": _spread([other[0] / one[0] for one, other in pairs], 1),
            "times_less_cpu": _spread([other[1] / one[1] for one, other in pairs], 1)}


def _times(rounds: list[tuple[float, float]]) -> dict[str, Any]:
    return {"seconds": _spread([wall for wall, _ in rounds]), "cpu_seconds": _spread([cpu for _, cpu in rounds])}


def _spread(values: list[float], digits: int = 4) -> dict[str, float]:
    return {"min": round(min(values), digits), "median": round(median(values), digits), "max": round(max(values), digits)}


def sizes(text: str) -> dict[str, float]:
    """How much memory a definition keeps, and how much it takes to make one."""
    tracemalloc.start()
    kept = checked(text)
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"resources": len(kept.resources), "definition_mib": round(size / 2**20, 1), "compile_peak_mib": round(peak / 2**20, 1)}


def heat_interpreter(named: str | None) -> str | None:
    """An interpreter that has Heat; None, said loudly, when there is no way to one."""
    try:
        return named or python()
    except NoHeat as missing:
        print(f"NOT COMPARED WITH HEAT, our own figures only: openstack-heat cannot be installed here.\n  {missing}", file=sys.stderr)
        return None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("count", type=int, nargs="?", default=1000)
    options.add_argument("--shape", choices=sorted(BODIES), action="append")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--heat", metavar="PYTHON")
    chosen = options.parse_args()
    interpreter = heat_interpreter(chosen.heat)
    collect_rarely()
    for shape in chosen.shape or BODIES:
        text = text_of(chosen.count, shape)
        checked(text_of(10, shape))
        try:
            told = {"bench": "validate", "n": chosen.count, "shape": shape} | measured(text, chosen.rounds, interpreter) | sizes(text)
        except NoHeat as failure:
            sys.exit(f"{interpreter} does not run Heat: {failure}")
        told |= {"peak_mib": round(process.getrusage(process.RUSAGE_SELF).ru_maxrss / 1024, 1), "sql_statements": 0, "database": None}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
