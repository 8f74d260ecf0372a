"""The operator's environment: what lies below that of every user."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from isotherm.model.errors import Invalid
from isotherm.template import EMPTY, Environment, Limits, merge, parse, parse_environment
from isotherm.template.naming import targets, templates_of, types_and_files

ENDINGS = (".yaml", ".yml", ".env", ".json")
FILE = "file://"


class SiteError(Exception):
    """A file of the operator cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Site:
    """environment: registry and defaults. files: URL -> text, of the templates and files that these need and that lie here.
    urls: the templates that the registry names, wherever they lie."""

    environment: Environment = EMPTY
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def urls(self) -> frozenset[str]:
        return targets(self.environment.registry)


NO_SITE = Site()


def read_site(directory: Path, templates: Path, limits: Limits) -> Site:
    """The files of a directory, by name, as one environment; none when there is no such directory. templates: where file:// URLs
    may lead. Raises SiteError."""
    if not directory.is_dir():
        return NO_SITE
    paths = sorted(path for path in directory.iterdir() if path.suffix in ENDINGS and not path.name.startswith("."))
    environment = merge(*(_environment(path, limits) for path in paths))
    return Site(environment, dict(_files(environment, templates, limits)))


def _environment(path: Path, limits: Limits) -> Environment:
    try:
        own = parse_environment(path.read_bytes(), str(path), limits)
    except Invalid as error:
        raise SiteError(f"{path} is no environment: {error}") from None
    except OSError as error:
        raise SiteError(f"{path} cannot be read: {error.strerror}") from None
    unfit = [word for word, value in (("event_sinks", own.event_sinks), ("encrypted_param_names", own.encrypted_param_names)) if value]
    if unfit:
        raise SiteError(f"{path}: {unfit[0]} is for users' environments; the operator's has resource_registry and parameter_defaults")
    for url in targets(own.registry):
        if "://" not in url:
            raise SiteError(f"{path}: {url} must be a URL: {FILE}/... or https://...")
    return Environment(parameter_defaults={**own.parameters, **own.parameter_defaults}, registry=own.registry,
                       merge_strategies=own.merge_strategies)


def _files(environment: Environment, allowed: Path, limits: Limits) -> Iterator[tuple[str, str]]:
    """The files that lie here and are needed, each with those that it needs in turn."""
    known: set[str] = set()
    wanted = [(url, "the registry") for url in sorted(targets(environment.registry))]
    while wanted:
        url, user = wanted.pop()
        if url in known or not url.startswith(FILE):
            continue
        known.add(url)
        text = _text(url, user, allowed, limits)
        yield url, text
        if url.endswith((".yaml", ".yml", ".template", ".json")):
            wanted += [(other, url) for other in _named(url, text, environment, limits)]


def _named(url: str, text: str, environment: Environment, limits: Limits) -> list[str]:
    try:
        types, files = types_and_files(parse(text, url, limits))
    except Invalid:
        return []                       # a file for get_file; as a template it is refused where it is used
    named = [*templates_of(types, environment.registry), *files]
    relative = [name for name in named if "://" not in name]
    if relative:
        raise SiteError(f"{url} names {relative[0]!r}; a template of the operator names others by URL: {FILE}/... or https://...")
    return named


def _text(url: str, user: str, allowed: Path, limits: Limits) -> str:
    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    if parts.netloc not in ("", "localhost") or not path.is_relative_to(allowed.resolve()):
        raise SiteError(f"{user} names {url}, which is not below [environment] template_directory ({allowed})")
    try:
        content = path.read_bytes()
        if len(content) > limits.text:
            raise SiteError(f"{path} has {len(content)} bytes; [limits] max_template_size is {limits.text}")
        return content.decode()
    except OSError as error:
        raise SiteError(f"{user} names {url}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SiteError(f"{path} is not UTF-8 text") from None
