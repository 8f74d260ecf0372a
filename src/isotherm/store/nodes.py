"""Graph nodes: planned, claimed, settled, unblocked. Callers own the transaction.

Rows are always locked in id order, so that transactions that settle overlapping sets queue up instead of deadlocking.
MariaDB evaluates assignments left to right and has no UPDATE ... RETURNING: hence the two statements for
"count down, then make ready what has reached zero".
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from isotherm.model.records import Node
from isotherm.store.schema import edge, node, stack, traversal
from isotherm.store.vault import opened, seal

K = TypeVar("K", int, str)

EXPIRED = "EXPIRED"
WORK = ("converge", "cleanup", "remove")     # kinds of nodes that are about a resource
CHUNK = 500                                  # ids in one IN list

_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_due = (sa.select(node).where(node.c.state == "ready", node.c.due_at <= sa.bindparam("now"))
        .order_by(node.c.due_at, node.c.id).limit(sa.bindparam("room")).with_for_update(skip_locked=True))
_take = (sa.update(node).where(node.c.id.in_(_ids))
         .values(due_at=sa.bindparam("until"), claim=node.c.claim + 1, tries=node.c.tries + 1, claimed_by=sa.bindparam("worker")))
_held = (sa.select(node.c.id, node.c.claim, node.c.claimed_by, node.c.state, node.c.traversal_id, stack.c.traversal_id.label("current"), stack.c.action,
                   traversal.c.state.label("run"))
         .join_from(node, stack, node.c.stack_id == stack.c.id)
         .outerjoin(traversal, traversal.c.id == node.c.traversal_id)
         .where(node.c.id.in_(_ids)))
_settled = sa.update(node).where(node.c.id.in_(_ids)).values(state=sa.bindparam("new_state"), claimed_by=None)
_dependents = (sa.select(edge.c.dependent_id, sa.func.count().label("n")).where(edge.c.node_id.in_(_ids))
               .group_by(edge.c.dependent_id).order_by(edge.c.dependent_id))
_lock = sa.select(node.c.id).where(node.c.id.in_(_ids)).order_by(node.c.id).with_for_update()
_count_down = (sa.update(node).where(node.c.id == sa.bindparam("node_id"))
               .values(waiting_on=node.c.waiting_on - sa.bindparam("n")))
_wake = (sa.update(node).where(node.c.id.in_(_ids), node.c.waiting_on <= 0, node.c.state == "waiting")
         .values(state="ready", due_at=sa.bindparam("now")))
_next_due = sa.select(sa.func.min(node.c.due_at)).where(node.c.state == "ready")


def insert(conn: sa.Connection, nodes: Sequence[Node], edges: Iterable[tuple[int, int]]) -> None:
    """Add a planned graph; an edge is (node, the dependent that waits for it)."""
    if nodes:
        conn.execute(sa.insert(node), [_to_row(conn, n) for n in nodes])
    rows = [{"node_id": a, "dependent_id": b} for a, b in edges]
    if rows:
        conn.execute(sa.insert(edge), rows)


def claim(conn: sa.Connection, worker: str, now: datetime, lease: timedelta, room: int) -> list[Node]:
    """Take up to `room` due nodes. Until `now + lease` nobody else can; after a crash they are due again."""
    if room <= 0:
        return []
    found = [_from_row(conn, row) for row in conn.execute(_due, {"now": now, "room": room}).mappings()]
    if found:
        conn.execute(_take, {"ids": [n.id for n in found], "until": now + lease, "worker": worker})
    return [replace(n, claim=n.claim + 1, tries=n.tries + 1, claimed_by=worker) for n in found]


def held(conn: sa.Connection, claimed: Iterable[Node]) -> dict[int, str]:
    """Lock these nodes; for those whose claim is still good, the action that has overtaken them: "" = none has, EXPIRED = their
    traversal has run out of time."""
    # By whom, too: who has handed in a step keeps its number until the next claim, and must not hand it in twice.
    claims = {n.id: (n.claim, n.claimed_by) for n in claimed}
    good: dict[int, str] = {}
    for ids in _chunks(sorted(claims)):
        # Locked first, read second: a statement that waited for a lock still sees the stack as it was when it began, and would
        # miss who overtook it meanwhile. Nobody can while the nodes are locked.
        conn.execute(_lock, {"ids": ids}).all()
        for row in conn.execute(_held, {"ids": ids}):
            if row.state == "ready" and (row.claim, row.claimed_by) == claims[row.id]:
                good[row.id] = row.action if row.traversal_id != row.current else EXPIRED if row.run == "expired" else ""
    return good


def settle(conn: sa.Connection, ids: Iterable[int], state: str) -> None:
    """These nodes are over: done, failed, skipped or dropped."""
    for part in _chunks(sorted(ids)):
        conn.execute(_settled, {"ids": part, "new_state": state})


def save(conn: sa.Connection, nodes: Sequence[Node]) -> None:
    """Write back nodes that go on: their step, schedule, attempt, plan and progress. The claim is given up. What is unreadable is not
    written over: such a node stays as it is."""
    nodes = [n for n in nodes if not n.unreadable]
    fields = ("step", "attempt", "tries", "due_at", "since", "reason", "resource_id", "paused", "plan", "progress")
    if nodes:
        values: dict[str, Any] = {field: sa.bindparam(f"new_{field}") for field in fields}
        statement = sa.update(node).where(node.c.id == sa.bindparam("node_id")).values(claimed_by=None, **values)
        rows = [_to_row(conn, n) for n in sorted(nodes, key=lambda n: n.id)]
        conn.execute(statement, [{"node_id": row["id"], **{f"new_{f}": row[f] for f in fields}} for row in rows])


def fail(conn: sa.Connection, reasons: Mapping[int, str]) -> None:
    """These nodes failed, each for its reason."""
    statement = (sa.update(node).where(node.c.id == sa.bindparam("node_id"))
                 .values(state="failed", claimed_by=None, reason=sa.bindparam("why")))
    if reasons:
        conn.execute(statement, [{"node_id": id_, "why": why} for id_, why in sorted(reasons.items())])


def unblock(conn: sa.Connection, finished: Iterable[int], now: datetime) -> int:
    """Count finished nodes off their dependents; return how many became ready."""
    counts: dict[int, int] = {}
    for ids in _chunks(sorted(finished)):
        for dependent, n in conn.execute(_dependents, {"ids": ids}):
            counts[dependent] = counts.get(dependent, 0) + n
    return _release(conn, counts, now)


def skip(conn: sa.Connection, failed: Iterable[int], now: datetime) -> int:
    """Whatever needs a failed node is not run; only the stack's end hears of it. Returns how many became ready."""
    bad = set(failed)
    frontier = set(bad)
    needing = sa.select(edge.c.dependent_id).where(edge.c.node_id.in_(_ids)).distinct()
    # Locked before it is looked at: of two failures at once only one may skip, and count off, what needs both.
    waiting = sa.select(node.c.id).where(node.c.id.in_(_ids), node.c.kind != "end", node.c.state == "waiting")
    waiting = waiting.order_by(node.c.id).with_for_update()
    while frontier:
        found: set[int] = set()
        for ids in _chunks(sorted(frontier)):
            found |= set(conn.scalars(needing, {"ids": ids}))
        frontier = {id_ for ids in _chunks(sorted(found - bad)) for id_ in conn.scalars(waiting, {"ids": ids})}
        bad |= frontier
        settle(conn, frontier, "skipped")
    counts: dict[int, int] = {}
    ends = (sa.select(edge.c.dependent_id, sa.func.count()).join(node, node.c.id == edge.c.dependent_id)
            .where(edge.c.node_id.in_(_ids), node.c.kind == "end").group_by(edge.c.dependent_id))
    for ids in _chunks(sorted(bad)):
        for dependent, n in conn.execute(ends, {"ids": ids}):
            counts[dependent] = counts.get(dependent, 0) + n
    return _release(conn, counts, now)


def stop(conn: sa.Connection, traversal_id: str, now: datetime) -> None:
    """Start nothing more in this traversal: its end waits only for what has been started."""
    rows = of_traversal(conn, traversal_id, lock=True)
    end = next((n for n in rows if n.kind == "end" and n.state == "waiting"), None)
    if end is None:
        return
    started = [n.id for n in rows if n.state == "ready" and n.kind in WORK and is_started(n)]
    settle(conn, [n.id for n in rows if n.kind in WORK and n.state in ("waiting", "ready") and n.id not in set(started)], "skipped")
    conn.execute(sa.delete(edge).where(edge.c.dependent_id == end.id))
    if started:
        conn.execute(sa.insert(edge), [{"node_id": id_, "dependent_id": end.id} for id_ in started])
    conn.execute(sa.update(node).where(node.c.id == end.id).values(waiting_on=len(started)))
    conn.execute(_wake, {"ids": [end.id], "now": now})


def is_started(n: Node) -> bool:
    """Whether something may be under way outside for this node. A child stack goes its own way, and can be overtaken at any time; one
    that is paused has not begun, or has all of its work on record."""
    return n.claimed_by is not None or (n.plan is not None and not n.paused and not any(step["step"] == "Spawn" for step in n.plan))


def paused_at(conn: sa.Connection, stack_ids: Collection[str]) -> dict[str, str]:
    """Resource id -> the hook that it stands before, in these stacks."""
    query = sa.select(node.c.resource_id, node.c.hooks).where(node.c.stack_id.in_(_ids), node.c.paused, node.c.state == "ready")
    return {row.resource_id: row.hooks.partition(",")[0] for ids in _chunks(sorted(stack_ids)) for row in conn.execute(query, {"ids": ids})}


def let_go(conn: sa.Connection, stack_id: str, name: str, hook: str, now: datetime) -> list[str]:
    """Nodes of a resource that stand before this hook are past it, and due. Returns the ids of the resource's rows."""
    query = sa.select(node.c.id, node.c.resource_id, node.c.hooks).where(
        node.c.stack_id == stack_id, node.c.name == name, node.c.state == "ready", node.c.paused).order_by(node.c.id).with_for_update()
    found = [row for row in conn.execute(query) if row.hooks.split(",")[0] == hook]
    for row in found:
        # Whoever is looking at it right now has found it paused: that report is void.
        conn.execute(sa.update(node).where(node.c.id == row.id).values(
            hooks=row.hooks.partition(",")[2], paused=False, due_at=now, attempt=0, tries=0, claim=node.c.claim + 1, claimed_by=None))
    return [row.resource_id for row in found]


def waiting_for(conn: sa.Connection, stack_id: str, name: str) -> list[int]:
    """Lock the nodes of a stack that work on this resource, such as those that wait for the child stack it stands for."""
    ids = list(conn.scalars(sa.select(node.c.id).where(node.c.stack_id == stack_id, node.c.name == name, node.c.state == "ready",
                                                       node.c.kind.in_(WORK))))
    return list(conn.scalars(_lock, {"ids": ids})) if ids else []


def call(conn: sa.Connection, ids: Sequence[int], now: datetime) -> int:
    """What these nodes wait for has come: they are due, unless somebody is looking right now. How many that were."""
    idle = sa.update(node).where(node.c.id.in_(ids), node.c.state == "ready", node.c.claimed_by.is_(None), node.c.due_at > now)
    return conn.execute(idle.values(due_at=now)).rowcount if ids else 0


def deadlines(conn: sa.Connection, traversal_ids: Iterable[str]) -> dict[str, datetime]:
    """Traversal -> when its time is over, for those whose time is limited."""
    query = sa.select(node.c.traversal_id, node.c.due_at).where(node.c.traversal_id.in_(sorted(traversal_ids)), node.c.kind == "deadline",
                                                                node.c.state == "ready", node.c.claimed_by.is_(None))
    return {row.traversal_id: row.due_at for row in conn.execute(query)}


def of_traversal(conn: sa.Connection, traversal_id: str, lock: bool = False) -> list[Node]:
    """All nodes of a traversal, in id order."""
    query = sa.select(node).where(node.c.traversal_id == traversal_id).order_by(node.c.id)
    return [_from_row(conn, row) for row in conn.execute(query.with_for_update() if lock else query).mappings()]


def unsettled(conn: sa.Connection, stack_id: str) -> list[Node]:
    """The stack's nodes that may still run, locked, in id order; those of overtaken traversals too."""
    query = (sa.select(node).where(node.c.stack_id == stack_id, node.c.state.in_(("waiting", "ready")))
             .order_by(node.c.id).with_for_update())
    return [_from_row(conn, row) for row in conn.execute(query).mappings()]


def failures(conn: sa.Connection, traversal_id: str) -> list[tuple[str, str]]:
    """(resource name, reason) of the nodes that failed, in the order of the graph; with no name for a missed deadline, first."""
    query = sa.select(node.c.kind, node.c.name, node.c.reason).where(node.c.traversal_id == traversal_id, node.c.state == "failed").order_by(node.c.id)
    rows = [("" if kind == "deadline" else name, reason or "") for kind, name, reason in conn.execute(query)]
    return sorted(rows, key=lambda row: bool(row[0]))


def forget(conn: sa.Connection, stack_id: str, traversal_id: str | None = None) -> None:
    """Remove the settled nodes of a stack, and with a traversal all of that one's, with their edges."""
    over = node.c.state.not_in(("waiting", "ready"))
    chosen = sa.select(node.c.id).where(node.c.stack_id == stack_id, sa.or_(over, node.c.traversal_id == traversal_id) if traversal_id else over)
    for ids in _chunks(list(conn.scalars(chosen))):
        conn.execute(sa.delete(edge).where(edge.c.node_id.in_(ids)))
        conn.execute(sa.delete(edge).where(edge.c.dependent_id.in_(ids)))
        conn.execute(sa.delete(node).where(node.c.id.in_(ids)))


def unvisited(conn: sa.Connection, stack_id: str) -> list[str]:
    """Ids of the resources that a traversal of this stack was to converge and for which nothing has been begun."""
    query = sa.select(node.c.resource_id).where(node.c.stack_id == stack_id, node.c.kind == "converge", node.c.plan.is_(None),
                                                node.c.state.in_(("waiting", "ready", "skipped", "dropped")))
    return sorted({id_ for id_ in conn.scalars(query) if id_})


def detach(conn: sa.Connection, ids: Iterable[int]) -> None:
    """Forget who waits for these nodes: their traversal has been overtaken."""
    for part in _chunks(sorted(ids)):
        conn.execute(sa.delete(edge).where(edge.c.node_id.in_(part)))


def release(conn: sa.Connection, workers: Sequence[str], now: datetime, doubt: timedelta) -> int:
    """What these workers had claimed is given to others: they are known to be dead. Returns how many nodes that are.

    doubt: how long after a worker's death a service may still be busy with its last request; nodes whose plan had begun are not
    due before that, unless their claim ends sooner.
    """
    if not workers:
        return 0
    claimed = sa.update(node).where(node.c.state == "ready", node.c.claimed_by.in_(workers))
    begun = conn.execute(claimed.where(node.c.plan.is_not(None), node.c.due_at > now + doubt).values(due_at=now + doubt)).rowcount
    return begun + conn.execute(claimed.where(node.c.plan.is_(None), node.c.due_at > now).values(due_at=now)).rowcount


def next_due(conn: sa.Connection) -> datetime | None:
    """When the next node falls due: a poll, a retry, a lapsed claim."""
    due: datetime | None = conn.scalar(_next_due)
    return due


def _release(conn: sa.Connection, counts: Mapping[int, int], now: datetime) -> int:
    woken = 0
    for ids in _chunks(sorted(counts)):
        conn.execute(_lock, {"ids": ids}).all()
        conn.execute(_count_down, [{"node_id": id_, "n": counts[id_]} for id_ in ids])
        woken += conn.execute(_wake, {"ids": ids, "now": now}).rowcount
    return woken


def _to_row(conn: sa.Connection, n: Node) -> dict[str, Any]:
    return {
        "id": n.id, "stack_id": n.stack_id, "traversal_id": n.traversal_id, "kind": n.kind, "name": n.name,
        "resource_id": n.resource_id, "state": n.state, "waiting_on": n.waiting_on, "due_at": n.due_at, "step": n.step,
        "attempt": n.attempt, "tries": n.tries, "claim": n.claim, "claimed_by": n.claimed_by, "since": n.since, "reason": n.reason,
        "requires": json.dumps(n.requires) if n.requires else "[]", "hooks": ",".join(n.hooks), "paused": n.paused,
        "plan": None if n.plan is None else seal(conn, n.plan),
        "progress": seal(conn, dict(n.progress)) if n.progress else None,
    }


def _from_row(conn: sa.Connection, row: Mapping[Any, Any]) -> Node:
    values = dict(row)
    values["requires"] = tuple(json.loads(values["requires"])) if values["requires"] != "[]" else ()
    values["hooks"] = tuple(values["hooks"].split(",")) if values["hooks"] else ()
    lost, forgotten = "", ""
    if values["plan"] is not None:
        values["plan"], lost = opened(conn, values["plan"], "The plan that is under way", [])
    values["progress"], forgotten = opened(conn, values["progress"] or "{}", "The progress of the plan that is under way", {})
    return Node(**values, unreadable=lost or forgotten)


def _chunks(ids: Sequence[K]) -> Iterable[Sequence[K]]:
    return (ids[i:i + CHUNK] for i in range(0, len(ids), CHUNK))
