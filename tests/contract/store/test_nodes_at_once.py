"""Several workers on the same nodes at the same time."""

import random
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from isotherm.model.records import Node, StackRow, TraversalRow
from isotherm.store import nodes, stacks, traversals
from isotherm.store.store import Store
from rows import NOW, node_row, stack_row

LEASE = timedelta(seconds=60)
WORKERS = 6


@pytest.fixture
def stack(store: Store) -> StackRow:
    row = stack_row(action="CREATE", status="IN_PROGRESS", traversal_id="t1")
    store.write(stacks.insert, row)
    store.write(traversals.insert, TraversalRow("t1", row.id, "CREATE", "d", "running", False, NOW))
    return row


def plan(store: Store, stack: StackRow, needs: dict[int, list[int]]) -> None:
    """Insert a graph: number -> the numbers it needs; the highest number is the stack's end."""
    made = [node_row(number, stack, kind="end" if number == max(needs) else "converge", waiting_on=len(wanted),
                     state="waiting" if wanted else "ready") for number, wanted in needs.items()]
    store.write(nodes.insert, made, [(need, number) for number, wanted in needs.items() for need in wanted])


def rows(store: Store) -> dict[int, Node]:
    return {one.id: one for one in store.read(nodes.of_traversal, "t1")}


def test_nobody_claims_what_another_has(store: Store, stack: StackRow) -> None:
    plan(store, stack, {number: [] for number in range(300)})

    def claim(worker: str) -> list[Node]:
        found: list[Node] = []
        while part := store.write(nodes.claim, worker, NOW, LEASE, 7):
            found += part
        return found

    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(claim, [f"w{number}" for number in range(WORKERS)]))
    # A claimer may find everything locked for a moment and stop; what it left, the next claim takes.
    taken = [one for part in parts for one in part] + store.write(nodes.claim, "last", NOW, LEASE, 1000)
    assert Counter(one.id for one in taken) == Counter(range(300))
    assert {one.claim for one in taken} == {1}


@pytest.mark.parametrize("give_up", [False, True])
def test_no_count_is_lost(store: Store, stack: StackRow, give_up: bool) -> None:
    """Many needs of one node end at the same moment, half of them badly: the end is woken by the very last."""
    plan(store, stack, {number: [] for number in range(40)} | {40: list(range(0, 40, 2)), 41: [*range(1, 40, 2), 40]})
    gate = threading.Barrier(8)

    def end(ids: list[int]) -> int:
        gate.wait(20)
        return sum(store.write(record, [id_], give_up and id_ % 4 == 0) for id_ in ids)

    with ThreadPoolExecutor(8) as pool:
        woken = sum(pool.map(end, [list(range(part, 40, 8)) for part in range(8)]))
    found = rows(store)
    assert found[40].state == ("skipped" if give_up else "ready")
    assert woken == 1
    if not give_up:
        store.write(record, [40], False)
    assert (rows(store)[41].state, rows(store)[41].waiting_on) == ("ready", 0)


def record(conn: sa.Connection, ids: Iterable[int], failed: bool) -> int:
    """What the engine does with nodes that ended."""
    ids = sorted(ids)
    # The claims are checked, and so the rows locked, before anything else.
    conn.execute(sa.select(nodes.node.c.id).where(nodes.node.c.id.in_(ids)).order_by(nodes.node.c.id).with_for_update())
    if failed:
        nodes.fail(conn, dict.fromkeys(ids, "broken"))
        return nodes.skip(conn, ids, NOW)
    nodes.settle(conn, ids, "done")
    return nodes.unblock(conn, ids, NOW)


@pytest.mark.parametrize("seed", range(4))
def test_every_graph_ends_in_order(store: Store, stack: StackRow, seed: int) -> None:
    """Random graphs with random failures, run by several workers: each node runs once and after all it needs, what needs a
    failed one never runs, and the end comes last."""
    luck = random.Random(seed)
    size = 90
    needs = {number: sorted(luck.sample(range(number), min(number, luck.choice((0, 1, 1, 2, 4))))) for number in range(size)}
    sinks = sorted(set(range(size)) - {need for wanted in needs.values() for need in wanted})
    needs[size] = sinks
    failing = set(luck.sample(range(size), seed * 4))
    plan(store, stack, needs)
    order: list[int] = []

    def work(worker: str) -> None:
        share = random.Random(f"{seed}{worker}")
        while size not in order:
            claimed = store.write(nodes.claim, worker, NOW, LEASE, share.randint(1, 9))
            order.extend(one.id for one in claimed)
            bad = {one.id for one in claimed} & failing
            store.write(commit, claimed, bad)

    def commit(conn: sa.Connection, claimed: list[Node], bad: set[int]) -> None:
        held = nodes.held(conn, claimed)
        assert len(held) == len(claimed)
        nodes.settle(conn, held.keys() - bad, "done")
        nodes.fail(conn, dict.fromkeys(bad, "broken"))
        nodes.unblock(conn, held.keys() - bad, NOW)
        if bad:
            nodes.skip(conn, bad, NOW)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, f"w{number}") for number in range(4)]:
            done.result(60)
    found = rows(store)
    place = {number: at for at, number in enumerate(order)}
    assert len(order) == len(place)
    assert order[-1] == size
    for number, wanted in list(needs.items())[:-1]:
        broken = any(found[need].state in ("failed", "skipped") for need in wanted)
        assert found[number].state == ("skipped" if broken else "failed" if number in failing else "done")
        assert (number in place) is not broken
        assert broken or all(place[need] < place[number] for need in wanted)


def test_a_node_overtaken_while_it_is_recorded_is_told_so(store: Store, stack: StackRow) -> None:
    """Whoever records waits for the lock of whoever overtakes, and must then see what that one wrote."""
    if store.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    plan(store, stack, {1: [], 2: [1]})
    claimed = store.write(nodes.claim, "w", NOW, LEASE, 1)

    def overtake(conn: sa.Connection, pool: ThreadPoolExecutor) -> Future[dict[int, str]]:
        stacks.lock(conn, stack.id)
        nodes.unsettled(conn, stack.id)
        recording = pool.submit(store.write, nodes.held, claimed)
        with pytest.raises(TimeoutError):
            recording.result(0.3)
        stacks.set_state(conn, stack.id, "UPDATE", "IN_PROGRESS", "", traversal_id="t2")
        return recording

    with ThreadPoolExecutor(1) as pool:
        assert store.write(overtake, pool).result(20) == {1: "UPDATE"}
