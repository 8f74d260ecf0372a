"""Version negotiation: what there is, before anybody is authenticated."""

from typing import Any

import falcon
from sqlalchemy.exc import SQLAlchemyError

from isotherm.store.store import Store

VERSION = "v1.0"


def listing(prefix: str) -> dict[str, Any]:
    """The versions this service speaks, with where each is."""
    return {"versions": [{"id": VERSION, "status": "CURRENT", "links": [{"rel": "self", "href": f"{prefix}/v1/"}]}]}


class Versions:
    """`GET /`: 300 and the list, so that a client can choose. `GET /v1`: the same, 200."""

    def __init__(self, public_url: str, status: str):
        self._public_url, self._status = public_url, status

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.status = self._status
        resp.media = listing(self._public_url or req.prefix)


class Health:
    """`GET /healthcheck`: 200 while the database answers, 503 otherwise. For load balancers; nobody is authenticated."""

    def __init__(self, store: Store):
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = "text/plain"
        try:
            self._store.ping()
        except SQLAlchemyError:
            resp.status = falcon.HTTP_503
            resp.text = "The database does not answer."
        else:
            resp.text = "OK"
