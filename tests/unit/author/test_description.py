"""Descriptions of templates, and their graphs."""

import json

import pytest

from isotherm.author.checking import check
from isotherm.author.description import Description, describe, phrase
from isotherm.author.dot import dot, quoted
from isotherm.author.prose import prose
from isotherm.author.svg import AT_ONCE, LARGEST, NotDrawn, svg
from isotherm.model.schema import AllowedPattern, AllowedValues, Custom, Length, Modulo, Range
from isotherm.template import parse
from isotherm.types.registry import registry

TEMPLATE = """heat_template_version: 2021-04-16
description: A sample.
parameters:
  secret: {type: string, hidden: true, default: tell-nobody}
  zone: {type: string, label: Zone, description: Where., constraints: [{allowed_values: [a, b]}, {length: {max: 3}, description: short}]}
conditions:
  some: {equals: [{get_param: zone}, a]}
resources:
  one: {type: OS::Heat::RandomString}
  two: {type: OS::Heat::Value, properties: {type: number, value: {str_split: [x, {get_attr: [one, value]}, 0]}}}
  three: {type: OS::Heat::None, depends_on: [one, two], condition: some}
  four: {type: inner.yaml, depends_on: two}
outputs:
  text: {value: {get_attr: [one, value]}, description: The string.}
  texts: {value: [{get_attr: [one, value]}]}
  map: {value: {a: {get_resource: one}}}
  deep: {value: {get_attr: [four, pieces]}}
"""
INNER = """heat_template_version: 2021-04-16
resources:
  r: {type: OS::Heat::RandomString}
  s: {type: OS::Heat::None}
outputs:
  pieces: {value: [{get_attr: [r, value]}]}
"""


@pytest.fixture(scope="module")
def described() -> Description:
    checked = check(parse(TEMPLATE), files={"inner.yaml": INNER}, types=registry())
    assert checked.problems == ()
    return describe(checked, {"four": frozenset({"one", "two"})})


def test_parameters_are_told_without_secrets(described: Description) -> None:
    secret, zone = described.parameters
    assert (secret.default, secret.required, secret.hidden) == ("******", False, True)
    assert (zone.required, zone.label, zone.constraints) == (True, "Zone", ("one of a, b", "short"))
    assert "tell-nobody" not in prose(described) + json.dumps(described.document)


def test_outputs_have_types_even_from_within_nested_templates(described: Description) -> None:
    assert {one.name: one.type for one in described.outputs} == {"text": "string", "texts": "list", "map": "map", "deep": "list"}


def test_outputs_tell_what_is_inside(described: Description) -> None:
    outputs = {one["name"]: one for one in described.document["outputs"]}
    assert {name: one["spelled"] for name, one in outputs.items()} == {
        "text": "string", "texts": "list<string>", "map": "map{a: string}", "deep": "list<string>"}
    assert outputs["map"]["structure"] == {"type": "map", "schema": {"a": {"type": "string"}}}
    assert outputs["deep"]["structure"] == {"type": "list", "schema": {"*": {"type": "string"}}}
    assert "map{a: string}" in prose(described)


def test_types_are_counted_with_those_of_nested_templates(described: Description) -> None:
    assert described.types == {"OS::Heat::None": 1, "OS::Heat::RandomString": 1, "OS::Heat::Value": 1, "inner.yaml": 1}
    assert described.nested_types == {"OS::Heat::None": 1, "OS::Heat::RandomString": 1}


def test_each_need_is_told_once_by_its_strongest_reason(described: Description) -> None:
    assert {(one.needed, one.user): one.kind for one in described.edges} == {
        ("one", "two"): "reference", ("one", "three"): "depends_on", ("two", "three"): "depends_on", ("two", "four"): "depends_on",
        ("one", "four"): "implied"}
    assert len(described.edges) == 5


def test_text_has_a_line_for_everything(described: Description) -> None:
    lines = prose(described).splitlines()
    assert lines[:2] == ["template (2021-04-16)", "  A sample."]
    assert "  three  OS::Heat::None (with a condition)  after one, two" in lines
    assert "  OS::Heat::RandomString  2  1 in nested templates" in lines
    assert "  four   inner.yaml                         after two, one (implied)" in lines


def test_dot_marks_what_is_special(described: Description) -> None:
    text = dot(described)
    assert r'"four" [label="four\ninner.yaml", peripheries=2];' in text
    assert '"two" -> "three" [style=bold];' in text
    assert '"one" -> "four" [style=dashed];' in text
    assert '"one" -> "two";' in text


@pytest.mark.parametrize(("name", "text"), [('a"b', r'"a\"b"'), ("a\\", r'"a\\"'), ("a\nb", '"a b"'), ("ü <b>&", '"ü <b>&"')])
def test_names_are_quoted_for_dot(name: str, text: str) -> None:
    assert quoted(name) == text


@pytest.mark.parametrize(("constraint", "words"), [
    (Length(1, 3), "length from 1 to 3"), (Length(max=3), "length at most 3"), (Range(min=2), "at least 2"), (AllowedValues((1, 2)), "one of 1, 2"),
    (AllowedPattern("a+"), "matches a+"), (Modulo(2, 1), "multiple of 2 plus 1"), (Modulo(2), "multiple of 2"), (Custom("net_cidr"), "net_cidr")])
def test_constraints_in_words(constraint: object, words: str) -> None:
    assert phrase(constraint) == words


def test_what_is_too_large_is_not_drawn() -> None:
    with pytest.raises(NotDrawn, match=f"at most {LARGEST}"):
        svg("digraph {}", LARGEST + 1)


def test_a_drawing_has_its_time() -> None:
    with pytest.raises(NotDrawn, match="not done within"):
        svg("digraph {" + "".join(f"a{i} -> a{i * 7 % 400};" for i in range(400)) + "}", 400, patience=0.001)


def test_only_so_many_are_drawn_at_once() -> None:
    with AT_ONCE, AT_ONCE, pytest.raises(NotDrawn, match="Other drawings"):
        svg("digraph {}", 1, patience=0.001)
    assert "<svg" in svg("digraph {}", 1)


def test_what_graphviz_refuses_is_said() -> None:
    with pytest.raises(NotDrawn, match="cannot draw"):
        svg("digraph {", 1)
