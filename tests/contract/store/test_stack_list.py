"""The list of stacks."""

from typing import Any

import pytest

from isotherm.store import stack_list, stacks
from isotherm.store.stack_list import Query
from isotherm.store.store import Store
from rows import later, stack_row


@pytest.fixture
def filled(store: Store) -> Store:
    """a..e of project p1, made a second apart, and one of another project."""
    rows = [
        stack_row("a", created_at=later(1), tags=("red", "blue")),
        stack_row("b", created_at=later(2), status="FAILED", tags=("red",)),
        stack_row("c", created_at=later(3), action="UPDATE", updated_at=later(9), tags=("blue",)),
        stack_row("d", created_at=later(4), action="UPDATE", updated_at=later(8)),
        stack_row("e", created_at=later(5), action="DELETE", tags=("hidden",)),
        stack_row("f", project="p2", created_at=later(6), tags=("red",)),
    ]
    nested = stack_row("a-child", created_at=later(7), owner_id=rows[0].id, root_id=rows[0].id)
    for row in (*rows, nested):
        store.write(stacks.insert, row)
    store.write(stacks.mark_deleted, rows[4].id, later(10))
    return store


def names(store: Store, project: str | None = "p1", **query: Any) -> str:
    return " ".join(row.name for row in store.read(stack_list.page, project, Query(**query)))


@pytest.mark.parametrize(("query", "expected"), [
    ({}, "d c b a"),
    ({"descending": False}, "a b c d"),
    ({"nested": True}, "a-child d c b a"),
    ({"deleted": True}, "e d c b a"),
    ({"deleted": True, "hidden_tags": ("hidden",)}, "d c b a"),
    ({"sort": ("name",)}, "d c b a"),
    ({"sort": ("status", "name"), "descending": False}, "a c d b"),
    ({"sort": ("updated_at",), "descending": False, "filters": {"name": ("b", "c", "d")}}, "b d c"),
    ({"filters": {"status": ("FAILED",)}}, "b"),
    ({"filters": {"name": ("a", "b", "f"), "action": ("CREATE",)}}, "b a"),
    ({"states": (("CREATE", "FAILED"), ("UPDATE", "COMPLETE"))}, "d c b"),
    ({"tags": ("red",)}, "b a"),
    ({"tags": ("red", "blue")}, "a"),
    ({"tags": ("Red",)}, ""),
    ({"tags_any": ("red", "blue")}, "c b a"),
    ({"not_tags": ("red", "blue")}, "d c b"),
    ({"not_tags_any": ("red", "blue")}, "d"),
    ({"tags": ("red",), "not_tags_any": ("blue",)}, "b"),
    ({"limit": 2}, "d c"),
    ({"limit": 0}, ""),
])
def test_filters_and_orders(filled: Store, query: dict[str, Any], expected: str) -> None:
    assert names(filled, **query) == expected
    counted = {key: value for key, value in query.items() if key != "limit"}
    assert filled.read(stack_list.count, "p1", Query(**counted)) == len(names(filled, **counted).split())


def test_all_projects(filled: Store) -> None:
    assert names(filled, None) == "f d c b a"
    assert names(filled, None, filters={"project_id": ("p2",)}) == "f"


def test_a_filter_on_the_project_does_not_widen_it(filled: Store) -> None:
    assert names(filled, "p1", filters={"project_id": ("p2",)}) == ""


def test_rows_carry_their_tags(filled: Store) -> None:
    assert [row.tags for row in filled.read(stack_list.page, "p1", Query())] == [(), ("blue",), ("red",), ("red", "blue")]


@pytest.mark.parametrize("sort", [("created_at",), ("updated_at",), ("status", "name"), ("status",)])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_add_up_to_the_whole(filled: Store, sort: tuple[str, ...], descending: bool) -> None:
    given: dict[str, Any] = {"sort": sort, "descending": descending, "deleted": True, "nested": True}
    whole = [row.id for row in filled.read(stack_list.page, "p1", Query(**given))]
    paged: list[str] = []
    while len(paged) < 20:
        part = filled.read(stack_list.page, "p1", Query(**given, limit=2, marker=paged[-1] if paged else None))
        if not part:
            break
        paged += [row.id for row in part]
    assert paged == whole
    assert len(whole) == 6


def test_a_marker_of_another_project_is_unknown(filled: Store) -> None:
    theirs = filled.read(stacks.find, "p2", "f")
    assert theirs is not None
    for marker in (theirs.id, "no such"):
        with pytest.raises(LookupError, match=marker):
            filled.read(stack_list.page, "p1", Query(marker=marker))


def test_an_unknown_filter_is_refused_by_name(filled: Store) -> None:
    with pytest.raises(ValueError, match="flavour"):
        filled.read(stack_list.page, "p1", Query(filters={"flavour": ("x",)}))
