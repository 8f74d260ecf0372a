"""Environments and what several of them are together."""

import pytest

from isotherm.model.errors import Invalid
from isotherm.template import declarations, merge, parse, parse_environment

DECLARED = declarations(parse(
    "heat_template_version: 2021-04-16\nparameters: {s: {type: string}, n: {type: number}, l: {type: comma_delimited_list}, "
    "j: {type: json}, b: {type: boolean}}"))


def merged(*texts, given=None):
    return merge(*(parse_environment(text) for text in texts), declarations=DECLARED, given=given)


def both(name, first, second, how="merge", later=None):
    """A parameter that two files give a value, the second without a strategy of its own unless told."""
    second = f"parameters: {{{name}: {second}}}" + (f"\nparameter_merge_strategies: {later}" if later else "")
    return merged(f"parameters: {{{name}: {first}}}\nparameter_merge_strategies: {{{name}: {how}}}", second).parameters[name]


@pytest.mark.parametrize(("name", "first", "second", "value"), [
    ("s", "a", "b", "ab"), ("l", "'a,b'", "c", "a,b,c"), ("l", "[a]", "[b]", ["a", "b"]), ("l", "[]", "c", "c"), ("l", "''", "[c]", ["c"]),
    ("j", "{a: 1}", "'{\"b\": 2}'", {"a": 1, "b": 2}), ("j", "{a: 1}", "{a: null, b: 2}", {"a": 1, "b": 2}), ("j", "[]", "[1]", [1]),
    ("j", "'x'", "{}", "x"), ("n", "1", "null", 1),
])
def test_values_are_merged_by_type_and_a_strategy_holds_on(name, first, second, value):
    assert both(name, first, second) == value


@pytest.mark.parametrize(("name", "first", "second"), [
    ("s", "a", "[b]"), ("s", "5", "b"), ("s", "a", "5"), ("l", "'a'", "[b]"), ("l", "[a]", "b"), ("l", "a", "{b: c}"), ("j", "{a: 1}", "[1]"),
    ("j", "'{}'", "{a: 1}"), ("j", "{a: 1}", "'{'"), ("j", "{a: 1}", "''"), ("n", "1", "2"), ("b", "true", "false"),
])
def test_what_cannot_be_merged(name, first, second):
    with pytest.raises(Invalid, match="cannot be merged"):
        both(name, first, second)


@pytest.mark.parametrize(("first", "second", "value"), [
    ("{a: {x: 1, y: [1]}, s: p}", "{a: {y: [2], z: null}, s: q, t: r}", {"a": {"x": 1, "y": [1, 2]}, "s": "pq", "t": "r"}),
    ("{a: {}, b: 1}", "{a: {x: null}, b: 2}", {"a": {"x": None}, "b": 2}), ("{a: [1]}", "{a: 5}", {"a": 5}),
])
def test_maps_are_merged_deeply(first, second, value):
    assert both("j", first, second, "deep_merge") == value


@pytest.mark.parametrize("second", ["{a: {x: 1}}", "{a: [1]}", "{a: x}"])
def test_what_cannot_be_merged_deeply(second):
    with pytest.raises(Invalid, match="cannot be merged"):
        both("j", "{a: 5}", second, "deep_merge")


@pytest.mark.parametrize(("how", "later"), [("nonsense", "{s: other}"), ("merge", "{s: nonsense, default: merge}"), ("null", "{s: overwrite}")])
def test_words_that_are_no_strategy_stand_for_the_default(how, later):
    assert both("s", "a", "b", how, later) == ("ab" if how == "merge" else "b")


def test_what_is_null_or_not_declared_has_no_strategy():
    found = merged("parameters: {s: null, x: 1}\nparameter_merge_strategies: {s: merge, x: merge}",
                   "parameters: {s: a, x: 2, y: 3}\nparameter_merge_strategies: {s: overwrite, x: overwrite}")
    assert found.parameters == {"s": "a", "x": 1}


def test_strategies_of_parameters_and_defaults_are_the_same():
    with pytest.raises(Invalid, match="different ways: merge and overwrite"):
        merged("parameters: {s: a}\nparameter_merge_strategies: {s: merge}",
               "parameter_defaults: {s: b}\nparameter_merge_strategies: {s: overwrite}")


def test_the_requests_parameters_are_the_first():
    assert merged("parameters: {j: {b: 2}}\nparameter_merge_strategies: {j: merge}", given={"j": {"a": 1}}).parameters == {"j": {"a": 1, "b": 2}}


@pytest.mark.parametrize("section", ["parameters", "parameter_defaults", "resource_registry", "encrypted_param_names", "event_sinks"])
@pytest.mark.parametrize("value", ["{}", "[]", "''", "0", "false"])
def test_an_empty_section_of_a_file_says_nothing(section, value):
    assert parse_environment(f"{section}: {value}") == parse_environment("{}")


@pytest.mark.parametrize("text", ["parameters: []", "resource_registry: []", "event_sinks: 0", "parameters: ''", "parameter_defaults:",
                                  "parameter_merge_strategies:", "encrypted_param_names: 5"])
def test_an_environment_alone_is_read_more_strictly(text):
    with pytest.raises(Invalid, match="must be a"):
        parse_environment(text, alone=True)


@pytest.mark.parametrize("text", ["parameter_merge_strategies: x", "parameter_merge_strategies: {p: 5}", "event_sinks: {}", "parameter_defaults: []"])
def test_an_environment_alone_has_nothing_to_merge(text):
    assert parse_environment(text, alone=True) == parse_environment("{}")


@pytest.mark.parametrize(("sink", "good"), [
    ("{type: zaqar-queue, target: q}", True), ("{type: zaqar-queue, target: q, ttl: 5}", True), ("{type: zaqar-queue}", False),
    ("{type: zaqar-queue, target: q, x: y}", False), ("{type: [a]}", False), ("{target: q}", False), ("q", False),
])
def test_event_sinks(sink, good):
    if good:
        assert len(parse_environment(f"event_sinks: [{sink}]").event_sinks) == 1
        return
    with pytest.raises(Invalid, match="known `type`"):
        parse_environment(f"event_sinks: [{sink}]")
