"""Options: one declaration, three sources, one sentence when something is wrong."""

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from isotherm.config import Settings, authtoken_options, options
from isotherm.configfile import ConfigError, load

OPTIONS = list(options())


def read(text: str, tmp_path: Path, overrides: Any = None, environment: dict[str, str] | None = None) -> Settings:
    file = tmp_path / "isotherm.conf"
    file.write_text(text)
    return load([file], overrides, environment or {})


def test_without_any_source_the_defaults_hold() -> None:
    assert load([], None, {}) == Settings()


def test_files_then_environment_then_the_caller(tmp_path: Path) -> None:
    text = "[engine]\nthreads = 5\nmax_attempts = 6\nworkers = 7\n"
    environment = {"OS_ISOTHERM__ENGINE__MAX_ATTEMPTS": "8", "OS_ISOTHERM__ENGINE__WORKERS": "9", "OTHER": "x"}
    engine = read(text, tmp_path, {"engine": {"workers": 10}}, environment).engine
    assert (engine.threads, engine.max_attempts, engine.workers) == (5, 8, 10)


def test_lists_booleans_and_numbers(tmp_path: Path) -> None:
    settings = read("[secrets]\nkeys = a, b\n[cloud]\ninsecure = yes\ntimeout_seconds = 2.5\n", tmp_path)
    assert settings.secrets.keys == ("a", "b")
    assert settings.cloud.insecure is True
    assert settings.cloud.timeout_seconds == 2.5


def test_options_are_read_where_heat_has_them(tmp_path: Path) -> None:
    settings = read("[DEFAULT]\nmax_stacks_per_tenant = 3\n[clients]\nendpoint_type = internal\n", tmp_path)
    assert settings.limits.max_stacks_per_tenant == 3
    assert settings.cloud.interface == "internal"


def test_a_dollar_is_a_dollar_outside_of_files(tmp_path: Path) -> None:
    environment = {"OS_ISOTHERM__KEYSTONE_AUTHTOKEN__PASSWORD": "a$b$$c"}
    assert load([], None, environment).keystone_authtoken.password == "a$b$$c"
    assert load([], {"secrets": {"keys": ("$x",)}}, {}).secrets.keys == ("$x",)
    assert read("[keystone_authtoken]\npassword = a$$b\n", tmp_path).keystone_authtoken.password == "a$b"


WRONG = [
    ("[engine]\nthreads = many\n", r"\[engine\] threads: .*'many'"),
    ("[engine]\nthreads = 0\n", r"\[engine\] threads: .*greater than or equal to 1"),
    ("[cloud]\ninterface = outside\n", "public, internal, admin"),
    ("[engine]\nlease_seconds = 10\n", "must be more than twice .cloud. timeout_seconds"),
    ("[limits]\nmax_json_body_size = 10\n", "must hold a template"),
    ("[keystone_authtoken]\npassword = a$b\n", "names no option; write"),
    ("no section", "is no INI file"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_file_is_one_sentence(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words):
        read(text, tmp_path)


def test_a_wrong_name_in_the_environment() -> None:
    with pytest.raises(ConfigError, match="OS_ISOTHERM__ENGINE__THREDS: there is no option 'threds' in group 'engine'"):
        load([], None, {"OS_ISOTHERM__ENGINE__THREDS": "3"})


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"No such configuration file: .*nothing\.conf"):
        load([tmp_path / "nothing.conf"], None, {})


def test_secrets_are_not_shown() -> None:
    settings = load(
        [], {"keystone_authtoken": {"password": "hush"}, "database": {"url": "postgresql://u:hush@h/d"}}, {}
    )
    assert "hush" not in repr(settings)


def test_settings_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().engine.threads = 3  # type: ignore[misc]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: f"{option.group}.{option.name}")
def test_every_option_is_described(option: Any) -> None:
    assert option.doc.endswith(".")
    assert option.doc[0].isupper() or option.doc.startswith(("local", "host"))
    assert len(option.doc) > 15


def test_keystonemiddleware_gets_the_service_user() -> None:
    settings = load(
        [], {"keystone_authtoken": {"password": "p$1", "auth_url": "http://i/v3"}, "cloud": {"ca_file": "/ca"}}, {}
    )
    conf = authtoken_options(settings)
    assert conf["oslo_config_config"].keystone_authtoken.password == "p$1"
    assert (conf["www_authenticate_uri"], conf["cafile"], conf["delay_auth_decision"]) == ("http://i/v3", "/ca", False)
    assert "memcached_servers" not in conf
