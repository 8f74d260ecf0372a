"""A client that only speaks HTTP, and the service it measures."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests


class Service:
    """The measured process, and a user's session with it."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self.process = process
        self.about = self.line()
        self.session = requests.Session()
        identity = {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": self.about["password"]}}}
        body = {"auth": {"identity": identity, "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}
        answer = self.session.post(self.about["auth_url"] + "/auth/tokens", json=body, timeout=60)
        answer.raise_for_status()
        self.session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        self.base = f"{self.about['url']}/v1/{answer.json()['token']['project']['id']}"

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def usage(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.line()

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        answer = self.session.request(method, self.base + path, json=body, timeout=600)
        if answer.status_code >= 400:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer

    def create(self, name: str, template: str) -> str:
        """The path of the new stack."""
        stack = self.call("POST", "/stacks", {"stack_name": name, "template": template, "timeout_mins": 60}).json()["stack"]
        return f"/stacks/{name}/{stack['id']}"

    def wait(self, path: str, state: str, every: float = 0.02) -> None:
        """Until the stack is in the state, as a client sees it."""
        while True:
            shown = self.call("GET", f"{path}?resolve_outputs=false").json()["stack"]
            if shown["stack_status"] == state:
                return
            if shown["stack_status"].endswith("FAILED"):
                raise SystemExit(f"{path}: {shown['stack_status']}: {shown['stack_status_reason']}")
            time.sleep(every)


@contextmanager
def service(server_delay: float = 0.5) -> Iterator[Service]:
    """A fresh service with an empty database."""
    with tempfile.TemporaryDirectory(prefix="isotherm-bench-") as folder:
        command = [sys.executable, str(Path(__file__).with_name("served.py")), folder, str(server_delay)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Service(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)


def tell(bench: str, n: int, seconds: float, before: dict[str, Any], after: dict[str, Any], **more: Any) -> None:
    """Print the result as the last line."""
    print(json.dumps({
        "bench": bench, "n": n, "seconds": round(seconds, 3), "cpu_seconds": round(after["cpu_seconds"] - before["cpu_seconds"], 3),
        "peak_mib": round(after["peak_mib"], 1), "sql_statements": after["sql_statements"] - before["sql_statements"], "database": "sqlite", **more}))


def measure(bench: str, template: Callable[[int], str], default: int) -> None:
    """Create one stack of n resources and tell how long it took, from POST to CREATE_COMPLETE. n: the first argument."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else default
    with service() as measured:
        measured.wait(measured.create("warm", template(2)), "CREATE_COMPLETE")
        text, before, started = template(n), measured.usage(), time.perf_counter()
        path = measured.create("bench", text)
        posted = time.perf_counter() - started
        measured.wait(path, "CREATE_COMPLETE")
        tell(bench, n, time.perf_counter() - started, before, measured.usage(), post_seconds=round(posted, 3))


HEAD = "heat_template_version: 2021-04-16\nresources:\n"


def flat(n: int) -> str:
    """n random strings that need nothing."""
    return HEAD + "".join(f"  r{i}:\n    type: OS::Heat::RandomString\n" for i in range(n))


def chain(n: int) -> str:
    """n values, each made from the one before."""
    first = "  r0:\n    type: OS::Heat::Value\n    properties: {type: string, value: x}\n"
    link = "  r{0}:\n    type: OS::Heat::Value\n    properties: {{type: string, value: {{get_attr: [r{1}, value]}}}}\n"
    return HEAD + first + "".join(link.format(i, i - 1) for i in range(1, n))


def servers(n: int) -> str:
    """n servers on one network."""
    net = "  net: {type: OS::Neutron::Net}\n  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.0.0.0/16}}\n"
    one = ("  s{0}:\n    type: OS::Nova::Server\n    depends_on: subnet\n"
           "    properties: {{image: cirros, flavor: m1.tiny, networks: [{{network: {{get_resource: net}}}}]}}\n")
    return HEAD + net + "".join(one.format(i) for i in range(n))
