"""The objects of a simulated cloud: kept in memory, indexed, changed over time, written through to a file."""

from __future__ import annotations

import heapq
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from isotherm.sim.faults import Faults
from isotherm.sim.settings import Settings
from isotherm.sim.storage import Body, Storage

Clock = Callable[[], float]
Effect = Callable[["Cloud", Body], None]

INDEXED: Mapping[str, tuple[str, ...]] = {
    "port": ("device_id", "network_id"),
    "subnet": ("network_id", "subnetpool_id"),
    "rbac_policy": ("object_id",),
    "segment": ("network_id",),
    "port_forwarding": ("floatingip_id", "internal_port_id"),
    "trunk": ("port_id",),
    "floatingip": ("port_id", "router_id"),
    "security_group_rule": ("security_group_id",),
    "volume_attachment": ("volume_id", "server_id"),
    "snapshot": ("volume_id",),
    "assignment": ("actor", "target"),
    "user": ("name",),
    "token": ("user_id", "app_credential_id", "trust_id"),
    "trust": ("trustor_user_id", "redelegated_trust_id"),
    "app_credential": ("user_id",),
    "endpoint": ("service_id",),
}
"""Fields beside project_id by which a kind is found without a scan."""


def _port_addresses(port: Body) -> list[str]:
    return [f"{port['network_id']} {ip['ip_address']}" for ip in port.get("fixed_ips", ())]


def _port_mac(port: Body) -> list[str]:
    return [f"{port.get('network_id')} {port.get('mac_address')}"]


DERIVED: Mapping[str, Mapping[str, Callable[[Body], list[str]]]] = {
    "port": {"network_and_address": _port_addresses, "network_and_mac": _port_mac},
}
"""Things a kind is found by that are no fields; an object may have several values of each."""


def new_id() -> str:
    """A fresh ID as Nova, Neutron, Cinder and Glance write them."""
    return str(uuid.uuid4())


def new_hex() -> str:
    """A fresh ID as Keystone writes them."""
    return uuid.uuid4().hex


class Cloud:
    """All objects of one cloud.

    An object is a JSON dict with an "id", in the shape its service answers with. Keys that start with an underscore
    belong to the simulator and are never sent (`public` strips them). After changing an object in place call `save`.
    Not thread safe: the application holds one lock around each request.
    """

    def __init__(self, data: Path | None = None, clock: Clock = time.time, settings: Settings | None = None):
        self.clock = clock
        self.settings = settings or Settings()
        self.faults = Faults(self.settings.faults, self.settings.latency, self.settings.seed)
        self.effects: dict[str, Effect] = {}
        """Named functions that a transition may run when it happens; families add theirs."""
        self._objects: dict[str, dict[str, Body]] = {}
        self._index: dict[tuple[str, str, Any], dict[str, None]] = {}
        self._indexed: dict[tuple[str, str], list[tuple[str, str, Any]]] = {}
        self._dirty: dict[tuple[str, str], None] = {}
        self._due: list[tuple[float, int, str, str]] = []
        self._seq = 0
        self._moment: float | None = None
        self._storage = Storage(data)
        for kind, id_, body in self._storage.load():
            self._objects.setdefault(kind, {})[id_] = body
            self._seq = max(self._seq, body.get("_seq", 0))
            self._reindex(kind, body)
            for step in body.get("_pending", ()):
                heapq.heappush(self._due, (step["at"], step["seq"], kind, id_))
                self._seq = max(self._seq, step["seq"])

    # -- objects

    def add(self, kind: str, body: Body) -> Body:
        """Keep a new object; returns it."""
        self._seq += 1
        body["_seq"] = self._seq
        self._objects.setdefault(kind, {})[body["id"]] = body
        return self.save(kind, body)

    def save(self, kind: str, body: Body) -> Body:
        """Record that an object was changed in place; it is on disk before the request is answered."""
        self._dirty[kind, body["id"]] = None
        self._reindex(kind, body)
        return body

    def update(self, kind: str, body: Body, **changes: Any) -> Body:
        """Set fields of an object and save it."""
        body.update(changes)
        return self.save(kind, body)

    def remove(self, kind: str, id_: str) -> None:
        """Forget an object; nothing happens when it is not there."""
        if self._objects.get(kind, {}).pop(id_, None) is not None:
            self._dirty[kind, id_] = None
            self._unindex(kind, id_)

    def get(self, kind: str, id_: str | None) -> Body | None:
        """The object itself (not a copy), or None."""
        return self._objects.get(kind, {}).get(id_) if id_ else None

    def where(self, kind: str, **equals: Any) -> list[Body]:
        """Objects of a kind whose fields equal the given values, oldest first; `where(kind)` gives all."""
        known = self._objects.get(kind, {})
        indexed = ("project_id", *INDEXED.get(kind, ()), *DERIVED.get(kind, ()))
        entries = [(field, self._index.get((kind, field, equals[field]), {})) for field in equals if field in indexed]
        if not entries:
            found = list(known.values())
        else:
            derived = DERIVED.get(kind, {})
            by, ids = min(entries, key=lambda entry: (entry[0] not in derived, len(entry[1])))
            found = [known[id_] for id_ in ids]
            equals = {field: value for field, value in equals.items() if field != by}
        for field, value in equals.items():
            found = [body for body in found if body.get(field) == value]
        return found

    def count(self, kind: str, **equals: Any) -> int:
        """How many `where` would give."""
        if len(equals) == 1:
            ((field, value),) = equals.items()
            if field == "project_id" or field in INDEXED.get(kind, ()):
                return len(self._index.get((kind, field, value), ()))
        return len(self.where(kind, **equals))

    def first(self, kind: str, **equals: Any) -> Body | None:
        """The oldest of `where`, or None."""
        return next(iter(self.where(kind, **equals)), None)

    def kinds(self) -> list[str]:
        """Kinds that have objects."""
        return sorted(kind for kind, objects in self._objects.items() if objects)

    # -- time

    def now(self) -> float:
        """Seconds since the epoch; while a change is made that was due earlier, the time it was due."""
        return self.clock() if self._moment is None else self._moment

    def stamp(self, form: str = "%Y-%m-%dT%H:%M:%SZ", at: float | None = None) -> str:
        """The time (now, or `at`) as text; the default form is Nova's, Neutron's and Glance's."""
        return datetime.fromtimestamp(self.now() if at is None else at, UTC).strftime(form)

    def delay(self, kind: str) -> float:
        """Seconds an asynchronous change of this kind of object takes."""
        return self.settings.delays.get(kind, self.settings.delay)

    def later(
        self,
        kind: str,
        body: Body,
        changes: Mapping[str, Any] | None = None,
        *,
        after: float | None = None,
        effect: str | None = None,
        remove: bool = False,
        fail: Mapping[str, Any] | None = None,
        state: str | None = None,
    ) -> None:
        """Let an object change by itself after a while (default: the delay of its kind).

        When the time has come the fields in `changes` are set, then the effect named `effect` runs, then the object is
        removed if `remove` is true. `fail` holds the changes of a failure: a fault rule for this kind and for `state`, which
        is the status the object has now unless given ("server BUILD error 10%"), puts them in the place of everything
        else. Survives a restart.
        """
        self._seq += 1
        at = self.now() + (self.delay(kind) if after is None else after)
        step: Body = {"at": at, "seq": self._seq, "changes": dict(changes or {}), "effect": effect, "remove": remove}
        if fail is not None and self.faults.spoils(kind, state or str(body.get("status"))):
            step.update(changes=dict(fail), effect=None, remove=False)
        body.setdefault("_pending", []).append(step)
        heapq.heappush(self._due, (at, self._seq, kind, body["id"]))
        self.save(kind, body)

    def cancel(self, kind: str, body: Body) -> None:
        """Drop the changes an object still waits for, as when it is deleted while being built."""
        if body.pop("_pending", None):
            self.save(kind, body)

    def settle(self) -> None:
        """Make every change that is due. Called before each request, so that all of it sees one state of the world.

        A change that starts another is made as of the time it was due: however late it is looked at, the second follows
        the first by its own delay.
        """
        now = self.clock()
        try:
            while self._due and self._due[0][0] <= now:
                self._moment, seq, kind, id_ = heapq.heappop(self._due)
                self._happen(kind, id_, seq)
        finally:
            self._moment = None

    def _happen(self, kind: str, id_: str, seq: int) -> None:
        body = self.get(kind, id_)
        pending = body.get("_pending", []) if body else []
        step = next((step for step in pending if step["seq"] == seq), None)
        if body is None or step is None:
            return  # cancelled, or removed meanwhile
        pending.remove(step)
        if not pending:
            del body["_pending"]
        self.update(kind, body, **step["changes"])
        if step["effect"]:
            self.effects[step["effect"]](self, body)
        if step["remove"]:
            self.remove(kind, id_)

    # -- disk

    def commit(self) -> None:
        """Write what changed since the last commit."""
        if self._dirty:
            self._storage.write((kind, id_, self.get(kind, id_)) for kind, id_ in self._dirty)
            self._dirty.clear()

    def close(self) -> None:
        """Write what is left and release the file."""
        self.commit()
        self._storage.close()

    # -- index

    def _unindex(self, kind: str, id_: str) -> None:
        for key in self._indexed.pop((kind, id_), ()):
            entries = self._index[key]
            entries.pop(id_, None)
            if not entries:
                del self._index[key]

    def _reindex(self, kind: str, body: Body) -> None:
        keys = [(kind, field, body.get(field)) for field in ("project_id", *INDEXED.get(kind, ()))]
        keys += [(kind, name, value) for name, values in DERIVED.get(kind, {}).items() for value in values(body)]
        if self._indexed.get((kind, body["id"])) == keys:
            return
        self._unindex(kind, body["id"])
        self._indexed[kind, body["id"]] = keys
        for key in keys:
            self._index.setdefault(key, {})[body["id"]] = None


def public(body: Mapping[str, Any]) -> Body:
    """A copy without the simulator's own keys."""
    return {key: value for key, value in body.items() if not key.startswith("_")}
