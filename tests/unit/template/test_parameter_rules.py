"""What a parameter's declaration may say, and what its rules look at."""

import pytest
from catalog import compiled

from isotherm.engine.immutable import changed
from isotherm.engine.validation import parameter as told
from isotherm.model.errors import Invalid
from isotherm.template import declarations, parse, parse_environment


def parameter(declaration, given=None, version="2021-04-16"):
    return compiled(f"parameters: {{p: {declaration}}}", version, parameters={} if given is None else {"p": given}).parameters["p"]


def ruled(kind, constraint, more=""):
    return f"{{type: {kind}, constraints: [{{{constraint}}}]{more}}}"


@pytest.mark.parametrize(("declaration", "given", "value"), [
    (ruled("boolean", "allowed_values: ['yes', 'no']"), "0", False), (ruled("boolean", "allowed_values: [0, '1']"), "on", True),
    (ruled("string", "allowed_values: [5, x]"), "5", "5"), (ruled("string", "allowed_values: [a, b]"), ["a"], "['a']"),
    (ruled("number", "allowed_values: ['1', '2.0']"), 2, 2), (ruled("string", "length: {max: 1}"), {"a": 1}, "{'a': 1}"),
    (ruled("number", "modulo: {step: 1, offset: 0}, range: {min: 9}"), 4, 4), (ruled("string", "length: {min: '2'}"), "ab", "ab"),
    (ruled("string", "custom_constraint: json_string"), 0, "0"), (ruled("comma_delimited_list", "custom_constraint: timezone"), "", []),
    ("{type: number, default: [1]}", 5, 5), ("{type: boolean, default: {a: b}}", "on", True),
    ("{type: string, default: {5: a, true: b}}", None, "{'5': 'a', 'true': 'b'}"),
])
def test_what_rules_allow(declaration, given, value):
    assert parameter(declaration, given).value == value


@pytest.mark.parametrize(("declaration", "given", "said"), [
    (ruled("string", "length: {min: 1}"), 12345, "has no length; quotes"), (ruled("json", "length: {min: 0}"), "true", "has no length"),
    (ruled("string", "allowed_pattern: '.*'"), True, "judges strings only"), (ruled("string", "allowed_values: [a, b]"), ["c"], "is not allowed"),
    (ruled("boolean", "allowed_values: [1, 2]"), True, "must be true or false, not the number 2"),
    (ruled("number", "allowed_values: [1, x]"), 1, "must be a number, not the string 'x'"),
    (ruled("json", "custom_constraint: ip_addr"), "{}", "cannot constrain a json"),
    (ruled("string", "length: {min: 2.0}"), "ab", "is an integer"), (ruled("string", "length: {min: .inf}"), "ab", "is an integer"),
    (ruled("number", "modulo: {step: .nan, offset: 0}"), 1, "is an integer"), (ruled("number", "modulo: {step: .inf, offset: 0}"), 1, "is an integer"),
    ("{type: comma_delimited_list, default: 5}", "a", "must be a list or a string"), ("{type: string, tags: null}", "a", "`tags` is a list"),
    (ruled("comma_delimited_list", "length: {max: 0}", ", default: ''"), [], "The default .* breaks a rule"),
    (ruled("json", "length: {max: 3}", ", default: '{\"a\": 1}'"), {}, "The default .* has length 8"),
    (ruled("number", "range: {min: 1}", ", default: few"), 5, "The default .* must be a number"),
])
def test_what_rules_refuse(declaration, given, said):
    with pytest.raises(Invalid, match=said):
        parameter(declaration, given)


def test_a_rule_of_a_later_version_beside_another_is_not_looked_at():
    both = ruled("number", "modulo: {step: 2, offset: 0}, range: {min: 3}")
    assert parameter(both, 5, "2013-05-23").value == 5
    with pytest.raises(Invalid, match="says nothing"):
        parameter(ruled("number", "modulo: {step: 2, offset: 0}"), 5, "2013-05-23")


@pytest.mark.parametrize(("flag", "hidden"), [("true", True), ("'True'", True), ("yes", True), ("'yes'", False), ("'1'", False), ("null", False)])
def test_no_echo_is_true_or_nothing(flag, hidden):
    text = f"AWSTemplateFormatVersion: '2010-09-09'\nParameters: {{p: {{Type: String, Default: x, NoEcho: {flag}}}}}"
    assert declarations(parse(text))["p"].hidden is hidden


@pytest.mark.parametrize("groups", ["{}", "''", "0", "[]", "[{parameters: ['OS::stack_id', p]}]"])
def test_groups_that_say_little_are_taken(groups):
    assert compiled(f"parameter_groups: {groups}\nparameters: {{p: {{type: string, default: x}}}}").parameters["p"].value == "x"


@pytest.mark.parametrize("member", ["5", "'OS::stack_name'", "null", "q"])
def test_groups_name_parameters(member):
    with pytest.raises(Invalid, match="There is no parameter"):
        compiled(f"parameter_groups: [{{parameters: [{member}]}}]\nparameters: {{p: {{type: string, default: x}}, 5: {{type: string, default: x}}}}")


def shown(declaration, environment="", given=None):
    made = compiled(f"parameters: {{p: {declaration}}}", environment=parse_environment(environment), parameters=given or {})
    return told(made.parameters["p"])


def test_the_default_that_is_told_is_the_environments():
    found = shown("{type: string, default: t}", "parameter_defaults: {p: e}")
    assert found["Default"] == "e"
    assert "Value" not in found
    assert shown("{type: string, default: t}", "parameter_defaults: {p: e}", {"p": "v"}) | {"Default": "e", "Value": "v"} == \
        shown("{type: string, default: t}", "parameter_defaults: {p: e}", {"p": "v"})
    assert shown("{type: string, default: t}", "parameter_defaults: {p: null}")["Default"] == "t"


def test_what_is_told_is_as_written():
    found = shown("{type: number, default: '1', label: 5, description: [a], constraints: [{allowed_values: ['1', 2]}], tags: [1, {a: b}]}")
    assert (found["Label"], found["Description"], found["AllowedValues"], found["Tags"]) == (5, ["a"], ["1", 2], [1, {"a": "b"}])


def test_an_environments_default_of_a_hidden_parameter_is_masked():
    assert shown("{type: string, default: t, hidden: true}", "parameter_defaults: {p: e}")["Default"] == "******"


@pytest.mark.parametrize(("old", "first", "new", "second", "kept"), [
    ("comma_delimited_list", "a,b", "comma_delimited_list", ["a", "b"], True), ("number", "1", "number", 1, True), ("string", "a", "string", "b", False),
    ("string", "a", "comma_delimited_list", "a", True), ("json", [1], "string", [1], True), ("string", "a", "comma_delimited_list", "b", False),
])
def test_an_immutable_parameter_is_the_same_by_value_or_as_it_is_written(old, first, new, second, kept):
    before, after = (compiled(f"parameters: {{p: {{type: {kind}, immutable: true}}}}", parameters={"p": given})
                     for kind, given in ((old, first), (new, second)))
    assert (not list(changed(before, after))) is kept
