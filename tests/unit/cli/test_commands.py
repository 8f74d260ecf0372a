"""The command line, in this process."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isotherm.cli.main import COMMANDS, cli
from isotherm.config import options

GOOD = "heat_template_version: 2021-04-16\nresources:\n  r: {type: OS::Heat::RandomString}\n"
BAD = "heat_template_version: 2021-04-16\nresources:\n  r:\n    type: OS::Heat::RandomStrin\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_an_unknown_command() -> None:
    assert run("upp").exit_code == 2


@pytest.mark.parametrize("form", ["ini", "markdown", "json"])
def test_every_option_is_printed(form: str) -> None:
    result = run("config", "--format", form)
    assert result.exit_code == 0
    assert all(option.name in result.output for option in options())


def test_the_printed_file_can_be_read_back(tmp_path: Path) -> None:
    file = tmp_path / "isotherm.conf"
    file.write_text(
        "\n".join(line.removeprefix("#") for line in run("config").output.splitlines() if not line.startswith("# "))
    )
    result = run("db", "upgrade", "--config", file)
    assert "[secrets] keys" in result.output  # everything was read; a key is the one thing that has no default


def test_a_sound_template(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD)
    result = run("validate", tmp_path / "t.yaml")
    assert (result.exit_code, result.output) == (0, "")


def test_an_unsound_template_is_told_by_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(BAD)
    result = run("validate", file)
    assert result.exit_code == 1
    assert result.output.startswith(f"{file}:4:")
    assert "OS::Heat::RandomString" in result.output
    told = json.loads(run("validate", "--format", "json", file).output)
    assert told[0]["place"]["line"] == 4


def test_files_beside_the_template_are_found(tmp_path: Path) -> None:
    (tmp_path / "outer.yaml").write_text(GOOD.replace("OS::Heat::RandomString", "inner.yaml"))
    (tmp_path / "inner.yaml").write_text(BAD)
    result = run("validate", tmp_path / "outer.yaml")
    assert result.exit_code == 1
    assert "inner.yaml" in result.output


def test_a_registry_entry_is_followed(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD.replace("OS::Heat::RandomString", "My::Type"))
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "e.yaml").write_text("resource_registry: {'My::Type': mine.yaml}\n")
    assert run("validate", tmp_path / "t.yaml").exit_code == 1
    result = run("validate", tmp_path / "t.yaml", "-e", tmp_path / "e.yaml")
    assert (result.exit_code, result.output) == (0, "")


def test_a_wrong_database_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, words in (
        ("nonsense", "[database] url"),
        ("oracle+x://h/d", "[database] url"),
        (f"sqlite:///{tmp_path}/no/x.db", "[database] url"),
    ):
        monkeypatch.setenv("OS_ISOTHERM__DATABASE__URL", url)
        monkeypatch.setenv("OS_ISOTHERM__SECRETS__KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
        result = run("db", "upgrade")
        assert result.exit_code == 78, result.output
        assert words in result.output
        assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--fail", "now and then", "fault rule 'now and then'"), ("--delay", "x", "kind=seconds")],
)
@pytest.mark.parametrize("name", ["up", "sim"])
def test_a_wrong_option_about_the_simulated_cloud(
    name: str, option: str, value: str, words: str, tmp_path: Path
) -> None:
    result = run(name, option, value, "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
