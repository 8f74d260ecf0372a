"""The one place that constructs the parts and connects them."""

import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from isotherm.api.app import make_app
from isotherm.bus.local import Bus, LocalBus
from isotherm.cloud.clouds import Clouds
from isotherm.config import Settings
from isotherm.configfile import ConfigError, load
from isotherm.engine.commands import Commands
from isotherm.engine.definitions import Definitions, limits_of
from isotherm.engine.service import Engine
from isotherm.engine.site import Site, SiteError, read_site
from isotherm.home import Home, HomeError
from isotherm.server import ListenError, Server, reachable
from isotherm.sim.server import SimServer
from isotherm.sim.settings import Passwords
from isotherm.sim.settings import Settings as SimSettings
from isotherm.store.store import Store
from isotherm.store.vault import Vault, VaultError
from isotherm.template import Limits
from isotherm.types.registry import registry

DATABASES = ("sqlite", "postgresql", "mysql", "mariadb")


def make_store(settings: Settings) -> Store:
    """The database, at its newest schema. Raises ConfigError when it cannot be reached or the keys cannot be used."""
    try:
        vault = Vault(list(settings.secrets.keys))
    except VaultError as error:
        raise ConfigError(f"[secrets] keys: {error}") from None
    try:
        backend = make_url(settings.database.url).get_backend_name()
    except ArgumentError as error:
        raise ConfigError(f"[database] url cannot be used: {_first_line(error)}") from None
    if backend not in DATABASES:
        raise ConfigError(f"[database] url: {backend} is not a known database; there are {', '.join(DATABASES)}")
    try:
        store = Store(settings.database.url, vault)
        store.upgrade()
    except SQLAlchemyError as error:
        raise ConfigError(f"[database] url: the database cannot be used: {_first_line(error)}") from None
    return store


def make_bus(settings: Settings) -> Bus:
    """The bus that `[bus] url` names."""
    return BUSES[settings.bus.url]()


BUSES = {"local": LocalBus}


def make_clouds(settings: Settings) -> Clouds:
    """The way to the clouds."""
    return Clouds(settings)


def make_definitions(settings: Settings, store: Store) -> Definitions:
    """Compiled templates; the engine and the API of one process share them."""
    return Definitions(store, registry(), settings.cloud.region_name, limits_of(settings))


def make_engine(settings: Settings, store: Store, clouds: Clouds, bus: Bus, compiled: Definitions) -> Engine:
    """A worker of this process, not yet started."""
    return Engine(store, clouds, bus, settings, registry(), compiled)


def make_api(settings: Settings, store: Store, clouds: Clouds, bus: Bus, compiled: Definitions) -> Any:
    """The API as a WSGI application."""
    types = registry()
    return make_app(store, Commands(store, clouds, types, settings, bus, compiled, make_site(settings)), clouds, types, settings)


def make_site(settings: Settings) -> Site:
    """The operator's environment. Raises ConfigError when one of its files cannot be used."""
    directories = settings.environment
    limits = Limits(text=settings.limits.max_template_size)
    try:
        return read_site(Path(directories.directory), Path(directories.template_directory), limits)
    except SiteError as error:
        raise ConfigError(str(error)) from None


@dataclass(frozen=True)
class Up:
    """A service that runs alone, with its simulated cloud. parts: what ends when it does, the last started first."""

    server: Server
    parts: ExitStack

    @property
    def url(self) -> str:
        """Where the API is reached."""
        return self.server.url

    def stop(self) -> None:
        """Take no more requests, finish the steps in flight, let go of everything."""
        self.server.stop()
        self.parts.close()


def up(home: Home, host: str, port: int, simulated: SimSettings, files: list[Path] | None = None) -> Up:
    """Start everything in this process. Port 0: the one of the last time, else any free one.

    Raises ConfigError, ListenError or HomeError, with nothing left running and the home closed.
    """
    with ExitStack() as parts:
        parts.callback(home.close)
        server = _listen(host, port, home.state.api_port)
        parts.callback(server.stop)
        cloud, auth_url = _start_cloud(home, host, server.url, simulated)
        parts.callback(cloud.stop)
        settings = _settings(home, host, server.port, auth_url, files)
        store = make_store(settings)
        parts.callback(store.dispose)
        bus, clouds, compiled = make_bus(settings), make_clouds(settings), make_definitions(settings, store)
        parts.callback(clouds.close)
        engine = make_engine(settings, store, clouds, bus, compiled)
        api = make_api(settings, store, clouds, bus, compiled)
        engine.start()
        parts.callback(engine.stop)
        server.start(api)
        home.write_clouds(auth_url)
        return Up(server, parts.pop_all())


def _settings(home: Home, host: str, port: int, auth_url: str, files: list[Path] | None) -> Settings:
    return load(files or [], {
        "database": {"url": f"sqlite:///{home.database}"},
        "keystone_authtoken": {"auth_url": auth_url, "username": "isotherm", "password": home.state.service_password},
        "secrets": {"keys": (home.state.key,)},
        "api": {"host": host, "port": port},
    })  # fmt: skip


def _listen(host: str, port: int, before: int) -> Server:
    threads = Settings().api.threads
    if port == 0 and before:
        try:
            return Server(host, before, threads)
        except ListenError:
            pass  # somebody else has it now, and any will do
    return Server(host, port, threads)


def _start_cloud(home: Home, host: str, api_url: str, simulated: SimSettings) -> tuple[SimServer, str]:
    """The simulated cloud and its identity URL."""
    state = home.state
    chosen = replace(
        simulated,
        passwords=Passwords(admin=state.admin_password, demo=state.member_password, service=state.service_password),
        orchestration_url=f"{api_url}/v1/%(project_id)s",
    )
    for port in dict.fromkeys((state.cloud_port, 0)):
        try:
            cloud = SimServer(host, port, home.cloud, chosen)
            url = cloud.start()
            break
        except sqlite3.DatabaseError as error:
            raise HomeError(f"{home.cloud} cannot be used: {error}") from None
        except OSError as error:
            reason = error
    else:
        raise ListenError(f"The simulated cloud cannot listen on {host}: {reason}")
    api_port, cloud_port = (int(address.rpartition(":")[2]) for address in (api_url, url))
    home.keep_ports(api_port, cloud_port)
    return cloud, f"{url.replace(host, reachable(host), 1)}/identity/v3"


def _first_line(error: Exception) -> str:
    """What the driver says, without SQLAlchemy's links and without the statement."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
