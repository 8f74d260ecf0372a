"""Parameters, environments, registries and properties."""

import pytest
from catalog import TYPES, compiled, value_of

from isotherm.model.errors import Invalid
from isotherm.model.schema import Prop
from isotherm.template import coerce, declarations, merge, parse, parse_environment
from isotherm.template.constraints import broken
from isotherm.template.customs import LOCAL


def parameter(declaration, given=None):
    return compiled(f"parameters: {{p: {declaration}}}", parameters={} if given is None else {"p": given}).parameters["p"]


@pytest.mark.parametrize(("declaration", "given", "value", "text"), [
    ("{type: string}", 5, "5", "5"), ("{type: number}", "1.50", 1.5, "1.5"), ("{type: number}", " 5 ", 5, "5"),
    ("{type: boolean}", "yes", True, "True"), ("{type: boolean}", 0, False, "False"), ("{type: comma_delimited_list}", "a, b", ["a", " b"], "a, b"),
    ("{type: comma_delimited_list}", [1, None], ["1", "None"], "1,None"), ("{type: comma_delimited_list, default: ''}", None, [], ""),
    ("{type: json}", '{"a": [1]}', {"a": [1]}, '{"a": [1]}'), ("{type: json, default: {a: b}}", None, {"a": "b"}, '{"a": "b"}'),
    ("{type: string, hidden: true}", "x", "x", "******"),
])
def test_parameter_values(declaration, given, value, text):
    found = parameter(declaration, given)
    assert (found.value, found.text) == (value, text)


@pytest.mark.parametrize(("declaration", "given", "said"), [
    ("{type: number}", "five", "must be a number, not the string 'five'"), ("{type: boolean}", "2", "must be true or false"),
    ("{type: json}", "{'a'}", "must be JSON"), ("{type: string, constraints: [{length: {min: 3}}]}", "ab", "has length 2; allowed is at least 3"),
    ("{type: string, constraints: [{allowed_pattern: '[a-z]+', description: lower case}]}", "A", "does not match.*lower case"),
    ("{type: string, constraints: [{allowed_values: [red, green]}]}", "gren", "Did you mean 'green'"),
    ("{type: number, constraints: [{range: {min: 1, max: 3}}]}", 4, "allowed is from 1 to 3"),
    ("{type: number, constraints: [{modulo: {step: 3, offset: 1}}]}", 5, "1 plus a multiple of 3"),
    ("{type: string, constraints: [{lenght: {min: 3}}]}", "x", "Did you mean 'length'"), ("{type: strng}", "x", "Did you mean 'string'"),
    ("{type: string, defualt: x}", "x", "Did you mean 'default'"), ("{type: number, constraints: [{length: {min: 1}}]}", 5, "cannot constrain"),
    ("{type: string, constraints: [{allowed_pattern: '['}]}", "x", "no regular expression"),
])
def test_parameter_problems(declaration, given, said):
    with pytest.raises(Invalid, match=said):
        parameter(declaration, given)


def test_values_come_from_the_nearest_source():
    text = "parameters: {p: {type: string, default: template}}"
    environment = parse_environment("parameter_defaults: {p: defaults, other: x}")
    with_both = parse_environment("parameters: {p: environment}\nparameter_defaults: {p: defaults}")
    assert compiled(text).parameters["p"].value == "template"
    assert compiled(text, environment=environment).parameters["p"].value == "defaults"
    assert compiled(text, environment=with_both).parameters["p"].value == "environment"
    assert compiled(text, environment=with_both, parameters={"p": "given"}).parameters["p"].value == "given"


def test_pseudo_parameters_by_family():
    assert value_of("{get_param: 'OS::stack_name'}") == ""
    with pytest.raises(Invalid, match="OS::region"):
        value_of("{get_param: 'OS::region'}")


@pytest.mark.parametrize(("strategy", "first", "second", "expected"), [
    ("overwrite", {"a": 1}, {"b": 2}, {"b": 2}), ("merge", {"a": 1, "c": {"x": 1}}, {"c": {"y": 1}}, {"a": 1, "c": {"y": 1}}),
    ("deep_merge", {"c": {"x": 1, "l": [1]}, "s": "a"}, {"c": {"y": 1, "l": [2]}, "s": "b"}, {"c": {"x": 1, "y": 1, "l": [1, 2]}, "s": "ab"}),
])
def test_merge_strategies(strategy, first, second, expected):
    declared = declarations(parse("heat_template_version: 2021-04-16\nparameters: {p: {type: json}}"))
    rows = [parse_environment({"parameters": {"p": value}, "parameter_merge_strategies": {"p": strategy}}) for value in (first, second)]
    assert merge(*rows, declarations=declared).parameters == {"p": expected}


def test_conflicting_strategies_are_refused():
    rows = [parse_environment({"parameters": {"p": "x"}, "parameter_merge_strategies": {"p": how}}) for how in ("merge", "deep_merge")]
    with pytest.raises(Invalid, match="different ways"):
        merge(*rows)


@pytest.mark.parametrize(("text", "said"), [
    ("foo: {}", "no section of an environment"), ("parameters:", "must be a map"), ("[a]", "is a map of sections"),
    ("resource_registry: {A: [b]}", "must be a string"), ("event_sinks: [{type: pigeon}]", "known `type`"),
    ("resource_registry: {resources: {a: {hooks: pre-crete}}}", "Did you mean 'pre-create'"), ("parameter: {}", "Did you mean 'parameters'"),
])
def test_bad_environments(text, said):
    with pytest.raises(Invalid, match=said):
        parse_environment(text)


def test_the_registry():
    found = parse_environment({"resource_registry": {
        "My::*": "OS::*", "My::T": "a.yaml", "Chain::A": "Chain::B", "Chain::B": "Random", "Gone": None,
        "resources": {"web*": {"My::T": "c.yaml", "hooks": ["pre-create"], "restricted_actions": "replace", "inner": {"X": "y.yaml"}},
                      "web1": {"My::T": "b.yaml", "Your::*": "OS::*"}},
    }}).registry
    assert [found.target(name) for name in ("My::Net", "My::T", "Chain::A", "Gone", "x.yaml", "Other")] == \
        ["OS::Net", "a.yaml", "Random", "Gone", "x.yaml", "Other"]
    assert [found.target("My::T", name) for name in ("web1", "web2")] == ["b.yaml", "a.yaml"]
    assert found.target("Your::T", "web1") == "Your::T"
    assert found.hooks_of("web1") == {"pre-create"}
    assert found.restrictions_of("web1") == {"replace"}
    assert [found.inside("web1").target(*asked) for asked in (("X", "inner"), ("My::T", "web1"), ("My::T",))] == ["y.yaml", "a.yaml", "a.yaml"]


@pytest.mark.parametrize(("section", "name", "target"), [
    ("{'My::*': a.yaml}", "My::A", "My::A"), ("{'My::*': a.yaml, 'M*': B}", "My::A", "B"), ("{'*': 'A::*'}", "X", None),
    ("{'a.yaml': B, X: a.yaml}", "X", "a.yaml"), ("{'a.yaml': [5]}", "X", "X"), ("{X: {a: b}}", "X", None), ("{X: {a: b}}", "Y", "Y"),
    ("{X: A, Y: B, 'X*': null}", "X", "X"), ("{X: A, Y: B, 'X*': null}", "Y", "B"), ("{'*': null, X: A}", "X", "A"),
    ("{hooks: pre-create, restricted_actions: update, base_url: null}", "hooks", "hooks"),
    ("{resources: {r: {hooks: null, restricted_actions: null}}}", "X", "X"),
])
def test_what_a_registry_makes_of_a_name(section, name, target):
    assert parse_environment(f"resource_registry: {section}").registry.target(name, "r") == target


@pytest.mark.parametrize("section", [
    "{hooks: nope}", "{restricted_actions: [x]}", "{base_url: 5}", "{X: 5}", "{resources: a}", "{resources: {r: {hooks: ''}}}"])
def test_what_no_registry_says(section):
    with pytest.raises(Invalid):
        parse_environment(f"resource_registry: {section}")


@pytest.mark.parametrize(("kind", "value", "expected"), [
    (int, "5", 5), (int, 8.5, 8), (float, "1.5", 1.5), (str, 5, "5"), (str, True, "True"), (bool, "TRUE", True), (list, (1,), [1]),
    (str, None, ""), (int, None, 0), (list, None, []), (dict, None, {}), (bool, None, False), (object, None, None),
])
def test_coercion(kind, value, expected):
    made, found = coerce((Prop("p", kind),), {"p": value})
    assert found == []
    assert made == {"p": expected}
    assert type(made["p"]) is type(expected)


@pytest.mark.parametrize(("kind", "value"), [
    (int, "x"), (int, "1.5"), (str, 1.5), (str, []), (bool, "yes"), (bool, 1), (list, "a,b"), (dict, "x"), (dict, []), (float, float), (int, float("inf")),
])
def test_misfits(kind, value):
    _, found = coerce((Prop("p", kind),), {"p": value})
    assert [one.code for one in found] == ["bad-property"]


def test_old_names_stand_in():
    schema = (Prop("network", str, required=True, older=("network_id",)), Prop("network_id", str))
    assert coerce(schema, {"network_id": "x"}) == ({"network_id": "x"}, [])
    assert coerce(schema, {"network_id": "x", "network": "y"})[1][0].code == "conflicting-properties"


@pytest.mark.parametrize(("check", "good", "bad"), [
    ("ip_addr", ["10.0.0.1", "::1"], ["10.0.0", "x", "fe80::1%eth0", 5]),
    ("net_cidr", ["10.0.0.0/24", "fd00::/08"], ["10.0.0.0", "10.0.0.0/024", 5, "10.0.0.0/33", "10.0.0.0/ 8"]),
    ("mac_addr", ["fa:16:3e:00:00:01", "FA-16-3E-0-0-1", "fa16.3e00.0001", "fa163e000001"], ["fa:16", "fa:16-3e"]),
    ("ip_or_cidr", ["10.0.0.1", "10.0.0.0/8"], ["x/8"]), ("dns_name", ["a.b", "a"], ["-a", "a..b"]),
    ("dns_domain", ["a.org.", ""], ["a.org", "a.1."]), ("timezone", ["UTC", "Europe/Prague"], ["Mars/Base"]), ("json_string", ["{}", "", 0], ["{", 5]),
    ("cron_expression", ["* * * * *", "*/5 1-3 * jan mon,fri", "@daily", "0 0 l * *", "0 0 15w * ?", "0 0 * * fri-mon",
                         "0 0 * * 5#2,mon#1", "0 0 * * l5", "r(0-9)/2 22-3 * * * 30 2030"],
     ["* * *", "61 * * * *", "a * * * *", "? * * * *", "0 0 15w,3 * *", "0 0 * * 1,5#2", "*/0 * * * *", "h * * * *", "0 0 0 * *", "r(9-1) * * * *"]),
    ("expiration", ["2999-01-01", " 2999 ", "2999-01-01T00:00Z"], ["2001-01-01", "x", "2999-W01-1"]),
    ("iso_8601", ["2020-01-01T00:00:00", "2020", "2020-1-1", "20200101T000000Z", "2020-01-01 00:00:00,5+0130"],
     ["yesterday", "202001", "2020-13", "2020-01-01T25", " 2020", ""]),
    ("rel_dns_name", ["a.b", "", "5"], ["a.", "A", "-a", 5, "x." * 126 + "x"]),
])
def test_local_checks(check, good, bad):
    assert [LOCAL[check](value, "it") for value in good] == [""] * len(good)
    assert all(LOCAL[check](value, "it") for value in bad)


def test_types_declare_what_is_checked():
    length = TYPES["Random"].properties[0].constraints[0]
    assert broken(length, 5) == ""
    assert broken(length, 513) == "The number 513 is out of range; allowed is from 1 to 512."
