"""Reading the options: INI files, then the environment (`OS_ISOTHERM__GROUP__OPTION`), then the caller's own values.

Each is stronger than the one before.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

from oslo_config import cfg, types

from isotherm.config import ENVIRONMENT_PREFIX, Option, Settings, groups, options

DEFAULT_FILES = (Path("/etc/isotherm/isotherm.conf"),)


class ConfigError(Exception):
    """A value cannot be used; the message names the option, its value and what is allowed."""


def load(
    files: Sequence[str | Path] | None = None,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings.

    files: INI files, the last one wins; None: /etc/isotherm/isotherm.conf if it is there.
    overrides: {group: {option: value}}. environment: instead of the process's own.
    Raises ConfigError.
    """
    if files is None:
        files = [path for path in DEFAULT_FILES if path.is_file()]
    conf = _parser()
    _read(conf, files)
    for source, group, name, value in (
        *_from_environment(os.environ if environment is None else environment),
        *_from_caller(overrides or {}),
    ):
        _override(conf, source, group, name, value)
    known: dict[str, dict[str, Any]] = {name: {} for name in groups()}
    for o in options():
        known[o.group][o.name] = _value(conf, o)
    settings = Settings(**{name: cls(**known[name]) for name, cls in groups().items()})
    _cross_check(settings)
    return settings


def _parser() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    for o in options():
        group, _, name = o.was.partition(".")
        older = [cfg.DeprecatedOpt(name, group=group)] if o.was and (group, name) != (o.group, o.name) else []
        conf.register_opt(
            cfg.Opt(o.name, type=_type(o), default=o.default, help=o.doc, secret=o.secret, deprecated_opts=older),
            group=o.group,
        )
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
        conf(
            args=[],
            project="isotherm",
            default_config_files=[str(path) for path in files],
            default_config_dirs=[],
            use_env=False,
            validate_default_values=True,
        )
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
        raise ConfigError(
            f"[{o.group}] {o.name}: ${error.opt_name} names no option; write $$ for a dollar sign"
        ) from None
    except (cfg.ConfigFileValueError, ValueError) as error:
        raise ConfigError(_complaint(f"[{o.group}] {o.name}", o.group, o.name, error)) from None
    return tuple(value) if get_origin(o.type) is tuple else value


def _complaint(source: str, group: str, name: str, error: Exception) -> str:
    """oslo.config's own words quote the value: not for secrets."""
    secret = any(o.secret for o in options() if (o.group, o.name) == (group, name))
    return f"{source}: the value cannot be used" if secret else f"{source}: {error}"


def _cross_check(settings: Settings) -> None:
    if settings.engine.lease_seconds <= 2 * settings.cloud.timeout_seconds:
        raise ConfigError(
            f"[engine] lease_seconds ({settings.engine.lease_seconds:g}) must be more than twice [cloud] timeout_seconds "
            f"({settings.cloud.timeout_seconds:g}), or a slow request would be made twice"
        )
    for url in settings.fetch.allowed_urls:
        if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
            raise ConfigError(f"[fetch] allowed_urls: {url!r} is no http:// or https:// URL with a host")
    if settings.limits.max_json_body_size < settings.limits.max_template_size:
        raise ConfigError(
            f"[limits] max_json_body_size ({settings.limits.max_json_body_size}) must hold a template of "
            f"max_template_size ({settings.limits.max_template_size})"
        )
