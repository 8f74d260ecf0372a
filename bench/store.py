"""How fast a stack's nodes drain through the database alone: no template, no types, no cloud.

    .venv/bin/python bench/store.py [N] [--shape flat|chain] [--database sqlite|postgresql|mariadb|URL]

One worker plans N resources, then claims and records batches as the engine does: each batch's resources, events, settled
nodes and the next claim in one transaction. Servers are started for the run. The last line is JSON.
"""

import argparse
import json
import resource as process
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from databases import STARTERS, Server
from isotherm.model.records import EventRow, Node, ResourceRow, StackRow, TraversalRow
from isotherm.store import events, nodes, resources, stacks, traversals
from isotherm.store.store import Store
from isotherm.store.vault import Vault

BATCH = 200
LEASE = timedelta(seconds=90)


def now() -> datetime:
    return datetime.now(UTC)


def plan(conn: sa.Connection, count: int, shape: str) -> StackRow:
    """A stack of `count` resources, all free (flat) or each needing the one before (chain), and its end."""
    stack = StackRow(str(uuid.uuid4()), "project", "bench", "CREATE", "IN_PROGRESS", "", "d", now(), traversal_id=str(uuid.uuid4()))
    stacks.insert(conn, stack)
    traversals.insert(conn, TraversalRow(stack.traversal_id or "", stack.id, "CREATE", "d", "running", False, now()))
    made = [ResourceRow(str(uuid.uuid4()), stack.id, f"r{i}", "OS::Heat::RandomString", f"bench-r{i}", "INIT", "COMPLETE", "",
                        now(), now(), properties={"length": 32}) for i in range(count)]
    resources.insert_many(conn, made)
    edges = [(i, i + 1) for i in range(count - 1)] + [(count - 1, count)] if shape == "chain" else [(i, count) for i in range(count)]
    waits = [int(shape == "chain" and i > 0) for i in range(count)] + [1 if shape == "chain" else count]
    nodes.insert(conn, [
        Node(i, stack.id, stack.traversal_id or "", "end" if i == count else "converge", f"r{i}", None if i == count else made[i].id,
             "waiting" if waiting else "ready", waiting, now()) for i, waiting in enumerate(waits)], edges)
    return stack


def turn(conn: sa.Connection, stack: StackRow, claimed: list[Node]) -> tuple[list[Node], dict[str, ResourceRow]]:
    """Record what was claimed as complete; claim and read what comes next."""
    held = nodes.held(conn, claimed)
    rows = resources.get_many(conn, [one.resource_id for one in claimed if one.resource_id])
    done = [replace(row, action="CREATE", status="COMPLETE", physical_id="x" * 36, attributes={"value": "y" * 32})
            for row in rows.values()]
    resources.save_many(conn, done)
    events.insert_many(conn, [event for row in done for event in (told(stack, row, "IN_PROGRESS"), told(stack, row, "COMPLETE"))])
    nodes.settle(conn, held, "done")
    nodes.unblock(conn, held, now())
    taken = nodes.claim(conn, "bench", now(), LEASE, BATCH)
    return taken, resources.get_many(conn, [one.resource_id for one in taken if one.resource_id])


def told(stack: StackRow, row: ResourceRow, status: str) -> EventRow:
    return EventRow(0, str(uuid.uuid4()), stack.id, stack.name, row.name, row.type, row.id, row.physical_id, "CREATE", status,
                    "", now())


def measure(store: Store, count: int, shape: str) -> dict[str, Any]:
    """Seconds for planning and for draining."""
    start, cpu, statements = time.perf_counter(), time.process_time(), store.statements
    stack = store.write(plan, count, shape)
    planned, finished = time.perf_counter(), 0
    claimed, _ = store.write(turn, stack, [])
    while claimed:
        finished += len(claimed)
        claimed, _ = store.write(turn, stack, claimed)
    assert finished == count + 1, f"{finished} of {count + 1} nodes came by"
    seconds = time.perf_counter() - start
    return {
        "bench": f"store-{shape}", "n": count, "seconds": round(seconds, 3), "plan_seconds": round(planned - start, 3),
        "nodes_per_second": round(finished / (seconds - planned + start)), "cpu_seconds": round(time.process_time() - cpu, 3),
        "peak_mib": round(process.getrusage(process.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "sql_statements": store.statements - statements, "database": store.dialect}


def run(url: str, count: int, shape: str) -> None:
    store = Store(url, Vault([Vault.new_key()]))
    store.upgrade()
    store.read(stacks.get, "")
    print(json.dumps(measure(store, count, shape)))
    store.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", nargs="?", type=int, default=1000)
    parser.add_argument("--shape", choices=("flat", "chain"), default="flat")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, mariadb, or the URL of an empty database")
    given = parser.parse_args()
    if given.database == "sqlite":
        with tempfile.TemporaryDirectory() as directory:
            run(f"sqlite:///{directory}/bench.db", given.n, given.shape)
    elif given.database in STARTERS:
        server: Server = STARTERS[given.database]()
        try:
            run(server.create(), given.n, given.shape)
        finally:
            server.stop()
    else:
        run(given.database, given.n, given.shape)


if __name__ == "__main__":
    main()
