"""Resources: stored whole, listed cheaply."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from isotherm.store import resources, stacks
from isotherm.store.resources import Query
from isotherm.store.schema import resource
from isotherm.store.store import Store
from rows import later, resource_row, stack_row


def full(name: str = "net", **values: Any) -> Any:
    return resource_row(name, **{
        "physical_id": "id-1", "reason": "fine", "fingerprint": "f" * 64, "requires": ("b", "a"), "external_id": "ext",
        "deletion_policy": "Retain", "properties": {"password": "s3cret", "n": [1, 2.5, None, "é\0"]}, "data": {"k": {}},
        "attributes": {"show": {"x": 1}}, "metadata": {"m": True}} | values)


def test_every_column_comes_back(store: Store) -> None:
    row = full(replaces="x", replaced_by="y")
    store.write(resources.insert_many, [row])
    assert store.read(resources.get, row.id) == row
    assert store.read(resources.all_of, row.stack_id) == [row]
    assert store.read(resources.get, "no such") is None


def test_nothing_secret_is_readable_in_the_table(store: Store) -> None:
    store.write(resources.insert_many, [full()])
    assert "s3cret" not in repr(store.read(lambda conn: conn.execute(sa.select(resource)).all()))


def test_the_current_one_has_no_successor(store: Store) -> None:
    old = full("net", replaced_by="next", created_at=later(0))
    new, other = full("net", created_at=later(1)), full("port", created_at=later(2))
    elsewhere = full("net", stack_id="t" * 36)
    store.write(resources.insert_many, [new, old, other, elsewhere])
    assert store.read(resources.current, old.stack_id) == {"net": new, "port": other}
    assert store.read(resources.by_names, old.stack_id, ["net", "disk"]) == {"net": new}
    assert store.read(resources.by_names, old.stack_id, []) == {}
    assert store.read(resources.all_of, old.stack_id) == [old, new, other]
    assert store.read(resources.get_many, [old.id, "no such"]) == {old.id: old}
    assert store.read(resources.count, old.stack_id) == 2


def test_rows_are_rewritten_in_bulk(store: Store) -> None:
    rows = [full(f"r{i}") for i in range(300)]
    store.write(resources.insert_many, rows)
    changed = [replace(row, status="FAILED", attributes={"i": i}, requires=(), physical_id=None)
               for i, row in enumerate(rows)]
    store.write(resources.save_many, [replace(row, replaced_by="who knows", created_at=later(99)) for row in changed])
    assert store.read(resources.current, rows[0].stack_id) == {row.name: row for row in changed}
    store.write(resources.delete_many, [row.id for row in rows[1:]])
    assert store.read(resources.all_of, rows[0].stack_id) == changed[:1]


def test_nothing_to_do_is_no_error(store: Store) -> None:
    for fn in (resources.insert_many, resources.save_many, resources.delete_many, resources.keep_ids):
        store.write(fn, [])


def test_single_columns_change(store: Store) -> None:
    row = full()
    store.write(resources.insert_many, [row])
    assert store.write(resources.update, row.id, status="FAILED", requires=("z",))
    assert store.read(resources.get, row.id) == replace(row, status="FAILED", requires=("z",))
    assert not store.write(resources.update, "no such", status="FAILED")


def test_a_late_physical_id_is_kept_only_where_there_is_none(store: Store) -> None:
    bare, known = full("bare", physical_id=None), full("known")
    store.write(resources.insert_many, [bare, known])
    store.write(resources.keep_ids, [replace(bare, physical_id="made", status="X"), replace(known, physical_id="made")])
    found = store.read(resources.current, bare.stack_id)
    assert found == {"bare": replace(bare, physical_id="made"), "known": known}


@pytest.mark.parametrize(("query", "expected"), [
    ({}, "a b c"),
    ({"filters": {"name": ("a", "c")}}, "a c"),
    ({"filters": {"status": ("FAILED",)}}, "b"),
    ({"filters": {"physical_id": ("id-b",), "action": ("CREATE",)}}, "b"),
    ({"type": "Neutron"}, "a b"),
    ({"type": "100%"}, ""),
    ({"states": (("CREATE", "FAILED"), ("UPDATE", "COMPLETE"))}, "b c"),
])
def test_pages(store: Store, query: dict[str, Any], expected: str) -> None:
    rows = [full("a"), full("b", status="FAILED", physical_id="id-b"), full("c", type="OS::Nova::Server", action="UPDATE"),
            full("a", replaced_by="x"), full("z", stack_id="t" * 36)]
    store.write(resources.insert_many, rows)
    found = store.read(resources.page, [rows[0].stack_id], Query(**query))
    assert " ".join(row.name for row in found) == expected
    assert all(not row.properties for row in found)
    assert store.read(resources.page, [rows[0].stack_id], Query(**query, facts=True)) == [
        row for row in rows[:3] if row.name in expected.split()]


def test_an_unknown_filter_is_refused_by_name(store: Store) -> None:
    with pytest.raises(ValueError, match="colour"):
        store.read(resources.page, ["s"], Query(filters={"colour": ("x",)}))


def test_counts(store: Store) -> None:
    root = stack_row("root")
    child = stack_row("child", owner_id=root.id, root_id=root.id)
    for row in (root, child):
        store.write(stacks.insert, row)
    store.write(resources.insert_many, [
        full("a", stack_id=root.id), full("b", stack_id=root.id, status="FAILED"), full("c", stack_id=child.id),
        full("c", stack_id=child.id, replaced_by="x")])
    assert store.read(resources.count_tree, root.id) == 3
    assert store.read(resources.states, root.id) == {("CREATE", "COMPLETE"): 1, ("CREATE", "FAILED"): 1}
