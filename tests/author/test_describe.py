"""`isotherm describe` as people and their tools call it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pygraphviz
import pytest
from click.testing import CliRunner, Result

from isotherm.cli.main import cli

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "web-tier.yaml"
SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"net", "subnet", "router", "router_interface", "firewall", "ssh_rule", "key", "password", "front_port", "back_port", "front", "back",
         "floating_ip", "data", "data_attachment"}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["describe", *(str(one) for one in arguments)])


def test_graphviz_reads_the_graph() -> None:
    graph = pygraphviz.AGraph(string=run(EXAMPLE, "--format", "dot").output)
    assert set(graph.nodes()) == NAMES
    told = json.loads(run(EXAMPLE, "--format", "json").output)
    assert set(graph.edges()) == {(one["needed"], one["user"]) for one in told["edges"]}
    assert graph.get_edge("router_interface", "floating_ip").attr["style"] == "dashed"


def test_the_drawing_shows_every_resource_and_edge() -> None:
    root = ElementTree.fromstring(run(EXAMPLE, "--format", "svg").output)
    titles = [one.findtext(f"{SVG}title") for one in root.iter(f"{SVG}g") if one.get("class") == "node"]
    assert sorted(titles) == sorted(NAMES)
    told = json.loads(run(EXAMPLE, "--format", "json").output)
    assert len([one for one in root.iter(f"{SVG}g") if one.get("class") == "edge"]) == len(told["edges"])


def test_awkward_names_come_through(tmp_path: Path) -> None:
    name = 'a "quoted" <b> & \\back'
    (tmp_path / "t.yaml").write_text(json.dumps({"heat_template_version": "2021-04-16", "resources": {name: {"type": "OS::Heat::None"}}}))
    graph = pygraphviz.AGraph(string=run(tmp_path / "t.yaml", "--format", "dot").output)
    assert [one.attr["label"] for one in graph.nodes()] == ['a "quoted" <b> & \\\\back\\nOS::Heat::None']
    ElementTree.fromstring(run(tmp_path / "t.yaml", "--format", "svg").output)


def test_parameters_decide_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "heat_template_version: 2021-04-16\nparameters: {wanted: {type: boolean, default: false}}\n"
        "conditions: {c: {get_param: wanted}}\nresources: {r: {type: OS::Heat::None, condition: c}}\n")
    assert json.loads(run(tmp_path / "t.yaml", "--format", "json").output)["resources"] == []
    assert len(json.loads(run(tmp_path / "t.yaml", "--format", "json", "-P", "wanted=true").output)["resources"]) == 1


@pytest.mark.parametrize("form", ["text", "svg"])
def test_errors_are_told_instead(tmp_path: Path, form: str) -> None:
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\nresources: {r: {type: OS::Heat::Non}}\n")
    result = run(tmp_path / "t.yaml", "--format", form)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Did you mean 'OS::Heat::None'?" in result.stderr


NESTED = """heat_template_version: 2021-04-16
parameters: {n: {type: number}}
resources: {w: {type: OS::Heat::RandomString, properties: {length: {get_param: n}}}}
outputs:
  word: {value: {get_attr: [w, value]}}
  both: {value: [{get_param: n}, {get_param: n}]}
"""


def test_a_nested_template_is_shown_by_its_typed_attributes(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(NESTED)
    (tmp_path / "t.yaml").write_text("heat_template_version: 2021-04-16\nresources: {a: {type: inner.yaml, properties: {n: 3}}, b: {type: OS::Heat::None}}\n")
    told = {one["name"]: one["attributes"] for one in json.loads(run(tmp_path / "t.yaml", "--format", "json").output)["resources"]}
    assert told == {"a": {"word": "string", "both": "list<number>"}, "b": {}}
    assert "Attributes of nested templates\n  a  word  string\n  a  both  list<number>" in run(tmp_path / "t.yaml").output


def test_a_large_template_stays_readable(tmp_path: Path) -> None:
    names = [f"r{number}" for number in range(500)]
    document = {"heat_template_version": "2021-04-16", "resources": {
        **{name: {"type": "OS::Heat::None"} for name in names}, "last": {"type": "OS::Heat::None", "depends_on": names}}}
    (tmp_path / "t.yaml").write_text(json.dumps(document))
    lines = run(tmp_path / "t.yaml").output.splitlines()
    assert len(lines) < 520
    assert max(map(len, lines)) < 160
    assert lines[-1].endswith("and 488 more")


def test_formats_that_are_none_are_refused() -> None:
    result = run(EXAMPLE, "--format", "png")
    assert result.exit_code == 2
    assert "'text', 'json', 'dot', 'svg'" in result.stderr
