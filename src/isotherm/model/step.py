"""Steps: what a plan is made of. Plain data that survives a crash as JSON.

Strings in `path`, `json`, `query` may hold `{id}` (physical id), `{name}` (unique physical name) and any key that
an earlier step saved. A string that is nothing but one placeholder becomes that value, whatever its type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a create that was interrupted finds what it may have made: list `path?query`, under `key`, entries whose
    fields equal `match`."""

    path: str
    key: str
    query: Mapping[str, Any] = field(default_factory=dict)
    match: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a cloud service, safe to repeat.

    service: service type in the catalogue ("" = the type's own). accept: error statuses that mean "already so".
    identity: dotted path in the answer of the physical id: the call makes the resource; on a second try `lookup` comes first.
    save: key -> dotted path in the answer, kept with the resource. live: dotted path of the live body in the answer.
    """

    method: str
    path: str
    json: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: tuple[int, ...] = ()
    service: str = ""
    identity: str = ""
    lookup: Lookup | None = None
    save: Mapping[str, str] = field(default_factory=dict)
    live: str = ""


@dataclass(frozen=True, slots=True)
class Until:
    """Poll until the state is one of `ok`; fail in one of `bad` or in a state not named.

    The live body is `key` of GET `path`; `many` is a collection that answers for all at once (list path and key,
    `/servers/detail`, `servers`). state: dotted path in the body (`one|other`: the first that has a value).
    gone: the resource's absence (404) is what is waited for.
    message: dotted path of the reason, shown to the user on failure. every: seconds between polls, at first.
    """

    path: str
    key: str
    ok: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    bad: tuple[str, ...] = ("ERROR",)
    state: str = "status"
    gone: bool = False
    many: tuple[str, str] | None = None
    message: str = ""
    every: float = 1.0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """Read the live body (key of GET path) for the attributes that others use."""

    path: str
    key: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Facts known without a call: the physical id, and data kept with the resource."""

    physical_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Spawn:
    """Bring the child stack that the resource stands for to a goal: CREATE, UPDATE or DELETE; `Await` waits for it.

    What the child is to be is not said here, so that plans stay small: the type tells it, `child(subject, **args)`.
    """

    action: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Await:
    """Go on when the child stack has ended this action, and fail as it fails. action "": just read what it gives."""

    action: str = ""


@dataclass(frozen=True, slots=True)
class Publish:
    """Keep a software config, whose id becomes the physical id: the API shows it, and other resources name it. It is written in the
    transaction that records the step, so it is there exactly once. inputs, outputs: declarations, each a map with at least `name`."""

    group: str
    config: Any = None
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Remove the software config of the physical id, in the transaction that records the step."""


@dataclass(frozen=True, slots=True)
class Run:
    """A method of the type, for what cannot be said as data: method(subject, cloud, **args) -> Facts | Wait | None.
    local: it needs no cloud and does not block."""

    method: str
    args: Mapping[str, Any] = field(default_factory=dict)
    local: bool = False


Step = Call | Until | Read | Keep | Pause | Spawn | Await | Publish | Withdraw | Run
Plan = tuple[Step, ...]

KINDS: Mapping[str, Any] = {cls.__name__: cls for cls in (Call, Until, Read, Keep, Pause, Spawn, Await, Publish, Withdraw, Run)}
TUPLES = ("accept", "ok", "busy", "bad", "many")


def to_json(plan: Plan) -> list[dict[str, Any]]:
    """The plan as JSON-ready values; fields at their defaults are left out."""
    return [{"step": type(step).__name__} | _changed(step) for step in plan]


def from_json(rows: list[dict[str, Any]]) -> Plan:
    """The inverse of `to_json`. Fields of a newer version are dropped, so workers of mixed versions coexist."""
    return tuple(_step(dict(row)) for row in rows)


def _changed(step: Any) -> dict[str, Any]:
    values = asdict(step)
    return {f.name: values[f.name] for f in fields(step) if values[f.name] != _default(f)}


def _default(f: Field[Any]) -> Any:
    """What is left out; a field without a default never is."""
    if f.default_factory is not MISSING:
        return f.default_factory()
    return _REQUIRED if f.default is MISSING else f.default


_REQUIRED = object()


def _step(row: dict[str, Any]) -> Step:
    cls = KINDS[row.pop("step")]
    known = {key: value for key, value in row.items() if key in cls.__dataclass_fields__}
    if known.get("lookup"):
        known["lookup"] = Lookup(**known["lookup"])
    for key in TUPLES:
        if known.get(key) is not None:
            known[key] = tuple(known[key])
    step: Step = cls(**known)
    return step
