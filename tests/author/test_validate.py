"""`isotherm validate` as people and their tools call it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft4Validator

from isotherm.cli.main import cli

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*.yaml"))
SCHEMA = json.loads((HERE / "sarif-schema-2.1.0.json").read_text())
WRONG = """heat_template_version: 2021-04-16
parameters:
  size: {type: number, default: 3}
resources:
  net:
    type: OS::Neutron::Net
    properties: {nam: a}
  port:
    type: OS::Neutron::Port
    properties:
      network: {get_resource: nett}
      network_id: x
  inner:
    type: inner.yaml
outputs:
  address: {value: {get_attr: [port, fixed_ip]}, valu: 1}
"""
INNER = "heat_template_version: 2021-04-16\nresources:\n  s: {type: OS::Heat::RandomStrin}\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["validate", *(str(one) for one in arguments)])


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    (tmp_path / "inner.yaml").write_text(INNER)
    (tmp_path / "wrong.yaml").write_text(WRONG)
    return tmp_path / "wrong.yaml"


def read(result: Result) -> Any:
    return json.loads(result.output)


def test_one_run_tells_everything(wrong: Path) -> None:
    result = run(wrong)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert {one.rpartition(": ")[2].rstrip("]") for one in lines} == {
        "unknown-property", "unknown-reference", "unknown-type", "unknown-attribute", "unknown-output-key", "conflicting-properties"}
    assert f"{wrong}:7:18: resources.net.properties.nam: There is no property 'nam'. Did you mean 'name'? [error: unknown-property]" in lines
    assert any(one.startswith(f"{wrong.parent}/inner.yaml:3:13: ") and "Did you mean 'OS::Heat::RandomString'?" in one for one in lines)


def test_warnings_alone_are_no_failure(wrong: Path) -> None:
    wrong.write_text("heat_template_version: 2021-04-16\noutputs: {o: {value: 1, valu: 1}}\n")
    result = run(wrong)
    assert result.exit_code == 0
    assert "[warning: unknown-output-key]" in result.output


def test_codes_can_be_left_out(wrong: Path) -> None:
    left = {one["code"] for one in read(run(wrong, "--format", "json", "--ignore", "unknown-type", "--ignore", "unknown-property"))}
    assert left == {"unknown-reference", "unknown-attribute", "unknown-output-key", "conflicting-properties"}


def test_a_code_that_does_not_exist_is_refused(wrong: Path) -> None:
    result = run(wrong, "--ignore", "unknown-typ")
    assert result.exit_code == 2
    assert "Did you mean 'unknown-type'?" in result.output


def test_parameters_and_environments(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\nparameters: {n: {type: number}}\n")
    (tmp_path / "e.yaml").write_text("parameters: {n: x}\n")
    assert run(tmp_path / "t.yaml").exit_code == 0
    assert "must be a number" in run(tmp_path / "t.yaml", "-P", "n=x").output
    assert "must be a number" in run(tmp_path / "t.yaml", "-e", tmp_path / "e.yaml").output
    assert run(tmp_path / "t.yaml", "-e", tmp_path / "e.yaml", "-P", "n=1").exit_code == 0
    assert run(tmp_path / "t.yaml", "-e", tmp_path / "e.yaml", "--schema-only").exit_code == 0
    assert run(tmp_path / "t.yaml", "-P", "n").exit_code == 2


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_sound(path: Path) -> None:
    for more in ((), ("--schema-only",)):
        result = run(path, *more)
        assert (result.exit_code, result.output) == (0, "")


def test_sarif_is_valid_and_says_the_same(wrong: Path) -> None:
    log = read(run(wrong, "--format", "sarif"))
    assert list(Draft4Validator(SCHEMA).iter_errors(log)) == []
    results = log["runs"][0]["results"]
    told = read(run(wrong, "--format", "json"))
    assert [one["ruleId"] for one in results] == [one["code"] for one in told]
    inner = next(one for one in results if one["ruleId"] == "unknown-type")
    where = inner["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == (wrong.parent / "inner.yaml").as_uri()
    assert where["region"] == {"startLine": 3, "startColumn": 13}
    assert inner["relatedLocations"][0]["logicalLocations"] == [{"fullyQualifiedName": "resources.inner"}]
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)


def test_sarif_of_a_sound_template_is_valid_too(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\n")
    result = run(tmp_path / "t.yaml", "--format", "sarif")
    assert result.exit_code == 0
    assert list(Draft4Validator(SCHEMA).iter_errors(read(result))) == []
    assert read(result)["runs"][0]["results"] == []


def test_sarif_names_files_from_the_working_directory(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(wrong.parent)
    log = read(run(wrong.name, "--format", "sarif"))
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log["runs"][0]["results"]}
    assert uris == {"wrong.yaml", "inner.yaml"}
