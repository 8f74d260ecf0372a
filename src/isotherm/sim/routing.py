"""Routes of a service as a visible table, and the tree they are found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.sim import errors
from isotherm.sim.cloud import Cloud, Effect

Handler = Callable[..., Any]
"""Called with the Call, then the path's variables by name. Returns a JSON value, None, or an Answer."""

PUBLIC = "public"
"""Anybody, without a token."""
ANY = "any"
"""Any valid token, whatever its scope and roles."""
MEMBER = "member"
"""A project's token: `reader` may GET, changes need `member`, `manager`, `service` or `admin`."""
ADMIN = "admin"
"""The admin role."""


@dataclass(frozen=True)
class Route:
    """One row of a route table."""

    method: str
    path: str
    """Below the service's prefix, variables in braces: /v2.0/networks/{network_id}."""
    handler: Handler
    status: int = 200
    """Status of the answer when the handler returns no Answer."""
    policy: str = MEMBER


Row = tuple[Any, ...]


def table(prefix: str, rows: Iterable[Row]) -> tuple[Route, ...]:
    """Routes from rows (method, path, handler[, status[, policy]]), each path put behind `prefix`."""
    return tuple(Route(row[0], prefix + row[1], *row[2:]) for row in rows)


@dataclass(frozen=True)
class Service:
    """One OpenStack service of the cloud."""

    name: str
    """As fault rules name it: identity, compute, image, network or volume."""
    prefix: str
    """Where it lives below the simulator's URL, such as /network."""
    routes: tuple[Route, ...]
    shape: errors.Shape
    """How its errors look."""
    seed: Callable[[Cloud], None] | None = None
    """Makes what a new cloud contains; runs once, in the order of the table of services."""
    effects: Mapping[str, Effect] = field(default_factory=dict)
    """Functions its transitions name (see Cloud.later). Names start with the service's: "compute.deleted"."""
    request_id: tuple[str, ...] = ("x-openstack-request-id",)
    """Headers the request's ID is sent in."""
    microversions: tuple[str, tuple[int, int], tuple[int, int]] | None = None
    """Name in OpenStack-API-Version, lowest and highest; None for a service without."""
    legacy_microversion: str | None = None
    """An older header that asks for a microversion, in lower case."""


class Node:
    """A path segment in the tree of routes."""

    __slots__ = ("methods", "names", "variable")

    def __init__(self) -> None:
        self.names: dict[str, Node] = {}
        self.variable: Node | None = None
        self.methods: dict[str, tuple[Route, tuple[str, ...]]] = {}


class Router:
    """Finds the route of a path; a literal segment wins over a variable."""

    def __init__(self, routes: Iterable[Route]):
        self._root = Node()
        for route in routes:
            node, names = self._root, []
            for segment in route.path.strip("/").split("/"):
                if segment.startswith("{"):
                    names.append(segment[1:-1])
                    node.variable = node.variable or Node()
                    node = node.variable
                else:
                    node = node.names.setdefault(segment, Node())
            if route.method in node.methods:
                raise ValueError(f"two routes for {route.method} {route.path}")
            node.methods[route.method] = (route, tuple(names))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and its variables; raises NotFound or MethodNotAllowed."""
        allowed: set[str] = set()
        for node, values in _matches(self._root, path.strip("/").split("/"), ()):
            if method in node.methods:
                route, names = node.methods[method]
                return route, dict(zip(names, values, strict=True))
            allowed.update(node.methods)
        if allowed:
            raise errors.MethodNotAllowed("The method is not allowed for this resource.",
                                          headers={"Allow": ", ".join(sorted(allowed))})
        raise errors.NotFound("The resource could not be found.", "HTTPNotFound")


def _matches(node: Node, segments: list[str], values: tuple[str, ...]) -> Iterable[tuple[Node, tuple[str, ...]]]:
    if not segments:
        if node.methods:
            yield node, values
        return
    head, rest = segments[0], segments[1:]
    if head in node.names:
        yield from _matches(node.names[head], rest, values)
    if node.variable is not None and head:
        yield from _matches(node.variable, rest, (*values, head))
