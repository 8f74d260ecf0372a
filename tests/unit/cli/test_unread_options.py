"""Lines of a configuration file that nobody reads are told by line, with what was probably meant; those of Heat are no mistakes."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isotherm.cli import unread
from isotherm.cli.heat_options import ELSEWHERE, OPTIONS, SECTIONS
from isotherm.cli.main import cli
from isotherm.config import options
from isotherm.configfile import load

HEATS = """
[DEFAULT]
debug = True
transport_url = rabbit://user:hidden@host:5672/
log_dir = /var/log/heat
log-file = heat.log
stack_user_domain_name = heat
max_template_size = 600000
[database]
max_pool_size = 5
connection_recycle_time = 280
[keystone_authtoken]
auth_url = http://identity/v3
auth_type = password
username = heat
password = s3cret
project_domain_name = Default
user_domain_id = default
service_token_roles_required = true
memcache_security_strategy = ENCRYPT
[trustee]
auth_type = password
[clients_keystone]
auth_uri = http://identity
[oslo_policy]
enforce_scope = true
[oslo_messaging_rabbit]
rabbit_quorum_queue = true
[cache]
enabled = true
[cors]
allowed_origin =
    http://one
    http://two
[clients]
endpoint_type = internal
[constraint_validation_cache]
caching = true
"""


def check(tmp_path: Path, text: str) -> Result:
    file = tmp_path / "isotherm.conf"
    file.write_text(text)
    return CliRunner().invoke(cli, ["config", "check", "--config", str(file)])


def wrong(tmp_path: Path, text: str) -> list[str]:
    """What is wrong, without the name of the file."""
    result = check(tmp_path, text)
    found = [line.removeprefix(f"error: {tmp_path / 'isotherm.conf'}:") for line in result.output.splitlines() if line.startswith("error: ")]
    assert result.exit_code == bool(found)
    return found


@pytest.mark.parametrize(("text", "said"), [
    ("# c\n\n[engine]\nworker = 2\n", "4: [engine] worker: there is no such option, so it does nothing; did you mean workers?"),
    ("[limits]\nmax-template-size=1\n", "2: [limits] max-template-size: there is no such option, so it does nothing; did you mean max_template_size?"),
    ("[engine]\nmax_template_size: 9\n",
     "2: [engine] max_template_size: there is no such option, so it does nothing; did you mean [limits] max_template_size?"),
    ("[DEFAULT]\nmax_templat_size = 9\n", "2: [DEFAULT] max_templat_size: there is no such option, so it does nothing; did you mean max_template_size?"),
    ("[clients]\nendpoint_typ = admin\n", "2: [clients] endpoint_typ: there is no such option, so it does nothing; did you mean endpoint_type?"),
    ("[keystone_authtoken]\npasword = x\n", "2: [keystone_authtoken] pasword: there is no such option, so it does nothing; did you mean password?"),
    ("[api]\nzebra = 1\n", "2: [api] zebra: there is no such option, so it does nothing"),
    ("[enigne]\nworkers = 2\nthreads = 3\n", "1: [enigne]: there is no such section, so nothing in it is read; did you mean [engine]?"),
    ("[database]\nconnection = mysql+pymysql://h:s3cret@db/heat\n", "2: [database] connection: not read here; set [database] url instead"),
    ("[heat_api]\nbind_port = 80\n", "2: [heat_api] bind_port: not read here; set [api] port instead"),
], ids=lambda value: value[:12].replace("\n", " "))
def test_a_mistake_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    assert wrong(tmp_path, text) == [said]


def test_values_that_go_on_over_lines_are_no_options(tmp_path: Path) -> None:
    assert wrong(tmp_path, "[fetch]\nallowed_urls = http://a/,\n  http://b/x=y,\n\thttp://c/\n; worker = 1\n") == []


def test_a_file_of_heats_is_sound_and_what_does_nothing_is_noted(tmp_path: Path) -> None:
    result = check(tmp_path, HEATS)
    assert result.exit_code == 0, result.output
    notes = [line.split(": ", 2)[2] for line in result.output.splitlines()]
    assert "[DEFAULT] debug: an option of Heat without meaning here" in notes
    assert "[DEFAULT] log-file: an option of Heat without meaning here" in notes
    assert "[oslo_policy] enforce_scope: an option of Heat without meaning here" in notes
    assert not any("max_template_size" in note or "endpoint_type" in note for note in notes), "these are read"
    assert "s3cret" not in result.output
    assert "hidden" not in result.output


@pytest.mark.parametrize("text", [
    "[database]\nconnection = postgresql+psycopg://db/heat\nurl = postgresql+psycopg://db/isotherm\n",      # asked for in its own place, too
    "[keystone_authtoken]\nuser_domain_id = default\ninsecure = false\n",                                   # what holds anyway
], ids=["both", "default"])
def test_what_heat_has_elsewhere_is_no_mistake_when_nothing_is_missed(text: str, tmp_path: Path) -> None:
    assert wrong(tmp_path, text) == []


def test_a_value_that_cannot_be_used_comes_first(tmp_path: Path) -> None:
    result = check(tmp_path, "[engine]\nworkers = none\nworker = 2\n")
    assert result.exit_code == 78
    assert "[engine] workers" in result.output


def test_the_printed_file_is_sound(tmp_path: Path) -> None:
    whole = CliRunner().invoke(cli, ["config"]).output
    assert wrong(tmp_path, "\n".join(line.removeprefix("#") for line in whole.splitlines() if not line.startswith("# "))) == []


def test_a_process_warns_when_it_starts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "isotherm.conf"
    file.write_text("[engine]\nworker = 2\n[DEFAULT]\ndebug = true\n")
    with caplog.at_level(logging.INFO):
        unread.warn([file], load([file], environment={}))
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [f"{file}:2: [engine] worker: there is no such option, so it does nothing; did you mean workers?"]
    assert next(record.getMessage() for record in caplog.records if record.levelno == logging.INFO).startswith("1 options")


@pytest.mark.parametrize("command", [["db", "upgrade"], ["engine"], ["api"], ["up", "--data", "file/data"]], ids=lambda words: words[0])
def test_every_command_that_reads_a_file_warns(command: list[str], tmp_path: Path) -> None:
    """Each is stopped by something wrong that it meets after the options."""
    file = tmp_path / "isotherm.conf"
    file.write_text("[database]\nulr = sqlite:///x\n")
    (tmp_path / "file").write_text("no directory")
    done = subprocess.run([sys.executable, "-m", "isotherm.cli.main", *command, "--config", str(file)], cwd=tmp_path, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 78, done.stderr
    assert f"{file}:2: [database] ulr: there is no such option, so it does nothing; did you mean url?" in done.stderr


def test_the_tables_do_not_hide_options_that_are_read() -> None:
    read = {(option.group, option.name) for option in options()}
    read |= {(section, name) for option in options() if option.was for section, _, name in [option.was.partition(".")]}
    assert not {(section, name) for section, names in OPTIONS.items() for name in names} & read
    assert not {section for section, _ in read} & SECTIONS
    assert set(ELSEWHERE.values()) <= {(option.group, option.name) for option in options()}
    assert not set(ELSEWHERE) & read
