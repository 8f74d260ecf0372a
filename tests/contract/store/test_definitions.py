"""Definitions share their texts, and a text goes only when nobody holds it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from isotherm.model.records import TraversalRow
from isotherm.store import definitions, stacks, traversals
from isotherm.store.schema import blob, definition
from isotherm.store.store import Store
from rows import NOW, stack_row

SOON = datetime.now(UTC) + timedelta(days=1)
ODD = "nul \0, half a pair \ud800, wide \U0001f600\r\n"


def texts(store: Store) -> int:
    return store.read(lambda conn: conn.scalar(sa.select(sa.func.count()).select_from(blob))) or 0


def test_a_definition_comes_back_whole(store: Store) -> None:
    environment = {"parameter_defaults": {"a": 1, "b": [None, "\ud800"]}}
    id_ = store.write(definitions.save, ODD, environment, {"key": "s3cret"}, {"a.yaml": "", "b": ODD, "c": "x" * 200_000})
    found = store.read(definitions.load, id_)
    assert (found.template, found.environment, found.parameters) == (ODD, environment, {"key": "s3cret"})
    assert found.files == {"a.yaml": "", "b": ODD, "c": "x" * 200_000}
    assert "s3cret" not in repr(store.read(lambda conn: conn.execute(sa.select(definition)).all()))


def test_texts_are_stored_once(store: Store) -> None:
    for number in range(3):
        store.write(definitions.save, "template", {}, {"n": number}, {"one": "template", "two": "file"})
    assert texts(store) == 2


def test_an_unknown_definition_is_named(store: Store) -> None:
    with pytest.raises(LookupError, match="no-such-id"):
        store.read(definitions.load, "no-such-id")


def test_only_what_nobody_names_is_deleted(store: Store) -> None:
    ids = [store.write(definitions.save, f"template {n}", {}, {}, {"shared": "shared", "own": f"own {n}"}) for n in range(4)]
    store.write(stacks.insert, stack_row(definition_id=ids[0], previous_definition_id=ids[1]))
    store.write(traversals.insert, TraversalRow("t", "s", "CREATE", ids[2], "running", False, NOW))
    assert store.write(definitions.delete_unused, NOW - timedelta(days=9999)) == 0
    assert store.write(definitions.delete_unused, SOON) == 1
    for id_ in ids[:3]:
        assert store.read(definitions.load, id_).files["shared"] == "shared"
    with pytest.raises(LookupError):
        store.read(definitions.load, ids[3])
    assert texts(store) == 3 + 3 + 1


def test_a_text_deleted_while_it_is_wanted_again_is_there_afterwards(store: Store) -> None:
    """Whichever comes first, the saver or the sweep, the definition saved last can be loaded."""
    for number in range(10):
        store.write(definitions.save, f"text {number}", {}, {}, {})
        ready = threading.Barrier(2)

        def save(ready: threading.Barrier = ready, text: str = f"text {number}") -> str:
            ready.wait(10)
            return store.write(definitions.save, text, {}, {}, {})

        with ThreadPoolExecutor(1) as pool:
            saving = pool.submit(save)
            ready.wait(10)
            store.write(lambda conn: definitions.delete_unused(conn, SOON, 1))
            saved = saving.result(30)
        if store.read(lambda conn, id_=saved: conn.scalar(sa.select(definition.c.id).where(definition.c.id == id_))):
            assert store.read(definitions.load, saved).template == f"text {number}"
        store.write(definitions.delete_unused, SOON)


def test_the_sweep_waits_for_whoever_saves(store: Store) -> None:
    """A definition that is being saved with a text about to be swept keeps that text."""
    if store.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    store.write(definitions.save, "text", {}, {}, {})
    saved, swept = threading.Event(), []

    def sweep() -> None:
        saved.wait(10)
        swept.append(store.write(definitions.delete_unused, SOON, 1))

    def save(conn: sa.Connection, pool: ThreadPoolExecutor) -> str:
        id_ = definitions.save(conn, "text", {}, {}, {})
        saved.set()
        # The sweep sees only the first definition as unused, and must not get at the text before we commit.
        sweeping = pool.submit(sweep)
        with pytest.raises(TimeoutError):
            sweeping.result(0.3)
        return id_

    with ThreadPoolExecutor(1) as pool:
        id_ = store.write(save, pool)
    assert swept == [1]
    assert store.read(definitions.load, id_).template == "text"
