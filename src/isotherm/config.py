"""Every option of the service, declared once.

An option is a field of the dataclass of its group: its annotation is its type, its default the default, its text the
reference. `isotherm.configfile.load` gives one frozen `Settings`, which is passed to whoever needs it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, NamedTuple, get_type_hints

from keystoneauth1 import loading
from oslo_config import cfg

ENVIRONMENT_PREFIX = "OS_ISOTHERM__"


def option(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
    was: str = "",
) -> Any:
    """A field of a group. low, high: bounds of a number; choices: the values allowed; secret: never shown;
    was: `group.name` under which Heat's configuration files have it, accepted as well."""
    return field(
        default=default,
        repr=not secret,
        metadata={"doc": doc, "low": low, "high": high, "choices": choices, "secret": secret, "was": was},
    )


@dataclass(frozen=True)
class Database:
    """Where all state is kept."""

    url: str = option(
        "sqlite:///isotherm.db",
        "SQLAlchemy URL: sqlite:///FILE, postgresql+psycopg://USER:PASSWORD@HOST/NAME or "
        "mysql+pymysql://USER:PASSWORD@HOST/NAME.",
        secret=True,
    )


@dataclass(frozen=True)
class Identity:
    """The service's own user, and where it and its callers are authenticated."""

    auth_url: str = option("http://127.0.0.1/identity/v3", "Identity service that the service user logs in to.")
    www_authenticate_uri: str = option(
        "", "Identity URL that callers without a valid token are told; the auth_url when empty."
    )
    username: str = option(
        "isotherm", "Name of the service user: it checks tokens and is the trustee of users' trusts."
    )
    password: str = option("", "Password of the service user.", secret=True)
    project_name: str = option("service", "Project that the service user logs in to.")
    user_domain_name: str = option("Default", "Domain of the service user.")
    project_domain_name: str = option("Default", "Domain of the service user's project.")
    memcached_servers: tuple[str, ...] = option(
        (),
        "host:port of memcached servers that share checked tokens between API "
        "processes; each process keeps its own when empty.",
    )
    token_cache_time: int = option(
        300, "Seconds a checked token is believed before it is checked again; -1: never cached.", low=-1
    )


@dataclass(frozen=True)
class CloudAccess:
    """How cloud services are called."""

    region_name: str = option(
        "", "Region whose endpoints are used; any when empty.", was="DEFAULT.region_name_for_services"
    )
    interface: str = option(
        "public",
        "Which endpoints of the catalogue are used.",
        choices=("public", "internal", "admin"),
        was="clients.endpoint_type",
    )
    ca_file: str = option("", "Bundle of CA certificates; the system's when empty.", was="clients.ca_file")
    cert_file: str = option("", "Client certificate shown to services.", was="clients.cert_file")
    key_file: str = option("", "Key of the client certificate.", was="clients.key_file")
    insecure: bool = option(False, "Do not verify certificates: for tests only.", was="clients.insecure")
    timeout_seconds: float = option(60.0, "Seconds a request may take before it counts as unanswered.", low=1)
    max_in_flight: int = option(16, "Requests at once to one project of a cloud, by one process.", low=1)
    retries: int = option(
        2,
        "How often a safe request is repeated at once when a service is unwell; after that the step is put off.",
        low=0,
        high=20,
        was="DEFAULT.client_retry_limit",
    )
    lookup_seconds: float = option(
        60.0,
        "Seconds a name found in the cloud (a flavour, an image) is remembered.",
        low=0,
        was="constraint_validation_cache.expiration_time",
    )


@dataclass(frozen=True)
class Engine:
    """The workers."""

    workers: int = option(1, "Processes started by `isotherm engine`.", low=1)
    threads: int = option(16, "Cloud calls at once in one worker.", low=1, high=512)
    lease_seconds: float = option(
        180.0,
        "Seconds a worker may take for one step before others may take it over; more than twice [cloud] timeout_seconds.",
        low=1,
    )
    poll_seconds: float = option(1.0, "Seconds between looks at the database when no hint comes.", low=0.01)
    max_attempts: int = option(
        8,
        "How often a step is tried when the cloud is unwell before its resource fails: with growing pauses, some two minutes.",
        low=1,
        was="DEFAULT.action_retry_limit",
    )
    janitor_seconds: float = option(
        60.0,
        "Seconds between clean-ups: definitions that no stack uses any more are dropped.",
        low=1,
        was="DEFAULT.periodic_interval",
    )


@dataclass(frozen=True)
class Limits:
    """What a user may ask for. -1 means no limit where it is allowed."""

    max_template_size: int = option(
        524288,
        "Bytes of a template, of an environment, or of one attached file.",
        low=1,
        was="DEFAULT.max_template_size",
    )
    max_json_body_size: int = option(
        1048576, "Bytes of a request's body, files included.", low=1, was="DEFAULT.max_json_body_size"
    )
    max_resources_per_stack: int = option(
        10000,
        "Resources of a stack together with those nested in it; -1: any number. Heat's "
        "own default of 1000 is lower because it loads a whole tree at once.",
        low=-1,
        was="DEFAULT.max_resources_per_stack",
    )
    max_nested_stack_depth: int = option(
        5, "How deep stacks may be nested.", low=0, was="DEFAULT.max_nested_stack_depth"
    )
    yaql_limit_iterators: int = option(
        200,
        "Elements that one collection of a yaql expression may have; its steps are bounded in proportion. Large trees such as "
        "TripleO's need 1000.",
        low=1,
        was="yaql.limit_iterators",
    )
    yaql_memory_quota: int = option(
        10000, "Bytes that one yaql expression may take; TripleO needs 100000.", low=1, was="yaql.memory_quota"
    )
    pattern_seconds: float = option(
        1.0,
        "Seconds of processor time that one match against a regular expression of a user may take; all matches of a request, or of "
        "a resource that is made, may take ten times as long together.",
        low=0.001,
    )
    max_pattern_size: int = option(
        5000, "Elements of a regular expression of a user: one that is repeated at least n times counts n times.", low=1
    )
    function_seconds: float = option(
        30.0,
        "Seconds of processor time that the functions of a template may take together when the template is checked, or when "
        "one of its resources is made.",
        low=0.1,
    )
    max_stacks_per_tenant: int = option(
        512,
        "Stacks of one project, nested ones not counted; -1: any number.",
        low=-1,
        was="DEFAULT.max_stacks_per_tenant",
    )
    max_software_configs_per_tenant: int = option(
        4096,
        "Software configs of one project; -1: any number.",
        low=-1,
        was="DEFAULT.max_software_configs_per_tenant",
    )
    max_events_per_stack: int = option(
        1000, "Events kept of one stack, the newest; -1: all.", low=-1, was="DEFAULT.max_events_per_stack"
    )
    stack_action_timeout: int = option(
        3600,
        "Seconds an action on a stack may take when its timeout is not given.",
        low=1,
        was="DEFAULT.stack_action_timeout",
    )


@dataclass(frozen=True)
class OperatorEnvironment:
    """What the operator adds to every user's environment. Read when a process starts."""

    directory: str = option(
        "/etc/isotherm/environment.d",
        "Directory of environment files (*.yaml, *.yml, *.env, *.json), merged in the order of their names below every "
        "user's environment: `resource_registry`, and `parameter_defaults` (`parameters` mean the same here). A file that "
        "cannot be used keeps the process from starting. No such directory: nothing is added.",
        was="DEFAULT.environment_dir",
    )
    template_directory: str = option(
        "/etc/isotherm/templates",
        "Directory in which a file:// URL of such a registry, or of a template there, may name a file.",
        was="DEFAULT.template_dir",
    )


@dataclass(frozen=True)
class Fetch:
    """What is fetched by URL when a client names it and does not send it: templates, and files of get_file."""

    allowed_urls: tuple[str, ...] = option(
        (),
        "URLs below which users may have files fetched, comma separated (https://templates.example.com/heat/); none: "
        "nothing is fetched. Whatever is allowed here, users can read with this service's reach into the network.",
    )
    timeout_seconds: float = option(
        10.0, "Seconds that fetching one file may take.", low=0.1, was="DEFAULT.template_fetch_timeout"
    )
    max_redirects: int = option(3, "How often a file may have moved; each place must be allowed.", low=0, high=20)
    max_files: int = option(50, "Files fetched for one request.", low=0)


@dataclass(frozen=True)
class Trusts:
    """How the service may go on acting for a user after the user's token has expired."""

    deferred_auth_method: str = option(
        "trusts",
        "What is asked of the identity service first; the other is tried when it is refused.",
        choices=("trusts", "application_credentials"),
        was="DEFAULT.deferred_auth_method",
    )
    trusts_delegated_roles: tuple[str, ...] = option(
        (), "Roles handed over; all of the user's when empty.", was="DEFAULT.trusts_delegated_roles"
    )


@dataclass(frozen=True)
class Secrets:
    """Encryption of what must not be readable in the database."""

    keys: tuple[str, ...] = option(
        (),
        "Fernet keys, comma separated: the first encrypts, all decrypt. `isotherm db rotate-keys` encrypts everything with the first.",
        secret=True,
    )


@dataclass(frozen=True)
class Api:
    """The HTTP server of `isotherm api`."""

    host: str = option("127.0.0.1", "Address to listen on.")
    port: int = option(8004, "Port to listen on; 0: any free one.", low=0, high=65535)
    threads: int = option(8, "Requests answered at once.", low=1, high=512)
    policy_file: str = option(
        "", "Operator's policy file (YAML or JSON) with rules that differ from the built-in ones."
    )
    public_url: str = option(
        "", "URL, without path, that clients reach the API at when a proxy does not say so itself; used in links."
    )


@dataclass(frozen=True)
class Bus:
    """How processes tell each other that there is work."""

    url: str = option(
        "local",
        "local: within a process; other processes find work when they next look (poll_seconds).",
        choices=("local",),
    )


@dataclass(frozen=True)
class Log:
    """What is written to standard error."""

    level: str = option(
        "INFO", "Least weight of a line that is written.", choices=("DEBUG", "INFO", "WARNING", "ERROR")
    )


@dataclass(frozen=True)
class Settings:
    """All settings, by group. The field is the group's name in files and in the environment."""

    database: Database = Database()
    keystone_authtoken: Identity = Identity()
    cloud: CloudAccess = CloudAccess()
    engine: Engine = Engine()
    limits: Limits = Limits()
    environment: OperatorEnvironment = OperatorEnvironment()
    fetch: Fetch = Fetch()
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


def authtoken_options(settings: Settings) -> dict[str, Any]:
    """The configuration that keystonemiddleware's `AuthProtocol(app, conf)` takes."""
    own, cloud = settings.keystone_authtoken, settings.cloud
    conf: dict[str, Any] = {
        "auth_type": "password",
        "www_authenticate_uri": own.www_authenticate_uri or own.auth_url,
        "token_cache_time": own.token_cache_time,
        "interface": cloud.interface,
        "insecure": cloud.insecure,
        "delay_auth_decision": False,
        "include_service_catalog": False,
        "oslo_config_config": _login_options(own),
    }
    given = {
        "memcached_servers": list(own.memcached_servers),
        "region_name": cloud.region_name,
        "cafile": cloud.ca_file,
        "certfile": cloud.cert_file,
        "keyfile": cloud.key_file,
    }
    return conf | {key: value for key, value in given.items() if value}


def _login_options(own: Identity) -> cfg.ConfigOpts:
    """Options of the login itself: given like the others, they would work but be warned of as unknown."""
    conf, group = cfg.ConfigOpts(), "keystone_authtoken"
    conf.register_opts(loading.get_auth_plugin_conf_options("password"), group=group)
    for name in ("auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name"):
        conf.set_override(name, getattr(own, name).replace("$", "$$"), group=group)
    return conf
