"""The simulator as a server: control endpoint, injected failures, survival."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
import requests

from isotherm.sim.server import SimServer
from isotherm.sim.settings import Passwords, Settings

RUN = """
import sys
from pathlib import Path
from isotherm.sim.server import run
from isotherm.sim.settings import RunOptions, Settings
run(RunOptions(port=0, data=Path(sys.argv[1]), settings=Settings(delay=0.0)))
"""


def token(url, user="demo", password="secret"):
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": user, "domain": {"id": "default"}, "password": password}}},
        "scope": {"project": {"name": user, "domain": {"id": "default"}}}}}  # fmt: skip
    answer = requests.post(url + "/identity/v3/auth/tokens", json=body, timeout=10)
    assert answer.status_code == 201, answer.text
    return {"X-Auth-Token": answer.headers["X-Subject-Token"]}


@pytest.fixture
def sim():
    server = SimServer(settings=Settings(delay=0.0, orchestration_url="http://heat/v1/%(project_id)s"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def admin(sim):
    return token(sim.url, "admin")


def order(sim, admin, *rules, latency=0.0):
    body = {"rules": list(rules), "latency": latency}
    assert requests.put(sim.url + "/sim/faults", json=body, headers=admin, timeout=10).status_code == 200


def test_the_catalogue_has_the_orchestration_service(sim):
    headers = token(sim.url)
    catalog = requests.get(sim.url + "/identity/v3/auth/catalog", headers=headers, timeout=10).json()["catalog"]
    service = next(row for row in catalog if row["type"] == "orchestration")
    project = sim.cloud.first("project", name="demo")["id"]
    assert {endpoint["url"] for endpoint in service["endpoints"]} == {"http://heat/v1/" + project}


def test_control_is_for_administrators(sim):
    assert requests.get(sim.url + "/sim/faults", timeout=10).status_code == 401
    assert requests.get(sim.url + "/sim/faults", headers=token(sim.url), timeout=10).status_code == 403


def test_ordered_failures_have_the_services_shape(sim, admin):
    order(sim, admin, "compute GET /flavors 1x 503", "network GET 1x")
    answer = requests.get(sim.url + "/compute/v2.1/flavors", headers=admin, timeout=10)
    assert (answer.status_code, list(answer.json())) == (503, ["serviceUnavailable"])
    assert requests.get(sim.url + "/compute/v2.1/flavors", headers=admin, timeout=10).status_code == 200
    assert "NeutronError" in requests.get(sim.url + "/network/v2.0/networks", headers=admin, timeout=10).json()


def test_a_failure_after_the_fact(sim, admin):
    order(sim, admin, "compute POST /os-keypairs 1x 500 after")
    body = {"keypair": {"name": "k"}}
    assert requests.post(sim.url + "/compute/v2.1/os-keypairs", json=body, headers=admin, timeout=10).status_code == 500
    assert requests.get(sim.url + "/compute/v2.1/os-keypairs/k", headers=admin, timeout=10).status_code == 200


def test_a_dropped_connection(sim, admin):
    order(sim, admin, "compute GET /flavors 1x drop")
    with pytest.raises(requests.ConnectionError):
        requests.get(sim.url + "/compute/v2.1/flavors", headers=admin, timeout=10)


def test_latency_holds_every_request(sim, admin):
    order(sim, admin, latency=0.2)
    start = time.monotonic()
    requests.get(sim.url + "/compute/v2.1/flavors", headers=admin, timeout=10)
    assert time.monotonic() - start >= 0.2


def test_a_bad_rule_is_refused_with_a_reason(sim, admin):
    answer = requests.put(sim.url + "/sim/faults", json={"rules": ["nonsense"]}, headers=admin, timeout=10)
    assert answer.status_code == 400
    assert "nonsense" in answer.json()["error"]["message"]


def test_requests_are_counted_by_route(sim, admin):
    requests.delete(sim.url + "/sim/requests", headers=admin, timeout=10)
    for id_ in ("a", "b"):
        requests.get(sim.url + "/compute/v2.1/servers/" + id_, headers=admin, timeout=10)
    rows = requests.get(sim.url + "/sim/requests", headers=admin, timeout=10).json()
    assert rows == {"requests": [{"service": "compute", "method": "GET", "path": "/v2.1/servers/{server_id}", "count": 2}], "total": 2}


def test_objects_are_listed_without_tokens(sim, admin):
    rows = requests.get(sim.url + "/sim/objects", headers=admin, timeout=10).json()["objects"]
    assert {"flavor", "image", "user"} <= {row["kind"] for row in rows}
    assert "token" not in {row["kind"] for row in rows}


def test_what_was_answered_survives_kill_9(tmp_path):
    def start():
        process = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path / "sim.sqlite")], stdout=subprocess.PIPE, text=True)
        return process, process.stdout.readline().split()[-1].removesuffix("/identity")

    process, url = start()
    headers = token(url)
    for number in range(20):
        body = {"keypair": {"name": f"k{number}"}}
        assert requests.post(url + "/compute/v2.1/os-keypairs", json=body, headers=headers, timeout=10).status_code == 200
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process, url = start()
    try:
        rows = requests.get(url + "/compute/v2.1/os-keypairs", headers=headers, timeout=10).json()["keypairs"]
        assert {row["keypair"]["name"] for row in rows} == {f"k{number}" for number in range(20)}
    finally:
        process.terminate()
        process.wait(10)


def test_other_passwords_after_a_restart(tmp_path):
    first = SimServer(data=tmp_path / "sim.sqlite", settings=Settings(passwords=Passwords(demo="one")))
    token(first.start(), password="one")
    first.stop()
    second = SimServer(data=tmp_path / "sim.sqlite", settings=Settings(passwords=Passwords(demo="two")))
    token(second.start(), password="two")
    second.stop()
