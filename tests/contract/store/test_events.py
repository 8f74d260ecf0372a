"""Events keep their order."""

from typing import Any

import pytest

from isotherm.model.records import EventRow, StackRow
from isotherm.store import events, stacks
from isotherm.store.events import Query
from isotherm.store.store import Store
from rows import event_row, later, stack_row


@pytest.fixture
def stack(store: Store) -> StackRow:
    row = stack_row()
    store.write(stacks.insert, row)
    return row


def fill(store: Store, stack: StackRow) -> list[EventRow]:
    rows = [
        event_row(stack.id, "net", status="IN_PROGRESS"),
        event_row(stack.id, "server", resource_type="OS::Nova::Server", status="IN_PROGRESS"),
        event_row(stack.id, "net", physical_id="id", resource_id="r"),
        event_row(stack.id, "server", resource_type="OS::Nova::Server", status="FAILED", reason="no \0 host"),
        event_row(stack.id, "net", action="DELETE", at=later(1)),
    ]
    store.write(events.insert_many, rows[:2])
    store.write(events.insert_many, rows[2:])
    return rows


def numbers(rows: list[EventRow], found: list[EventRow]) -> list[int]:
    places = {row.uuid: number for number, row in enumerate(rows)}
    return [places[row.uuid] for row in found]


@pytest.mark.parametrize(("query", "expected"), [
    ({}, [0, 1, 2, 3, 4]),
    ({"descending": True}, [4, 3, 2, 1, 0]),
    ({"sort": ("at",)}, [0, 1, 2, 3, 4]),
    ({"sort": ("resource_type",), "descending": True}, [3, 1, 4, 2, 0]),
    ({"filters": {"resource_name": ("net",)}}, [0, 2, 4]),
    ({"filters": {"status": ("FAILED", "COMPLETE"), "action": ("CREATE",)}}, [2, 3]),
    ({"limit": 2}, [0, 1]),
])
def test_filters_and_orders(store: Store, stack: StackRow, query: dict[str, Any], expected: list[int]) -> None:
    rows = fill(store, stack)
    assert numbers(rows, store.read(events.page, [stack.id], Query(**query))) == expected


@pytest.mark.parametrize("sort", [(), ("resource_type",), ("at", "resource_type")])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_add_up_to_the_whole(store: Store, stack: StackRow, sort: tuple[str, ...], descending: bool) -> None:
    rows = fill(store, stack)
    paged: list[EventRow] = []
    while len(paged) < len(rows):
        marker = paged[-1].uuid if paged else None
        paged += store.read(events.page, [stack.id], Query(sort=sort, descending=descending, limit=2, marker=marker))
    assert paged == store.read(events.page, [stack.id], Query(sort=sort, descending=descending))


def test_an_event_comes_back_whole(store: Store, stack: StackRow) -> None:
    rows = fill(store, stack)
    found = store.read(events.get, stack.id, rows[3].uuid)
    assert found is not None
    assert (found.reason, found.stack_name, found.at) == ("no ? host", "web", rows[3].at)
    assert store.read(events.get, "another stack", rows[3].uuid) is None


def test_stacks_are_listed_together_and_apart(store: Store, stack: StackRow) -> None:
    child = stack_row("child", owner_id=stack.id, root_id=stack.id)
    store.write(stacks.insert, child)
    rows = [*fill(store, stack), event_row(child.id, "inner")]
    store.write(events.insert_many, rows[-1:])
    assert numbers(rows, store.read(events.page, [stack.id, child.id], Query())) == [0, 1, 2, 3, 4, 5]
    assert [row.stack_name for row in store.read(events.page, [child.id], Query())] == ["child"]
    with pytest.raises(LookupError):
        store.read(events.page, [stack.id], Query(marker=rows[-1].uuid))


def test_pruning_waits_for_a_batch_and_keeps_the_newest(store: Store, stack: StackRow) -> None:
    rows = [event_row(stack.id, f"r{i}") for i in range(30)]
    other = stack_row("other")
    store.write(stacks.insert, other)
    store.write(events.insert_many, [*rows, event_row(other.id)])
    assert store.write(events.prune, stack.id, 20, 10) == 0
    assert store.write(events.prune, stack.id, -1, 10) == 0
    store.write(events.insert_many, [event_row(stack.id, "r30")])
    assert store.write(events.prune, stack.id, 20, 10) == 11
    left = store.read(events.page, [stack.id], Query())
    assert [row.resource_name for row in left] == [f"r{i}" for i in range(11, 31)]
    store.write(events.delete_of, stack.id)
    assert store.read(events.page, [stack.id], Query()) == []
    assert len(store.read(events.page, [other.id], Query())) == 1
