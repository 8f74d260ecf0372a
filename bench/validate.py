"""How long a template takes to read and check in full, and how large its definition is.

    .venv/bin/python bench/validate.py [N] [--shape flat|chain|mixed] [--rounds R] [--heat PYTHON]

N resources in one template, parsed and compiled without any cache. --heat: the interpreter of a venv that has the package
`openstack-heat`; Heat's own classes then parse and validate the same template in a process of their own, for comparison.
The last line is JSON.
"""

import argparse
import json
import resource as process
import subprocess
import sys
import tempfile
import time
import tracemalloc

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
HEAT = """
import sys, time
from heat.common import context, template_format
from heat.engine import environment, resources, stack, template
resources.initialise()
text = open(sys.argv[1]).read()
start = time.perf_counter()
tree = template_format.parse(text)
made = stack.Stack(context.RequestContext(project_id='t', is_admin=False), 'bench', template.Template(tree, env=environment.Environment()))
made.validate()
print(time.perf_counter() - start)
"""


def text_of(count: int, shape: str) -> str:
    return HEADS[shape] + "".join(BODIES[shape].format(i=i, before=i - 1) for i in range(1, count + 1))


def checked(text: str) -> Definition:
    return compile(parse(text, "bench.yaml", LIMITS), catalog=registry())


def heat_seconds(python: str, text: str) -> float:
    """Heat's time for the same text, in its own process; start-up and imports are not counted."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([python, "-c", HEAT, file.name], capture_output=True, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("count", type=int, nargs="?", default=1000)
    options.add_argument("--shape", choices=sorted(BODIES), default="flat")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--heat", metavar="PYTHON")
    chosen = options.parse_args()
    text = text_of(chosen.count, chosen.shape)
    checked(text_of(10, chosen.shape))
    wall, cpu = [], []
    for _ in range(chosen.rounds):
        start, used = time.perf_counter(), time.process_time()
        checked(text)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    tracemalloc.start()
    kept = checked(text)
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    told = {
        "bench": "validate", "n": len(kept.resources), "shape": chosen.shape, "seconds": round(min(wall), 4),
        "cpu_seconds": round(min(cpu), 4), "peak_mib": round(process.getrusage(process.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "definition_mib": round(size / 2**20, 1), "compile_peak_mib": round(peak / 2**20, 1), "sql_statements": 0, "database": None,
    }
    if chosen.heat:
        theirs = heat_seconds(chosen.heat, text)
        told |= {"heat_seconds": round(theirs, 4), "times_faster": round(theirs / min(wall), 1)}
    print(json.dumps(told))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
