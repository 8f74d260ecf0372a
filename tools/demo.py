"""The main job, start to end, with the real command-line clients: a web tier is created on a simulated cloud, changed in place,
partly replaced, and deleted. Exit code 0 only if every statement it prints was true.

    python tools/demo.py                 on `isotherm up`, started here
    python tools/demo.py --cloud NAME    on a running service: the cloud NAME of your clouds.yaml (--set name=value for parameters)
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TEMPLATE = ROOT / "examples" / "web-tier.yaml"
STACK = "demo"
RESOURCES = 15
LISTS = ("server", "network", "volume", "floating ip", "keypair", "router", "security group")


class Untrue(Exception):
    """Something the demo claims did not hold."""


class Client:
    """The `openstack` command, as a user types it."""

    def __init__(self, cloud: str, config: str | None):
        self.env = {**os.environ, "OS_CLOUD": cloud} | ({"OS_CLIENT_CONFIG_FILE": config} if config else {})

    def __call__(self, words: str, *more: str, show: bool = True) -> str:
        """Run it; what it printed. Raises Untrue when it fails."""
        command = [*words.split(), *more]
        if show:
            print(f"\n$ openstack {' '.join(f'{w!r}' if ' ' in w else w for w in command)}", flush=True)
        done = subprocess.run([BIN / "openstack", *command], env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise Untrue(f"`openstack {' '.join(command)}` failed: {(done.stdout + done.stderr).strip()[-800:]}")
        if show and done.stdout.strip():
            print("\n".join(line for line in done.stdout.rstrip().splitlines() if "PRIVATE KEY" not in line))
        return done.stdout

    def json(self, words: str, *more: str) -> Any:
        """What it says, as values."""
        return json.loads(self(f"{words} -f json", *more, show=False))


def check(statement: str, holds: bool, seen: Any = "") -> None:
    """Print what was found true, or end the demo."""
    if not holds:
        raise Untrue(f"not true: {statement}. Seen: {seen}")
    print(f"  ✓ {statement}", flush=True)


@contextmanager
def service() -> Iterator[tuple[str, str]]:
    """`isotherm up` in a folder of its own; (its URL, its clouds.yaml)."""
    with tempfile.TemporaryDirectory(prefix="isotherm-demo-") as folder:
        log = Path(folder) / "log"
        with log.open("w") as errors:
            process = subprocess.Popen([BIN / "isotherm", "up", "--data", folder, "--port", "0"], stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith("ready: "):
                process.wait(10)
                raise Untrue(f"the service did not start: {log.read_text()[-800:]}")
            yield line.removeprefix("ready: ").strip(), str(Path(folder) / "clouds.yaml")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def counts(client: Client) -> dict[str, set[str]]:
    """What the cloud really has: list -> ids."""
    with ThreadPoolExecutor(3) as pool:
        rows = pool.map(lambda kind: client.json(f"{kind} list"), LISTS)
        return {kind: {row.get("ID") or row["Name"] for row in found} for kind, found in zip(LISTS, rows, strict=True)}


def physical(client: Client) -> dict[str, str]:
    return {row["resource_name"]: row["physical_resource_id"] for row in client.json("stack resource list", STACK)}


def create(client: Client, settings: list[str], before: dict[str, set[str]]) -> None:
    client("stack create --wait -t", str(TEMPLATE), *settings, STACK, "--parameter", "http_port=8080")
    client("stack resource list", STACK)
    states = {row["resource_name"]: row["resource_status"] for row in client.json("stack resource list", STACK)}
    check(f"all {RESOURCES} resources are CREATE_COMPLETE", len(states) == RESOURCES and set(states.values()) == {"CREATE_COMPLETE"}, states)
    client("stack event list", STACK)
    outputs = values(client)
    for name in ("website", "private_addresses", "network", "gateway"):
        print(f"  {name}: {outputs[name]}")
    check("the website's address is known", outputs["website"].startswith("http://") and outputs["website"].endswith(":8080/"), outputs["website"])
    check("the generated key and password are there", "PRIVATE KEY" in outputs["private_key"] and len(outputs["password"]) == 24)
    now = counts(client)
    made = {kind: len(now[kind] - before[kind]) for kind in LISTS}
    wanted = {"server": 2, "network": 1, "volume": 1, "floating ip": 1, "keypair": 1, "router": 1, "security group": 1}
    check(f"the cloud has {', '.join(f'{n} {kind}' for kind, n in wanted.items())} more", made == wanted, made)
    client("server list")
    client("floating ip list")


def values(client: Client) -> dict[str, Any]:
    """Output name -> value."""
    return {row["output_key"]: row["output_value"] for row in client.json("stack show", STACK)["outputs"]}


def change_in_place(client: Client, settings: list[str]) -> None:
    before = physical(client)
    client("stack update --wait -t", str(TEMPLATE), *settings, STACK, "--parameter", "http_port=8443", "--parameter", "release=2.0")
    after = physical(client)
    check("the update replaced nothing", before == after, {n: (before[n], after.get(n)) for n in before if before[n] != after.get(n)})
    server = client.json("server show", after["front"])
    check("the server's metadata says release 2.0", "2.0" in json.dumps(server["properties"]), server["properties"])
    rules = client.json("security group rule list", after["firewall"])
    check("the security group lets in port 8443 and no longer 8080", "8443:8443" in json.dumps(rules) and "8080" not in json.dumps(rules), rules)


def replace_one(client: Client, settings: list[str]) -> None:
    before = physical(client)
    client("stack update --wait -t", str(TEMPLATE), *settings, STACK, "--parameter", "http_port=8443", "--parameter", "release=2.0",
           "--parameter", "key_name=web-tier-2")
    after = physical(client)
    changed = {name for name in before if before[name] != after.get(name)}
    check(f"the key pair was replaced, with what depends on its name: {', '.join(sorted(changed))}", "key" in changed and "net" not in changed, changed)
    names = {row["Name"] for row in client.json("keypair list")}
    check("the cloud has the new key pair and not the old one", "web-tier-2" in names and "web-tier" not in names, names)


def delete(client: Client, before: dict[str, set[str]]) -> None:
    client("stack delete --yes --wait", STACK)
    left = {kind: found - before[kind] for kind, found in counts(client).items()}
    check("the cloud is as empty as before", not any(left.values()), left)
    check("the stack is gone", STACK not in {row["Stack Name"] for row in client.json("stack list")})


def run(client: Client, settings: list[str]) -> None:
    before = counts(client)
    create(client, settings, before)
    change_in_place(client, settings)
    replace_one(client, settings)
    delete(client, before)


def main() -> int:
    parser = argparse.ArgumentParser(description="Show the main job on a simulated or a real cloud.")
    parser.add_argument("--cloud", help="a cloud of clouds.yaml; without it `isotherm up` is started")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the template")
    options = parser.parse_args()
    settings = [word for pair in options.set for word in ("--parameter", pair)]
    started = time.monotonic()
    try:
        if options.cloud:
            run(Client(options.cloud, None), settings)
        else:
            with service() as (url, config):
                print(f"isotherm up is ready at {url}")
                run(Client("isotherm", config), settings)
    except Untrue as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print(f"\nAll of it was true. {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
