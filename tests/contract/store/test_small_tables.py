"""Outputs, credentials, workers and traversals."""

from dataclasses import replace

import sqlalchemy as sa

from isotherm.model.credential import Credential, Deferral
from isotherm.model.records import OutputRow, TraversalRow, WorkerRow
from isotherm.store import credentials, outputs, stacks, traversals, workers
from isotherm.store.schema import credential, output
from isotherm.store.store import Store
from rows import NOW, later, stack_row

TRUST = Credential(Deferral.TRUST, project_id="p1", trustor_user_id="u", trust_id="trust-id", roles=("member", "reader"))


def test_outputs_are_replaced_and_keep_their_order(store: Store) -> None:
    rows = [OutputRow("z", {"password": "s3cret"}, "what\0for"), OutputRow("a", None, error="not yet"), OutputRow("m", 0),
            OutputRow("m ", 1)]
    store.write(outputs.replace, "s1", [OutputRow("old", 1)])
    store.write(outputs.replace, "s2", [OutputRow("z", 2)])
    store.write(outputs.replace, "s1", rows)
    assert store.read(outputs.of, "s1") == [replace(rows[0], description="what?for"), *rows[1:]]
    assert store.read(outputs.of, "s2") == [OutputRow("z", 2)]
    assert "s3cret" not in repr(store.read(lambda conn: conn.execute(sa.select(output)).all()))


def test_credentials_come_back_and_are_sealed(store: Store) -> None:
    secret = Credential(Deferral.APPLICATION, project_id="p1", application_id="a", secret="s3cret")
    ids = [store.write(credentials.insert, value) for value in (TRUST, secret)]
    assert [store.read(credentials.get, id_) for id_ in ids] == [TRUST, secret]
    table = repr(store.read(lambda conn: conn.execute(sa.select(credential)).all()))
    assert "s3cret" not in table
    assert "trust-id" not in table
    store.write(credentials.delete, ids[0])
    assert store.read(credentials.get, ids[0]) is None
    assert store.read(credentials.get, ids[1]) == secret


def test_a_credential_is_in_use_while_a_stack_lives(store: Store) -> None:
    id_ = store.write(credentials.insert, TRUST)
    row = stack_row(credential_id=id_)
    assert not store.read(credentials.in_use, id_)
    store.write(stacks.insert, row)
    assert store.read(credentials.in_use, id_)
    store.write(stacks.mark_deleted, row.id, NOW)
    assert not store.read(credentials.in_use, id_)


def test_workers_beat_until_they_are_forgotten(store: Store) -> None:
    one, two = WorkerRow("b", "host1", 1, NOW, NOW), WorkerRow("a", "host2", 2, NOW, later(5))
    for row in (two, one):
        store.write(workers.beat, row)
    store.write(workers.beat, replace(one, seen_at=later(9)))
    assert store.read(workers.everyone) == [replace(one, seen_at=later(9)), two]
    assert store.write(workers.remove_unseen, later(6)) == 1
    store.write(workers.remove, "b")
    assert store.read(workers.everyone) == []


def test_traversals_end_once_or_are_overtaken(store: Store) -> None:
    first = TraversalRow("t1", "s", "CREATE", "d", "running", True, NOW)
    second = replace(first, id="t2", action="UPDATE", rollback=False)
    store.write(traversals.insert, first)
    assert store.read(traversals.with_rollback, ["t1", "t2"]) == ["t1"]
    store.write(traversals.supersede, "s")
    assert store.read(traversals.with_rollback, ["t1", "t2"]) == []
    store.write(traversals.insert, second)
    found = store.read(traversals.get, "t1")
    assert found is not None
    assert found.state == "superseded"
    assert store.write(traversals.end, "t2", "complete", later(3))
    assert not store.write(traversals.end, "t2", "failed", later(4))
    assert store.read(traversals.get, "t2") == replace(second, state="complete", ended_at=later(3))
    running = replace(first, id="t3")
    store.write(traversals.insert, running)
    store.write(traversals.delete_ended, "s")
    assert [store.read(traversals.get, id_) for id_ in ("t1", "t2", "t3")] == [None, None, running]
