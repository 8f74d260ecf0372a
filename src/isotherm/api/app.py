"""The WSGI application: what is public, what needs a token, and what happens around every request."""

from collections.abc import Iterable
from typing import Any

import falcon
from keystonemiddleware.auth_token import AuthProtocol  # type: ignore[import-untyped]

from isotherm import __version__
from isotherm.api.dispatch import application, fail
from isotherm.api.envelope import Envelope, StartResponse, Wsgi
from isotherm.api.policy import Policy
from isotherm.api.routes import ARNS, ROUTES
from isotherm.api.service import Service
from isotherm.api.versions import Health, Versions
from isotherm.cloud.clouds import Clouds
from isotherm.config import Settings, authtoken_options
from isotherm.engine.commands import Commands
from isotherm.engine.configs import Configs
from isotherm.store.store import Store
from isotherm.types.registry import Registry


def make_app(store: Store, commands: Commands, clouds: Clouds, registry: Registry, settings: Settings, auth: bool = True) -> Wsgi:
    """The API as a WSGI application.

    auth=False believes the identity headers (X-User-Id, X-Project-Id, X-Roles...) of every request: only for tests and
    behind a proxy that sets them itself.
    """
    limits = settings.limits
    service = Service(
        store=store, commands=commands, configs=Configs(store, limits.max_software_configs_per_tenant), clouds=clouds,
        registry=registry, policy=Policy(settings.api.policy_file),
        max_body=limits.max_json_body_size, revision=__version__, public_url=settings.api.public_url.rstrip("/"),
    )
    inner: Wsgi = application(service, ROUTES, ARNS)
    if auth:
        inner = AuthProtocol(inner, authtoken_options(settings))
    return Envelope(Split(public(service), inner))


def public(service: Service) -> Wsgi:
    """What answers without a token."""
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App()
    app.add_error_handler(falcon.HTTPError, fail)
    app.add_route("/", Versions(service.public_url, falcon.HTTP_300))
    app.add_route("/v1", Versions(service.public_url, falcon.HTTP_200))
    app.add_route("/v1/", Versions(service.public_url, falcon.HTTP_200))
    app.add_route("/healthcheck", Health(service.store))
    return app


class Split:
    """Sends /v1/PROJECT... to the authenticated application, all else to the public one."""

    def __init__(self, public: Wsgi, private: Wsgi):
        self._public, self._private = public, private

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        app = self._private if path.startswith("/v1/") and len(path) > len("/v1/") else self._public
        return app(environ, start_response)
