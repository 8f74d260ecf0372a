"""A stack is changed or deleted while it is still being changed: it ends as the last word says, with nothing left over.

ISOTHERM_OVERTAKING_SEED: a seed that was printed, to have its story again; ISOTHERM_OVERTAKING_ROUNDS: how many stories a database (2).
"""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import audit
import pytest
import shapes
from rig import Rig, eventually

from databases import chosen
from isotherm.engine.names import utcnow
from isotherm.engine.service import Engine
from isotherm.engine.worker import Worker
from isotherm.model.records import StackRow
from isotherm.model.request import StackIdentity
from isotherm.store import nodes

ROUNDS = int(os.environ.get("ISOTHERM_OVERTAKING_ROUNDS", "2"))
SEED = int(os.environ.get("ISOTHERM_OVERTAKING_SEED", random.randrange(10**6)))
SETTINGS = {"engine": {"poll_seconds": 0.1, "max_attempts": 15}, "limits": {"max_events_per_stack": -1}}


@pytest.fixture(scope="module", params=chosen())
def service(request: pytest.FixtureRequest, databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One service for all stories on a database; each finds the cloud as it was at the start."""
    directory: Path = tmp_path_factory.mktemp("overtaking")
    made = Rig(databases.create(request.param), directory, delay=0.3, apart=True, **SETTINGS)
    yield made
    made.close()


@pytest.fixture
def rig(service: Rig) -> Rig:
    service.faults()
    return service


def version(dice: random.Random) -> shapes.Resources:
    """Some of many groups, changed or not, so that any two versions differ in many ways."""
    made = shapes.networks()
    for i in range(9):
        if dice.random() < 0.6:
            made |= shapes.group(i, dice.random() < 0.5)
    return made


def at_some_moment(rig: Rig, stack: StackIdentity, dice: random.Random) -> None:
    """Wait until a random number of events more have been told, or the stack ends."""
    before = len(rig.events(stack))
    goal = before + dice.randint(0, 60)
    eventually("a moment has come", lambda: len(rig.events(stack)) >= goal or rig.stack(stack).status != "IN_PROGRESS")


def as_wanted(rig: Rig, stack: StackIdentity, wanted: shapes.Resources) -> None:
    """The stack has what was asked for last, and the cloud shows it."""
    rows = rig.resources(stack)
    assert set(rows) == set(wanted)
    audit.one_object_each(rig, stack)
    audit.no_traces(rig)
    assert {row.status for row in rows.values()} == {"COMPLETE"}
    ports = {port["id"]: port for port in rig.ask("GET", "/network/v2.0/ports")["ports"]}
    servers = {server["id"]: server for server in rig.ask("GET", "/compute/v2.1/servers/detail?all_tenants=1")["servers"]}
    for name, row in rows.items():
        if name.startswith("server_"):
            i = name.removeprefix("server_")
            server, port = servers[row.physical_id or ""], ports[rows[f"port_{i}"].physical_id or ""]
            assert server["status"] == "ACTIVE"
            assert server["metadata"] == {"word": rows[f"word_{i}"].data["value"], "kind": wanted[name]["properties"]["metadata"]["kind"]}
            assert port["device_id"] == server["id"], f"{name} has not its port"
            assert port["network_id"] == rows["net_b" if "net_b" in str(wanted[f"port_{i}"]) else "net_a"].physical_id


@pytest.mark.parametrize("number", range(ROUNDS))
def test_updates_overtake_each_other_and_a_delete_overtakes_them_all(rig: Rig, number: int) -> None:
    seed = SEED + number
    print(f"ISOTHERM_OVERTAKING_SEED={seed}")
    dice = random.Random(seed)
    with rig.working(2):
        stack = rig.create(shapes.template(version(dice)), name=f"s{seed}")
        for _ in range(dice.randint(1, 4)):
            at_some_moment(rig, stack, dice)
            wanted = version(dice)
            rig.update(stack, shapes.template(wanted))
        if dice.random() < 0.7:
            row = rig.wait(stack)
            assert row.state == "UPDATE_COMPLETE", row.reason
            as_wanted(rig, stack, wanted)
            rig.update(stack, shapes.template(version(dice)))
        at_some_moment(rig, stack, dice)
        rig.delete(stack)
        row = rig.wait(stack)
        assert row.state == "DELETE_COMPLETE", row.reason
    audit.nothing_left(rig, stack)
    audit.no_traces(rig)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_failure_at_any_moment_is_rolled_back_without_a_trace(rig: Rig, number: int) -> None:
    seed = SEED + number
    print(f"ISOTHERM_OVERTAKING_SEED={seed}")
    dice = random.Random(seed)
    before = version(dice)
    with rig.working(2):
        stack = rig.create(shapes.template(before), name=f"r{seed}", disable_rollback=False)
        assert rig.wait(stack).state == "CREATE_COMPLETE"
        at_first = {name: row.physical_id for name, row in rig.resources(stack).items()}
        after = version(dice)
        rig.faults(dice.choice(("server BUILD error 1x", "network POST /ports 1x 400", "volume creating error 1x", "compute POST /servers 1x 403")))
        rig.update(stack, shapes.template(after))
        row = eventually("it ends", lambda: ended(rig, stack, "UPDATE", "ROLLBACK"))
        rig.faults()
        if row.action == "ROLLBACK":
            assert row.state == "ROLLBACK_COMPLETE", row.reason
            as_wanted(rig, stack, before)
            kept = {name for name, row in rig.resources(stack).items() if row.physical_id == at_first[name]}
            assert {name for name in before if name.startswith(("net_", "subnet_"))} <= kept
        else:
            as_wanted(rig, stack, after)
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    audit.nothing_left(rig, stack)
    audit.no_traces(rig)


def ended(rig: Rig, stack: StackIdentity, *actions: str) -> StackRow | None:
    row = rig.stack(stack)
    return row if row.status != "IN_PROGRESS" and (row.status == "COMPLETE" or row.action == actions[-1]) else None


def half_way(rig: Rig, turns: int) -> Worker:
    """A worker that has made so many turns and is lost; what it ran in the last one is not recorded."""
    worker = Engine(rig.store, rig.clouds, rig.bus, rig.settings, rig.types, rig.compiled).worker
    with ThreadPoolExecutor(1) as pool:
        for _ in range(turns):
            worker.turn(pool)
    rig.store.write(nodes.release, [worker.name], utcnow(), timedelta())
    return worker


def test_what_an_overtaken_update_had_not_come_to_is_done_by_the_next(rig: Rig) -> None:
    """The first link has its new value on record, the second is only just claimed; to the next update nothing seems to be left to do."""
    chain = {"first": shapes.one("OS::Heat::TestResource", value="old"),
             "second": shapes.one("OS::Heat::TestResource", value={"get_attr": ["first", "output"]})}
    changed = {**chain, "first": shapes.one("OS::Heat::TestResource", value="new")}
    with rig.working():
        stack = rig.create(shapes.template(chain), name="chain")
        assert rig.wait(stack).state == "CREATE_COMPLETE"
    rig.update(stack, shapes.template(changed))
    half_way(rig, turns=2)
    assert [rig.resources(stack)[name].properties["value"] for name in chain] == ["new", "old"]
    rig.update(stack, shapes.template(changed))
    with rig.working():
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert rig.resources(stack)["second"].properties["value"] == "new"
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    audit.no_traces(rig)


def test_a_report_from_before_the_overtaking_adds_no_incarnation(rig: Rig) -> None:
    """A replacement that needs no call is told to a graph that knows nothing of it."""
    short = {"word": shapes.one("OS::Heat::RandomString", length=8)}
    long = {"word": shapes.one("OS::Heat::RandomString", length=9)}
    with rig.working():
        stack = rig.create(shapes.template(short), name="word")
        assert rig.wait(stack).state == "CREATE_COMPLETE"
    before = rig.rows(stack)
    rig.update(stack, shapes.template(long))
    worker = half_way(rig, turns=1)
    worker.stop()
    rig.update(stack, shapes.template(short))
    with ThreadPoolExecutor(1) as pool:
        worker.turn(pool)
    with rig.working():
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert [row.id for row in rig.rows(stack)] == [row.id for row in before]
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    audit.no_traces(rig)


def test_what_was_being_removed_gives_way_to_what_is_wanted_again(rig: Rig) -> None:
    """The old one takes its time to go; whoever uses the name means the new one."""
    slow = {"it": shapes.one("OS::Heat::TestResource", value="old", action_wait_secs={"delete": 2})}
    user = {"it": shapes.one("OS::Heat::TestResource", value="new"),
            "user": shapes.one("OS::Heat::TestResource", value={"get_attr": ["it", "output"]})}
    with rig.working():
        stack = rig.create(shapes.template(slow), name="again")
        rig.wait(stack)
        rig.update(stack, shapes.template({}))
        eventually("it is going", lambda: any(row.action == "DELETE" for row in rig.rows(stack)))
        rig.update(stack, shapes.template(user))
        eventually("the new one is chosen", lambda: [row for row in rig.rows(stack) if row.name == "it" and row.replaced_by])
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert rig.resources(stack)["user"].properties["value"] == "new"
        assert len(rig.rows(stack)) == 2
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    audit.no_traces(rig)
