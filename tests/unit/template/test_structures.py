"""What is known of maps and lists before the run is what they turn out to be."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from catalog import Type, World
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.model.schema import Attr, Prop
from isotherm.model.structure import ANY, Astray, document, is_null, joined, mapped, merged, rest_of, spelled, step, structure_of
from isotherm.model.unknown import PLAIN, Unknown
from isotherm.template import examine, parse, parse_environment
from isotherm.types.registry import registry

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
NAMES = ("a", "b", "key")
TEXT = PLAIN[str]


def fits(value: Any, shape: Prop) -> bool:
    """Whether a value is as its structure says; null always is."""
    if value is None or (shape.type is object and not is_null(shape)):
        return True
    if shape.type in (list, dict):
        kind = list if shape.type is list else Mapping
        if not isinstance(value, kind):
            return False
        if shape.type is list:
            return all(fits(item, shape.item or ANY) for item in value)
        keys, rest = {one.name: one for one in shape.schema or ()}, rest_of(shape)
        return all(name in value for name, one in keys.items() if one.required) and all(
            fits(part, keys[name]) if name in keys else rest is not None and fits(part, rest) for name, part in value.items())
    return type(value) in ((int, float) if shape.type is float else (shape.type,))


# -- structures, and values that have them ---------------------------------------------------------------------------------

SCALARS = st.sampled_from([PLAIN[kind] for kind in (str, int, float, bool)])


def grown(inner: st.SearchStrategy[Prop]) -> st.SearchStrategy[Prop]:
    keys = st.lists(st.sampled_from(NAMES), unique=True, max_size=3)
    maps = keys.flatmap(lambda names: st.tuples(*(inner for _ in names)).map(lambda shapes: mapped(
        Prop(name, one.type, schema=one.schema, item=one.item, open=one.open) for name, one in zip(names, shapes, strict=True))))
    return st.one_of(inner.map(lambda item: Prop("*", list, item=item)), inner.map(lambda item: Prop("*", dict, item=item)), maps,
                     maps.map(lambda shape: Prop("*", dict, schema=shape.schema, open=True)))


SHAPES = st.recursive(SCALARS, grown, max_leaves=4)
WORDS = st.sampled_from(["", "x", "1", "a,b"])


def values(shape: Prop) -> st.SearchStrategy[Any]:
    """Values of that structure, with every key that it declares."""
    if shape.type is list:
        return st.lists(values(shape.item or TEXT), max_size=2)
    if shape.type is dict:
        named = {one.name: values(one) for one in shape.schema or ()}
        rest = rest_of(shape)
        if rest is None:
            return st.fixed_dictionaries(named)
        others = st.dictionaries(st.sampled_from(["x", "other"]), values(TEXT if rest is ANY else rest), max_size=1)
        return st.tuples(others, st.fixed_dictionaries(named)).map(lambda pair: pair[0] | pair[1])
    return {str: WORDS, int: st.integers(0, 2), bool: st.booleans(), float: st.sampled_from([0, 0.5])}[shape.type]


SAMPLES = SHAPES.flatmap(lambda shape: st.tuples(st.just(shape), values(shape)))
JSON = st.recursive(st.one_of(st.none(), WORDS, st.integers(0, 3), st.booleans(), st.just(0.5)),
                    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)))


@QUICK
@given(JSON)
def test_a_value_is_as_its_structure_says(value):
    assert fits(value, structure_of(value))


@QUICK
@given(SAMPLES, SAMPLES)
def test_what_is_one_of_two_fits_what_joins_them(first, second):
    both = joined((first[0], second[0]))
    assert fits(first[1], both)
    assert fits(second[1], both)


@QUICK
@given(st.lists(JSON.filter(lambda value: isinstance(value, dict)), max_size=3))
def test_merged_maps_fit_their_merged_structures(maps):
    made = {}
    for one in maps:
        made |= one
    assert fits(made, merged(map(structure_of, maps)))


@QUICK
@given(SAMPLES, st.lists(st.one_of(st.sampled_from(NAMES), st.integers(-1, 1), st.booleans(), st.just("0")), max_size=3))
def test_a_step_that_surely_leads_nowhere_gives_null_and_any_other_what_it_says(sample, path):
    shape, value = sample
    sure, doubt = False, False
    try:
        for key in path:
            shape = step(shape, key)
    except Astray as exc:
        sure, doubt = exc.sure, not exc.sure
    for key in path:
        try:
            value = value[key] if isinstance(value, Mapping) or isinstance(key, int) else None
        except (LookupError, TypeError):
            value = None
    assert value is None if sure else doubt or fits(value, shape)


@QUICK
@given(SHAPES)
def test_a_structure_can_be_told(shape):
    assert len(spelled(shape)) <= 400
    assert document(shape)["type"] in spelled(shape)


# -- through templates -----------------------------------------------------------------------------------------------------

VERSIONS = ("2014-10-16", "2015-04-30", "2015-10-15", "2016-10-14", "2021-04-16")
WANTED = Type("Wants", tuple(Prop(kind.__name__, kind) for kind in (str, int, float, bool, list, dict)))
ATTRIBUTES = ("x", "y")
LEAVES = st.one_of(
    st.sampled_from(ATTRIBUTES).map(lambda name: {"get_attr": ["r", name]}),
    st.sampled_from(ATTRIBUTES).flatmap(lambda name: st.sampled_from((*NAMES, 0)).map(lambda key: {"get_attr": ["r", name, key]})),
    st.sampled_from(["", "x", "a", 1, True, [], {}, ["x", "a"], {"a": "x"}, {"key": 1}]))


def called(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def call(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.tuples(*arguments).map(lambda found: {name: list(found)})

    def named(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries(arguments).map(lambda found: {name: found})

    index = st.sampled_from([0, 1, "0", "a", "key"])
    return st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
        call("list_join", st.just(","), inner), call("list_join", st.just(","), inner, inner), call("str_split", st.just(","), inner),
        call("str_split", st.just(","), inner, index), call("map_merge", inner, inner), call("list_concat", inner, inner),
        call("list_concat_unique", inner, inner), call("filter", inner, inner), call("contains", inner, inner), call("digest", st.just("md5"), inner),
        call("map_replace", inner, st.fixed_dictionaries({}, optional={"keys": inner, "values": inner})), call("Fn::Select", index, inner),
        call("Fn::Split", st.just(","), inner), call("Fn::Join", st.just(","), inner), call("Fn::MemberListToMap", st.just("a"), st.just("b"), inner),
        named("str_replace", template=inner, params=st.dictionaries(st.just("a"), inner)), named("make_url", host=inner, port=inner),
        named("repeat", template=inner, for_each=st.dictionaries(st.sampled_from(["a", "x"]), inner, min_size=1, max_size=2)),
        named("yaql", expression=st.just("$.data"), data=inner))


SNIPPETS = st.recursive(LEAVES, called, max_leaves=5)


def examined(version: str, shapes: tuple[Prop, ...], snippet: Any, wanted: str) -> Any:
    source = Type("Gives", (), tuple(Attr(name, one.type, schema=one.schema, item=one.item, open=one.open)
                                     for name, one in zip(ATTRIBUTES, shapes, strict=True)))
    catalog = type("Catalog", (), {"schema": lambda self, name: {"Gives": source, "Wants": WANTED}.get(name), "names": lambda self: ()})()
    return examine(parse(json.dumps({"heat_template_version": version, "resources": {
        "r": {"type": "Gives"}, "w": {"type": "Wants", "properties": {wanted: snippet}}}, "outputs": {"o": {"value": snippet}}})), catalog=catalog)


class Given(World):
    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        value = self.attributes[path[0]]
        for key in path[1:]:
            try:
                value = value[key] if isinstance(value, Mapping) or isinstance(key, int) else None
            except (LookupError, TypeError):
                value = None
        assume(value is not None)       # that a value may be null is not held against what is told of it
        return value


@settings(QUICK, max_examples=300)
@given(st.sampled_from(VERSIONS), SAMPLES, SAMPLES, SNIPPETS, st.sampled_from([one.name for one in WANTED.properties]))
def test_what_is_refused_before_the_run_would_fail_in_it_and_what_passes_is_as_told(version, first, second, snippet, wanted):
    definition, problems = examined(version, (first[0], second[0]), snippet, wanted)
    assume(not definition.resources["w"].settled)       # otherwise nothing is left to the run
    assume(all(one.code not in ("bad-call", "removed-function") for one in problems))     # wrong whatever the values
    world = Given(x=first[1], y=second[1])
    refused = [one for one in problems if one.severity is Severity.ERROR and one.place.path.startswith("resources.w")]
    try:
        definition.properties("w", world)
        failed = False
    except Invalid:
        failed = True
    assert failed or not refused, (str(refused[0]), snippet)
    try:
        made = definition.output("o", world)
    except Invalid:
        return
    assert fits(made, definition.outputs["o"].structure), (made, spelled(definition.outputs["o"].structure))


@QUICK
@given(SAMPLES, SAMPLES)
def test_a_choice_that_is_open_is_one_of_its_branches(first, second):
    shapes = [Unknown(shape.type, inner=shape) for shape, _ in (first, second)]
    both = joined(map(structure_of, shapes))
    assert both.type in (first[0].type, second[0].type, object, float)
    assert fits(first[1], both)
    assert fits(second[1], both)


# -- by example ------------------------------------------------------------------------------------------------------------


def told(text: str, files: Mapping[str, str] | None = None) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """The outputs' types, and what is found: severity, code and place."""
    definition, problems = examine(parse(f"heat_template_version: 2021-04-16\n{text}", "t.yaml"), files=files, catalog=registry(), strict=False)
    return ({name: spelled(one.structure) for name, one in definition.outputs.items()},
            [(one.severity.value, one.code, one.place.path) for one in problems])


def outcome(value: str, before: str = "") -> tuple[str, list[tuple[str, str, str]]]:
    outputs, problems = told(f"{before}\n{RESOURCES}\noutputs: {{o: {{value: {value}}}}}")
    return outputs["o"], problems


RESOURCES = """resources:
  server: {type: OS::Nova::Server, properties: {flavor: f, image: i}}
  port: {type: OS::Neutron::Port, properties: {network: n}}
  net: {type: OS::Neutron::Net}
  group: {type: OS::Heat::ResourceGroup, properties: {count: 2, resource_def: {type: OS::Neutron::Port, properties: {network: n}}}}
  chain: {type: OS::Heat::ResourceChain, properties: {resources: [OS::Neutron::Net, OS::Heat::RandomString]}}
  value: {type: OS::Heat::Value, properties: {value: {first: {get_attr: [port, fixed_ips, 0]}, later: {get_attr: [last, value]}}}}
  last: {type: OS::Heat::Value, properties: {value: [1, 2]}}
  narrow: {type: OS::Heat::Value, properties: {type: json, value: {yaql: {expression: $.data, data: {get_attr: [port, name]}}}}}
  config: {type: OS::Heat::StructuredConfig, properties: {config: {a: [x]}}}
"""
IP = "map{subnet_id: string, ip_address: string, ...}"
UNKNOWN = "parameters: {c: {type: boolean}}\nconditions: {c: {get_param: c}}"


@pytest.mark.parametrize(("value", "spelling"), [
    ("{get_attr: [server, addresses, private, 0, addr]}", "string"), ("{get_attr: [server, networks, private]}", "list<string>"),
    ("{get_attr: [port, fixed_ips]}", f"list<{IP}>"), ("{get_attr: [port, fixed_ips, {get_attr: [port, name]}, ip_address]}", "string"),
    ("{get_attr: [port, fixed_ips, 0, new_field]}", "any"), ("{get_attr: [port, dns_assignment, 0, fqdn]}", "string"),
    ("{get_attr: [group, fixed_ips]}", f"list<list<{IP}>>"), ("{get_attr: [group, fixed_ips, 0]}", f"list<{IP}>"),
    ("{get_attr: [group, attributes, fixed_ips, 0, ip_address]}", "map<string>"), ("{get_attr: [group, refs]}", "list<string>"),
    ("{get_attr: [group, refs_map, '1']}", "string"), ("{get_attr: [group, resource.1]}", "string"),
    ("{get_attr: [group, resource.0.fixed_ips, 0]}", IP), ("{get_attr: [group, resource.0, fixed_ips, 0]}", IP),
    ("{get_attr: [chain, show]}", "list<map>"), ("{get_attr: [value, value]}", f"map{{first: {IP}, later: list<integer>}}"),
    ("{get_attr: [value, value, first, ip_address]}", "string"), ("{get_attr: [narrow, value]}", "map"),
    ("{get_attr: [config, config, a]}", "list<string>"),
    ("{map_merge: [{get_attr: [value, value]}, {first: x}]}", "map{first: string, later: list<integer>}"),
    ("{list_concat: [{get_attr: [net, subnets]}, {get_attr: [port, fixed_ips]}]}", "list"),
    ("{repeat: {template: {k: '%x%', 'p%x%': 1}, for_each: {'%x%': {get_attr: [net, subnets]}}}}", "list<map>"),
    ("{repeat: {template: {k: ['%x%']}, for_each: {'%x%': {get_attr: [net, subnets]}}}}", "list<map{k: list<string>}>"),
    ("{filter: [[x], {get_attr: [net, subnets]}]}", "list<string>"), ("{str_split: [',', {get_attr: [port, name]}]}", "list<string>"),
    ("{str_split: [',', {get_attr: [port, name]}, 0]}", "string"), ("{if: [c, {a: 1}, {a: 2, b: x}]}", "map{a: integer, b: string}"),
    ("{if: [c, [1], {get_attr: [net, subnets]}]}", "list"), ("{if: [c, 1, [1]]}", "any"),
    ("{map_replace: [{a: x, b: 1}, {values: {x: {get_attr: [net, mtu]}}}]}", "map{a: any, b: integer}"),
])
def test_types_travel_with_what_is_inside(value, spelling):
    assert outcome(value, UNKNOWN) == (spelling, [])


@pytest.mark.parametrize(("value", "severity"), [
    ("{get_attr: [port, fixed_ips, ip_address]}", "error"), ("{get_attr: [server, addresses, 0]}", "error"),
    ("{get_attr: [port, fixed_ips, 0, ip_address, x]}", "error"), ("{get_attr: [net, mtu, x]}", "error"),
    ("{get_attr: [group, fixed_ipz]}", "error"), ("{get_attr: [value, value, frist]}", "warning"),
    ("{get_attr: [port, fixed_ips, 0, ip_adress]}", "warning"), ("{get_attr: [chain, mtu]}", "error"),
])
def test_a_path_that_leads_nowhere_is_told(value, severity):
    _, problems = told(f"{RESOURCES}  w: {{type: OS::Heat::RandomString, properties: {{salt: {value}}}}}")
    assert problems == [(severity, "unknown-attribute", "resources.w.properties.salt.get_attr")]
    if "group" not in value and "chain" not in value:      # an output that is sure to be null stops no stack
        assert [one[0] for one in outcome(value)[1]] == ["warning"]


MIDDLE = """heat_template_version: 2021-04-16
parameters: {ips: {type: json}}
resources: {inner: {type: inner.yaml, properties: {ips: {get_param: ips}}}}
outputs:
  deep: {value: {all: {get_attr: [inner, all]}, one: {get_attr: [inner, all, 0]}, given: {get_attr: [inner, given]}}}
"""
INNER = """heat_template_version: 2021-04-16
parameters: {ips: {type: json, default: []}, kind: {type: string, default: one}}
conditions: {one: {equals: [{get_param: kind}, one]}}
resources: {p: {type: OS::Neutron::Port, properties: {network: n}}}
outputs:
  all: {value: {get_attr: [p, fixed_ips]}}
  given: {value: {get_param: ips}}
  chosen: {value: {if: [one, text, [list]]}}
"""
FILES = {"middle.yaml": MIDDLE, "inner.yaml": INNER}


def test_types_come_up_from_templates_below_templates():
    outputs, problems = told("""resources: {m: {type: middle.yaml, properties: {ips: []}}, i: {type: inner.yaml}}
outputs:
  deep: {value: {get_attr: [m, deep]}}
  address: {value: {get_attr: [m, deep, all, 0, ip_address]}}
  below: {value: {get_attr: [m, resource.inner, all]}}
  chosen: {value: {get_attr: [i, chosen]}}
""", FILES)
    assert outputs == {"deep": f"map{{all: list<{IP}>, one: {IP}, given: any}}", "address": "string", "below": f"list<{IP}>", "chosen": "any"}
    assert problems == []


@pytest.mark.parametrize(("length", "found"), [
    ("{get_attr: [m, deep, one]}", [("error", "bad-property", "resources.w.properties.length")]),
    ("{get_attr: [m, resource.innner, all]}", [("error", "unknown-attribute", "resources.w.properties.length.get_attr")]),
    ("{list_concat: [{get_attr: [m, deep, all]}]}", [("error", "bad-property", "resources.w.properties.length")]),
    ("{get_attr: [m, deep, all, one]}", [("error", "unknown-attribute", "resources.w.properties.length.get_attr")]),
    ("{get_attr: [m, deep, al]}", [("warning", "unknown-attribute", "resources.w.properties.length.get_attr")]),
    ("{get_attr: [m, deep, all, 0, ip_address]}", []),
])
def test_what_does_not_fit_is_found_two_templates_down(length, found):
    _, problems = told(f"""resources:
  m: {{type: middle.yaml, properties: {{ips: []}}}}
  w: {{type: OS::Heat::RandomString, properties: {{length: {length}}}}}
""", FILES)
    assert problems == found


def test_a_parameter_takes_what_is_inside_down_into_the_template():
    child = """heat_template_version: 2021-04-16
parameters: {ips: {type: json}}
resources: {w: {type: OS::Heat::RandomString, properties: {length: {list_concat: [{get_param: ips}]}}}}
"""
    _, problems = told("""resources:
  p: {type: OS::Neutron::Port, properties: {network: n}}
  c: {type: child.yaml, properties: {ips: {get_attr: [p, fixed_ips]}}}
""", {"child.yaml": child})
    assert [one[:2] for one in problems] == [("error", "bad-property")]


@pytest.mark.parametrize(("properties", "words"), [
    ("{network: n, fixed_ips: {get_attr: [net, subnets]}}", "an item of 'fixed_ips' must be of type map"),
    ("{network: n, tags: {get_attr: [port, fixed_ips]}}", "an item of 'tags' must be of type string"),
    ("{network: n, fixed_ips: {get_attr: [port, allowed_address_pairs]}}", "'mac_address', which is none of its properties"),
])
def test_only_a_warning_tells_of_what_may_not_be_there(properties, words):
    template = parse(f"heat_template_version: 2021-04-16\n{RESOURCES}  w: {{type: OS::Neutron::Port, properties: {properties}}}")
    _, problems = examine(template, catalog=registry())
    assert [one.severity for one in problems] == [Severity.WARNING]
    assert words in problems[0].message


def test_a_group_that_may_have_no_members_is_only_warned_of():
    group = "{type: OS::Heat::ResourceGroup, properties: {count: {get_param: n}, resource_def: {type: OS::Heat::RandomString}}}"
    _, problems = told(f"parameters: {{n: {{type: number}}}}\nresources: {{g: {group}}}\noutputs: {{o: {{value: {{get_attr: [g, valeu]}}}}}}")
    assert [one[:2] for one in problems] == [("warning", "unknown-attribute")]


def test_members_that_lack_what_others_have_are_nothing_to_tell_of():
    files = {f"{name}.yaml": f"heat_template_version: 2021-04-16\noutputs: {{data: {{value: {{{name}: 1}}}}}}" for name in ("one", "two")}
    outputs, problems = told("""resources: {c: {type: OS::Heat::ResourceChain, properties: {resources: [one.yaml, two.yaml]}}}
outputs: {o: {value: {get_attr: [c, data, one]}}}""", files)
    assert (outputs, problems) == ({"o": "list<integer>"}, [])


def test_what_templates_repeat_in_each_other_does_not_grow_without_end():
    values = "\n".join(f"  v{number}: {{type: OS::Heat::Value, properties: {{value: {{a: {{get_attr: [v{number + 1}, value]}}, "
                       f"b: {{get_attr: [v{number + 1}, value]}}, c: {{if: [c, {{get_attr: [v{number + 1}, value]}}, {{x: 1}}]}}}}}}}}"
                       for number in range(60))
    outputs, problems = told(f"{UNKNOWN}\nresources:\n{values}\n  v60: {{type: OS::Heat::Value, properties: {{value: {{a: 1}}}}}}\n"
                             "outputs: {o: {value: {get_attr: [v0, value]}}}")
    assert problems == []
    assert outputs["o"].startswith("map") or outputs["o"] == "any"


def test_one_file_may_give_other_types_to_another_resource() -> None:
    files = {"x.yaml": "{heat_template_version: 2021-04-16, resources: {y: {type: 'My::Y'}}, outputs: {data: {value: {get_attr: [y, data]}}}}",
             "list.yaml": "{heat_template_version: 2021-04-16, outputs: {data: {value: [1]}}}",
             "number.yaml": "{heat_template_version: 2021-04-16, outputs: {data: {value: 7}}}"}
    environment = parse_environment({"resource_registry": {"My::Y": "number.yaml", "resources": {"a": {"y": {"My::Y": "list.yaml"}}}}})
    text = """heat_template_version: 2021-04-16
resources:
  a: {type: x.yaml}
  b: {type: x.yaml}
  word: {type: OS::Heat::RandomString, properties: {length: {get_attr: [b, data]}, salt: {get_attr: [a, data, 0]}}}
"""
    assert examine(parse(text), environment, files, catalog=registry())[1] == []
