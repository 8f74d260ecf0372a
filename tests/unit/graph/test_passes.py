"""Whatever is wanted and whatever is there, the graph of a traversal can be walked, and in the right order."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from isotherm.graph.draft import Draft, Situation, Vertex, Wanted
from isotherm.graph.passes import build
from isotherm.model.records import Node, ResourceRow
from rows import NOW, resource_row

NAMES = tuple("abcdefg")


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Wanted]:
    """Some of the names, each needing some of those before it in a random order."""
    order = draw(st.permutations(NAMES))[:draw(st.integers(0, len(NAMES)))]
    return {name: Wanted(name, "T", draw(st.sampled_from("xy")), frozenset(draw(st.sets(st.sampled_from(order[:i])))) if i else frozenset(),
                         frozenset(draw(st.sets(st.just("attribute"))))) for i, name in enumerate(order)}


def row(wanted: Wanted, **values: object) -> ResourceRow:
    """The resource as it is when it has been converged."""
    return resource_row(wanted.name, type=wanted.type, fingerprint=wanted.fingerprint, requires=tuple(sorted(wanted.requires)),
                        attributes=dict.fromkeys(wanted.reads, 1), **values)


@st.composite
def rows(draw: st.DrawFn) -> tuple[ResourceRow, ...]:
    """What several definitions have left behind, in any state."""
    made = []
    for wanted in draw(st.lists(definitions(), max_size=3)):
        for one in wanted.values():
            if draw(st.booleans()):
                made.append(row(one, action=draw(st.sampled_from(("INIT", "CREATE", "UPDATE", "DELETE"))), replaced_by=draw(st.sampled_from((None, "x"))),
                                status=draw(st.sampled_from(("COMPLETE", "FAILED", "IN_PROGRESS")))))
    return tuple(made)


def built(wanted: Mapping[str, Wanted], existing: tuple[ResourceRow, ...] = (), running: tuple[Node, ...] = (), everything: bool = False) -> Draft:
    return build(Draft(Situation("UPDATE", wanted, existing, running, everything)))


def before(draft: Draft) -> dict[Vertex, set[Vertex]]:
    """Everything that must be over before a vertex is run. Fails when there is a circle."""
    done: dict[Vertex, set[Vertex]] = {}
    left = dict(draft.needs)
    while left:
        free = [vertex for vertex, needs in left.items() if needs <= done.keys()]
        assert free, f"no way to begin with any of {left}"
        for vertex in free:
            needs = left.pop(vertex)
            done[vertex] = needs.union(*(done[need] for need in needs))
    return done


@given(definitions(), rows())
def test_every_graph_can_be_walked(wanted: dict[str, Wanted], existing: tuple[ResourceRow, ...]) -> None:
    draft = built(wanted, existing)
    before(draft)
    assert all(needs <= draft.needs.keys() for needs in draft.needs.values())


@given(definitions(), rows())
def test_all_that_is_wanted_is_converged_after_what_it_needs_and_all_else_is_cleaned_up(wanted: dict[str, Wanted], existing: tuple[ResourceRow, ...]) -> None:
    draft = built(wanted, existing, everything=True)
    earlier = before(draft)
    assert draft.needs.keys() == {Vertex("converge", name) for name in wanted} | {Vertex("cleanup", one.id) for one in existing}
    for name, one in wanted.items():
        assert {Vertex("converge", need) for need in one.requires} <= earlier[Vertex("converge", name)]
    for one in existing:
        if one.name in wanted:
            assert Vertex("converge", one.name) in earlier[Vertex("cleanup", one.id)]


@given(definitions(), definitions())
def test_nothing_is_cleaned_up_before_its_users_have_moved_on_or_gone(old: dict[str, Wanted], new: dict[str, Wanted]) -> None:
    existing = tuple(row(one) for one in old.values())
    draft = built(new, existing, everything=True)
    earlier = before(draft)
    for used in existing:
        for user in existing:
            if used.name not in user.requires:
                continue
            assert Vertex("cleanup", user.id) in earlier[Vertex("cleanup", used.id)]
            if user.name in new:
                assert Vertex("converge", user.name) in earlier[Vertex("cleanup", used.id)]


@given(definitions(), definitions())
def test_what_is_left_alone_is_as_wanted_and_needs_only_such(old: dict[str, Wanted], new: dict[str, Wanted]) -> None:
    draft = built(new, tuple(row(one) for one in old.values()))
    unchanged: set[str] = set()
    while more := {name for name, one in new.items() if name not in unchanged and one.requires <= unchanged
                   and name in old and old[name].fingerprint == one.fingerprint and one.reads <= old[name].reads}:
        unchanged |= more
    assert {vertex.key for vertex in draft.needs if vertex.kind == "converge"} == new.keys() - unchanged


@given(definitions())
def test_a_definition_that_holds_already_has_an_empty_graph(wanted: dict[str, Wanted]) -> None:
    draft = built(wanted, tuple(row(one) for one in wanted.values()))
    assert (draft.needs, draft.sinks()) == ({}, [])


@given(definitions(), rows())
def test_of_several_incarnations_one_goes_on_and_never_one_that_is_being_deleted(wanted: dict[str, Wanted], existing: tuple[ResourceRow, ...]) -> None:
    draft = built(wanted, existing)
    living = {one.name for one in existing if one.action != "DELETE"}
    assert draft.current.keys() == living
    assert all(one.action != "DELETE" and one.name == name for name, one in draft.current.items())
    assert set(draft.fresh) == wanted.keys() - living
    for name, one in draft.current.items():
        healthy = [other for other in existing if other.name == name and other.action != "DELETE" and other.status != "FAILED"]
        assert one.status != "FAILED" or not healthy
        fitting = [other for other in healthy if name in wanted and other.fingerprint == wanted[name].fingerprint]
        assert not fitting or one in fitting


@given(definitions(), rows(), st.sets(st.sampled_from(NAMES)))
def test_what_still_runs_is_waited_for(wanted: dict[str, Wanted], existing: tuple[ResourceRow, ...], busy: set[str]) -> None:
    running = tuple(Node(id=i, stack_id="s", traversal_id="t", kind="converge", name=name, resource_id=None, state="ready", waiting_on=0, due_at=NOW)
                    for i, name in enumerate(sorted(busy)))
    draft = built(wanted, existing, running)
    names = {one.id: one.name for one in existing}
    for vertex in draft.needs:
        name = vertex.key if vertex.kind == "converge" else names[vertex.key]
        assert draft.after.get(vertex, set()) == {node.id for node in running if node.name == name}
