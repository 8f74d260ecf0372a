"""Every option of the service, declared once, and how their values are read.

An option is a field of the dataclass of its group: its annotation is its type, its default the default, its text the
reference. `load` reads INI files, then the environment (`OS_ISOTHERM__GROUP__OPTION`), then the caller's own overrides,
each stronger than the one before, and gives one frozen `Settings` that is passed to whoever needs it.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from oslo_config import cfg, types

ENVIRONMENT_PREFIX = "OS_ISOTHERM__"
DEFAULT_FILES = (Path("/etc/isotherm/isotherm.conf"),)


class ConfigError(Exception):
    """A value cannot be used; the message names the option, its value and what is allowed."""


def option(default: Any, doc: str, *, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = (),
           secret: bool = False, was: str = "") -> Any:
    """A field of a group. low, high: bounds of a number; choices: the values allowed; secret: never shown;
    was: `group.name` under which Heat's configuration files have it, accepted as well."""
    return field(default=default, repr=not secret, metadata={"doc": doc, "low": low, "high": high, "choices": choices, "secret": secret, "was": was})


@dataclass(frozen=True)
class Database:
    """Where all state is kept."""

    url: str = option("sqlite:///isotherm.db", "SQLAlchemy URL: sqlite:///FILE, postgresql+psycopg://USER:PASSWORD@HOST/NAME or "
                      "mysql+pymysql://USER:PASSWORD@HOST/NAME.", secret=True, was="database.connection")


@dataclass(frozen=True)
class Identity:
    """The service's own user, and where it and its callers are authenticated."""

    auth_url: str = option("http://127.0.0.1/identity/v3", "Identity service that the service user logs in to.")
    www_authenticate_uri: str = option("", "Identity URL that callers without a valid token are told; the auth_url when empty.")
    username: str = option("isotherm", "Name of the service user: it checks tokens and is the trustee of users' trusts.")
    password: str = option("", "Password of the service user.", secret=True)
    project_name: str = option("service", "Project that the service user logs in to.")
    user_domain_name: str = option("Default", "Domain of the service user.")
    project_domain_name: str = option("Default", "Domain of the service user's project.")
    memcached_servers: tuple[str, ...] = option((), "host:port of memcached servers that share checked tokens between API "
                                                "processes; each process keeps its own when empty.")
    token_cache_time: int = option(300, "Seconds a checked token is believed before it is checked again; -1: never cached.", low=-1)


@dataclass(frozen=True)
class CloudAccess:
    """How cloud services are called."""

    region_name: str = option("", "Region whose endpoints are used; any when empty.", was="DEFAULT.region_name_for_services")
    interface: str = option("public", "Which endpoints of the catalogue are used.", choices=("public", "internal", "admin"),
                            was="clients.endpoint_type")
    ca_file: str = option("", "Bundle of CA certificates; the system's when empty.", was="clients.ca_file")
    cert_file: str = option("", "Client certificate shown to services.", was="clients.cert_file")
    key_file: str = option("", "Key of the client certificate.", was="clients.key_file")
    insecure: bool = option(False, "Do not verify certificates: for tests only.", was="clients.insecure")
    timeout_seconds: float = option(60.0, "Seconds a request may take before it counts as unanswered.", low=1)
    max_in_flight: int = option(16, "Requests at once to one project of a cloud, by one process.", low=1)
    retries: int = option(2, "How often a safe request is repeated at once when a service is unwell; after that the step is "
                          "put off.", low=0, high=20, was="DEFAULT.client_retry_limit")
    lookup_seconds: float = option(60.0, "Seconds a name found in the cloud (a flavour, an image) is remembered.", low=0,
                                   was="constraint_validation_cache.expiration_time")


@dataclass(frozen=True)
class Engine:
    """The workers."""

    workers: int = option(1, "Processes started by `isotherm engine`.", low=1)
    threads: int = option(16, "Cloud calls at once in one worker.", low=1, high=512)
    lease_seconds: float = option(120.0, "Seconds a worker may take for one step before others may take it over; longer than "
                                  "[cloud] timeout_seconds.", low=1)
    poll_seconds: float = option(1.0, "Seconds between looks at the database when no hint comes.", low=0.01)
    max_attempts: int = option(5, "How often a step is tried when the cloud is unwell before its resource fails.", low=1,
                               was="DEFAULT.action_retry_limit")
    janitor_seconds: float = option(60.0, "Seconds between clean-ups: stacks past their time limit, surplus events.", low=1,
                                    was="DEFAULT.periodic_interval")


@dataclass(frozen=True)
class Limits:
    """What a user may ask for. -1 means no limit where it is allowed."""

    max_template_size: int = option(524288, "Bytes of a template, of an environment, or of one attached file.", low=1,
                                    was="DEFAULT.max_template_size")
    max_json_body_size: int = option(1048576, "Bytes of a request's body, files included.", low=1, was="DEFAULT.max_json_body_size")
    max_resources_per_stack: int = option(10000, "Resources of a stack together with those nested in it; -1: any number. Heat's "
                                          "own default of 1000 is lower because it loads a whole tree at once.", low=-1,
                                          was="DEFAULT.max_resources_per_stack")
    max_nested_stack_depth: int = option(5, "How deep stacks may be nested.", low=0, was="DEFAULT.max_nested_stack_depth")
    max_stacks_per_tenant: int = option(512, "Stacks of one project, nested ones not counted; -1: any number.", low=-1,
                                        was="DEFAULT.max_stacks_per_tenant")
    max_events_per_stack: int = option(1000, "Events kept of one stack, the newest; -1: all.", low=-1,
                                       was="DEFAULT.max_events_per_stack")
    stack_action_timeout: int = option(3600, "Seconds an action on a stack may take when its timeout is not given.", low=1,
                                       was="DEFAULT.stack_action_timeout")


@dataclass(frozen=True)
class Trusts:
    """How the service may go on acting for a user after the user's token has expired."""

    deferred_auth_method: str = option("trusts", "What is asked of the identity service first; the other is tried when it is "
                                       "refused.", choices=("trusts", "application_credentials"), was="DEFAULT.deferred_auth_method")
    trusts_delegated_roles: tuple[str, ...] = option((), "Roles handed over; all of the user's when empty.",
                                                     was="DEFAULT.trusts_delegated_roles")


@dataclass(frozen=True)
class Secrets:
    """Encryption of what must not be readable in the database."""

    keys: tuple[str, ...] = option((), "Fernet keys, comma separated: the first encrypts, all decrypt. Put a new key first to "
                                   "change keys.", secret=True)


@dataclass(frozen=True)
class Api:
    """The HTTP server of `isotherm api`."""

    host: str = option("127.0.0.1", "Address to listen on.")
    port: int = option(8004, "Port to listen on; 0: any free one.", low=0, high=65535)
    threads: int = option(8, "Requests answered at once.", low=1, high=512)
    policy_file: str = option("", "Operator's policy file (YAML or JSON) with rules that differ from the built-in ones.")
    public_url: str = option("", "URL, without path, that clients reach the API at when a proxy does not say so itself; used in "
                             "links.")


@dataclass(frozen=True)
class Bus:
    """How processes tell each other that there is work."""

    url: str = option("local", "local: within a process; other processes find work when they next look (poll_seconds).",
                      choices=("local",))


@dataclass(frozen=True)
class Log:
    """What is written to standard error."""

    level: str = option("INFO", "Least weight of a line that is written.", choices=("DEBUG", "INFO", "WARNING", "ERROR"))


@dataclass(frozen=True)
class Settings:
    """All settings, by group. The field is the group's name in files and in the environment."""

    database: Database = Database()
    keystone_authtoken: Identity = Identity()
    cloud: CloudAccess = CloudAccess()
    engine: Engine = Engine()
    limits: Limits = Limits()
    trusts: Trusts = Trusts()
    secrets: Secrets = Secrets()
    api: Api = Api()
    bus: Bus = Bus()
    log: Log = Log()


class Option(NamedTuple):
    """One declared option, for listings."""

    group: str
    name: str
    type: Any
    default: Any
    doc: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    secret: bool
    was: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{ENVIRONMENT_PREFIX}{self.group}__{self.name}".upper()


def groups() -> Mapping[str, type]:
    """The dataclass of each group."""
    return get_type_hints(Settings)


def options() -> Iterator[Option]:
    """Every option, in the order declared."""
    for group, cls in groups().items():
        hints = get_type_hints(cls)
        for f in fields(cls):
            if f.default is MISSING:
                raise TypeError(f"{cls.__name__}.{f.name} has no default")
            yield Option(group, f.name, hints[f.name], f.default, **f.metadata)


def load(files: Sequence[str | Path] | None = None, overrides: Mapping[str, Mapping[str, Any]] | None = None,
         environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    files: INI files, the last one wins; None: /etc/isotherm/isotherm.conf if it is there.
    overrides: {group: {option: value}}. environment: instead of the process's own.
    Raises ConfigError.
    """
    if files is None:
        files = [path for path in DEFAULT_FILES if path.is_file()]
    conf = _parser()
    _read(conf, files)
    for source, group, name, value in (*_from_environment(os.environ if environment is None else environment),
                                       *_from_caller(overrides or {})):
        _override(conf, source, group, name, value)
    known: dict[str, dict[str, Any]] = {name: {} for name in groups()}
    for o in options():
        known[o.group][o.name] = _value(conf, o)
    settings = Settings(**{name: cls(**known[name]) for name, cls in groups().items()})
    _cross_check(settings)
    return settings


def authtoken_options(settings: Settings) -> dict[str, Any]:
    """The configuration that keystonemiddleware's `AuthProtocol(app, conf)` takes."""
    own, cloud = settings.keystone_authtoken, settings.cloud
    conf: dict[str, Any] = {
        "auth_type": "password", "auth_url": own.auth_url, "username": own.username, "password": own.password,
        "project_name": own.project_name, "user_domain_name": own.user_domain_name, "project_domain_name": own.project_domain_name,
        "www_authenticate_uri": own.www_authenticate_uri or own.auth_url, "token_cache_time": own.token_cache_time,
        "interface": cloud.interface, "insecure": cloud.insecure, "delay_auth_decision": False, "oslo_config_config": cfg.ConfigOpts(),
    }
    given = {"memcached_servers": list(own.memcached_servers), "region_name": cloud.region_name, "cafile": cloud.ca_file,
             "certfile": cloud.cert_file, "keyfile": cloud.key_file}
    return conf | {key: value for key, value in given.items() if value}


def _parser() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    for o in options():
        group, _, name = o.was.partition(".")
        older = [cfg.DeprecatedOpt(name, group=group)] if o.was and (group, name) != (o.group, o.name) else []
        conf.register_opt(cfg.Opt(o.name, type=_type(o), default=o.default, help=o.doc, secret=o.secret, deprecated_opts=older),
                          group=o.group)
    return conf


def _type(o: Option) -> Any:
    if o.type is bool:
        return types.Boolean()
    if o.type is int:
        return types.Integer(min=None if o.low is None else int(o.low), max=None if o.high is None else int(o.high))
    if o.type is float:
        return types.Float(min=o.low, max=o.high)
    if get_origin(o.type) is tuple and get_args(o.type) == (str, ...):
        return types.List()
    if o.type is str:
        return types.String(choices=list(o.choices) or None, quotes=False)
    raise TypeError(f"[{o.group}] {o.name}: no way to read a {o.type}")


def _read(conf: cfg.ConfigOpts, files: Sequence[str | Path]) -> None:
    try:
        conf(args=[], project="isotherm", default_config_files=[str(path) for path in files], default_config_dirs=[],
             use_env=False, validate_default_values=True)
    except cfg.ConfigFilesNotFoundError as error:
        raise ConfigError(f"No such configuration file: {', '.join(error.config_files)}") from None
    except cfg.ConfigFilesPermissionDeniedError as error:
        raise ConfigError(f"Configuration file may not be read: {', '.join(error.config_files)}") from None
    except cfg.ConfigFileParseError as error:
        raise ConfigError(f"{error.config_file} is no INI file: {error.msg}") from None
    except cfg.Error as error:
        raise ConfigError(str(error)) from None


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str, str, Any]]:
    for variable, value in environment.items():
        if variable.startswith(ENVIRONMENT_PREFIX):
            group, _, name = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
            yield variable, group, name, value


def _from_caller(overrides: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, Any]]:
    for group, values in overrides.items():
        for name, value in values.items():
            yield f"[{group}] {name}", group, name, list(value) if isinstance(value, tuple) else value


def _override(conf: cfg.ConfigOpts, source: str, group: str, name: str, value: Any) -> None:
    try:
        conf.set_override(name, _literal(value), group=group)
    except (cfg.NoSuchOptError, cfg.NoSuchGroupError):
        raise ConfigError(f"{source}: there is no option {name!r} in group {group!r}") from None
    except ValueError as error:
        raise ConfigError(_complaint(source, group, name, error)) from None


def _literal(value: Any) -> Any:
    """In files `$name` stands for another option's value; what comes from elsewhere is meant as it is."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    return [_literal(part) for part in value] if isinstance(value, list) else value


def _value(conf: cfg.ConfigOpts, o: Option) -> Any:
    try:
        value = conf[o.group][o.name]
    except cfg.NoSuchOptError as error:
        raise ConfigError(f"[{o.group}] {o.name}: ${error.opt_name} names no option; write $$ for a dollar sign") from None
    except (cfg.ConfigFileValueError, ValueError) as error:
        raise ConfigError(_complaint(f"[{o.group}] {o.name}", o.group, o.name, error)) from None
    return tuple(value) if get_origin(o.type) is tuple else value


def _complaint(source: str, group: str, name: str, error: Exception) -> str:
    """oslo.config's own words quote the value: not for secrets."""
    secret = any(o.secret for o in options() if (o.group, o.name) == (group, name))
    return f"{source}: the value cannot be used" if secret else f"{source}: {error}"


def _cross_check(settings: Settings) -> None:
    if settings.engine.lease_seconds <= settings.cloud.timeout_seconds:
        raise ConfigError(f"[engine] lease_seconds ({settings.engine.lease_seconds:g}) must be more than [cloud] timeout_seconds "
                          f"({settings.cloud.timeout_seconds:g}), or a slow request would be made twice")
    if settings.limits.max_json_body_size < settings.limits.max_template_size:
        raise ConfigError(f"[limits] max_json_body_size ({settings.limits.max_json_body_size}) must hold a template of "
                          f"max_template_size ({settings.limits.max_template_size})")
