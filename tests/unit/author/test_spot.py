"""Where a cursor is: `|` marks it in each text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isotherm.author.spot import Spot, spot, whole

KEYS = {
    "at the top": ("|", ()),
    "a key begun": ("heat_template_version: 2021-04-16\nreso|", ()),
    "a key that is there": ("res|ources:\n  a: 1", ()),
    "in a map": ("resources:\n  a:\n    |", ("resources", "a")),
    "in a map, after others": ("resources:\n  a:\n    type: T\n    prop|", ("resources", "a")),
    "deeper": ("resources:\n  a:\n    properties:\n      name: x\n      |", ("resources", "a", "properties")),
    "after blank lines and comments": ("resources:\n\n  a:\n# note\n    properties:\n\n      n|", ("resources", "a", "properties")),
    "in a list": ("a:\n  - b: 1\n    |", ("a", 0)),
    "in its second item": ("a:\n  - b: 1\n  - c|", ("a", 1)),
    "in a list that is not indented": ("a:\n- b: 1\n- c: 2\n- |", ("a", 2)),
    "below an item": ("a:\n- b: 1\n- c: 2\n  |", ("a", 1)),
    "in lists in lists": ("a:\n- - b: 1\n  - |", ("a", 0, 1)),
    "in braces": ("a:\n  b: {|", ("a", "b")),
    "in braces, second key": ("a:\n  b: {c: d, e|", ("a", "b")),
    "in braces in brackets": ("a:\n  b: [{c: d}, {e|", ("a", "b", 1)),
    "in braces over lines": ("a:\n  b: {\n    c: d,\n    |", ("a", "b")),
    "in JSON": ('{"a": {"b": [1, {"|', ("a", "b", 1)),
}
VALUES = {
    "after a colon": ("a:\n  type: |", ("a", "type")),
    "with colons in it": ("a:\n  type: OS::Nova::S|", ("a", "type")),
    "in quotes": ("a: 'b|", ("a",)),
    "an item": ("a:\n  depends_on:\n    - b\n    - c|", ("a", "depends_on", 1)),
    "in brackets": ("a: {get_attr: [b, |", ("a", "get_attr", 1)),
    "after a list in brackets": ("a: [[1, 2], |", ("a", 1)),
    "in braces": ("a: {get_param: p|", ("a", "get_param")),
    "of a key in a list": ("a:\n  - b: |", ("a", 0, "b")),
    "in JSON": ('{"a": {"b": "c|', ("a", "b")),
    "after a comma in quotes": ('a: ["x, y", |', ("a", 1)),
    "over lines": ("a:\n  get_attr: [b,\n    |", ("a", "get_attr", 1)),
    "of a quoted key": ('"a b":\n  c: |', ("a b", "c")),
}
NOWHERE = {
    "in a comment": "a: 1  # no|",
    "in a comment of its own": "# he|",
    "in a text": "a: |-\n  echo {get_|",
    "further down in a text": "a:\n  b: >\n    one\n\n    two: |",
}


def at(marked: str) -> Spot | None:
    mark = marked.rindex("|")
    before = marked[:mark]
    return spot(before + marked[mark + 1:], before.count("\n"), len(before) - before.rfind("\n") - 1)


@pytest.mark.parametrize(("text", "path"), KEYS.values(), ids=KEYS)
def test_a_key(text: str, path: tuple[object, ...]) -> None:
    found = at(text)
    assert found is not None
    assert (found.key, found.path) == (True, path)


@pytest.mark.parametrize(("text", "path"), VALUES.values(), ids=VALUES)
def test_a_value(text: str, path: tuple[object, ...]) -> None:
    found = at(text)
    assert found is not None
    assert (found.value, found.path) == (True, path)


@pytest.mark.parametrize("text", NOWHERE.values(), ids=NOWHERE)
def test_nothing_to_say(text: str) -> None:
    assert at(text) is None


def test_after_a_text_all_is_as_before() -> None:
    found = at("a:\n  b: >\n    one\n  c|")
    assert found is not None
    assert found.path == ("a",)


def test_the_word_and_where_it_stands() -> None:
    found = at("a:\n  type: OS::No|va::Server")
    assert found == Spot(("a", "type"), False, True, "OS::No", 1, 8, 24)


def test_earlier_items_are_known() -> None:
    found = at("a: {get_attr: [server, ad|]}")
    assert found is not None
    assert found.before == ("server",)


def test_the_whole_word() -> None:
    found = whole("resources:\n  server: {type: OS::Heat::None}", 1, 4)
    assert found == Spot(("resources",), True, False, "server", 1, 2, 8)
    found = whole("resources:\n  server: {type: OS::Heat::None}", 1, 25)
    assert found == Spot(("resources", "server", "type"), False, True, "OS::Heat::None", 1, 17, 31)


@given(st.text(alphabet="ab:{}[],'\"-|># \n", max_size=60), st.integers(0, 8), st.integers(0, 20))
def test_no_text_is_too_strange(text: str, row: int, column: int) -> None:
    for found in (spot(text, row, column), whole(text, row, column)):
        assert found is None or found.key or found.value
