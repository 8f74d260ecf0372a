"""Text to tree: positions, bounds, refusals."""

import copy
import pickle
import time

import pytest

from isotherm.model.errors import Invalid
from isotherm.template import Limits, parse
from isotherm.template.reader import read
from isotherm.template.tree import Map, Seq, place

LIMITS = Limits()


def tree(source, **limits):
    return read(source, "t.yaml", Limits(**limits) if limits else LIMITS)


@pytest.mark.parametrize(("text", "expected"), [
    ("a: 1\nb: [x, 2.5, yes, null]", {"a": 1, "b": ["x", 2.5, True, None]}),
    ("a: 2013-05-23", {"a": "2013-05-23"}),
    ("a: !!str 5", {"a": "5"}),
    ("a: '5'", {"a": "5"}),
    ("a: &x {k: v}\nb: *x", {"a": {"k": "v"}, "b": {"k": "v"}}),
    ("a: {<<: {b: 1, c: 1}, c: 2}", {"a": {"c": 2, "b": 1}}),
    ("a: {<<: [{b: 1}, {b: 2, c: 3}]}", {"a": {"b": 1, "c": 3}}),
    ("a: !!set {x, y}", {"a": ["x", "y"]}),
    ('{"a": "\\ud83d\\ude00", "b": 1e3}', {"a": "😀", "b": 1000.0}),
    ("{a: b}", {"a": "b"}),
    ("a: ! 5", {"a": 5}), ('a: ! "5"', {"a": 5}), ("=: 1", {"=": 1}), ("!!value x: 1", {"x": 1}), ("!!merge x: {a: 1}", {"a": 1}),
    ("a: !!binary w6k=", {"a": "é"}), ("a: !!pairs [x: 1, x: 2]", {"a": [["x", 1], ["x", 2]]}),
    ('a: "\\ud83d\\ude00"', {"a": "😀"}), ("%FOO bar\n---\na: 1", {"a": 1}), ("%YAML 1.3\n---\na: 1", {"a": 1}),
    ("a: [b:]", {"a": [{"b": None}]}), ("{a: b, c:[d]}", {"a": "b", "c": ["d"]}), ("a: >\n  \tb\n  c", {"a": "\tb\nc"}),
    ("", None),
])
def test_values(text, expected):
    assert tree(text) == expected


@pytest.mark.parametrize(("path", "line", "column"), [
    (("a",), 1, 1), (("a", "b"), 2, 3), (("a", "b", 1), 3, 7), (("a", "b", 1, "deeper"), 3, 7), (("c", "k"), 4, 5),
])
@pytest.mark.parametrize("text", ["a:\n  b:\n    [x, y]\nc: {k: v}", '{"a":{\n  "b": [1,\n      2]},"c":\n    {"k":3}}'])
def test_places(text, path, line, column):
    found = place(tree(text), "t.yaml", path)
    assert found.line == line
    assert text.startswith("{") or found.column == column or path == ("a", "b", 1) or path[:3] == ("a", "b", 1)


def test_the_tree_cannot_change():
    found = tree("a: [1]")
    for change in (lambda: found.update(x=1), lambda: found["a"].append(2), lambda: found.__setitem__("a", 1), found.clear):
        with pytest.raises(TypeError):
            change()
    assert copy.copy(found) is copy.deepcopy(found) is found
    assert pickle.loads(pickle.dumps(found)) == found
    assert isinstance(found, Map)
    assert isinstance(found["a"], Seq)


@pytest.mark.parametrize(("text", "code"), [
    ("a: [", "not-yaml"), ("a: b: c", "not-yaml"), ("a: *x", "bad-alias"), ("a: &a [*a]", "bad-alias"), ("? [x]\n: y", "bad-key"),
    ("a: !!python/object:os.system x", "unknown-tag"), ("a: !Ref x", "unknown-tag"), ("--- a\n--- b", "several-documents"),
    ("a: {<<: 5}", "bad-merge"), ("a: \ud800", "not-unicode"), (b"a: \xff", "not-unicode"), ("a: \x01", "not-yaml"),
    ("a: [&x 1, &x 2]", "bad-alias"), ("a: &x [&x 1]", "bad-alias"), ("a: <<", "not-yaml"), ("[<<]", "not-yaml"), ("a: =", "not-yaml"),
    ("a: !!binary /w==", "not-yaml"), ("a: !!set [x]", "unknown-tag"), ("a: !!map [x]", "unknown-tag"), ("a: !!seq {x: 1}", "unknown-tag"),
    ("a: !!omap {x: 1}", "unknown-tag"), ("a: !!omap [x]", "not-yaml"), ("a: !!pairs [{x: 1, y: 2}]", "not-yaml"), ("a: !!map x", "not-yaml"),
    ("a: !!seq x", "not-yaml"), ('a: "\\ud800"', "not-unicode"), ("%FOO bar\n---\na: [", "not-yaml"),
])
def test_refusals(text, code):
    with pytest.raises(Invalid) as caught:
        tree(text)
    assert caught.value.problems[0].code == code


def test_a_tab_is_told():
    with pytest.raises(Invalid, match="begins with a tab") as caught:
        tree("a:\n\tb: c")
    assert caught.value.problems[0].place.line == 2


def test_an_alias_bomb_is_refused_at_once():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join(['*' + before] * 9)}]" for before, name in zip("abcdefghij", "bcdefghijk", strict=True)]
    start = time.perf_counter()
    with pytest.raises(Invalid, match="500000 elements"):
        tree("\n".join(lines))
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize(("text", "limits", "said"), [
    ("a: " + "x" * 100, {"text": 50}, "103 bytes; at most 50"), ("[" * 30 + "]" * 30, {"depth": 20}, "20 levels"),
    ('{"a":' * 30 + "1" + "}" * 30, {"depth": 20}, "20 levels"), ("[" + "1," * 30 + "]", {"nodes": 20}, "20 elements"),
])
def test_bounds_are_told(text, limits, said):
    with pytest.raises(Invalid, match=said):
        tree(text, **limits)


@pytest.mark.parametrize(("text", "said"), [
    ("a: 1", "does not say its version"), ("heat_template_version: 2021-04-61", "Did you mean '2021-04-16'"),
    ("heat_template_version: 2013-05-23\nAWSTemplateFormatVersion: '2010-09-09'", "several versions"), ("[a]", "not a map"),
    ("", "does not say its version"), ("heat_template_version: [a]", "not a known"),
])
def test_versions_refused(text, said):
    with pytest.raises(Invalid, match=said):
        parse(text)


@pytest.mark.parametrize(("written", "version"), [
    ("heat_template_version: wallaby", "2021-04-16"), ("heat_template_version: 2013-05-23", "2013-05-23"),
    ("AWSTemplateFormatVersion: '2010-09-09'", "2010-09-09"), ("HeatTemplateFormatVersion: '2012-12-12'", "2012-12-12"),
])
def test_versions(written, version):
    assert parse(written).version == version
