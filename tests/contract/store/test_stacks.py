"""Finding and changing stacks."""

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from isotherm.model.records import StackRow
from isotherm.store import stacks
from isotherm.store.store import Store
from rows import NOW, later, stack_row


def add(store: Store, *rows: StackRow) -> None:
    for row in rows:
        store.write(stacks.insert, row)


def test_every_column_comes_back(store: Store) -> None:
    row = StackRow(
        id=str(uuid.uuid4()), project_id="p1", name="Größe", action="UPDATE", status="FAILED", reason="it \0 broke \ud800",
        definition_id="d", created_at=NOW, previous_definition_id="c", traversal_id="t", updated_at=later(1),
        deleted_at=None, description="long " * 30_000, disable_rollback=False, timeout_mins=5, owner_id="o", root_id="r",
        parent_resource="child", depth=2, credential_id="x", user_id="u", user_name="ü", user_project_id="s",
        tags=("b", "a", "B"))
    add(store, row)
    assert store.read(stacks.get, row.id) == replace(row, reason="it ? broke ?")


def test_names_are_found_as_they_are_written(store: Store) -> None:
    add(store, stack_row("web"), stack_row("Web"))
    found = store.read(stacks.find, "p1", "Web")
    assert found is not None
    assert found.name == "Web"
    assert store.read(stacks.find, "p1", "WEB") is None


def test_a_name_is_unique_among_the_living_of_a_project(store: Store) -> None:
    first = stack_row()
    add(store, first, stack_row(project="p2"))
    with pytest.raises(sa.exc.IntegrityError):
        add(store, stack_row())
    assert store.write(stacks.mark_deleted, first.id, later(1))
    assert not store.write(stacks.mark_deleted, first.id, later(2))
    second = stack_row()
    add(store, second)
    store.write(stacks.mark_deleted, second.id, later(3))
    add(store, stack_row())
    assert store.read(stacks.living, "p1") == 1


def test_deleted_stacks_are_found_by_id_only(store: Store) -> None:
    row = stack_row()
    add(store, row)
    store.write(stacks.mark_deleted, row.id, later(1))
    assert store.read(stacks.find, "p1", "web") is None
    found = store.read(stacks.find, "p1", row.id)
    assert found is not None
    assert found.deleted_at == later(1)


def test_other_projects_stacks_are_not_found(store: Store) -> None:
    row = stack_row(user_project_id="users-of-web")
    add(store, row)
    for project in ("p2", ""):
        assert store.read(stacks.find, project, "web") is None
        assert store.read(stacks.find, project, row.id) is None
    for project in ("p1", "users-of-web", None):
        for name in ("web", row.id):
            found = store.read(stacks.find, project, name)
            assert found is not None
            assert found.id == row.id


def test_without_a_project_a_name_must_be_the_only_one(store: Store) -> None:
    add(store, stack_row(), stack_row(project="p2"))
    assert store.read(stacks.find, None, "web") is None


def test_a_name_may_look_like_an_id(store: Store) -> None:
    name = str(uuid.uuid4())
    row = stack_row(name)
    add(store, row)
    found = store.read(stacks.find, "p1", name)
    assert found is not None
    assert found.id == row.id


def test_update_writes_the_whole_row(store: Store) -> None:
    row = stack_row(tags=("a", "b"))
    add(store, row)
    changed = replace(row, root_id=row.id, name="api", status="FAILED", reason="because", tags=("c",), timeout_mins=9)
    store.write(stacks.update, changed)
    assert store.read(stacks.get, row.id) == changed


def test_set_state_leaves_the_rest(store: Store) -> None:
    row = stack_row(tags=("a",))
    add(store, row)
    assert store.write(stacks.set_state, row.id, "UPDATE", "IN_PROGRESS", "going", traversal_id="t2")
    found = store.read(stacks.lock, row.id)
    assert found == replace(row, root_id=row.id, action="UPDATE", status="IN_PROGRESS", reason="going", traversal_id="t2")
    assert not store.write(stacks.set_state, "no such", "UPDATE", "COMPLETE", "")


def test_descendants_come_level_by_level(store: Store) -> None:
    root = stack_row("root")
    child, twin = (stack_row(name, owner_id=root.id, root_id=root.id, depth=1) for name in ("b", "a"))
    grandchild = stack_row("c", owner_id=child.id, root_id=root.id, depth=2)
    gone = stack_row("gone", owner_id=root.id, root_id=root.id, depth=1)
    add(store, root, child, twin, grandchild, gone)
    store.write(stacks.mark_deleted, gone.id, NOW)
    assert [row.name for row in store.read(stacks.children, root.id)] == ["a", "b"]
    assert [row.name for row in store.read(stacks.descendants, root.id, 1)] == ["a", "b"]
    assert [row.name for row in store.read(stacks.descendants, root.id, 9)] == ["a", "b", "c"]
    assert [row.name for row in store.read(stacks.descendants, child.id, 9)] == ["c"]
    assert store.read(stacks.descendants, root.id, 0) == []
    assert store.read(stacks.living, "p1") == 1
