"""Nodes: claimed by one worker at a time, never run before what they need, never forgotten."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from isotherm.model.records import Node, StackRow, TraversalRow
from isotherm.store import nodes, stacks, traversals
from isotherm.store.schema import edge, node
from isotherm.store.store import Store
from rows import NOW, later, node_row, stack_row

LEASE = timedelta(seconds=60)


@pytest.fixture
def stack(store: Store) -> StackRow:
    row = stack_row(action="CREATE", status="IN_PROGRESS", traversal_id="t1")
    store.write(stacks.insert, row)
    store.write(traversals.insert, TraversalRow("t1", row.id, "CREATE", "d", "running", False, NOW))
    return row


def plan(store: Store, stack: StackRow, needs: dict[int, Iterable[int]], **values: Any) -> None:
    """Insert a graph: number -> the numbers it needs; the highest number is the stack's end."""
    made = [node_row(number, stack, kind="end" if number == max(needs) else "converge", waiting_on=len(set(wanted)),
                     state="waiting" if wanted else "ready", **values) for number, wanted in needs.items()]
    store.write(nodes.insert, made, [(need, number) for number, wanted in needs.items() for need in wanted])


def states(store: Store, stack: StackRow) -> dict[int, str]:
    return {one.id: one.state for one in store.read(nodes.of_traversal, stack.traversal_id or "")}


def claim(store: Store, now: Any = NOW, room: int = 1000, worker: str = "w") -> list[Node]:
    return store.write(nodes.claim, worker, now, LEASE, room)


def numbers(found: Iterable[Node]) -> list[int]:
    return [one.id for one in found]


def finish(conn: sa.Connection, ids: Iterable[int]) -> int:
    ids = list(ids)
    nodes.settle(conn, ids, "done")
    return nodes.unblock(conn, ids, NOW)


def give_up(conn: sa.Connection, ids: Iterable[int]) -> int:
    ids = list(ids)
    nodes.fail(conn, dict.fromkeys(ids, "broken"))
    return nodes.skip(conn, ids, NOW)


def test_a_node_comes_back_whole(store: Store, stack: StackRow) -> None:
    row = node_row(7, stack, resource_id="r", step=2, attempt=1, since=later(-5), requires=("a", "b"), reason="so \0 so",
                   plan=[{"step": "Call", "json": {"password": "s3cret"}}], progress={"token": "s3cret"})
    store.write(nodes.insert, [row], [])
    assert claim(store) == [replace(row, reason="so ? so", claim=1, tries=1, claimed_by="w")]
    assert "s3cret" not in repr(store.read(lambda conn: conn.execute(sa.select(node)).all()))


def test_a_claim_lasts_for_its_lease(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [1]})
    first = claim(store, worker="w1")
    assert numbers(first) == [1]
    assert claim(store, later(59), worker="w2") == []
    second = claim(store, later(60), worker="w2")
    assert [(one.id, one.claim, one.tries, one.claimed_by) for one in second] == [(1, 2, 2, "w2")]
    assert store.write(nodes.held, first) == {}
    assert store.write(nodes.held, second) == {1: ""}


def test_due_nodes_are_claimed_in_the_order_they_fell_due(store: Store, stack: StackRow) -> None:
    due = {1: later(-1), 2: later(-3), 3: later(1), 4: later(-2), 5: later(-3)}
    store.write(nodes.insert, [node_row(number, stack, due_at=at) for number, at in due.items()], [])
    assert numbers(claim(store, room=3)) == [2, 5, 4]
    assert numbers(claim(store, room=0)) == []
    assert numbers(claim(store)) == [1]
    assert store.read(nodes.next_due) == later(1)


def test_only_ready_nodes_are_claimed(store: Store, stack: StackRow) -> None:
    kinds = ("waiting", "ready", "done", "failed", "skipped", "dropped")
    store.write(nodes.insert, [node_row(number, stack, state=state) for number, state in enumerate(kinds)], [])
    assert numbers(claim(store)) == [1]
    assert numbers(store.write(nodes.unsettled, stack.id)) == [0, 1]


def test_a_settled_node_is_not_held(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: []})
    claimed = claim(store)
    store.write(nodes.settle, [1], "done")
    assert store.write(nodes.held, claimed) == {2: ""}


def test_what_overtook_a_node_is_told(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: []})
    claimed = claim(store)
    store.write(lambda conn: traversals.end(conn, "t1", "expired", NOW))
    assert store.write(nodes.held, claimed) == {1: nodes.EXPIRED}
    store.write(stacks.set_state, stack.id, "DELETE", "IN_PROGRESS", "", traversal_id="t2")
    assert store.write(nodes.held, claimed) == {1: "DELETE"}


def test_going_on_gives_the_claim_up_and_keeps_its_number(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: []})
    claimed, = claim(store)
    going = replace(claimed, step=3, attempt=2, tries=0, due_at=later(5), since=NOW, reason="busy", resource_id="r2",
                    plan=[{"step": "Until"}], progress={"id": "x"})
    store.write(nodes.save, [going])
    assert claim(store, later(4)) == []
    again, = claim(store, later(5))
    assert again == replace(going, claim=2, tries=1, claimed_by="w", due_at=later(5))
    assert store.write(nodes.held, [claimed]) == {}


def test_dependents_wait_for_all_they_need(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [1], 3: [1], 4: [2, 3]})
    assert store.write(finish, [1]) == 2
    assert store.write(finish, [2]) == 0
    assert states(store, stack) == {1: "done", 2: "done", 3: "ready", 4: "waiting"}
    assert store.write(finish, [3]) == 1
    assert states(store, stack)[4] == "ready"


def test_needs_that_finish_together_count_each(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [], 3: [1, 2], 4: [1, 2, 3]})
    assert store.write(finish, [1, 2]) == 1
    assert store.write(finish, [3]) == 1
    assert states(store, stack) == {1: "done", 2: "done", 3: "done", 4: "ready"}


def test_a_batch_of_two_hundred_takes_few_statements(store: Store, stack: StackRow) -> None:
    plan(store, stack, {number: [] for number in range(200)} | {200: range(200)})
    before = store.statements
    claimed = claim(store)
    assert len(claimed) == 200

    def commit(conn: sa.Connection) -> int:
        assert len(nodes.held(conn, claimed)) == 200
        return finish(conn, numbers(claimed))

    assert store.write(commit) == 1
    assert store.statements - before < 20


def test_a_failure_skips_what_needs_it_and_frees_the_end(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [1], 3: [2], 4: [], 9: [3, 4]})
    assert store.write(give_up, [1]) == 0
    assert states(store, stack) == {1: "failed", 2: "skipped", 3: "skipped", 4: "ready", 9: "waiting"}
    assert store.write(finish, [4]) == 1
    assert states(store, stack)[9] == "ready"
    assert store.read(nodes.failures, "t1") == [("r1", "broken")]


def test_two_failures_skip_what_they_share_once(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [], 3: [1, 2], 4: [], 9: [3, 4]})
    store.write(give_up, [1])
    assert store.write(give_up, [2]) == 0
    assert states(store, stack)[9] == "waiting"
    assert store.write(finish, [4]) == 1


def test_stopping_lets_finish_only_what_has_begun(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [], 3: [], 4: [1], 9: [2, 3, 4]})
    store.write(lambda conn: conn.execute(sa.update(node).where(node.c.id == 3).values(due_at=later(9))))
    claim(store, room=1)
    two, = claim(store, room=1)
    store.write(nodes.save, [replace(two, plan=[{"step": "Call"}], due_at=later(3))])
    store.write(nodes.stop, "t1", NOW)
    assert states(store, stack) == {1: "ready", 2: "ready", 3: "skipped", 4: "skipped", 9: "waiting"}
    assert store.write(finish, [1]) == 0
    assert store.write(finish, [2]) == 1
    assert states(store, stack)[9] == "ready"


def test_stopping_before_anything_has_begun_frees_the_end(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [1], 9: [2]})
    store.write(nodes.stop, "t1", NOW)
    assert states(store, stack) == {1: "skipped", 2: "skipped", 9: "ready"}


def test_detached_nodes_free_nobody(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [1]})
    store.write(nodes.detach, [1])
    assert store.write(finish, [1]) == 0


def test_the_dead_give_back_their_claims_at_once(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: []})
    dead, = claim(store, room=1, worker="dead")
    claim(store, room=1, worker="alive")
    assert store.write(nodes.release, ["dead"], later(1), timedelta()) == 1
    assert store.write(nodes.release, [], later(1), timedelta()) == 0
    assert [(one.id, one.claim) for one in claim(store, later(1))] == [(dead.id, 2)]
    assert store.write(nodes.held, [dead]) == {}


def test_what_the_dead_had_begun_outside_is_due_when_it_must_be_over(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: []})
    first, _ = claim(store, worker="dead")
    store.write(nodes.save, [replace(first, plan=[{"step": "Call"}], due_at=NOW)])
    claim(store, room=1, worker="dead")
    assert store.write(nodes.release, ["dead"], later(1), timedelta(seconds=5)) == 2
    assert [one.id for one in claim(store, later(2))] == [2]
    assert [one.id for one in claim(store, later(6))] == [1]


def test_settled_nodes_are_forgotten_with_their_edges(store: Store, stack: StackRow) -> None:
    plan(store, stack, {1: [], 2: [1], 3: [1, 2]})
    store.write(finish, [1])
    store.write(nodes.forget, stack.id)
    assert set(states(store, stack)) == {2, 3}
    assert store.read(lambda conn: conn.execute(sa.select(edge)).all()) == [(2, 3)]
    store.write(nodes.forget, stack.id, "t1")
    assert states(store, stack) == {}
    assert store.read(lambda conn: conn.execute(sa.select(edge)).all()) == []


def test_thousands_of_nodes_are_handled_in_parts(store: Store, stack: StackRow) -> None:
    many = 2 * nodes.CHUNK + 7
    plan(store, stack, {number: [] for number in range(many)} | {many: range(many)})
    claimed = claim(store, room=2 * many)
    assert len(store.write(nodes.held, claimed)) == many
    assert store.write(finish, numbers(claimed)) == 1
    store.write(nodes.forget, stack.id, "t1")
    assert states(store, stack) == {}
