"""Changing keys: afterwards the first key alone opens everything, on each database, whatever else goes on."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from isotherm.model.credential import Credential, Deferral
from isotherm.model.records import ConfigRow, OutputRow
from isotherm.store import configs, credentials, definitions, nodes, outputs, resources, rotation, stacks
from isotherm.store.rotation import BATCH, SEALED, Found, count, rotate
from isotherm.store.schema import metadata, resource
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from rows import NOW, node_row, resource_row, stack_row

OLD, NEW, STRANGE = (Vault.new_key() for _ in range(3))
MANY = 2 * BATCH + 3


@pytest.fixture
def filled(database_url: str) -> Iterator[str]:
    """A database with a row in every table that holds something sealed, all by the old key."""
    store = Store(database_url, Vault([OLD]))
    store.upgrade()
    fill(store, "s1")
    yield database_url
    store.dispose()


def fill(store: Store, id_: str) -> None:
    stack = stack_row(id_, id=id_, traversal_id="t" + id_)

    def write(conn: sa.Connection) -> None:
        stacks.insert(conn, stack)
        definitions.save(conn, "heat_template_version: 2021-04-16", {"a": 1}, {"password": id_}, {})
        resources.insert_many(conn, [resource_row(f"r{i}", id_, properties={"number": i}) for i in range(MANY)])
        resources.insert_many(conn, [resource_row("plain", id_)])
        nodes.insert(conn, [node_row(i, stack, plan=[{"step": "Call", "number": i}], progress={"live": {"i": i}}) for i in (1, 2)], [])
        nodes.insert(conn, [node_row(3, stack)], [])
        outputs.replace(conn, id_, [OutputRow(f"o{i}", i) for i in range(3)] + [OutputRow("empty", None)])
        credentials.insert(conn, Credential(Deferral.TRUST, "p", "u", trust_id="t"))
        configs.insert_many(conn, [ConfigRow("c" + id_, "p", NOW, config={"a": 1})])

    store.write(write)


def sealed(store: Store) -> dict[str, int]:
    """`table.column` -> sealed values in it."""
    return {str(column): store.read(lambda conn, column=column: conn.scalar(
        sa.select(sa.func.count()).where(column.like("gAAAA%")))) for column in SEALED}


def everything(store: Store) -> list[Any]:
    """All that is sealed, as it is read."""
    config = store.read(configs.get, "p", "cs1")
    rows = {row.name: row.properties for row in store.read(resources.all_of, "s1")}
    return [rows, [(n.plan, n.progress, n.unreadable) for n in store.read(nodes.of_traversal, "ts1")], store.read(outputs.of, "s1"), config]


def test_every_sealed_column_is_known(filled: str) -> None:
    store = Store(filled, Vault([OLD]))
    found = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.c if isinstance(column.type, sa.Text)
             for text in store.read(lambda conn, column=column: conn.scalars(sa.select(column)).all()) if str(text).startswith("gAAAA")}
    store.dispose()
    assert found == {str(column) for column in SEALED}


def test_the_new_key_alone_opens_everything_afterwards(filled: str) -> None:
    before, both, after = Store(filled, Vault([OLD])), Store(filled, Vault([NEW, OLD])), Store(filled, Vault([NEW]))
    amounts, told = sealed(before), everything(before)
    assert amounts["resource.facts"] == MANY
    assert {name: (found.newest, found.older) for name, found in count(both, Vault([NEW, OLD])).items()} == {
        name: (0, amount) for name, amount in amounts.items()}
    assert rotate(both, Vault([NEW, OLD])) == {name: Found(amount, amount) for name, amount in amounts.items()}
    assert everything(after) == told
    assert rotate(after, Vault([NEW])) == count(after, Vault([NEW])) == {name: Found(amount) for name, amount in amounts.items()}
    for store in (before, both, after):
        store.dispose()


def test_a_run_that_was_interrupted_is_finished_by_the_next(filled: str) -> None:
    class Cut(Exception):
        pass

    class Brittle(Vault):
        left = BATCH + 5

        def rotate(self, text: str) -> str:
            self.left -= 1
            if not self.left:
                raise Cut
            return super().rotate(text)

    store, keys = Store(filled, Vault([NEW, OLD])), [NEW, OLD]
    amounts = sealed(store)
    with pytest.raises(Cut):
        rotate(store, Brittle(keys))
    half = count(store, Vault(keys))["resource.facts"]
    assert 0 < half.newest < amounts["resource.facts"]
    done = rotate(store, Vault(keys))
    assert done["resource.facts"] == Found(amounts["resource.facts"], amounts["resource.facts"] - half.newest)
    assert all(not one.older for one in done.values())
    store.dispose()


def test_rows_that_no_key_opens_are_named_and_left_alone(filled: str) -> None:
    store = Store(filled, Vault([NEW, OLD]))
    text = Vault([STRANGE]).seal("x")
    [id_] = [row.id for row in store.read(resources.all_of, "s1") if row.name == "r7"]
    store.write(lambda conn: conn.execute(resource.update().where(resource.c.id == id_).values(facts=text)))
    found = rotate(store, Vault([NEW, OLD]))
    assert found["resource.facts"] == Found(MANY - 1, MANY - 1, 0, (f"resource.facts {id_}",))
    assert store.read(lambda conn: conn.scalar(sa.select(resource.c.facts).where(resource.c.id == id_))) == text
    found = rotate(store, Vault([NEW, STRANGE]))
    assert found["resource.facts"] == Found(MANY, 1)
    store.dispose()


def test_nothing_that_others_write_meanwhile_is_lost(filled: str) -> None:
    """A worker that still has the old key first rewrites rows all the time."""
    theirs, ours = Store(filled, Vault([OLD, NEW])), Store(filled, Vault([NEW, OLD]))
    stop, rounds = threading.Event(), [0]

    def work() -> None:
        while not stop.is_set():
            rounds[0] += 1
            theirs.write(count_up)

    def count_up(conn: sa.Connection) -> None:
        row = resources.by_names(conn, "s1", ["r5"])["r5"]
        resources.save_many(conn, [resource_row("r5", "s1", id=row.id, properties={"number": row.properties["number"] + 1})])

    worker = threading.Thread(target=work)
    worker.start()
    found = rotate(ours, Vault([NEW, OLD]))
    stop.set()
    worker.join()
    assert found["resource.facts"].newest >= MANY - 1
    assert ours.read(resources.by_names, "s1", ["r5"])["r5"].properties == {"number": 5 + rounds[0]}
    assert not any(one.older or one.lost for one in rotate(ours, Vault([NEW, OLD])).values())
    theirs.dispose()
    ours.dispose()


def test_a_row_that_changed_after_it_was_read_is_not_written_over(filled: str) -> None:
    store, keys = Store(filled, Vault([NEW, OLD])), [NEW, OLD]

    class Late(Vault):
        """Somebody changes the row between the look and the write."""

        def rotate(self, text: str) -> str:
            if self.unseal(text) == {"properties": {"number": 9}}:
                store.write(change)
            return super().rotate(text)

    def change(conn: sa.Connection) -> None:
        row = resources.by_names(conn, "s1", ["r9"])["r9"]
        resources.save_many(conn, [resource_row("r9", "s1", id=row.id, properties={"number": 900})])

    found = rotate(store, Late(keys))
    assert store.read(resources.by_names, "s1", ["r9"])["r9"].properties == {"number": 900}
    assert found["resource.facts"] == Found(MANY, MANY - 1), "the one that was changed had the first key already"
    store.dispose()


def test_it_walks_tables_whose_key_has_two_columns(database_url: str) -> None:
    store = Store(database_url, Vault([OLD]))
    store.upgrade()
    for id_ in ("a", "b"):
        store.write(outputs.replace, id_, [OutputRow(f"o{i}", i) for i in range(rotation.BATCH - 1)])
    assert rotate(store, Vault([NEW, OLD]))["output.value"].rotated == 2 * (rotation.BATCH - 1)
    store.dispose()
