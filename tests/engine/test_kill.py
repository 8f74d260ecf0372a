"""Workers die at any moment, services fail, answers are lost: everything still ends as asked, once.

ISOTHERM_KILL_ROUNDS: how often a stack goes through its life (1). ISOTHERM_KILL_SEED: a seed that was printed, to have its round again.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import audit
import pytest
import shapes
from crew import Crew
from rig import Rig, eventually

from databases import chosen
from isotherm.model.request import StackIdentity

ROUNDS = int(os.environ.get("ISOTHERM_KILL_ROUNDS", "1"))
SEED = int(os.environ.get("ISOTHERM_KILL_SEED", random.randrange(10**6)))
GROUPS = 42                                     # of five resources
SECONDS = 240.0
FAULTS = (
    "compute POST /servers 3x 503", "compute POST /servers 4% drop after", "compute POST /servers 3% wait 3",
    "network POST /ports 2% wait 2.5", "network POST 3% 503", "network POST 3% drop after",
    "volume POST 3% 503 after", "network DELETE 3% drop after", "compute DELETE 3% drop", "network PUT 2% drop after", "compute GET 1% 503")
SETTINGS = {"engine": {"lease_seconds": 4.5, "poll_seconds": 0.1, "max_attempts": 20, "threads": 8}, "cloud": {"timeout_seconds": 2},
            "limits": {"max_events_per_stack": -1}}

SERVERS = [kind for kind in chosen() if kind.values[0] != "sqlite"]


@pytest.fixture(params=SERVERS)
def rig(request: pytest.FixtureRequest, databases: Any, tmp_path: Path) -> Iterator[Rig]:
    """A service on a database server, its cloud in a process of its own."""
    made = Rig(databases.create(request.param), tmp_path, delay=0.5, apart=True, **SETTINGS)
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_is_lost_or_doubled_by_workers_that_are_killed(rig: Rig, number: int) -> None:
    seed = SEED + number
    print(f"ISOTHERM_KILL_SEED={seed}")
    before, after = shapes.tier(GROUPS), shapes.tier(GROUPS, changed=True)
    assert len(before) >= 200
    rig.faults(*FAULTS, latency=0.005)
    with Crew(rig, 3, random.Random(seed), (20, 250)) as crew:
        stack = rig.create(shapes.template(before))
        assert rig.wait(stack, SECONDS).state == "CREATE_COMPLETE", rig.stack(stack)
        told = audit.told_in_order(rig, stack)
        audit.needs_first(told, needs(rig, stack), "CREATE")
        audit.one_object_each(rig, stack)
        audit.no_traces(rig)

        rig.update(stack, shapes.template(after))
        assert rig.wait(stack, SECONDS).state == "UPDATE_COMPLETE", rig.stack(stack)
        told = audit.told_in_order(rig, stack, told[-1].id)
        audit.one_object_each(rig, stack)
        audit.no_traces(rig)
        assert set(rig.resources(stack)) == set(after)
        needed = needs(rig, stack)

        rig.delete(stack)
        assert rig.wait(stack, SECONDS).state == "DELETE_COMPLETE", rig.stack(stack)
        audit.needs_first(audit.told_in_order(rig, stack, told[-1].id), needed, "DELETE")
        audit.nothing_left(rig, stack)
        audit.no_traces(rig)
    assert crew.killed >= 2


def needs(rig: Rig, stack: StackIdentity) -> dict[str, set[str]]:
    return {row.name: set(row.requires) for row in rig.rows(stack)}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(ROUNDS))
def test_nor_by_workers_that_are_killed_while_one_update_overtakes_the_other(rig: Rig, number: int) -> None:
    seed = SEED + number
    print(f"ISOTHERM_KILL_SEED={seed}")
    dice = random.Random(seed)
    rig.faults(*FAULTS, latency=0.005)
    with Crew(rig, 3, random.Random(seed), (10, 100)) as crew:
        stack = rig.create(shapes.template(shapes.tier(12)))
        for last in (False, False, False, True):
            goal = len(rig.events(stack)) + dice.randint(5, 70)
            eventually("a moment has come", lambda goal=goal: len(rig.events(stack)) >= goal or rig.stack(stack).status != "IN_PROGRESS")
            wanted = shapes.tier(dice.randint(6, 14), changed=dice.random() < 0.6)
            rig.update(stack, shapes.template(wanted))
            if last:
                assert rig.wait(stack, SECONDS).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert set(rig.resources(stack)) == set(wanted)
        audit.one_object_each(rig, stack)
        audit.no_traces(rig)
        rig.update(stack, shapes.template(shapes.tier(10, changed=True)))
        rig.delete(stack)
        assert rig.wait(stack, SECONDS).state == "DELETE_COMPLETE", rig.stack(stack).reason
        audit.nothing_left(rig, stack)
        audit.no_traces(rig)
    assert crew.killed >= 2
