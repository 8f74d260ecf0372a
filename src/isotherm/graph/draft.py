"""The graph while it is being built: what the passes read and write."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from isotherm.model.records import Node, ResourceRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """A resource of the new definition.

    type: as written; target: what the registry makes of it, "" where that is the same.
    requires: names of the resources it needs, implied ones included. reads: its attributes that others or outputs use.
    """

    name: str
    type: str
    fingerprint: str
    requires: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    target: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Vertex:
    """kind: converge or cleanup a resource. key: the resource's name to converge, the row's id to clean up."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What a traversal starts from.

    existing: every incarnation of every resource. running: nodes of overtaken traversals that must be let finish.
    everything: visit unchanged resources as well. stops: names of those at which it stops, unchanged or not.
    """

    action: str
    wanted: Mapping[str, Wanted]
    existing: tuple[ResourceRow, ...] = ()
    running: tuple[Node, ...] = ()
    everything: bool = False
    stops: frozenset[str] = frozenset()


@dataclass(slots=True)
class Draft:
    """needs: each vertex with what must be over before it. after: old nodes that a vertex waits for.

    current: the incarnation of each resource that goes on; fresh: names that have none yet.
    """

    situation: Situation
    needs: dict[Vertex, set[Vertex]] = field(default_factory=dict)
    after: dict[Vertex, set[int]] = field(default_factory=dict)
    current: dict[str, ResourceRow] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)

    def sinks(self) -> list[Vertex]:
        """Vertices nobody waits for."""
        needed = {need for needs in self.needs.values() for need in needs}
        return [vertex for vertex in self.needs if vertex not in needed]

    def remove(self, vertices: set[Vertex]) -> None:
        for vertex in vertices:
            self.needs.pop(vertex, None)
        for needs in self.needs.values():
            needs -= vertices
