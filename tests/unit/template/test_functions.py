"""Each function's values, version by version."""


import pytest
from catalog import World, compiled, value_of

from isotherm.model.errors import Invalid
from isotherm.model.unknown import Unknown

PARAMETERS = """
parameters:
  s: {type: string, default: hello}
  l: {type: comma_delimited_list, default: 'a,b,c'}
  j: {type: json, default: {k: v, list: [1, {deep: x}], nul: null}}
  n: {type: number, default: 3}
"""

VALUES = [
    ("{get_param: s}", "hello"), ("{get_param: [j, list, 1, deep]}", "x"), ("{get_param: [l, '2']}", "c"), ("{get_param: [j, no]}", ""),
    ("{str_replace: {template: 'a b', params: {a: b, b: c}}}", "b c"), ("{str_replace: {template: 'x y', params: {x: y, y: x}}}", "y x"),
    ("{str_replace: {template: abcde, params: {cd: 3, bc: 2, ab: 1, de: 4}}}", "13e"),
    ("{str_replace: {template: v, params: {v: {z: 1, a: [null]}}}}", '{"a": [null], "z": 1}'),
    ("{str_replace_strict: {template: ab, params: {a: x}}}", "xb"), ("{list_join: [', ', [a, {b: 1}], null, [c]]}", 'a, {"b": 1}, c'),
    ("{str_split: [',', 'a,b,c']}", ["a", "b", "c"]), ("{str_split: [',', 'a,b,c', 1]}", "b"), ("{str_split: [',', null]}", None),
    ("{digest: [md5, hello]}", "5d41402abc4b2a76b9719d911017c592"),
    ("{digest: [SHA1, '']}", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("{map_merge: [{a: 1}, null, {a: 2, b: 3}]}", {"a": 2, "b": 3}),
    ("{map_replace: [{k: v, w: [v]}, {keys: {k: x}, values: {v: y}}]}", {"x": "y", "w": ["v"]}),
    ("{list_concat: [[1, 2], null, [1]]}", [1, 2, 1]), ("{list_concat_unique: [[1, 2], [1]]}", [1, 2]), ("{filter: [[a], [a, b]]}", ["b"]),
    ("{contains: [a, [a, b]]}", True), ("{repeat: {template: 'x%v%', for_each: {'%v%': {get_param: l}}}}", ["xa", "xb", "xc"]),
    ("{repeat: {template: {'%a%': '%b%'}, for_each: {'%a%': [p, q], '%b%': [r, s]}, permutations: false}}", [{"p": "r"}, {"q": "s"}]),
    ("{repeat: {template: '%a%%b%', for_each: {'%a%': ['1', '2'], '%b%': [x, y]}}}", ["1x", "1y", "2x", "2y"]),
    ("{make_url: {scheme: http, host: h, port: 80, path: /a b, query: {q: c/d}}}", "http://h:80/a%20b?q=c/d"),
    ("{make_url: {scheme: https, username: u, password: 'p@', host: '::1'}}", "https://u:p%40@[::1]"),
    ("{filter: [[a], 0]}", 0), ("{filter: [[a], null]}", None), ("{filter: ['', [a]]}", ["a"]), ("{filter: [5, {}]}", {}),
    ("{map_replace: [{a: 1}, {keys: {a: null}}]}", {"a": 1}), ("{if: [{not: {get_param: [j, nul]}}, a, b]}", "b"),
    ("{list_join: [',', [{z: 1, a: 2}, [{c: 1, b: 2}]]]}", '{"a": 2, "z": 1},[{"b": 2, "c": 1}]'),
    ("{make_url: {scheme: http, port: 80, path: p}}", "http://:80/p"), ("{make_url: {scheme: http, path: /p}}", "http:///p"),
    ("{make_url: {username: u, host: '[::1]', fragment: a b}}", "//u@[::1]#a%20b"), ("{str_split: [{a: b}, null]}", None),
    ("{yaql: {expression: '$.data.toSet()', data: [b, 3, a, 1, b]}}", [1, 3, "a", "b"]),
    ("{yaql: {expression: '$.data.keys()', data: {b: 1, a: 2}}}", ["a", "b"]),
    ("{yaql: {expression: 'datetime(2020, 1, 2)'}}", "2020-01-02T00:00:00.000000"),
    ("{yaql: {expression: '$.data.select($ + 1)', data: [1, 2]}}", [2, 3]), ("{if: [true, a, b]}", "a"), ("[1, {if: [false, 2]}, 3]", [1, 3]),
    ("{if: [{equals: [{get_param: n}, 3]}, {get_param: s}, {list_join: nonsense}]}", "hello"), ("{Get_Param: s}", {"Get_Param": "s"}),
    ("{get_param: s, other: 1}", {"get_param": "s", "other": 1}),
    ("{map_merge: [{1: a, false: b, null: c}, {'1': d}]}", {"1": "d", "false": "b", "null": "c"}),
    ("{repeat: {template: x-a, for_each: {a: {1: u}}}}", ["x-1"]), ("{str_replace: {template: a1, params: {1: b}}}", "ab"),
    ("{repeat: {template: {if: [false, a]}, for_each: {a: [p, q]}}}", [None, None]), ("{list_join: [',', {if: [false, [a]]}, [b]]}", "b"),
]


@pytest.mark.parametrize(("snippet", "expected"), VALUES, ids=[snippet for snippet, _ in VALUES])
def test_values(snippet, expected):
    assert value_of(snippet, sections=PARAMETERS) == expected


@pytest.mark.parametrize(("version", "snippet", "expected"), [
    ("2013-05-23", "{Ref: s}", "hello"), ("2013-05-23", "{'Fn::Join': ['-', [a, b]]}", "a-b"), ("2014-10-16", "{'Fn::Select': [1, [a, b]]}", "b"),
    ("2014-10-16", "{repeat: {template: x, for_each: {x: [a]}}}", {"repeat": {"template": "x", "for_each": {"x": ["a"]}}}),
    ("2013-05-23", "{'Fn::Select': [1.5, [a, b]]}", "b"), ("2013-05-23", "{'Fn::Select': [{a: b}, '']}", ""),
    ("2013-05-23", "{'Fn::MemberListToMap': [N, V, '']}", {}), ("2013-05-23", "{'Fn::MemberListToMap': [N, V, {get_param: [j, no]}]}", {}),
    ("2015-10-15", "{map_merge: []}", {"map_merge": []}), ("2016-04-08", "{if: [true, 1, 2]}", {"if": [True, 1, 2]}),
])
def test_versions(version, snippet, expected):
    assert value_of(snippet, version, PARAMETERS) == expected


@pytest.mark.parametrize(("version", "snippet", "said"), [
    ("2014-10-16", "{Ref: s}", "Ref does not exist in version 2014-10-16"), ("2021-04-16", "{list_join: nonsense}", "it takes a list"),
    ("2015-04-30", "{list_join: [',', [a], [b]]}", "has 3 items"), ("2018-08-31", "{if: [true, 1]}", "two values"),
    ("2021-04-16", "{get_attr: [a]}", "no resource 'a'"), ("2021-04-16", "{make_url: {hostname: x}}", "Did you mean 'host'"),
    ("2021-04-16", "{make_url: {host: h, port: null}}", "null is no port"), ("2021-04-16", "{make_url: {host: h, port: ''}}", "is no port"),
    ("2021-04-16", "{make_url: {host: h, port: .inf}}", "is no port"),
    ("2021-04-16", "{yaql: {expression: '$.('}}", "cannot be read"),
    ("2021-04-16", "{repeat: {template: x, for_each: abc}}", "for_each.*must be of type map"),
    *(("2021-04-16", f"{{{name}: {{get_param: j}}}}", "must be written out here; get_param cannot give it") for name in (
        "str_replace", "str_replace_strict", "str_replace_vstrict", "repeat", "list_join", "contains", "make_url", "get_attr", "filter", "yaql")),
    *(("2013-05-23", f"{{'{name}': {{get_param: j}}}}", "must be written out here") for name in (
        "Fn::Join", "Fn::Split", "Fn::Replace", "Fn::Select", "Fn::MemberListToMap", "Ref")),
    ("2021-04-16", "{yaql: {expression: '1', dat: 2}}", "and no 'dat'"), ("2021-04-16", "{contains: [a, {a: b}]}", "of type list or string"),
    ("2021-04-16", "{yaql: {if: [true, {expression: '1'}, x]}}", "its map must be written out here; if cannot give it"),
    ("2021-04-16", "{repeat: {template: x, for_each: {x: [a]}, permutations: {get_param: s}}}", "its `permutations` must be written out here"),
    ("2013-05-23", "{'Fn::MemberListToMap': [{get_param: s}, V, []]}", "its `key` must be written out here"),
    ("2013-05-23", "{'Fn::Join': [',', '']}", "must be of type list"),
])
def test_misuse_stops_the_template(version, snippet, said):
    with pytest.raises(Invalid, match=said):
        value_of(snippet, version, PARAMETERS)


@pytest.mark.parametrize(("snippet", "said"), [
    ("{get_param: x}", "no parameter 'x'"), ("{str_replace: {template: {get_param: n}, params: {a: b}}}", "must be of type string"),
    ("{str_replace_strict: {template: x, params: {a: b}}}", "does not hold 'a'"), ("{digest: [md5000, x]}", "is not one of"),
    ("{filter: [5, [a]]}", "two lists, not the number 5"), ("{filter: [[a], 5]}", "two lists, not the number 5"),
    ("{str_replace_vstrict: {template: a, params: {a: ''}}}", "is empty"),
    ("{str_replace: {template: a, params: {'': b}}}", "placeholder is empty"), ("{list_join: [',', [1]]}", "not the number 1"),
    ("{str_split: [',', 'a,b', 7]}", "no index"), ("{str_split: [',', 'a,b', .inf]}", "no index"), ("{str_split: ['', 'a,b']}", "not empty"),
    ("{map_replace: [{a: 1, b: 2}, {keys: {a: b}}]}", "is a key already"),
    ("{yaql: {expression: '$.data.select($.x)', data: 5}}", "the expression fails"),
    ("{yaql: {expression: 'timespan(days => 1)'}}", "for which JSON has no form"), ("{get_file: f}", "no file 'f'"),
    ("{yaql: {expression: 'range(100000).len()'}}", "the expression fails"),
])
def test_bad_values_in_outputs_are_told_when_asked_for(snippet, said):
    with pytest.raises(Invalid, match=said) as caught:
        value_of(snippet, sections=PARAMETERS)
    place = caught.value.problems[0].place
    assert (place.file, place.line) == ("t.yaml", 9)
    assert place.path.startswith("outputs.o.value.")


def nested(times, inner, outer):
    return inner if not times else outer.replace("INNER", nested(times - 1, inner, outer))


TEN = ", ".join(f"'{i}'" for i in range(10))


@pytest.mark.parametrize("snippet", [
    nested(12, "'" + "a" * 100 + "'", "{str_replace: {template: INNER, params: {a: '" + "a" * 100 + "'}}}"),
    nested(8, "x", f"{{repeat: {{template: [INNER, INNER], for_each: {{v: [{TEN}], w: [{TEN}]}}}}}}"),
    nested(12, "'" + "a" * 100 + "'", "{repeat: {template: INNER, for_each: {a: ['" + "a" * 100 + "']}}}").replace("template: {repeat", "template: {repeat"),
    "{list_join: ['" + "x" * 5000 + "', {repeat: {template: y, for_each: {v: [" + TEN + "], w: [" + TEN + "], u: [" + TEN + "]}}}, "
    + "{repeat: {template: y, for_each: {v: [" + TEN + "], w: [" + TEN + "], u: [" + TEN + "]}}}]}",
], ids=["str_replace", "repeat", "repeat-text", "list_join"])
def test_nested_functions_cannot_fill_the_memory(snippet):
    with pytest.raises(Invalid, match=r"at most|must be of type string|only strings"):
        value_of(snippet)


RESOURCES = "resources: {a: {type: Server, properties: {flavor: f}}}"


@pytest.mark.parametrize(("snippet", "kind"), [
    ("{get_resource: a}", str), ("{get_attr: [a, addresses]}", dict), ("{get_attr: [a, addresses, net, 0]}", object),
    ("{list_join: [',', [{get_resource: a}, b]]}", str), ("{str_replace: {template: x, params: {x: {get_attr: [a, tags]}}}}", str),
    ("{map_merge: [{a: {get_resource: a}}, {b: 1}]}", dict), ("{repeat: {template: x, for_each: {x: {get_attr: [a, tags]}}}}", list),
    ("{list_concat: [[1], {get_attr: [a, tags]}]}", list), ("{digest: [md5, {get_resource: a}]}", str), ("{get_attr: [a, count]}", int),
    ("{yaql: {expression: $.data, data: {get_attr: [a, tags]}}}", object), ("{contains: [x, {get_attr: [a, tags]}]}", bool),
])
def test_types_travel_through_functions(snippet, kind):
    world = World(a=["x"])
    from_static = value_kind(snippet)
    assert from_static is kind
    assert world.asked == []


def value_kind(snippet):
    from_catalog = compiled(f"{RESOURCES}\noutputs: {{o: {{value: {snippet}}}}}")
    return from_catalog.outputs["o"].type


def test_known_parts_around_a_placeholder_stay_known():
    definition = compiled(
        f"{RESOURCES[:-1]}, b: {{type: Any, properties: {{m: {{map_merge: [{{x: {{get_resource: a}}}}, {{y: 2}}]}}}}}}}}")
    made = definition.partial("b")["m"]
    assert made["y"] == 2
    assert isinstance(made["x"], Unknown)
    assert made["x"].resource == "a"


@pytest.mark.parametrize(("snippet", "said"), [
    ("{get_attr: [{get_attr: [v, value]}, value]}", "must be known before the run"),
    ("{get_attr: [v, {get_attr: [v, value]}]}", "must be known before the run"),
    ("{get_attr: [v, value, [a]]}", "is a key or an index, not a list"), ("{get_attr: [v, value, {a: b}]}", "is a key or an index, not a map"),
])
def test_what_an_attribute_is_asked_with_is_known_before_the_run(snippet, said):
    with pytest.raises(Invalid, match=said):
        compiled(f"resources: {{v: {{type: Value, properties: {{value: x}}}}}}\noutputs: {{o: {{value: {snippet}}}}}")
