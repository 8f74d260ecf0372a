"""A cloud as one user sees it in one project."""

import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from isotherm.cloud.finders import CONSTRAINTS
from isotherm.cloud.lookup import Lookup, is_id
from isotherm.cloud.pages import listing
from isotherm.cloud.requester import Answer, Requester
from isotherm.cloud.watch import Body, Watches
from isotherm.model.errors import Invalid, NotFound, Refused
from isotherm.model.problem import Problem

Wanted = tuple[str, str]  # (kind or constraint, name or id)


@dataclass(frozen=True, slots=True)
class Unfound:
    """A value that names nothing, or more than one thing. `problem` has no place: only the caller knows it."""

    wanted: Wanted
    problem: Problem


class Cloud:
    """Everything the service asks of a cloud goes through here. Thread safe."""

    def __init__(self, requester: Requester, lookup: Lookup, watches: Watches, pool: Executor, view: object):
        """view: equal for clouds that see the same objects, so that they may share lists."""
        self._requester, self._lookup, self._watches, self._pool, self._view = requester, lookup, watches, pool, view

    @property
    def project_id(self) -> str:
        return self._requester.project_id

    def request(
        self,
        service: str,
        method: str,
        path: str,
        json: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        microversion: str = "",
        latest: float = math.inf,
        once: bool = False,
    ) -> Answer:
        """One request; `path` is relative to the service's endpoint (with a version for network, image and identity).
        After `latest` (`time.monotonic`) it is not sent any more, nor sent again. once: it is not safe to repeat,
        whatever its method.

        Raises Transient (the service is unwell) or Refused (it says no; 404 too, `code` tells).
        """
        return self._requester.request(service, method, path, json, query, headers, microversion, latest, once)

    def show(
        self,
        service: str,
        path: str,
        key: str,
        many: tuple[str, str] | None = None,
        microversion: str = "",
        max_age: float = 0.0,
    ) -> dict[str, Any] | None:
        """The object under `key` of GET `path`; None when it is gone.

        With `many` (list path, list key) calls about several objects of the collection are answered together by list
        requests. What is shown is at most `max_age` seconds older than the call: 0 for a look that must see what was
        just changed; the poll interval for one that only repeats.
        """

        def one() -> Body | None:
            try:
                body = self.request(service, "GET", path, microversion=microversion).body
            except Refused as error:
                if error.code == 404:
                    return None
                raise
            return body.get(key, {}) if isinstance(body, Mapping) else {}

        if many is None:
            found = one()
        else:
            watch = self._watches.of((self._view, service, many, microversion))
            found = watch.show(
                unquote(path.rpartition("/")[2]), one, lambda: self._all(service, many, microversion), max_age
            )
        return None if found is None else dict(found)

    def entries(
        self, service: str, path: str, key: str, query: Mapping[str, Any] | None = None, microversion: str = ""
    ) -> Iterable[Mapping[str, Any]]:
        """Every entry of a list, however many pages it comes in."""
        return listing(self._requester, service, path, key, query, microversion)

    def find(self, kind: str, name_or_id: str) -> str:
        """The id of what the user wrote, e.g. find("compute.flavor", "m1.small").

        Raises NotFound with near names, Invalid with the ids when the name is not unique, LookupError for an unknown
        kind.
        """
        return self._lookup.find(kind, name_or_id)

    def find_all(self, wanted: Iterable[Wanted], believe_ids: bool = False) -> tuple[dict[Wanted, str], list[Unfound]]:
        """The ids of many at once, each asked for once. Raises Transient when the cloud cannot tell.

        believe_ids: what has the shape of an id is taken for one unseen. For values that were checked before, or that
        are of objects just made: the service that gets a wrong one says so itself.
        """
        keys = set(wanted)
        known = {key: key[1] for key in keys if is_id(*key)} if believe_ids else {}
        ids, unfound = self._together(sorted(keys - set(known)), self.find)
        return known | ids, unfound

    def check(self, constraint: str, value: str) -> None:
        """Whether the value is what the constraint wants, e.g. check("nova.flavor", "m1.tiny"). Raises as `find`.

        Constraints not in `CONSTRAINTS` are not about the cloud and hold here.
        """
        if constraint in CONSTRAINTS:
            self.find(CONSTRAINTS[constraint], value)

    def check_all(self, wanted: Iterable[Wanted]) -> list[Unfound]:
        """Many checks (constraint, value) at once; those that do not hold."""
        keys = sorted({(name, value) for name, value in wanted if name in CONSTRAINTS})
        return self._together(keys, lambda name, value: self.find(CONSTRAINTS[name], value))[1]

    def _together(
        self, keys: Iterable[Wanted], ask: Callable[[str, str], str]
    ) -> tuple[dict[Wanted, str], list[Unfound]]:
        waiting = [(key, self._pool.submit(ask, *key)) for key in keys]
        ids: dict[Wanted, str] = {}
        unfound: list[Unfound] = []
        try:
            for key, answer in waiting:
                try:
                    ids[key] = answer.result()
                except NotFound as error:
                    unfound.append(Unfound(key, Problem("not-found", str(error))))
                except Invalid as error:
                    unfound.append(Unfound(key, error.problems[0]))
                except Refused as error:
                    unfound.append(
                        Unfound(key, Problem("lookup-refused", f"Whether {key[1]!r} exists cannot be told: {error}"))
                    )
        finally:
            for _, answer in waiting:
                answer.cancel()
        return ids, unfound

    def _all(self, service: str, many: tuple[str, str], microversion: str) -> Mapping[str, Body]:
        split = urlsplit(many[0])
        entries = listing(self._requester, service, split.path, many[1], dict(parse_qsl(split.query)), microversion)
        return {str(entry.get("id")): entry for entry in entries}
