"""Nested stacks of one file, each with ten resources: create, an update that changes nothing, an update that changes one resource in
each, and delete, as a client sees them.

    .venv/bin/python bench/nested.py [300]
"""

import itertools
import json
import sys
import time

from rig.client import service, tell

INSIDE = 10
n = int(sys.argv[1]) if len(sys.argv) > 1 else 300
leaf = json.dumps({
    "heat_template_version": "2021-04-16", "parameters": {"value": {"type": "string"}},
    "resources": {"named": {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "value"}}}}
    | {f"r{i}": {"type": "OS::Heat::RandomString"} for i in range(INSIDE - 1)},
    "outputs": {"value": {"value": {"get_attr": ["named", "output"]}}}})


def body(word: str) -> dict[str, object]:
    nests = {f"n{i}": {"type": "leaf.yaml", "properties": {"value": f"{word} {i}"}} for i in range(n)}
    outputs = {f"o{i}": {"value": {"get_attr": [f"n{i}", "value"]}} for i in range(n)}
    return {"template": json.dumps({"heat_template_version": "2021-04-16", "resources": nests, "outputs": outputs}),
            "files": {"leaf.yaml": leaf}, "timeout_mins": 60}


with service() as measured:
    before, at = measured.usage(), [time.perf_counter()]
    stack = measured.call("POST", "/stacks", {"stack_name": "bench", **body("one")}).json()["stack"]
    path = f"/stacks/bench/{stack['id']}"
    posted = time.perf_counter() - at[0]
    measured.wait(path, "CREATE_COMPLETE")
    at.append(time.perf_counter())
    for word in ("one", "two"):
        measured.call("PUT", path, body(word))
        measured.wait(path, "UPDATE_COMPLETE")
        at.append(time.perf_counter())
    measured.call("DELETE", path)
    measured.wait(path, "DELETE_COMPLETE")
    at.append(time.perf_counter())
    create, same, change, delete = (round(b - a, 3) for a, b in itertools.pairwise(at))
    tell("nested", n, create, before, measured.usage(), inside=INSIDE, post_seconds=round(posted, 3), same_seconds=same,
         change_seconds=change, delete_seconds=delete)
