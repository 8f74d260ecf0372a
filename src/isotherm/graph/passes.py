"""The passes that build a traversal's graph, one after another, in the order of `PASSES`."""

from collections.abc import Callable, Mapping

from isotherm.graph.draft import Draft, Vertex, Wanted
from isotherm.model.records import ResourceRow


def choose_incarnations(draft: Draft) -> None:
    """Of several rows of one name, one goes on: best the one that already is as wanted, so that a rollback after a failed
    replacement returns to the old resource instead of building a third."""
    rows: dict[str, list[ResourceRow]] = {}
    for row in draft.situation.existing:
        if row.action != "DELETE":
            rows.setdefault(row.name, []).append(row)
    for name, candidates in rows.items():
        wanted = draft.situation.wanted.get(name)
        draft.current[name] = max(candidates, key=lambda row: _merit(row, wanted))
    draft.fresh = [name for name in draft.situation.wanted if name not in draft.current]


def _merit(row: ResourceRow, wanted: Wanted | None) -> tuple[bool, bool, bool]:
    return (row.status != "FAILED", wanted is not None and row.fingerprint == wanted.fingerprint, row.replaced_by is None)


def converge_wanted(draft: Draft) -> None:
    """Every wanted resource is converged after those it needs."""
    wanted = draft.situation.wanted
    for name, resource in wanted.items():
        draft.needs[Vertex("converge", name)] = {Vertex("converge", other) for other in resource.requires if other in wanted}


def clean_up_existing(draft: Draft) -> None:
    """Every existing incarnation is looked at in the end: it may be unwanted, or replaced on the way.

    It goes after its successor is there, and after all that once needed it has moved on or gone.
    """
    existing, wanted = draft.situation.existing, draft.situation.wanted
    users: dict[str, list[ResourceRow]] = {}
    for row in existing:
        for name in row.requires:
            users.setdefault(name, []).append(row)
    for row in existing:
        needs: set[Vertex] = set()
        if row.name in wanted:
            needs.add(Vertex("converge", row.name))
        for user in users.get(row.name, ()):
            if user.name != row.name:
                needs.add(Vertex("cleanup", user.id))
            if user.name in wanted:
                needs.add(Vertex("converge", user.name))
        draft.needs[Vertex("cleanup", row.id)] = needs
    for needs in draft.needs.values():
        needs &= draft.needs.keys()


def break_cycles(draft: Draft) -> None:
    """Rows last converged by different definitions can need each other in a circle; clean-up then goes without that order."""
    stuck = _unordered(draft)
    while stuck:
        for vertex in stuck:
            if vertex.kind == "cleanup":
                draft.needs[vertex] -= {need for need in stuck if need.kind == "cleanup"}
        again = _unordered(draft)
        if again == stuck:
            raise ValueError("circular dependency: " + ", ".join(sorted(v.key for v in stuck)))
        stuck = again


def _unordered(draft: Draft) -> set[Vertex]:
    """The vertices on or behind a cycle."""
    left = {vertex: len(needs) for vertex, needs in draft.needs.items()}
    unlocks: dict[Vertex, list[Vertex]] = {}
    for vertex, needs in draft.needs.items():
        for need in needs:
            unlocks.setdefault(need, []).append(vertex)
    ready = [vertex for vertex, count in left.items() if not count]
    while ready:
        done = ready.pop()
        del left[done]
        for vertex in unlocks.get(done, ()):
            left[vertex] -= 1
            if not left[vertex]:
                ready.append(vertex)
    return set(left)


def prune_unchanged(draft: Draft) -> None:
    """What is as wanted, and needs nothing that may change, is not visited at all: an update that changes nothing costs nothing."""
    if draft.situation.everything:
        return
    wanted, kept = draft.situation.wanted, set[str]()
    for name in _in_order(wanted):
        row = draft.current.get(name)
        if name in draft.situation.stops:
            continue
        if row is not None and _settled(row, wanted[name]) and wanted[name].requires <= kept | (wanted[name].requires - wanted.keys()):
            kept.add(name)
    vertices = {Vertex("converge", name) for name in kept}
    draft.remove(vertices | {Vertex("cleanup", draft.current[name].id) for name in kept})


def _settled(row: ResourceRow, wanted: Wanted) -> bool:
    return (row.status == "COMPLETE" and row.action not in ("INIT", "DELETE") and row.fingerprint == wanted.fingerprint
            and row.replaced_by is None and wanted.reads <= row.attributes.keys())


def _in_order(wanted: Mapping[str, Wanted]) -> list[str]:
    order: list[str] = []
    left = {name: {need for need in w.requires if need in wanted} for name, w in wanted.items()}
    unlocks: dict[str, list[str]] = {}
    for name, needs in left.items():
        for need in needs:
            unlocks.setdefault(need, []).append(name)
    ready = [name for name, needs in left.items() if not needs]
    while ready:
        name = ready.pop()
        order.append(name)
        for user in unlocks.get(name, ()):
            left[user].discard(name)
            if not left[user]:
                ready.append(user)
    return order


def wait_for_running(draft: Draft) -> None:
    """What an overtaken traversal has under way is let finish first: two hands never work on one resource."""
    names = {row.id: row.name for row in draft.situation.existing}
    running: dict[str, set[int]] = {}
    for node in draft.situation.running:
        running.setdefault(node.name, set()).add(node.id)
    for vertex in draft.needs:
        name = vertex.key if vertex.kind == "converge" else names[vertex.key]
        if name in running:
            draft.after[vertex] = running[name]


PASSES: tuple[Callable[[Draft], None], ...] = (
    choose_incarnations,
    converge_wanted,
    clean_up_existing,
    prune_unchanged,
    break_cycles,
    wait_for_running,
)


def build(draft: Draft) -> Draft:
    """Run every pass over the draft."""
    for one in PASSES:
        one(draft)
    return draft
