"""The network types' plans against the simulated service, with a crash after the effect of every step."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import requests

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.engine.steps import Turn, run
from isotherm.model.outcome import Next
from isotherm.model.subject import Subject
from isotherm.sim.server import SimServer
from isotherm.sim.settings import Settings
from isotherm.types.finding import found, wanted
from isotherm.types.registry import registry

DOMAIN = {"name": "Default"}
PASSWORD = {"user": {"name": "demo", "domain": DOMAIN, "password": "secret"}}
LOGIN = {"auth": {"identity": {"methods": ["password"], "password": PASSWORD},
                  "scope": {"project": {"name": "demo", "domain": DOMAIN}}}}
COLLECTIONS = ("networks", "subnets", "ports", "routers", "floatingips", "security-groups", "security-group-rules")
WEB = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 80, "port_range_max": 80,
       "remote_mode": "remote_ip_prefix"}


@pytest.fixture(scope="module")
def sim() -> Iterator[SimServer]:
    server = SimServer(settings=Settings(delay=0.0))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def cloud(sim: SimServer) -> Iterator[Cloud]:
    """A cloud that remembers no names of other tests."""
    answer = requests.post(f"{sim.url}/identity/v3/auth/tokens", json=LOGIN, timeout=10)
    answer.raise_for_status()
    identity = {"auth_url": f"{sim.url}/identity", "password": "secret"}
    clouds = Clouds(load([], {"keystone_authtoken": identity}, {}))
    yield clouds.for_token(answer.headers["X-Subject-Token"], answer.json()["token"]["project"]["id"])
    clouds.close()


class Stack:
    """Resources brought about step by step. crash: each step is done twice, as after a crash before it was recorded."""

    def __init__(self, cloud: Cloud, crash: bool):
        self.cloud, self.crash, self.subjects, self.numbers = cloud, crash, {}, count()

    def planned(self, name: str, kind: str, given: dict[str, Any]) -> Subject:
        type_ = registry().get(f"OS::Neutron::{kind}")
        values = {p.name: p.default for p in type_.properties} | given
        ids, problems = self.cloud.find_all(wanted(type_.properties, values))
        assert not problems
        return Subject(name, type_.name, "s", "demo", self.cloud.project_id, f"demo-{name}-{next(self.numbers)}",
                       properties=found(type_.properties, values, ids))

    def create(self, name: str, kind: str, /, **given: Any) -> str:
        subject = self.planned(name, kind, given)
        self.subjects[name] = self.run(subject, registry().get(subject.type).create(subject))
        return registry().get(subject.type).reference(self.subjects[name])

    def update(self, name: str, /, **given: Any) -> None:
        old = self.subjects[name]
        kind = registry().get(old.type)
        new = replace(old, properties=self.planned(name, old.type.rpartition("::")[2], given).properties)
        assert kind.replaces(old.properties, new.properties) == []
        self.subjects[name] = self.run(new, kind.update(new, old.properties))

    def read(self, name: str, *names: str) -> list[Any]:
        kind = registry().get(self.subjects[name].type)
        subject = self.run(self.subjects[name], kind.read(self.subjects[name], frozenset(names)))
        return [kind.attribute(subject, attribute) for attribute in names]

    def delete(self) -> None:
        for name in reversed(self.subjects):
            subject = self.subjects[name]
            self.run(subject, registry().get(subject.type).delete(subject))

    def run(self, subject: Subject, plan: Any) -> Subject:
        number = 0
        while number < len(plan):
            outcome, facts = self.step(subject, plan, number, again=False)
            if self.crash:
                outcome, facts = self.step(subject, plan, number, again=True)
            subject = replace(subject, physical_id=facts.physical_id or subject.physical_id,
                              data={**subject.data, **facts.data}, live=facts.live or subject.live)
            if not isinstance(outcome, Next):
                break
            number = outcome.step
        return subject

    def step(self, subject: Subject, plan: Any, number: int, again: bool) -> Any:
        now = datetime.now(UTC)
        return run(Turn(plan[number], number, registry().get(subject.type), subject, again, now, now), self.cloud)


def objects(cloud: Cloud) -> set[str]:
    return {entry["id"] for path in COLLECTIONS
            for entry in cloud.request("network", "GET", f"/v2.0/{path}").body[path.replace("-", "_")]}


@pytest.fixture(params=[False, True], ids=["undisturbed", "crashing"])
def stack(request: Any, cloud: Cloud) -> Iterator[Stack]:
    """A stack that leaves nothing behind and doubles nothing."""
    before = objects(cloud)
    stack = Stack(cloud, request.param)
    yield stack
    stack.delete()
    assert objects(cloud) == before


def connected(stack: Stack) -> str:
    """A port of a group, on a network that is routed to the public one; its id."""
    stack.create("net", "Net", name="lan", tags=["a"])
    stack.create("sub", "Subnet", network="lan", cidr="10.5.0.0/24", name="lansub")
    router = stack.create("router", "Router", external_gateway_info={"network": "public"})
    stack.create("interface", "RouterInterface", router=router, subnet="lansub")
    group = stack.create("group", "SecurityGroup", name="web", rules=[WEB])
    stack.create("rule", "SecurityGroupRule", security_group=group, port_range_min=22, port_range_max=22)
    return stack.create("port", "Port", network="lan", fixed_ips=[{"subnet": "lansub"}], security_groups=["web"])


def test_a_network_is_built_used_and_removed(stack: Stack) -> None:
    port = connected(stack)
    (network,), (subnets,) = stack.read("port", "network"), stack.read("port", "subnets")
    assert (network["name"], network["tags"], [subnet["name"] for subnet in subnets]) == ("lan", ["a"], ["lansub"])
    fip = stack.create("fip", "FloatingIP", floating_network="public")
    stack.create("association", "FloatingIPAssociation", floatingip_id=fip, port_id=port)
    assert stack.read("fip", "port_id") == [port]


def test_updates_arrive(stack: Stack) -> None:
    port = connected(stack)
    stack.update("net", shared=False, tags=["b"])
    stack.update("group", rules=[WEB | {"direction": "egress", "description": "out"}])
    stack.update("port", network="lan", no_fixed_ips=True, name="p")
    stack.create("fip", "FloatingIP", floating_network="public")
    stack.update("port", network="lan", fixed_ips=[{"subnet": "lansub"}])
    stack.update("fip", floating_network="public", port_id=port)
    rules = stack.cloud.request("network", "GET", "/v2.0/security-group-rules", query={
        "security_group_id": stack.subjects["group"].physical_id}).body["security_group_rules"]
    default = stack.cloud.find("network.security_group", "default")
    assert [(rule["direction"], rule["description"]) for rule in rules] == [("egress", "out")]
    assert stack.read("net", "name", "show")[0] == stack.subjects["net"].physical_name
    assert stack.read("port", "security_groups") == [[default]]
    assert stack.read("fip", "port_id") == [port]


@pytest.mark.parametrize("kind", [
    "Net", "Router", "SecurityGroup", "FloatingIP", "SecurityGroupRule", "RouterInterface"])
def test_what_an_interrupted_create_made_is_deleted_without_its_id(cloud: Cloud, kind: str) -> None:
    stack = Stack(cloud, crash=False)
    net = stack.create("net", "Net")
    subnet = stack.create("sub", "Subnet", network=net, cidr="10.6.0.0/24")
    router, group = stack.create("router", "Router"), stack.create("group", "SecurityGroup")
    given: dict[str, dict[str, Any]] = {
        "FloatingIP": {"floating_network": "public"}, "SecurityGroupRule": {"security_group": group, "protocol": "udp"},
        "RouterInterface": {"router": router, "subnet": subnet}}
    before = objects(cloud)
    stack.create("lost", kind, **given.get(kind, {}))
    assert objects(cloud) > before
    stack.subjects["lost"] = replace(stack.subjects["lost"], physical_id=None)
    lost = stack.subjects.pop("lost")
    stack.run(lost, registry().get(lost.type).delete(lost))
    assert objects(cloud) == before
    stack.delete()


def test_what_was_there_before_is_not_ours_to_delete(cloud: Cloud) -> None:
    stack = Stack(cloud, crash=False)
    group = stack.create("group", "SecurityGroup")
    stack.create("theirs", "SecurityGroupRule", security_group=group, protocol="udp")
    before = objects(cloud)
    mine = stack.planned("mine", "SecurityGroupRule", {"security_group": group, "protocol": "udp"})
    kind = registry().get(mine.type)
    _, facts = stack.step(mine, kind.create(mine), 0, again=False)
    mine = replace(mine, data=facts.data)
    stack.run(mine, kind.delete(mine))
    assert objects(cloud) == before
    stack.delete()


def test_a_replacement_takes_over_address_and_connection(cloud: Cloud) -> None:
    stack = Stack(cloud, crash=False)
    port = connected(stack)
    fip = stack.create("fip", "FloatingIP", floating_network="public")
    stack.create("association", "FloatingIPAssociation", floatingip_id=fip, port_id=port)
    replaced(stack, "association", floatingip_id=fip, port_id=port)
    assert stack.read("fip", "port_id") == [port]
    stack.update("association", floatingip_id=fip, port_id=stack.create("aside", "Port", network="lan"))
    ((address,),) = stack.read("port", "fixed_ips")
    stack.update("port", network="lan", fixed_ips=[address])
    replaced(stack, "port", network="lan", fixed_ips=[address])
    assert stack.read("port", "fixed_ips") == [[address]]
    assert stack.subjects["port"].physical_id != port
    stack.delete()


def test_the_same_interface_made_again_stays(cloud: Cloud) -> None:
    stack = Stack(cloud, crash=False)
    connected(stack)
    router = stack.subjects["router"].physical_id
    interface = stack.subjects["interface"]
    kind = registry().get(interface.type)
    replaced(stack, "interface", router=router, subnet="lansub")
    stack.run(interface, kind.take_back(interface))
    query = {"device_id": router, "device_owner": "network:router_interface"}
    assert len(stack.cloud.request("network", "GET", "/v2.0/ports", query=query).body["ports"]) == 1
    stack.delete()


def replaced(stack: Stack, name: str, /, **given: Any) -> None:
    """As the engine does it: hand over, make the new one, then clean up the old one."""
    old = stack.subjects[name]
    kind = registry().get(old.type)
    new = stack.planned(name, old.type.rpartition("::")[2], given)
    given = kind.hand_over(old, new.properties)
    stack.run(old, given)
    old = replace(old, data={**old.data, "handed_over": True}) if given else old
    stack.subjects[name] = stack.run(new, kind.create(new))
    stack.run(old, kind.delete(old))
