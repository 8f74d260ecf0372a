"""Nested stacks that make things in the cloud: groups of servers, and workers that die meanwhile."""

import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import audit
import pytest
import sqlalchemy as sa
from crew import Crew
from nests import below, descendants
from rig import Rig

from databases import chosen
from isotherm.store import resources
from isotherm.store.schema import node

GROUP = """
heat_template_version: 2021-04-16
parameters:
  count: {type: number, default: 2}
  flavor: {type: string, default: m1.tiny}
  remove: {type: json, default: []}
resources:
  net: {type: OS::Neutron::Net}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.0.0.0/24}}
  group:
    type: OS::Heat::ResourceGroup
    depends_on: subnet
    UPDATE_POLICY
    properties:
      count: {get_param: count}
      removal_policies: [{resource_list: {get_param: remove}}]
      resource_def:
        type: OS::Nova::Server
        properties:
          name: w-%index%
          image: cirros
          flavor: {get_param: flavor}
          networks: [{network: {get_resource: net}}]
outputs:
  refs: {value: {get_attr: [group, refs_map]}}
  addresses: {value: {get_attr: [group, first_address]}}
"""
SIMPLE = GROUP.replace("    UPDATE_POLICY\n", "")


def servers(rig: Rig) -> dict[str, dict[str, Any]]:
    """The servers there are, by id."""
    return {one["id"]: one for one in rig.ask("GET", "/compute/v2.1/servers/detail?all_tenants=1")["servers"]}


def test_a_group_of_servers_is_scaled_out_and_in(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(SIMPLE)
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        first = rig.outputs(stack)["refs"].value
        assert set(first) == {"0", "1"}
        assert {one["name"] for one in servers(rig).values()} == {"w-0", "w-1"}

        rig.update(stack, SIMPLE, parameters={"count": 5})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        second = rig.outputs(stack)["refs"].value
        assert first.items() <= second.items()
        assert set(second.values()) == set(servers(rig))
        addresses = rig.outputs(stack)["addresses"].value
        assert len(set(addresses)) == 5
        assert all(address.startswith("10.0.0.") for address in addresses)

        rig.update(stack, SIMPLE, parameters={"count": 1, "remove": ["0", second["1"], second["2"]]})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        third = rig.outputs(stack)["refs"].value
        assert third == {"3": second["3"]}
        assert set(servers(rig)) == {second["3"]}
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE", rig.stack(stack).reason
    assert rig.made() == []


class Watch:
    """Looks at the servers again and again, and remembers the least number that was active, and the greatest that was there."""

    def __init__(self, rig: Rig):
        self.rig, self.least, self.most = rig, 10**6, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(0.01):
            states = [one["status"] for one in servers(self.rig).values()]
            self.least, self.most = min(self.least, states.count("ACTIVE")), max(self.most, len(states))

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@pytest.mark.parametrize(("least", "most", "least_seen", "most_seen"), [(0, 4, 0, 4), (2, 2, 2, 4), (3, 2, 3, 5), (4, 2, 4, 6)])
def test_a_rolling_update_never_leaves_too_few_in_service(rig: Rig, least: int, most: int, least_seen: int, most_seen: int) -> None:
    """Servers are not active while they are resized."""
    policy = f"update_policy: {{rolling_update: {{min_in_service: {least}, max_batch_size: {most}, pause_time: 0.1}}}}"
    rolling = GROUP.replace("UPDATE_POLICY", policy)
    with rig.working():
        stack = rig.create(rolling, parameters={"count": 4})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        before = rig.outputs(stack)["refs"].value
        with Watch(rig) as watch:
            rig.update(stack, rolling, parameters={"count": 4, "flavor": "m1.small"})
            assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        after = rig.outputs(stack)["refs"].value
        assert after == before
        assert set(servers(rig)) == set(after.values())
        assert len({one["flavor"]["id"] for one in servers(rig).values()}) == 1
        assert least_seen <= watch.least <= 4 - min(most, 4) + max(least + most - 4, 0)
        assert watch.most == most_seen


def test_members_are_made_in_batches(rig: Rig) -> None:
    batched = GROUP.replace("UPDATE_POLICY", "update_policy: {batch_create: {max_batch_size: 2}}")
    with rig.working():
        stack = rig.create(batched, parameters={"count": 5})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        group = below(rig, stack)["group"]
        told = [(event.resource_name, event.status) for event in rig.events(group) if event.resource_type == "OS::Nova::Server"]
        batches = [{"0", "1"}, {"2", "3"}, {"4"}]
        for batch in batches:
            now, told = told[:2 * len(batch)], told[2 * len(batch):]
            assert {name for name, _ in now} == batch
        assert not told
        assert len(servers(rig)) == 5


SETTINGS = {"engine": {"lease_seconds": 4.5, "poll_seconds": 0.1, "max_attempts": 20, "threads": 8}, "cloud": {"timeout_seconds": 2},
            "limits": {"max_events_per_stack": -1}}
SEED = random.randrange(10**6)
TIER = json.dumps({
    "heat_template_version": "2021-04-16", "parameters": {"net": {"type": "string"}, "word": {"type": "string"}},
    "resources": {
        "port": {"type": "OS::Neutron::Port", "properties": {"network": {"get_param": "net"}}},
        "server": {"type": "OS::Nova::Server", "properties": {
            "image": "cirros", "flavor": "m1.tiny", "networks": [{"port": {"get_resource": "port"}}], "metadata": {"word": {"get_param": "word"}}}},
        "volume": {"type": "OS::Cinder::Volume", "properties": {"size": 1}},
        "more": {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": {
            "type": "OS::Heat::RandomString", "properties": {"salt": {"get_param": "word"}}}}}},
    "outputs": {"address": {"value": {"get_attr": ["server", "first_address"]}}, "words": {"value": {"get_attr": ["more", "value"]}}}})
TIERS = 12


def tiers(word: str) -> dict[str, Any]:
    inside = {f"tier{i}": {"type": "tier.yaml", "depends_on": "subnet", "properties": {"net": {"get_resource": "net"}, "word": f"{word}{i % 3}"}}
              for i in range(TIERS)}
    template = {
        "heat_template_version": "2021-04-16",
        "resources": {"net": {"type": "OS::Neutron::Net"},
                      "subnet": {"type": "OS::Neutron::Subnet", "properties": {"network": {"get_resource": "net"}, "cidr": "10.1.0.0/20"}}, **inside},
        "outputs": {f"tier{i}": {"value": {"get_attr": [f"tier{i}", "address"]}} for i in range(TIERS)}}
    return {"template": json.dumps(template), "files": {"tier.yaml": TIER}}


@pytest.fixture(params=[kind for kind in chosen() if kind.values[0] != "sqlite"])
def shared(request: pytest.FixtureRequest, databases: Any, tmp_path: Path) -> Iterator[Rig]:
    """A service on a database server, its cloud in a process of its own."""
    made = Rig(databases.create(request.param), tmp_path, delay=0.5, apart=True, **SETTINGS)
    yield made
    made.close()


@pytest.mark.slow
def test_nothing_nested_is_lost_or_doubled_by_workers_that_are_killed(shared: Rig) -> None:
    rig = shared
    print(f"seed {SEED}")
    with Crew(rig, 3, random.Random(SEED), (4, 30)) as crew:
        stack = rig.create(**tiers("a"))
        assert rig.wait(stack, 240).state == "CREATE_COMPLETE", rig.stack(stack)
        each_once(rig, stack)
        rig.update(stack, **tiers("b"))
        assert rig.wait(stack, 240).state == "UPDATE_COMPLETE", rig.stack(stack)
        each_once(rig, stack)
        rig.update(stack, **tiers("c"))
        rig.update(stack, **tiers("d"))
        assert rig.wait(stack, 240).state == "UPDATE_COMPLETE", rig.stack(stack)
        each_once(rig, stack)
        rig.delete(stack)
        assert rig.wait(stack, 240).state == "DELETE_COMPLETE", rig.stack(stack)
        assert not below(rig, stack)
        assert rig.made() == []
        audit.no_traces(rig)
    assert crew.killed >= 2


def each_once(rig: Rig, stack: Any) -> None:
    """Every child is there once and has ended, and so has everything in the cloud."""
    children = descendants(rig, stack)
    assert len(children) == 2 * TIERS
    assert {child.status for child in children} == {"COMPLETE"}
    rows = [row for child in children for row in rig.store.read(resources.all_of, child.id)]
    assert len(rows) == TIERS * (4 + 2)
    made = rig.made()
    for kind, type_name in (("server", "OS::Nova::Server"), ("port", "OS::Neutron::Port"), ("volume", "OS::Cinder::Volume")):
        assert sorted(id_ for found, id_ in made if found == kind) == sorted(row.physical_id for row in rows if row.type == type_name)
    assert rig.store.read(lambda conn: conn.scalar(sa.select(sa.func.count()).select_from(node))) == 0
    assert all(row.value for row in rig.outputs(stack).values())
