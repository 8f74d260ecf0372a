"""Runs one step of a plan. Safe to call again with the same step after a crash."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from isotherm.cloud.cloud import Cloud
from isotherm.engine.names import new_id
from isotherm.model.errors import Refused, Transient
from isotherm.model.outcome import NOTHING, Done, Facts, Failed, Next, Outcome, Retry, Wait
from isotherm.model.step import Await, Call, Keep, Lookup, Pause, Publish, Read, Run, Step, Until, Withdraw
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, dig

SLOT = re.compile(r"\{(\w+)\}")
FASTEST, SLOWEST = 0.3, 10.0            # seconds between polls of one resource
# Seconds that a service may go on with a request whose answer nobody waits for any more. Who looked earlier for what it makes, and did
# not find it, would make it twice.
DOUBT = 5.0
UNTOLD = frozenset({0, 408, 502, 504})  # no answer, or one from a gateway that had none

Result = tuple[Outcome, Facts]


@dataclass(frozen=True, slots=True)
class Turn:
    """One step to run. again: an earlier try of this very step may have had effect. since: when this step began; waited: seconds
    from then until it last fell due. winding_down: everything is to be deleted, so nothing new may be made. latest: until when
    (`time.monotonic`) requests that change something may be sent."""

    step: Step
    number: int
    kind: ResourceType
    subject: Subject
    again: bool
    now: datetime
    since: datetime | None = None
    winding_down: bool = False
    waited: float = 0.0
    latest: float = math.inf


def is_local(step: Step) -> bool:
    """Whether the step needs nothing from outside and does not block."""
    return isinstance(step, Await | Keep | Pause | Publish | Withdraw) or (isinstance(step, Run) and step.local)


def run(turn: Turn, cloud: Cloud | None) -> Result:
    """Run the step. cloud may be None for local steps only. Raises CloudError when a service did not do as asked."""
    match turn.step:
        case Keep(physical_id, data):
            return _after(turn), Facts(physical_id, data)
        case Pause(seconds):
            return _after(turn, seconds), NOTHING
        case Publish():
            return _after(turn), Facts(turn.subject.physical_id or new_id())
        case Withdraw():
            return _after(turn), NOTHING
        case Run(method, args):
            return _run_method(turn, cloud, method, args)
    if cloud is None:
        raise RuntimeError(f"{type(turn.step).__name__} needs a cloud")
    match turn.step:
        case Call():
            return _call(turn, cloud, turn.step)
        case Until():
            return _until(turn, cloud, turn.step)
        case Read(path, key, service):
            live = cloud.show(service or turn.kind.service, fill(path, turn.subject), key, microversion=turn.kind.microversion)
            return _after(turn), Facts(live=live or {})
    raise TypeError(f"{type(turn.step).__name__} is no step")


def _after(turn: Turn, seconds: float = 0.0) -> Outcome:
    return Next(turn.number + 1, seconds)


def _run_method(turn: Turn, cloud: Cloud | None, method: str, args: Mapping[str, Any]) -> Result:
    try:
        answer = getattr(turn.kind, method)(turn.subject, cloud, **args)
    except ValueError as refusal:                       # a type says no in its own words
        return Failed(str(refusal)), NOTHING
    if isinstance(answer, Wait):
        return Next(turn.number, answer.seconds), answer.facts
    return _after(turn), answer or NOTHING


def _call(turn: Turn, cloud: Cloud, step: Call) -> Result:
    subject = turn.subject
    if step.identity and subject.physical_id is None:
        if not step.method or turn.again or turn.winding_down:
            live = _look(cloud, turn, step.lookup) if step.lookup else None
            if live is not None:
                return _after(turn), _facts(step, {step.identity.split(".")[0]: live})
            if not step.method or turn.winding_down:
                return Done(), NOTHING                  # nothing was ever made
    elif step.identity and step.method == "POST":
        return _after(turn), NOTHING                    # made already: the id was recorded, this step was not
    try:
        answer = cloud.request(step.service or turn.kind.service, step.method, fill(step.path, subject), json=fill_json(step.json, subject),
                               query=_fill_query(step.query, subject) or None, headers=dict(step.headers) or None,
                               microversion=turn.kind.microversion, latest=turn.latest, once=bool(step.identity))
    except Transient as error:
        if step.identity and error.code in UNTOLD:
            error.retry_after = max(error.retry_after, DOUBT)
        raise
    except Refused as refusal:
        if refusal.code in step.accept:
            return _after(turn), NOTHING
        if refusal.code == 409 and step.method == "DELETE":
            raise Transient(refusal.service, refusal.code, refusal.said, refusal.request_id) from refusal    # until others let go
        raise
    return _after(turn), _facts(step, answer.body)


def _facts(step: Call, body: Any) -> Facts:
    identity = dig(body, step.identity) if step.identity else None
    return Facts(None if identity is None else str(identity), {key: dig(body, path) for key, path in step.save.items()},
                 dig(body, step.live) if step.live else None)


def _look(cloud: Cloud, turn: Turn, lookup: Lookup) -> Mapping[str, Any] | None:
    """What an interrupted try may have made: the one entry of the listing that matches."""
    subject = turn.subject
    answer = cloud.request(turn.kind.service, "GET", fill(lookup.path, subject), query=_fill_query(lookup.query, subject) or None,
                           microversion=turn.kind.microversion)
    match = {key: fill_json(value, subject) for key, value in lookup.match.items()}
    entries = dig(answer.body, lookup.key) or []
    inner = lookup.key.rstrip("s")
    for entry in entries:
        body = entry[inner] if set(entry) == {inner} else entry          # key pairs come wrapped once more
        if all(dig(body, key) == value for key, value in match.items()):
            return dict(body)
    return None


def _until(turn: Turn, cloud: Cloud, step: Until) -> Result:
    if turn.subject.physical_id is None and "{id}" in step.path:
        return _after(turn), NOTHING
    live = cloud.show(step.service or turn.kind.service, fill(step.path, turn.subject), step.key, many=step.many,
                      microversion=turn.kind.microversion, max_age=_staleness(turn, step))
    if live is None:
        return (_after(turn), NOTHING) if step.gone else (Failed(f"{turn.subject.type} {turn.subject.physical_id} is gone from the cloud"), NOTHING)
    state = str(dig(live, step.state) or "").upper()
    if state in _upper(step.ok):
        return _after(turn), Facts(live=live)
    if state not in _upper(step.bad) and (state in _upper(step.busy) or "*" in step.busy):
        return Next(turn.number, _poll_interval(turn, step)), NOTHING
    why = dig(live, step.message) if step.message else None
    wanted = "gone" if step.gone else " or ".join(step.ok)
    said = f"{turn.subject.type} {turn.subject.physical_id} is {state or 'without a state'}, not {wanted}"
    return Failed(f"{said}: {why}" if why else said), Facts(live=live)


def _staleness(turn: Turn, step: Until) -> float:
    """How old an answer may be. The first look must see what the step before has done; the later ones repeat, and share lists."""
    return min(turn.waited, max(FASTEST * step.every, _poll_interval(turn, step) / 4))


def _upper(states: tuple[str, ...]) -> set[str]:
    return {state.upper() for state in states}


def _poll_interval(turn: Turn, step: Until) -> float:
    """A quarter of the age of the wait: quick things are seen quickly, slow things cost few polls."""
    age = (turn.now - turn.since).total_seconds() if turn.since else 0.0
    return min(max(FASTEST * step.every, age / 4), SLOWEST * step.every)


def _values(subject: Subject) -> dict[str, Any]:
    return {**subject.data, "id": subject.physical_id, "name": subject.physical_name}


def fill(path: str, subject: Subject) -> str:
    """A path with its slots filled; what is filled in cannot add path segments."""
    values = _values(subject)
    return SLOT.sub(lambda m: quote(str(values[m[1]]), safe=":,@") if values.get(m[1]) is not None else m[0], path)


def _fill_query(query: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    values = _values(subject)
    return {key: SLOT.sub(lambda m: str(values.get(m[1], m[0])), value) if isinstance(value, str) else value for key, value in query.items()}


def settle_on(step: Step, subject: Subject) -> Step:
    """The step with its slots filled from another incarnation than the one whose plan it joins."""
    match step:
        case Call():
            return replace(step, path=fill(step.path, subject), json=fill_json(step.json, subject), query=_fill_query(step.query, subject))
        case Until() | Read():
            return replace(step, path=fill(step.path, subject))
    return step


def fill_json(value: Any, subject: Subject) -> Any:
    """A body with its slots filled. Only a string that is nothing but one slot is one: users' texts may hold braces."""
    if isinstance(value, str):
        slot = SLOT.fullmatch(value)
        known = _values(subject)
        return known[slot[1]] if slot and slot[1] in known else value
    if isinstance(value, Mapping):
        return {key: fill_json(inner, subject) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [fill_json(inner, subject) for inner in value]
    return value


def translate(error: Exception, attempt: int, max_attempts: int) -> Outcome:
    """How a step that raised has ended."""
    if isinstance(error, Transient) and attempt + 1 < max_attempts:
        return Retry(str(error), error.retry_after)
    return Failed(str(error))
