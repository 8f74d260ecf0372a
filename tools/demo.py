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
LISTS = {"server": ("front", "back"), "network": ("net",), "volume": ("data",), "floating ip": ("floating_ip",), "keypair": ("key",),
         "router": ("router",), "security group": ("firewall",)}
GIVEN = {"network": {"public"}, "security group": {"default"}}         # what a project of a fresh simulated cloud sees


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


class Seen:
    """What several commands said, run side by side."""

    def __init__(self, client: Client):
        with ThreadPoolExecutor(3) as pool:
            self.cloud = dict(zip(LISTS, pool.map(lambda kind: client.json(f"{kind} list"), LISTS), strict=True))

    def ids(self, kind: str) -> set[str]:
        return {row.get("ID") or row["Name"] for row in self.cloud[kind]}

    def has(self, physical: dict[str, str]) -> dict[str, int]:
        """How many of the stack's resources each list shows."""
        return {kind: len({physical[name] for name in names} & self.ids(kind)) for kind, names in LISTS.items()}


def resources(client: Client) -> dict[str, dict[str, Any]]:
    return {row["resource_name"]: row for row in client.json("stack resource list", STACK)}


def physical(client: Client) -> dict[str, str]:
    return {name: row["physical_resource_id"] for name, row in resources(client).items()}


def values(client: Client) -> dict[str, Any]:
    """Output name -> value."""
    return {row["output_key"]: row["output_value"] for row in client.json("stack show", STACK)["outputs"]}


def create(client: Client, settings: list[str]) -> dict[str, str]:
    client("stack create --wait --poll 1 -t", str(TEMPLATE), *settings, STACK, "--parameter", "http_port=8080")
    client("stack resource list", STACK)
    client("stack event list", STACK)
    with ThreadPoolExecutor(2) as pool:
        listed, told = pool.submit(resources, client), pool.submit(values, client)
        states, outputs = {name: row["resource_status"] for name, row in listed.result().items()}, told.result()
    check(f"all {RESOURCES} resources are CREATE_COMPLETE", len(states) == RESOURCES and set(states.values()) == {"CREATE_COMPLETE"}, states)
    for name in ("website", "private_addresses", "network", "gateway", "router_status", "mac_addresses", "data_device"):
        print(f"  {name}: {outputs[name]}")
    check("the website's address is known", outputs["website"].startswith("http://") and outputs["website"].endswith(":8080/"), outputs["website"])
    check("the generated key and password are there", "PRIVATE KEY" in outputs["private_key"] and len(outputs["password"]) == 24)
    made = {name: row["physical_resource_id"] for name, row in listed.result().items()}
    seen = Seen(client)
    for kind in LISTS:
        print(f"  openstack {kind} list: {', '.join(sorted(row['Name'] or '-' if 'Name' in row else row['Floating IP Address'] for row in seen.cloud[kind]))}")
    wanted = {kind: len(names) for kind, names in LISTS.items()}
    check("the cloud's own lists show " + ", ".join(f"{n} {kind}" for kind, n in wanted.items()), seen.has(made) == wanted, seen.has(made))
    return made


def change_in_place(client: Client, settings: list[str], before: dict[str, str]) -> None:
    client("stack update --wait -t", str(TEMPLATE), *settings, STACK, "--parameter", "http_port=8443", "--parameter", "release=2.0")
    with ThreadPoolExecutor(3) as pool:
        listed = pool.submit(physical, client)
        server = pool.submit(client.json, "server show", before["front"])
        rules = pool.submit(client.json, "security group rule list", before["firewall"])
    after, metadata, ports = listed.result(), server.result()["properties"], json.dumps(rules.result())
    check("the update replaced nothing", before == after, {n: (before[n], after.get(n)) for n in before if before[n] != after.get(n)})
    check("the server's metadata says release 2.0", "2.0" in json.dumps(metadata), metadata)
    check("the security group lets in port 8443 and no longer 8080", "8443:8443" in ports and "8080" not in ports, ports)


def replace_one(client: Client, settings: list[str], before: dict[str, str]) -> dict[str, str]:
    client("stack update --wait -t", str(TEMPLATE), *settings, STACK, "--parameter", "http_port=8443", "--parameter", "release=2.0",
           "--parameter", "key_name=web-tier-2")
    with ThreadPoolExecutor(2) as pool:
        listed, pairs = pool.submit(physical, client), pool.submit(client.json, "keypair list")
    after, names = listed.result(), {row["Name"] for row in pairs.result()}
    changed = {name for name in before if before[name] != after.get(name)}
    check(f"the key pair was replaced, with what cannot do without it: {', '.join(sorted(changed))}", "key" in changed and "net" not in changed, changed)
    check("the cloud has the new key pair and not the old one", "web-tier-2" in names and "web-tier" not in names, names)
    return after


def delete(client: Client, former: list[dict[str, str]], own_cloud: bool) -> None:
    client("stack delete --yes --wait", STACK)
    seen = Seen(client)
    if own_cloud:
        names = {kind: {row.get("Name") or row["ID"] for row in rows} for kind, rows in seen.cloud.items()}
        empty = {kind: GIVEN.get(kind, set()) for kind in LISTS}
        check("the cloud is as empty as it was", names == empty, names)
    left = [seen.has(made) for made in former]
    check("nothing of it is left in the cloud", not any(any(counts.values()) for counts in left), left)
    check("the stack is gone", STACK not in {row["Stack Name"] for row in client.json("stack list")})


def run(client: Client, settings: list[str], own_cloud: bool) -> None:
    first = create(client, settings)
    change_in_place(client, settings, first)
    second = replace_one(client, settings, first)
    delete(client, [first, second], own_cloud)


@contextmanager
def tidied(client: Client) -> Iterator[Client]:
    """On somebody's cloud nothing is left behind, also when a statement was not true."""
    try:
        yield client
    except Untrue:
        subprocess.run([BIN / "openstack", "stack", "delete", "--yes", "--wait", STACK], env=client.env, capture_output=True)
        raise


def main() -> int:
    parser = argparse.ArgumentParser(description="Show the main job on a simulated or a real cloud.")
    parser.add_argument("--cloud", help="a cloud of clouds.yaml; without it `isotherm up` is started")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the template")
    options = parser.parse_args()
    settings = [word for pair in options.set for word in ("--parameter", pair)]
    started = time.monotonic()
    try:
        if options.cloud:
            with tidied(Client(options.cloud, None)) as client:
                run(client, settings, own_cloud=False)
        else:
            with service() as (url, config):
                print(f"isotherm up is ready at {url}")
                run(Client("isotherm", config), settings, own_cloud=True)
    except Untrue as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print(f"\nAll of it was true. {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
