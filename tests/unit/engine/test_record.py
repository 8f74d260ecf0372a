"""What becomes of a step's report: in a run that goes on, one that has been overtaken, one whose time is over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from isotherm.engine.brief import Brief
from isotherm.engine.report import Report, postponed, record
from isotherm.model.outcome import Done, Failed, Next, Outcome, Retry
from isotherm.model.records import Node, ResourceRow, StackRow, TraversalRow
from isotherm.store import events, nodes, resources, stacks, traversals
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from rows import NOW, later, node_row, resource_row, stack_row

PLAN = [{"step": "Call", "method": "POST", "path": "/x"}]
LEASE = timedelta(seconds=60)


class Scene:
    """One claimed node for one resource, in a stack whose present run is the node's own or another."""

    def __init__(self, store: Store, current: str, planned: bool):
        action, run = ("CREATE", "t1") if current in ("own", "expired") else (current, "t2")
        self.store, self.stack = store, stack_row(action=action, status="IN_PROGRESS", traversal_id=run)
        row = resource_row("web", self.stack.id, action="CREATE", status="IN_PROGRESS" if planned else "COMPLETE")
        state = "expired" if current == "expired" else "running"
        store.write(stacks.insert, self.stack)
        store.write(traversals.insert, TraversalRow("t1", self.stack.id, "CREATE", "d" * 36, state, False, NOW))
        store.write(resources.insert_many, [row])
        mine = replace(self.stack, traversal_id="t1")
        waiting: dict[str, Any] = {"state": "waiting", "waiting_on": 1}
        made = [node_row(1, mine, name="web", resource_id=row.id, plan=PLAN if planned else None, attempt=2, tries=1),
                node_row(2, mine, name="next", **waiting), node_row(3, mine, kind="end", **waiting)]
        store.write(nodes.insert, made, [(1, 2), (2, 3)])
        self.node, = store.write(nodes.claim, "w", NOW, LEASE, 1)
        self.brief = Brief(self.node, self.stack, row)

    def record(self, outcome: Outcome, **values: Any) -> int:
        assert self.brief.row
        row = replace(self.brief.row, physical_id="made", reason="told")
        return self.store.write(record, [Report(self.brief, outcome, values.pop("row", row), **values)], later(1))

    @property
    def states(self) -> list[str]:
        return [one.state for one in self.store.read(nodes.of_traversal, "t1")]

    @property
    def row(self) -> ResourceRow:
        assert self.brief.row
        return self.store.read(resources.get_many, [self.brief.row.id])[self.brief.row.id]

    @property
    def told(self) -> list[str]:
        return [f"{one.action}_{one.status}" for one in self.store.read(events.page, [self.stack.id], events.Query(limit=None))]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'db'}", Vault([Fernet.generate_key().decode()]))
    made.upgrade()
    yield made
    made.dispose()


GOES_ON, DONE, BROKEN = ["ready", "waiting", "waiting"], ["done", "ready", "waiting"], ["failed", "skipped", "ready"]


@pytest.mark.parametrize(("current", "planned", "outcome", "states", "kept"), [
    ("own", True, Done(), DONE, True),
    ("own", True, Next(1), GOES_ON, True),
    ("own", True, Retry("busy"), GOES_ON, True),
    ("own", True, Failed("no"), BROKEN, True),
    ("own", False, Next(0), GOES_ON, True),
    ("own", False, Done(), DONE, True),
    # overtaken by an update: what was begun goes on to its end, what was not is as if it had never been claimed
    ("UPDATE", True, Next(1), GOES_ON, True),
    ("UPDATE", True, Retry("busy"), GOES_ON, True),
    ("UPDATE", True, Done(), DONE, True),
    ("UPDATE", True, Failed("no"), ["failed", "ready", "waiting"], True),
    ("UPDATE", False, Next(0), DONE, False),
    ("UPDATE", False, Done(), DONE, False),
    ("UPDATE", False, Failed("no"), DONE, False),
    ("UPDATE", False, Retry("busy"), DONE, False),
    # overtaken by a delete: nothing goes on, what is known is kept
    ("DELETE", True, Next(1), DONE, True),
    ("DELETE", True, Retry("busy"), DONE, True),
    ("DELETE", True, Failed("no"), ["failed", "ready", "waiting"], True),
    ("DELETE", False, Done(), DONE, False),
    # out of time: what would go on fails
    ("expired", True, Next(1), BROKEN, True),
    ("expired", True, Retry("busy"), BROKEN, True),
    ("expired", True, Done(), DONE, True),
])
def test_what_an_outcome_comes_to(store: Store, current: str, planned: bool, outcome: Outcome, states: list[str], kept: bool) -> None:
    scene = Scene(store, current, planned)
    scene.record(outcome)
    assert scene.states == states
    assert scene.row.physical_id == ("made" if kept else None)


def test_a_report_counts_once(store: Store) -> None:
    scene = Scene(store, "own", True)
    for _ in range(2):
        scene.record(Failed("no"), begun=scene.brief.row)
    assert scene.told == ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"], "begun, and failed as its row says; nothing of the second time"


def test_who_lost_the_claim_still_tells_the_id(store: Store) -> None:
    scene = Scene(store, "own", True)
    assert store.write(nodes.claim, "other", later(100), LEASE, 1)
    scene.record(Done())
    assert scene.states == GOES_ON
    assert (scene.row.physical_id, scene.row.reason, scene.told) == ("made", "", [])


def test_a_report_does_not_say_who_is_current(store: Store) -> None:
    """The planner has chosen another incarnation while the step ran."""
    scene = Scene(store, "UPDATE", True)
    store.write(resources.point, {scene.row.id: "other"})
    scene.record(Done())
    assert (scene.row.physical_id, scene.row.replaced_by) == ("made", "other")


def test_a_replacement_takes_over_from_its_row(store: Store) -> None:
    scene = Scene(store, "own", False)
    fresh = resource_row("web", scene.stack.id, replaces=scene.row.id)
    scene.record(Next(0), row=fresh, replaces=scene.row, plan=PLAN)
    assert scene.row.replaced_by == fresh.id
    assert store.read(resources.current, scene.stack.id)["web"].id == fresh.id
    assert store.read(nodes.of_traversal, "t1")[0].resource_id == fresh.id


def test_a_claim_given_back_unused_leaves_no_mark(store: Store) -> None:
    scene = Scene(store, "own", True)
    given = postponed(scene.brief)
    assert given
    store.write(record, [given], later(1))
    after: Node = store.read(nodes.of_traversal, "t1")[0]
    assert (after.tries, after.attempt, after.plan, after.due_at) == (1, 2, PLAN, later(1)), "tries: 1 before the claim"
    assert store.write(nodes.claim, "other", later(2), LEASE, 1)[0].tries == 2


def test_the_end_of_a_stack_is_not_postponed() -> None:
    stack: StackRow = stack_row()
    assert postponed(Brief(node_row(1, stack, kind="end"), stack)) is None
