"""What holds for the findings in any text."""

import json
import string
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from isotherm.author.findings import findings
from isotherm.author.sarif import sarif
from isotherm.cli.main import cli
from isotherm.cli.validate import as_json, as_text
from isotherm.types.registry import registry

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
SEEDS = [path.read_text() for path in EXAMPLES]
HEAD = "heat_template_version: 2021-04-16\n"
WORDS = st.sampled_from([
    "type", "properties", "resources", "parameters", "outputs", "conditions", "value", "get_attr", "get_param", "get_resource", "if", "repeat", "str_replace",
    "OS::Nova::Server", "OS::Heat::Value", "OS::Heat::ResourceGroup", "inner.yaml", "default", "constraints", "range", "depends_on", "&a", "*a", "<<",
    "!!set",    "\t", "- ", ": ", "{", "}", "[", "]", "'", '"', "|", "\n", "\n  ", "\n    ", "#",
    "~", "1", "on", "0x1f", "2001-01-01", "é", "\U0001f40e", "\ufeff", "\r\n", "\x85"])
SOUP = st.lists(WORDS, max_size=40).map("".join)
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """One of the examples, with a few characters changed, taken away or put in."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.one_of(WORDS, st.text(string.printable, max_size=3))) + text[start + draw(st.integers(0, 12)):]
    return text


def holds(folder: Path, content: bytes) -> None:
    path = folder / "t.yaml"
    path.write_bytes(content)
    found = findings(path, types=registry())
    assert found == findings(path, types=registry())
    assert len(set(found)) == len(found)
    assert len(json.loads(as_json(found))) == len(as_text(found).splitlines()) == len(sarif(found, "0")["runs"][0]["results"]) == len(found)
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n").replace(
        "\u2029", "\n").split("\n")
    for one in found:
        if one.place.file == str(path) and one.place.line:
            assert one.place.line <= len(lines), one
            assert 1 <= one.place.column <= len(lines[one.place.line - 1]) + 1, one


@SETTINGS
@given(content=st.binary(max_size=200))
@example(content=b"\xff\xfea\x00")
@example(content=b"")
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    holds(tmp_path, content)


@SETTINGS
@given(text=SOUP)
def test_any_text_that_looks_like_a_template(tmp_path: Path, text: str) -> None:
    holds(tmp_path, (HEAD + text).encode())


@SETTINGS
@given(text=mutated())
def test_any_template_with_mistakes(tmp_path: Path, text: str) -> None:
    holds(tmp_path, text.encode("utf-8", "replace"))


@SETTINGS
@given(text=SOUP)
def test_any_environment(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.yaml").write_text(HEAD)
    (tmp_path / "e.yaml").write_bytes(text.encode())
    assert isinstance(findings(tmp_path / "t.yaml", [tmp_path / "e.yaml"], types=registry()), list)


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_the_command_ends_with_the_code_of_what_it_found(tmp_path: Path, form: str) -> None:
    (tmp_path / "t.yaml").write_text(HEAD)
    for text, code in ((HEAD, 0), (HEAD + "outputs: {o: {value: 1, valu: 1}}", 0), (HEAD + "output: {}", 1), ("[", 1)):
        (tmp_path / "t.yaml").write_text(text)
        assert CliRunner().invoke(cli, ["validate", "--format", form, str(tmp_path / "t.yaml")]).exit_code == code
    assert CliRunner().invoke(cli, ["validate", "--format", form, str(tmp_path / "none.yaml")]).exit_code == 2
    assert CliRunner().invoke(cli, ["validate", "--format", form, str(tmp_path)]).exit_code == 2
