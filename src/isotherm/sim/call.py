"""One request and its answer, as handlers see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest
from isotherm.sim.storage import Body


@dataclass(frozen=True)
class Context:
    """Who asks: the facts of a valid token."""

    user_id: str
    project_id: str | None = None
    domain_id: str | None = None
    roles: frozenset[str] = frozenset()
    """Names of the roles held on the scope."""
    token: Body = field(default_factory=dict)
    """The token object."""

    @property
    def is_admin(self) -> bool:
        """Whether the token bears the admin role."""
        return "admin" in self.roles

    def sees(self, body: Mapping[str, Any]) -> bool:
        """Whether an object belongs to the token's project, or the token is an administrator's."""
        return self.is_admin or body.get("project_id") == self.project_id


ANONYMOUS = Context(user_id="")


@dataclass
class Call:
    """A request to one route."""

    cloud: Cloud
    method: str
    path: str
    """Path below the service's prefix."""
    base: str
    """URL the client reached the simulator at, without a path: http://host:port."""
    prefix: str
    """Path prefix of the service, such as /compute."""
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers with lower-case names."""
    raw: bytes = b""
    json: Any = None
    """The parsed body; {} when there was none."""
    request_id: str = ""
    """What the answer calls this request."""
    ctx: Context = ANONYMOUS
    microversion: tuple[int, int] = (0, 0)
    """What the client asked for, as (major, minor); the service's lowest when it did not ask."""

    @property
    def url(self) -> str:
        """URL of the service: base and prefix."""
        return self.base + self.prefix

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query as (name, value) pairs; a name may come more than once."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @property
    def query(self) -> dict[str, str]:
        """The query with one value a name (the last one given)."""
        return dict(self.pairs)

    def at_least(self, major: int, minor: int) -> bool:
        """Whether the client asked for this microversion or a later one."""
        return self.microversion >= (major, minor)

    def part(self, name: str) -> Body:
        """The object under a key of the body, such as "server"; 400 when it is missing or no object."""
        value = self.json.get(name) if isinstance(self.json, dict) else None
        if not isinstance(value, dict):
            raise BadRequest(f"Invalid input for field/attribute {name}: an object is required.", "HTTPBadRequest")
        return value


@dataclass(frozen=True)
class Answer:
    """A complete answer, for routes whose plain return value (a dict, or None for no body) does not say enough."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
