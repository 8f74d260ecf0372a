"""A row that none of the keys opens: it says so, keeps what it holds, and stands in nobody's way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from isotherm.model.records import Node, OutputRow, StackRow
from isotherm.store import definitions, nodes, outputs, resources, stacks
from isotherm.store.resources import Query
from isotherm.store.schema import definition, node, output, resource
from isotherm.store.store import Store
from isotherm.store.vault import Vault, VaultError
from rows import NOW, node_row, resource_row, stack_row

WHY = r"cannot be decrypted: no key in \[secrets\] keys fits"
STRANGE = Vault([Vault.new_key()]).seal({"a": "value of another key"})


@pytest.fixture
def stack(store: Store) -> StackRow:
    row = stack_row(action="CREATE", status="IN_PROGRESS", traversal_id="t1")
    store.write(stacks.insert, row)
    return row


def spoil(store: Store, column: sa.Column[Any], where: sa.ColumnElement[bool], text: str = STRANGE) -> str:
    """Put a text in the place of a sealed one; what was there."""
    before = store.read(lambda conn: conn.scalar(sa.select(column).where(where)))
    store.write(lambda conn: conn.execute(sa.update(column.table).where(where).values({column.name: text})))
    return str(before)


def claim(store: Store) -> dict[int, Node]:
    return {one.id: one for one in store.write(nodes.claim, "w", NOW, timedelta(seconds=60), 10)}


@pytest.mark.parametrize("column", [node.c.plan, node.c.progress], ids=lambda column: column.name)
@pytest.mark.parametrize("text", [STRANGE, "gAAAA", "no cipher", "é"], ids=["another-key", "cut", "plain", "not-ascii"])
def test_a_bad_node_is_claimed_among_good_ones(store: Store, stack: StackRow, column: sa.Column[Any], text: str) -> None:
    plan = [{"step": "Call"}]
    store.write(nodes.insert, [node_row(number, stack, plan=plan, progress={"live": {}}) for number in (1, 2, 3)], [])
    spoil(store, column, node.c.id == 2, text)
    found = claim(store)
    assert {number: bool(one.unreadable) for number, one in found.items()} == {1: False, 2: True, 3: False}
    assert WHY.replace("\\", "") in found[2].unreadable
    assert found[1].plan == found[3].plan == plan
    assert found[2].plan is not None, "a node whose plan is lost is not one that has none yet"


def test_a_bad_node_is_not_written_over(store: Store, stack: StackRow) -> None:
    store.write(nodes.insert, [node_row(number, stack, plan=[{"step": "Call"}]) for number in (1, 2)], [])
    spoil(store, node.c.plan, node.c.id == 2)
    found = claim(store)
    store.write(nodes.save, [replace(one, step=1) for one in found.values()])
    assert store.read(lambda conn: conn.scalar(sa.select(node.c.plan).where(node.c.id == 2))) == STRANGE
    assert {one.id: one.step for one in store.read(nodes.of_traversal, "t1")} == {1: 1, 2: 0}


def test_a_bad_node_can_fail(store: Store, stack: StackRow) -> None:
    store.write(nodes.insert, [node_row(1, stack, plan=[{"step": "Call"}]), node_row(2, stack, kind="end", state="waiting", waiting_on=1)], [(1, 2)])
    spoil(store, node.c.plan, node.c.id == 1)
    found = claim(store)
    store.write(nodes.fail, {1: found[1].unreadable})
    store.write(nodes.skip, [1], NOW)
    assert list(claim(store)) == [2]
    assert store.read(nodes.failures, "t1") == [("r1", found[1].unreadable)]


def test_a_bad_resource_says_so_wherever_it_is_read_with_what_it_holds(store: Store, stack: StackRow) -> None:
    good = resource_row("good", stack.id, properties={"a": 1})
    bad = resource_row("bad", stack.id, properties={"a": 2})
    store.write(resources.insert_many, [good, bad])
    spoil(store, resource.c.facts, resource.c.id == bad.id)
    read = [store.read(resources.get_many, [good.id, bad.id]), {row.id: row for row in store.read(resources.all_of, stack.id)},
            {row.id: row for row in store.read(resources.page, (stack.id,), Query(facts=True))}]
    for found in read:
        assert found[good.id] == good
        assert WHY.replace("\\", "") in found[bad.id].unreadable
        assert "bad" in found[bad.id].unreadable
        assert replace(found[bad.id], unreadable="") == replace(bad, properties={})
    plain = {row.id: row for row in store.read(resources.page, (stack.id,), Query())}
    assert not plain[bad.id].unreadable


def test_a_bad_resource_keeps_what_it_holds_when_its_state_is_written(store: Store, stack: StackRow) -> None:
    good, bad = (resource_row(name, stack.id, properties={"name": name}) for name in ("good", "bad"))
    store.write(resources.insert_many, [good, bad])
    sealed = spoil(store, resource.c.facts, resource.c.id == bad.id)
    rows = [replace(row, status="FAILED", reason="so", physical_id="x") for row in store.read(resources.all_of, stack.id)]
    store.write(resources.save_many, rows)
    assert spoil(store, resource.c.facts, resource.c.id == bad.id, sealed) == STRANGE
    found = store.read(resources.current, stack.id)
    assert found["bad"] == replace(bad, status="FAILED", reason="so", physical_id="x")
    assert found["good"] == replace(good, status="FAILED", reason="so", physical_id="x")


def test_a_bad_output_is_one_with_an_error(store: Store, stack: StackRow) -> None:
    store.write(outputs.replace, stack.id, [OutputRow("a", 1), OutputRow("b", {"c": 2}), OutputRow("d", None, error="said before")])
    spoil(store, output.c.value, output.c.name == "b")
    first, second, third = store.read(outputs.of, stack.id)
    assert (first.value, first.error) == (1, None)
    assert second.value is None
    assert WHY.replace("\\", "") in (second.error or "")
    assert third.error == "said before"


def test_a_bad_definition_is_told_from_one_that_is_not_there(store: Store) -> None:
    id_ = store.write(definitions.save, "heat_template_version: 2021-04-16", {}, {"a": "b"}, {})
    spoil(store, definition.c.inputs, definition.c.id == id_)
    with pytest.raises(VaultError, match="The stack's definition " + WHY):
        store.read(definitions.load, id_)
