"""From what a user wrote to the id of a cloud object."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from isotherm.cloud.finders import FINDERS, By, Finder
from isotherm.cloud.kept import Kept
from isotherm.cloud.pages import listing
from isotherm.cloud.requester import Requester
from isotherm.model.errors import Invalid, NotFound, Refused
from isotherm.model.problem import Problem

Key = tuple[str, str]  # (kind, value)

KEPT = 1024
# What people call a kind, where the second half of its name does not say it.
CALLED: Mapping[str, str] = {
    "volume.type": "volume type",
    "volume.qos_specs": "QoS specification of volumes",
    "network.floatingip": "floating IP",
    "network.qos_policy": "QoS policy",
    "network.subnetpool": "subnet pool",
    "share.type": "share type",
    "share.snapshot": "share snapshot",
}
PASSING = 2.0  # seconds that kinds which come and go are remembered: one validation


class Lookup:
    """Finds objects as one user in one project sees them. Thread safe."""

    def __init__(self, requester: Requester, lasting_seconds: float):
        self._requester, self._lasting = requester, lasting_seconds
        self._remembered: Kept[str] = Kept(KEPT)
        self._lock = threading.Lock()
        self._asked: dict[Key, Future[str]] = {}

    def find(self, kind: str, value: str) -> str:
        """The id. Raises NotFound with near names, Invalid when several objects have the name, LookupError for a kind
        that is not in `FINDERS`."""
        if kind not in FINDERS:
            raise LookupError(f"no way to find a {kind!r}; known are {', '.join(FINDERS)}")
        key = (kind, value)
        found = self._remembered.get(key)
        if found is not None:
            return found
        with self._lock:
            asked = self._asked.get(key)
            if asked is None:
                mine = self._asked[key] = Future()
        if asked is not None:
            return asked.result()  # somebody is asking just now: one request is enough
        try:
            mine.set_result(self._ask(kind, value))
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._asked[key]
        return mine.result()

    def _ask(self, kind: str, value: str) -> str:
        finder = FINDERS[kind]
        found = WAYS[finder.by](self._requester, kind, finder, value)
        self._remembered.put((kind, value), found, self._lasting if finder.lasting else min(PASSING, self._lasting))
        return found


def is_id(kind: str, value: str) -> bool:
    """Whether the value has the shape of an id of this kind, as far as its ids have one."""
    finder = FINDERS.get(kind)
    return finder is not None and finder.by is By.ID_THEN_NAME and bool(re.fullmatch(finder.ids.value, value, re.I))


def by_id_then_name(requester: Requester, kind: str, finder: Finder, value: str) -> str:
    if is_id(kind, value) and _exists(requester, finder, value):
        return value
    exact = [one for one in _entries(requester, finder, value) if _field(one, finder.name) == value]
    return _only(requester, kind, finder, value, exact)


def by_list(requester: Requester, kind: str, finder: Finder, value: str) -> str:
    entries = list(_entries(requester, finder, value))
    exact = [one for one in entries if _field(one, finder.id) == value] or [
        one for one in entries if _field(one, finder.name) == value
    ]
    return _only(requester, kind, finder, value, exact, entries)


def by_path(requester: Requester, kind: str, finder: Finder, value: str) -> str:
    part = value.rstrip("/").rpartition("/")[2] if finder.reference else value
    body = _get(requester, finder, part)
    if body is None:
        return _only(requester, kind, finder, value, [])
    inner = body.get(finder.wrapped) if finder.wrapped else body
    return _field(inner, finder.id) or value


WAYS: Mapping[By, Callable[[Requester, str, Finder, str], str]] = {
    By.ID_THEN_NAME: by_id_then_name,
    By.LIST: by_list,
    By.PATH: by_path,
}


def _get(requester: Requester, finder: Finder, value: str) -> Mapping[str, Any] | None:
    try:
        body = requester.request(
            finder.service, "GET", f"{finder.path}/{quote(value, safe='')}", microversion=finder.microversion
        ).body
    except Refused as error:
        if error.code in (400, 404):  # 400: the service finds that this cannot be an id
            return None
        raise
    return body if isinstance(body, Mapping) else {}


def _exists(requester: Requester, finder: Finder, value: str) -> bool:
    try:
        return _get(requester, finder, value) is not None
    except Refused as error:
        if error.code == 403:  # not this user's to see, which is not to say that it is not there
            return True
        raise


def _entries(requester: Requester, finder: Finder, value: str) -> Iterator[Mapping[str, Any]]:
    query = {
        key: text.replace("{value}", value).replace("{pattern}", f"^{re.escape(value)}$")
        for key, text in finder.query.items()
    }
    for entry in listing(requester, finder.service, finder.path, finder.plural, query, finder.microversion):
        yield entry.get(finder.wrapped, entry) if finder.wrapped else entry


def _only(
    requester: Requester,
    kind: str,
    finder: Finder,
    value: str,
    exact: list[Mapping[str, Any]],
    entries: list[Mapping[str, Any]] | None = None,
) -> str:
    if len(exact) > 1:
        exact = [
            one
            for one in exact
            if (one.get("project_id") or one.get("tenant_id") or one.get("owner")) == requester.project_id
        ] or exact
    if len(exact) == 1:
        return _field(exact[0], finder.id)
    what = CALLED.get(kind) or kind.partition(".")[2].replace("_", " ")
    if exact:
        ids = tuple(sorted(_field(one, finder.id) for one in exact))
        raise Invalid(
            Problem(
                "ambiguous-name",
                f"There are {len(ids)} objects of kind {what} with the name {value!r}.",
                allowed=ids,
                hint=f"Give the id of one: {', '.join(ids)}.",
            )
        )
    near = _near(requester, finder, value, entries)
    raise NotFound(
        f"There is no {what} {value!r}.{' Did you mean ' + ' or '.join(map(repr, near)) + '?' if near else ''}"
    )


def _near(requester: Requester, finder: Finder, value: str, entries: list[Mapping[str, Any]] | None) -> list[str]:
    """Names much like the value, from one page of the list; none if the list is refused."""
    if entries is None:
        try:
            body = requester.request(finder.service, "GET", finder.path, microversion=finder.microversion).body
        except Refused:
            return []
        page = body.get(finder.plural) if isinstance(body, Mapping) else None
        entries = [one.get(finder.wrapped, one) for one in page or () if isinstance(one, Mapping)]
    return get_close_matches(value, sorted({_field(one, finder.name) for one in entries}), n=3)


def _field(entry: Any, name: str) -> str:
    value = entry.get(name) if isinstance(entry, Mapping) else None
    return "" if value is None else str(value)
