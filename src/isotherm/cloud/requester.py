"""One request, as one user in one project: where it goes, how often it is tried, what its failure means."""

import json
import logging
import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from keystoneauth1 import exceptions as ksa
from keystoneauth1.session import Session

from isotherm.cloud import endpoints
from isotherm.cloud.auth import Login
from isotherm.cloud.errors import failure, refusal, request_id
from isotherm.cloud.gate import PATIENCE, Gate
from isotherm.config import CloudAccess
from isotherm.model.errors import CloudError, Transient

log = logging.getLogger(__name__)

REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
LIMITERS = frozenset({413, 429, 503})
FIRST_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered. body: parsed JSON; text if it is none; None if it is empty. headers: any case."""

    status: int
    body: Any
    headers: Mapping[str, str]
    request_id: str = ""


class Requester:
    """Makes requests as one user in one project. Thread safe."""

    def __init__(self, session: Session, login: Login, gate: Gate, access: CloudAccess, project_id: str):
        self._session, self._login, self._gate, self._access = session, login, gate, access
        self.project_id = project_id

    def request(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        microversion: str = "",
        latest: float = math.inf,
        once: bool = False,
    ) -> Answer:
        """The answer, if its status is below 400.

        Raises Transient when the service is unwell (after a few quick tries, if it may be repeated) or it is
        after `latest` before it could be sent, and Refused when it says no.
        """
        sent = with_microversion(headers or {}, service, microversion)
        for attempt in range(self._access.retries + 1):
            try:
                return self._once(service, method, path, body, query, sent, latest)
            except Transient as error:
                pause = error.retry_after or FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5)
                if once or method not in REPEATABLE or attempt == self._access.retries or pause > PATIENCE:
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _once(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        latest: float,
    ) -> Answer:
        with self._gate.slot(service):
            began = time.monotonic()
            try:
                url = self._url(service, path)                   # logs in, where that is needed
                if time.monotonic() > latest:
                    raise Transient(service, 0, "there was no time left to send the request")
                response = self._session.request(
                    url,
                    method,
                    json=body,
                    params=query or None,
                    headers=dict(headers),
                    auth=self._login,
                    raise_exc=False,
                    log=False,
                )
            except ksa.ClientException as error:
                raise self._noted(failure(service, error)) from error
        log.debug(
            "%s %s -> %s in %.3f s %s",
            method,
            url,
            response.status_code,
            time.monotonic() - began,
            request_id(response.headers),
        )
        if response.status_code >= 400:
            raise self._noted(refusal(service, response))
        self._gate.served(service)
        return Answer(response.status_code, parsed(response), response.headers, request_id(response.headers))

    def _noted(self, error: CloudError) -> CloudError:
        """Slows this project down when its service asks for it."""
        if error.code == 429 or (error.code in LIMITERS and error.retry_after):
            error.retry_after = self._gate.slow_down(error.service, error.retry_after)
        return error

    def _url(self, service: str, path: str) -> str:
        base = endpoints.endpoint(
            self._login.catalogue(self._session), service, self._access.interface, self._access.region_name
        )
        return endpoints.join(base, path, service, self.project_id)


def with_microversion(headers: Mapping[str, str], service: str, version: str) -> dict[str, str]:
    """The headers with those that ask for a microversion, unless they ask for one of their own."""
    asking = endpoints.microversion_headers(service, version) if version else {}
    given = {name.lower() for name in headers}
    return dict(headers) if any(name.lower() in given for name in asking) else asking | dict(headers)


def parsed(response: requests.Response) -> Any:
    """The body of an answer."""
    if not response.content:
        return None
    try:
        return json.loads(response.content)
    except ValueError:
        return response.text
