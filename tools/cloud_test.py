"""The contract suite and the demo's scenario on a real OpenStack cloud.

    OS_CLIENT_CONFIG_FILE=clouds.yaml python tools/cloud_test.py [--member demo] [--admin admin] [--set NAME=VALUE ...] [--only contract|demo]

member, admin: entries of that clouds.yaml. An API and an engine process run here, on SQLite. The administrator makes a service user
and a catalogue entry for the run, and removes both at the end; a cloud that has an orchestration service already is refused.
"""

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openstack
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@contextmanager
def service_user(admin: str) -> Iterator[dict[str, str]]:
    """Options of a service user of our own, with the role `service` in the project of that name."""
    cloud = openstack.connect(cloud=admin)
    name, password = f"isotherm-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    project = cloud.identity.find_project("service", ignore_missing=False)
    role = cloud.identity.find_role("service") or cloud.identity.find_role("admin", ignore_missing=False)
    user = cloud.identity.create_user(name=name, password=password, domain_id=project.domain_id)
    try:
        cloud.identity.assign_project_role_to_user(project, user, role)
        yield {"auth_url": cloud.config.get_auth_args()["auth_url"], "username": name, "password": password}
    finally:
        cloud.identity.delete_user(user)


@contextmanager
def endpoint(admin: str, region: str, url: str) -> Iterator[None]:
    """Our API in the cloud's catalogue."""
    cloud = openstack.connect(cloud=admin)
    services = [one.id for one in cloud.identity.services(type="orchestration")]
    if any(one.service_id in services and one.region_id == region for one in cloud.identity.endpoints(interface="public")):
        raise SystemExit(f"region {region} has an orchestration service already; the demo would test that one")
    service = cloud.identity.create_service(name="isotherm", type="orchestration")
    try:
        cloud.identity.create_endpoint(service_id=service.id, interface="public", region_id=region, url=f"{url}/v1/%(project_id)s")
        yield
    finally:
        cloud.identity.delete_service(service)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def processes(folder: Path, identity: dict[str, str], region: str) -> Iterator[str]:
    """An API and an engine process; the API's URL."""
    port = free_port()
    groups = {"database": {"url": f"sqlite:///{folder}/isotherm.db"}, "keystone_authtoken": identity, "api": {"port": port},
              "secrets": {"keys": Fernet.generate_key().decode()}, "cloud": {"region_name": region}}
    config = folder / "isotherm.conf"
    config.touch(0o600)
    config.write_text("".join(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()) for group, values in groups.items()))
    logs = (folder / "log").open("w")
    running = [subprocess.Popen([BIN / "isotherm", word, "--config", config], stdout=logs, stderr=logs) for word in ("api", "engine")]
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                with urllib.request.urlopen(url + "/healthcheck", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"the service did not start: {(folder / 'log').read_text()[-1000:]}")
        yield url
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(200)


def demo(member: str, admin: str, settings: list[str]) -> int:
    """The demo on the real cloud; its exit code."""
    region = openstack.connect(cloud=member).config.region_name
    with tempfile.TemporaryDirectory(prefix="isotherm-cloud-") as folder, service_user(admin) as identity:
        with processes(Path(folder), identity, region) as url, endpoint(admin, region, url):
            command = [sys.executable, ROOT / "tools" / "demo.py", "--cloud", member, *(word for pair in settings for word in ("--set", pair))]
            code = subprocess.run(command).returncode
        if code:
            print((Path(folder) / "log").read_text()[-3000:], file=sys.stderr)
        return code


def contract(member: str, admin: str) -> int:
    """The contract suite on the simulated and the real cloud; its exit code."""
    real = f"{os.environ['OS_CLIENT_CONFIG_FILE']}:{member},{admin}"
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/contract/cloud"], cwd=ROOT, env={**os.environ, "ISOTHERM_REAL_CLOUD": real}).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description="Contract suite and demo on a real cloud.")
    parser.add_argument("--member", default="demo", help="entry of an ordinary user in clouds.yaml")
    parser.add_argument("--admin", default="admin", help="entry of an administrator")
    parser.add_argument("--only", choices=("contract", "demo"))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the demo's template")
    options = parser.parse_args()
    if not os.environ.get("OS_CLIENT_CONFIG_FILE"):
        print("Set OS_CLIENT_CONFIG_FILE to the clouds.yaml of a real cloud.", file=sys.stderr)
        return 2
    codes = []
    if options.only != "demo":
        codes.append(contract(options.member, options.admin))
    if options.only != "contract":
        codes.append(demo(options.member, options.admin, options.set))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
