"""`isotherm up` is killed in the middle of a create and started again: the create goes on by itself, without waiting for leases."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import openstack
import pytest
import shapes
from rig import eventually

Process = subprocess.Popen[str]


class Service:
    """`isotherm up` on one directory, as often as it is started."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.process: Process | None = None

    def start(self) -> None:
        with (self.directory / "up.log").open("a") as log:
            command = [sys.executable, "-m", "isotherm.cli.main", "up", "--data", str(self.directory / "var"), "--port", "0",
                       "--delay", "server=2", "--delay", "volume=1", "--latency", "0.05"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ})
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("ready: "), (self.directory / "up.log").read_text()

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate()

    def connect(self) -> openstack.connection.Connection:
        return openstack.connection.Connection(config=openstack.config.OpenStackConfig(
            config_files=[str(self.directory / "var" / "clouds.yaml")], load_envvars=False).get_one("isotherm"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    yield made
    made.kill()


def test_a_create_survives_the_death_of_the_whole_service(service: Service) -> None:
    service.start()
    cloud = service.connect()
    cloud.orchestration.post("/stacks", json={"stack_name": "s", "template": shapes.template(shapes.tier(6)), "disable_rollback": True})
    for built in (2, 12):
        eventually(f"{built} resources are there", lambda built=built, cloud=cloud: len(complete(cloud)) >= built)
        service.kill()
        service.start()
        cloud = service.connect()
    assert state(cloud) == "CREATE_IN_PROGRESS"
    began = time.monotonic()
    eventually("the create is complete", lambda: state(cloud) != "CREATE_IN_PROGRESS", 30)
    assert state(cloud) == "CREATE_COMPLETE"
    assert time.monotonic() - began < 60, "a lease takes 180 s"
    servers = [server.name for server in cloud.compute.servers()]
    assert len(servers) == len(set(servers)) == 6
    assert len(list(cloud.block_storage.volumes())) == 6


def state(cloud: openstack.connection.Connection) -> str:
    status: str = cloud.orchestration.get("/stacks/s").json()["stack"]["stack_status"]
    return status


def complete(cloud: openstack.connection.Connection) -> list[str]:
    rows = cloud.orchestration.get("/stacks/s/resources").json()["resources"]
    return [row["resource_name"] for row in rows if row["resource_status"] == "CREATE_COMPLETE"]
