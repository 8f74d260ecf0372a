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


def test_sarif_says_what_each_code_means(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(wrong.parent)
    log = read(run(wrong, "--format", "sarif", "--docs", "https://docs.example/isotherm/"))
    assert list(Draft4Validator(SCHEMA).iter_errors(log)) == []
    run_of = log["runs"][0]
    for rule in run_of["tool"]["driver"]["rules"]:
        assert rule["helpUri"] == f"https://docs.example/isotherm/reference/codes/#{rule['id']}"
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"] in rule["help"]["markdown"]
    # absolute as the command line named it, and yet from the repository's root
    places = [one["locations"][0]["physicalLocation"] for one in run_of["results"]]
    assert {one["artifactLocation"]["uri"] for one in places} == {"wrong.yaml", "inner.yaml"}
    assert all(one["artifactLocation"]["uriBaseId"] in run_of["originalUriBaseIds"] for one in places)
    assert all("startLine" in one["region"] for one in places)


def test_json_has_these_keys(wrong: Path) -> None:
    for one in read(run(wrong, "--format", "json")):
        assert sorted(one) == ["allowed", "code", "hint", "message", "place", "severity", "used_by"]
        assert sorted(one["place"]) == ["column", "file", "line", "path"]
        assert one["severity"] in ("error", "warning", "deprecation")


def test_strict_lets_warnings_fail(wrong: Path) -> None:
    wrong.write_text("heat_template_version: 2021-04-16\noutputs: {o: {value: 1, valu: 1}}\n")
    assert run(wrong, "--strict").exit_code == 1
    assert run(wrong, "--strict", "--ignore", "unknown-output-key").exit_code == 0


def test_what_is_wrong_with_an_environment_hides_nothing(wrong: Path) -> None:
    bad, good = wrong.parent / "bad.yaml", wrong.parent / "good.yaml"
    bad.write_text("parametrs: {}\nresource_registry: {a: [1], resources: {x: {hooks: pre-creat}}}\nparameters:\n  size: many\n  sise: 1\n")
    good.write_text("parameters: {other: 1}\n")
    lines = run(wrong, "-e", bad, "-e", good).output.splitlines()
    assert [one.partition(": ")[0] for one in lines if "bad.yaml" in one] == [
        f"{bad}:1:1", f"{bad}:2:24", f"{bad}:2:52", f"{bad}:4:3", f"{bad}:5:3"]
    assert sum("pre-creat" in one for one in lines) == 1
    assert any(one.startswith(f"{good}:1:14: parameters.other: ") for one in lines)
    assert any("unknown-attribute" in one for one in lines)


@pytest.mark.parametrize(("environment", "told"), [
    ("parametrs: {}\n", True), ("resource_registri: {'My::Type': inner.yaml}\n", False), ("resource_registry: [\n", False), ("event_sinks: 3\n", True)])
def test_a_type_that_a_broken_environment_may_map_is_not_told_of(tmp_path: Path, environment: str, told: bool) -> None:
    (tmp_path / "e.yaml").write_text(environment)
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\nresources: {r: {type: My::Type}}\n")
    codes = [one["code"] for one in read(run(tmp_path / "t.yaml", "-e", tmp_path / "e.yaml", "--format", "json"))]
    assert len(codes) == 1 + told
    assert ("unknown-type" in codes) is told


@pytest.mark.parametrize(("content", "said"), [
    (b"heat_template_version: 2021-04-16\ndescription: Gr\xf6\xdfe\n", ":2:16: The text is not UTF-8"),
    ("heat_template_version: 2021-04-16\n".encode("utf-16"), ":1:1: The text is not UTF-8"),
    (b"heat_template_version: 2021-04-16\n\xc3\xa4: \x00\n", ":2:4: This is neither YAML nor JSON"),
    (b"", ":1:1: The template does not say its version"),
    (b"- a\n", ":1:1: A template is a map"),
    (b"heat_template_version: 2021-04-16\nresources:\n\ta: 1\n", ":3:1: This is neither"),
], ids=["latin-1", "utf-16", "nul", "empty", "list", "tab"])
def test_texts_that_are_no_templates(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "t.yaml").write_bytes(content)
    (tmp_path / "user.yaml").write_text("heat_template_version: 2021-04-16\nresources: {r: {type: t.yaml}}\n")
    result = run(tmp_path / "t.yaml")
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith(f"{tmp_path / 't.yaml'}{said}")
    assert any(one.startswith(str(tmp_path / "t.yaml")) for one in run(tmp_path / "user.yaml").output.splitlines())


@pytest.mark.parametrize("content", [
    b"\xef\xbb\xbfheat_template_version: 2021-04-16\nresources:\n  r:\n    type: OS::Heat::RandomStrin\n",
    b"heat_template_version: 2021-04-16\r\nresources:\r\n  r:\r\n    type: OS::Heat::RandomStrin\r\n",
], ids=["byte order mark", "carriage returns"])
def test_marks_of_other_systems_change_no_place(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.yaml").write_bytes(content)
    assert run(tmp_path / "t.yaml").output.startswith(f"{tmp_path / 't.yaml'}:4:11: resources.r.type: ")


def test_a_file_that_is_missing_is_an_error_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\nresources: {r: {type: iner.yaml}}\noutputs: {o: {value: {get_file: b.sh}}}\n")
    (tmp_path / "inner.yaml").write_text(INNER)
    lines = run(tmp_path / "t.yaml").output.splitlines()
    assert lines == [f"{tmp_path}/t.yaml:2:23: resources.r.type: There is no file 'iner.yaml' here. Did you mean 'inner.yaml'? [error: missing-file]",
                     f"{tmp_path}/t.yaml:3:33: outputs.o.value.get_file: There is no file 'b.sh' here. [error: missing-file]"]


MISTAKES = """heat_template_version: 2021-04-16
parameters:
  count: {type: numbr}
  count: {type: numbr}
resources:
  a: {type: OS::Heat::Value, properties: {value: {get_param: count}}, depends_on: b}
  b: {type: OS::Heat::Value, properties: {value: {get_attr: [a, value]}}}
  c: {type: OS::Heat::None, depends_on: c}
  server:
    type: OS::Nova::Server
    properties:
      flavour: small
      image: {get_param: imag}
      networks:
        - {network: {get_resource: nett}}
        - {prt: x}
      user_data: {str_repalce: {template: x, params: {}}}
outputs:
  o: {valu: 1}
"""


def test_one_mistake_is_one_finding_at_its_word(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(MISTAKES)
    found = [(one["code"], one["place"]["line"], one["place"]["column"]) for one in read(run(tmp_path / "t.yaml", "--format", "json"))]
    lines = MISTAKES.splitlines()
    assert [(code, lines[line - 1][column - 1:].strip(" {").split(",")[0].split(":")[0].rstrip("}")) for code, line, column in found] == [
        ("duplicate-key", "count"), ("parameter-declaration", "numbr"), ("circular-dependency", "a"), ("circular-dependency", "c"),
        ("unknown-property", "flavour"), ("missing-parameter", "imag"), ("unknown-reference", "nett"), ("unknown-property", "prt"),
        ("not-a-function", "str_repalce"), ("bad-output", "valu")]


def test_a_template_that_is_used_twice_is_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\nresources: {r: {type: inner.yaml}, s: {type: inner.yaml}, t: {type: inner.yaml}}\n")
    (line,) = run(tmp_path / "t.yaml").output.splitlines()
    assert "(The same by 2 more uses.)" in line


def test_sarif_names_files_from_the_working_directory(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(wrong.parent)
    log = read(run(wrong.name, "--format", "sarif"))
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log["runs"][0]["results"]}
    assert uris == {"wrong.yaml", "inner.yaml"}
