"""A cloud to run plans on, and a runner that forgets what a step told, as a crash does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.engine import steps
from isotherm.model.outcome import Done, Facts, Next
from isotherm.model.step import Step, from_json, to_json
from isotherm.model.subject import Subject
from isotherm.sim.server import SimServer
from isotherm.sim.settings import Passwords, Settings
from isotherm.types.finding import found, wanted
from isotherm.types.registry import registry

PASSWORDS = Passwords("admin-pass", "demo-pass", "service-pass")
MOST_POLLS = 50


class World:
    """One project of a simulated cloud, whose changes take no time."""

    def __init__(self, cloud: Cloud, admin: Cloud, control: Callable[[list[str]], None]):
        """control: orders failures, in the notation of `isotherm.sim.faults`."""
        self.cloud, self.admin, self.fail = cloud, admin, control

    def get(self, service: str, path: str) -> Any:
        return self.cloud.request(service, "GET", path).body

    def post(self, service: str, path: str, **body: Any) -> Any:
        key = next(iter(body))
        return self.cloud.request(service, "POST", path, json=body).body[key]

    def left(self) -> dict[str, list[str]]:
        """Names of all that the project has of what types make."""
        return {
            "servers": [one["name"] for one in self.get("compute", "/servers")["servers"]],
            "ports": [one["name"] for one in self.get("network", "/v2.0/ports")["ports"] if not one["device_owner"].startswith("network:")],
            "keypairs": [one["keypair"]["name"] for one in self.get("compute", "/os-keypairs")["keypairs"]],
            "groups": [one["name"] for one in self.get("compute", "/os-server-groups")["server_groups"]],
            "volumes": [one["name"] for one in self.get("volumev3", "/volumes")["volumes"]],
            "flavors": [one["name"] for one in self.get("compute", "/flavors")["flavors"] if not one["name"].startswith("m1.")],
        }


class Runner:
    """Runs plans of one resource. crash: number of the step whose first try has its effect, but is forgotten."""

    def __init__(self, world: World, type_name: str, **given: Any):
        kind = registry().get(type_name)
        assert kind is not None
        self.kind = kind
        self.cloud = world.admin if type_name == "OS::Nova::Flavor" else world.cloud
        self.subject = Subject("res", type_name, "stack-1", "demo", self.cloud.project_id, "demo-res-q7w8e9", properties=self.values(given))

    def values(self, given: dict[str, Any]) -> dict[str, Any]:
        values = {p.name: p.default for p in self.kind.properties} | given
        ids, unfound = self.cloud.find_all(wanted(self.kind.properties, values))
        assert not unfound
        return found(self.kind.properties, values, ids)

    def create(self, crash: int = -1) -> None:
        self.run(self.kind.create(self.subject), crash)

    def update(self, crash: int = -1, **given: Any) -> None:
        old = self.subject.properties
        new = {**old, **self.values({**old, **given})}
        assert self.kind.replaces(old, new) == []
        self.subject = replace(self.subject, properties=new)
        self.run(self.kind.update(self.subject, old), crash)

    def delete(self, crash: int = -1) -> None:
        self.run(self.kind.delete(self.subject), crash)

    def begin(self, last: int) -> None:
        """A create that ends for good in the middle of step `last`."""
        plan = list(self.kind.create(self.subject))
        self.run(plan[:last])
        if last < len(plan):
            self.step(plan[last], last, again=False)

    def run(self, plan: Sequence[Step], crash: int = -1) -> None:
        plan = from_json(to_json(tuple(plan)))
        number, again, polls = 0, False, 0
        while number < len(plan):
            outcome, facts = self.step(plan[number], number, again)
            if number == crash and not again:
                again = True
                continue
            self.learn(facts)
            if isinstance(outcome, Done):
                return
            assert isinstance(outcome, Next), outcome
            polls = polls + 1 if outcome.step == number else 0
            assert polls < MOST_POLLS, plan[number]
            number, again = outcome.step, again and outcome.step == number

    def step(self, step: Step, number: int, again: bool) -> tuple[Any, Facts]:
        return steps.run(steps.Turn(step, number, self.kind, self.subject, again, datetime.now(UTC)), self.cloud)

    def learn(self, facts: Facts) -> None:
        now = self.subject
        self.subject = replace(now, data={**now.data, **facts.data}, physical_id=facts.physical_id or now.physical_id,
                               live=now.live if facts.live is None else facts.live)


@pytest.fixture(scope="module")
def clouds() -> Iterator[Callable[[str, str], tuple[Cloud, Callable[[list[str]], None]]]]:
    sim = SimServer(settings=Settings(delay=0.0, passwords=PASSWORDS))
    url = sim.start() + "/identity/v3"
    made = Clouds(load(files=[], environment={}, overrides={"keystone_authtoken": {
        "auth_url": url, "username": "isotherm", "password": PASSWORDS.service, "project_name": "service"}}))

    def login(user: str, password: str) -> tuple[Cloud, Callable[[list[str]], None]]:
        domain = {"id": "default"}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": user, "password": password, "domain": domain}}},
                         "scope": {"project": {"name": user, "domain": domain}}}}
        answer = requests.post(url + "/auth/tokens", json=body, timeout=10)
        token = answer.headers["X-Subject-Token"]

        def control(rules: list[str]) -> None:
            requests.put(sim.url + "/sim/faults", json={"rules": rules}, headers={"X-Auth-Token": token}, timeout=10).raise_for_status()

        return made.for_token(token, answer.json()["token"]["project"]["id"], url), control

    yield login
    sim.stop()


@pytest.fixture(scope="module")
def world(clouds: Callable[[str, str], tuple[Cloud, Callable[[list[str]], None]]]) -> World:
    """The project, with two networks behind a router, and a port that no stack owns."""
    admin, control = clouds("admin", PASSWORDS.admin)
    world = World(clouds("demo", PASSWORDS.demo)[0], admin, control)
    public = world.get("network", "/v2.0/networks?name=public")["networks"][0]["id"]
    router = world.post("network", "/v2.0/routers", router={"external_gateway_info": {"network_id": public}})
    for name in ("one", "two"):
        network = world.post("network", "/v2.0/networks", network={"name": name})
        cidr = "10.1.0.0/24" if name == "one" else "10.2.0.0/24"
        subnet = world.post("network", "/v2.0/subnets", subnet={"network_id": network["id"], "cidr": cidr, "ip_version": 4, "name": name})
        world.cloud.request("network", "PUT", f"/v2.0/routers/{router['id']}/add_router_interface", json={"subnet_id": subnet["id"]})
    world.post("network", "/v2.0/ports", port={"network_id": network["id"], "name": "users"})
    return world


@pytest.fixture
def runner(world: World) -> Callable[..., Runner]:
    return lambda type_name, **given: Runner(world, type_name, **given)
