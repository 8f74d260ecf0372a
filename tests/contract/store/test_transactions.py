"""What `Store.read` and `Store.write` promise."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from isotherm.store import stacks, workers
from isotherm.store.schema import stack, worker
from isotherm.store.store import COLLISIONS, Store
from isotherm.store.vault import Vault
from rows import stack_row


def test_a_write_is_committed_and_read(store: Store) -> None:
    row = stack_row(tags=("a", "b"))
    store.write(stacks.insert, row)
    assert store.read(stacks.get, row.id) == replace(row, root_id=row.id)


def test_an_error_takes_everything_back(store: Store) -> None:
    def half(conn: sa.Connection) -> None:
        stacks.insert(conn, stack_row())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(half)
    assert store.read(stacks.living, "p1") == 0


def test_a_taken_key_runs_the_function_again(store: Store) -> None:
    """The second run finds what stood in the way of the first."""
    taken, ids = stack_row("other"), []
    store.write(stacks.insert, taken)

    def insert(conn: sa.Connection) -> None:
        ids.append(taken.id if not ids else stack_row().id)
        stacks.insert(conn, stack_row("mine", id=ids[-1]))

    store.write(insert)
    assert len(ids) == 2
    assert store.read(stacks.living, "p1") == 2


def test_a_key_that_stays_taken_is_an_error(store: Store) -> None:
    row, runs = stack_row(), []
    store.write(stacks.insert, row)

    def insert(conn: sa.Connection) -> None:
        runs.append(1)
        stacks.insert(conn, row)

    with pytest.raises(sa.exc.IntegrityError):
        store.write(insert)
    assert len(runs) == COLLISIONS


def test_writers_that_lock_crosswise_all_finish(store: Store) -> None:
    """Two transactions that take two rows in opposite order deadlock on a server; one of them is run again."""
    first, second = stack_row("a"), stack_row("b")
    store.write(stacks.insert, first)
    store.write(stacks.insert, second)
    met, runs = threading.Barrier(2), []

    def cross(conn: sa.Connection, mine: str, other: str) -> None:
        runs.append(mine)
        conn.execute(stack.update().where(stack.c.id == mine).values(depth=stack.c.depth + 1))
        if len(runs) <= 2 and store.dialect != "sqlite":
            met.wait(10)
        conn.execute(stack.update().where(stack.c.id == other).values(depth=stack.c.depth + 1))

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(store.write, cross, *pair) for pair in ((first.id, second.id), (second.id, first.id))]
        for one in done:
            one.result(30)
    assert len(runs) == (2 if store.dialect == "sqlite" else 3)
    assert {row.depth for row in store.read(stacks.get_many, [first.id, second.id]).values()} == {2}


def test_a_lost_connection_costs_a_run(store: Store) -> None:
    if store.dialect == "sqlite":
        pytest.skip("SQLite has no connection to lose")
    row, runs = stack_row(), []
    kill = "SELECT pg_terminate_backend({})" if store.dialect == "postgresql" else "KILL {}"
    mine = "SELECT pg_backend_pid()" if store.dialect == "postgresql" else "SELECT connection_id()"

    def cut(conn: sa.Connection) -> None:
        runs.append(1)
        stacks.insert(conn, row)
        if len(runs) == 1:
            number = conn.exec_driver_sql(mine).scalar_one()
            store.read(lambda other: other.exec_driver_sql(kill.format(number)))
            conn.exec_driver_sql("SELECT 1")

    store.write(cut)
    assert len(runs) == 2
    assert store.read(stacks.get, row.id) is not None


def test_many_threads_write_without_an_error(store: Store) -> None:
    row = stack_row()
    store.write(stacks.insert, row)

    def count(conn: sa.Connection) -> None:
        depth = conn.scalar(sa.select(stack.c.depth).where(stack.c.id == row.id).with_for_update())
        conn.execute(stack.update().where(stack.c.id == row.id).values(depth=(depth or 0) + 1))

    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(store.write, count) for _ in range(80)]:
            one.result(60)
    found = store.read(stacks.get, row.id)
    assert found is not None
    assert found.depth == 80


def test_statements_are_counted(store: Store) -> None:
    before = store.statements
    store.read(workers.everyone)
    assert 1 <= store.statements - before <= 2


def test_ping_raises_when_the_database_is_gone(database_url: str) -> None:
    url = sa.make_url(database_url)
    broken = url.set(database="/nonexistent/x.db") if url.get_backend_name() == "sqlite" else url.set(port=1)
    with pytest.raises(sa.exc.SQLAlchemyError):
        Store(broken.render_as_string(hide_password=False), Vault([Vault.new_key()])).ping()


def test_reads_do_not_wait_for_a_writer(store: Store) -> None:
    def write(conn: sa.Connection) -> list[object]:
        conn.execute(worker.delete())
        stacks.insert(conn, stack_row())
        with ThreadPoolExecutor(1) as pool:
            return list(pool.submit(store.read, workers.everyone).result(10))

    assert store.write(write) == []


def test_errors_do_not_tell_what_was_to_be_stored(store: Store) -> None:
    row = stack_row(user_name="s3cret")
    store.write(stacks.insert, row)
    with pytest.raises(sa.exc.IntegrityError) as caught:
        store.write(stacks.insert, row)
    assert "s3cret" not in str(caught.value)
