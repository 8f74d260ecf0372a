"""What goes wrong on our side: told with a status and a request id, never with insides."""

import logging
from collections.abc import Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from api_client import Running

from isotherm.api.app import public
from isotherm.api.dispatch import Route, application
from isotherm.api.envelope import Envelope
from isotherm.api.handlers import lookup
from isotherm.api.message import Answer, Request
from isotherm.api.policy import Policy
from isotherm.api.routes import ARNS
from isotherm.api.service import Service
from isotherm.cloud.clouds import Clouds
from isotherm.engine.configs import Configs
from isotherm.model.errors import Transient
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.types.registry import registry

KEY = "wGm6wLLzwBLK0wSPTBI0CSGUcvjiPTZWkgmqIPQk3hY="


@pytest.fixture
def service(running: Running) -> Service:
    """A service whose database cannot be reached."""
    nowhere = Store("postgresql+psycopg://x:x@127.0.0.1:1/x", Vault([KEY]))
    commands: Any = None                     # no route of these tests commands anything
    return Service(nowhere, commands, Configs(nowhere, 1), Clouds(running.settings), registry(), Policy(), max_body=100, revision="1")


def get(app: Any, path: str) -> tuple[str, dict[str, str], str]:
    """Status, headers and text of a GET."""
    told: list[Any] = []
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_X_PROJECT_ID": "p", "HTTP_X_ROLES": "reader"}
    setup_testing_defaults(environ)
    body: Iterable[bytes] = app(environ, lambda status, headers, exc=None: told.extend((status, dict(headers))))
    return told[0], {name.lower(): value for name, value in told[1].items()}, b"".join(body).decode()


def test_health_without_a_database(service: Service) -> None:
    status, _, text = get(public(service), "/healthcheck")
    assert (status[:3], text) == ("503", "The database does not answer.")


def test_a_defect_is_answered_with_the_request_id_and_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Service, __: Request) -> Answer:
        raise KeyError("an inside thing")

    app = Envelope(application(service, [Route("GET", "/broken", "stacks:index", broken)], ARNS))
    with caplog.at_level(logging.ERROR):
        status, headers, text = get(app, "/v1/p/broken")
    assert status.startswith("500")
    assert headers["x-openstack-request-id"] in text
    assert "inside" not in text
    assert "KeyError" not in text
    record = next(record for record in caplog.records if record.exc_info)
    assert headers["x-openstack-request-id"] in record.getMessage()


def test_a_cloud_that_is_unwell_is_named_in_its_own_words(service: Service) -> None:
    def unwell(_: Service, __: Request) -> Answer:
        raise Transient("compute", 503, "no room at the inn", "req-1")

    status, _, text = get(Envelope(application(service, [Route("GET", "/unwell", "stacks:index", unwell)], ARNS)), "/v1/p/unwell")
    assert status.startswith("500")
    assert "no room at the inn" in text
    assert "req-1" in text


def test_a_database_that_is_away_is_not_a_defect(service: Service) -> None:
    app = Envelope(application(service, [Route("GET", "/stacks/{stack_name}", "stacks:lookup", lookup.stack)], ARNS))
    status, _, text = get(app, "/v1/p/stacks/s1")
    assert status.startswith("503")
    assert "database" in text
    assert "127.0.0.1" not in text
