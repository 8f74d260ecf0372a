"""OS::Heat::{Value, None, TestResource}"""

import pytest

from isotherm.model.step import Keep, Pause, Run

VALUE, NONE, TEST = "OS::Heat::Value", "OS::Heat::None", "OS::Heat::TestResource"
NOW = {"value": "test_string"}


@pytest.mark.parametrize(("type_", "value", "fits"), [
    ("string", "a", True), ("string", 7, True), ("string", True, True), ("string", 1.5, False), ("string", {}, False),
    ("number", 1.5, True), ("number", "12", True), ("number", True, True), ("number", "x", False), ("number", [1], False),
    ("boolean", True, True), ("boolean", "FALSE", True), ("boolean", "yes", False), ("boolean", 1, False),
    ("comma_delimited_list", ["a", 1, None], True), ("comma_delimited_list", "a,b", False),
    ("json", {"a": 1}, True), ("json", "{}", False), ("json", [1], False),
    ("string", None, True), (None, 1.5, True), ("number", object(), True), (object(), "x", True),
])
def test_a_value_fits_its_type(kind, type_, value, fits):
    assert kind(VALUE).problems(value=value, type=type_) == ([] if fits else [("value-type", "value")])


def test_a_value_is_given_as_it_is(kind):
    value = kind(VALUE)
    assert value.create(value="12", type="number") == (Keep("demo-res-x1"),)
    assert value.attribute("value", value.subject(value="12", type="number")) == "12"
    assert value.update({"value": 1}, value=2) == ()
    assert value.replaces({"value": 1}, value=[2], type="json") == []


def test_none_takes_and_gives_anything(kind):
    none = kind(NONE)
    assert none.type.open
    assert none.create() == (Keep("demo-res-x1"),)
    assert none.type.replaces({"a": 1}, {"a": 2}) == []
    assert none.type.attribute(none.subject(), "whatever") is None
    assert none.delete() == ()


def test_a_rehearsal_that_is_quick(kind):
    test = kind(TEST)
    assert test.create() == (Keep("demo-res-x1", NOW),)
    assert test.update({}, value="b") == (Keep(data={"value": "b"}),)
    assert test.delete() == ()


def test_a_rehearsal_takes_its_time_and_fails(kind):
    test, waits = kind(TEST), {"create": None, "update": 2, "delete": 0}
    assert test.create(wait_secs=3, fail=True) == (Keep("demo-res-x1", NOW), Pause(3.0), Run("fail", local=True))
    assert test.create(wait_secs=3, action_wait_secs=waits) == (Keep("demo-res-x1", NOW), Pause(3.0))
    assert test.update({}, wait_secs=3, action_wait_secs=waits) == (Keep(data=NOW), Pause(2.0))
    assert test.delete(wait_secs=3, fail=True) == (Pause(3.0),)
    assert test.delete(wait_secs=3, action_wait_secs=waits) == ()
    with pytest.raises(ValueError, match="res fails"):
        test.type.fail(test.subject(), None)


def test_the_output_of_a_rehearsal(kind):
    test = kind(TEST)
    assert test.attribute("output", test.subject(data={"value": "kept"})) == "kept"
    assert test.type.reads({"output"})
    assert list(test.type.read(test.subject(attr_wait_secs=1.5))) == [Pause(1.5)]
    assert list(test.type.read(test.subject())) == []


@pytest.mark.parametrize(("old", "new", "replaced"), [
    ({"value": "a"}, {"value": "b"}, []),
    ({"update_replace_value": "a"}, {"update_replace_value": "b"}, ["update_replace_value"]),
    ({"update_replace": False}, {"update_replace": True}, ["update_replace"]),
    ({"update_replace": True}, {"update_replace": True, "value": "b"}, []),
    ({"update_replace": True}, {"update_replace": False}, []),
])
def test_what_replaces_a_rehearsal(kind, old, new, replaced):
    assert kind(TEST).replaces(old, **new) == replaced
