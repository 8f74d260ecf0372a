"""How a step ended, and what it found out about the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """The node has converged; its dependents may go."""


@dataclass(frozen=True, slots=True)
class Next:
    """Go on with step `step` after `seconds` (a poll is the same step again)."""

    step: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Retry:
    """The cloud was unwell or busy: the same step again, later and later; at least `seconds` from now."""

    reason: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """The node cannot converge; what depends on it is not run."""

    reason: str


Outcome = Done | Next | Retry | Failed


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step learned. Recorded whether or not the worker still holds its claim.

    physical_id: None = nothing new; "" = the object is gone. data: merged into what is kept with the resource.
    live: the newest body the cloud showed (None = not seen).
    """

    physical_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] | None = None


NOTHING = Facts()


@dataclass(frozen=True, slots=True)
class Wait:
    """Returned by a `Run` method: call it again after so many seconds."""

    seconds: float
    facts: Facts = NOTHING
