"""Whole templates: what a definition knows, and what is wrong, all at once and at its place."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from catalog import Catalog, World, compiled

from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.model.unknown import Unknown
from isotherm.template import Facade, Limits, Pseudo, compile, parse, parse_environment, problems

BASIC = """
parameters: {n: {type: number, default: 3}, secret: {type: string, hidden: true, default: hush}}
conditions: {big: {not: {equals: [{get_param: n}, 3]}}}
resources:
  a: {type: Random, properties: {length: {get_param: n}}}
  b: {type: Value, depends_on: [a, c], properties: {value: [{get_attr: [a, value]}, {get_resource: s}]}, metadata: {m: {get_param: n}}}
  c: {type: Random, condition: big}
  s: {type: Server, deletion_policy: retain, properties: {flavor: m1, networks: [{port: {get_resource: a}}]}}
outputs:
  o: {value: {get_attr: [s, addresses, net, 0]}, description: An address}
  gone: {condition: big, value: {get_attr: [c, value]}}
"""


def test_what_a_definition_knows():
    definition = compiled(BASIC, pseudo=Pseudo("id", "name", "project"))
    b = definition.resources["b"]
    assert set(definition.resources) == {"a", "b", "s"}
    assert definition.disabled == {"c"}
    assert (b.requires, b.references, b.depends_on) == ({"a", "s"}, {"a", "s"}, {"a"})
    assert definition.resources["s"].deletion_policy == "Retain"
    assert definition.uses == {"a": {("value",)}}
    assert definition.output_uses == {"s": {("addresses", "net", 0)}}
    assert definition.custom_checks()[0][:2] == ("nova.flavor", "m1")
    assert definition.parameter_texts == {
        "OS::stack_id": "id", "OS::stack_name": "name", "OS::project_id": "project", "n": "3", "secret": "******"}
    assert definition.metadata("b", World()) == {"m": 3}
    assert definition.output("gone", World()) is None


def test_properties_ask_only_for_what_they_need():
    definition = compiled(BASIC)
    world = World(a="random")
    assert definition.properties("b", world) == {"value": ["random", "id-s"]}
    assert world.asked == [("a", "value"), ("s",)]
    world.asked.clear()
    assert definition.properties("a", world) == {"length": 3}
    assert world.asked == []


def test_partial_properties_hold_placeholders():
    made = compiled(BASIC).partial("s")
    port = made["networks"][0]["port"]
    assert isinstance(port, Unknown)
    assert (port.resource, port.path, port.type) == ("a", (), str)
    assert made["mode"] == "a"


WRONG = """
parameters:
  p: {type: string}
  q: {type: nmber}
  r: {type: number, default: x}
resources:
  a: {type: Sever, properties: {flavor: {get_param: pp}}}
  b: {type: Server, properties: {flavour: m1, name: too-long, mode: c, active: maybe, networks: [{fixed_ip: 1.2.3}]}, depends_on: aa}
  c: {type: Random, propertys: {}, properties: {salt: {get_attr: [b, valu]}}}
  d: {type: Random, deletion_policy: keep}
  e: {type: Random, properties: {length: {get_attr: [b, tags]}}}
outputs: {o: {val: 1}}
"""


def test_every_problem_in_one_run_each_at_its_place():
    with pytest.raises(Invalid) as caught:
        compiled(WRONG, parameters={"z": 1})
    found = {(problem.code, problem.place.line, problem.place.path) for problem in caught.value.problems}
    assert found == {
        ("unknown-parameter", 3, "parameters.z"), ("missing-parameter", 4, "parameters.p"),
        ("parameter-declaration", 5, "parameters.q.type"), ("bad-parameter", 6, "parameters.r.default"),
        ("unknown-type", 8, "resources.a.type"), ("missing-parameter", 8, "resources.a.properties.flavor.get_param"),
        ("unknown-property", 9, "resources.b.properties.flavour"),
        ("bad-property", 9, "resources.b.properties.name"), ("bad-property", 9, "resources.b.properties.mode"),
        ("bad-property", 9, "resources.b.properties.active"), ("bad-property", 9, "resources.b.properties.networks.0.fixed_ip"),
        ("unknown-resource", 9, "resources.b.depends_on"), ("unknown-resource-key", 10, "resources.c.propertys"),
        ("unknown-attribute", 10, "resources.c.properties.salt.get_attr"), ("bad-deletion-policy", 11, "resources.d.deletion_policy"),
        ("bad-property", 12, "resources.e.properties.length"), ("bad-output", 13, "outputs.o.val"),
    }
    said = str(caught.value)
    for hint in ("'Server'", "'p'", "'flavor'", "'a'?", "'properties'", "'number'"):
        assert f"Did you mean {hint.rstrip('?')}?" in said
    assert caught.value.wire == "InvalidSchemaError"


@pytest.mark.parametrize(("resources", "chain"), [
    ("a: {type: Any, depends_on: a}", "a -> a"),
    ("a: {type: Any, depends_on: b}, b: {type: Any, properties: {x: {get_resource: c}}}, c: {type: Any, depends_on: a}", "a -> b -> c -> a"),
])
def test_cycles_show_their_path(resources, chain):
    with pytest.raises(Invalid, match=chain) as caught:
        compiled(f"resources: {{{resources}}}")
    assert caught.value.wire == "CircularDependencyException"


def test_a_long_chain_is_no_cycle():
    text = "".join(f"  r{i}: {{type: Any, depends_on: r{i + 1}}}\n" for i in range(3000))
    definition = compiled(f"resources:\n{text}  r3000: {{type: Any}}")
    assert len(definition.resources) == 3001


def fingerprints(text, **options):
    return {name: one.fingerprint for name, one in compiled(text, **options).resources.items()}


@pytest.mark.parametrize(("other", "changed"), [
    (BASIC, set()), (BASIC.replace("m1", "m2"), {"s"}), (BASIC.replace("default: 3", "default: 4").replace("big, value", "big, value"), {"a", "b"}),
    (BASIC.replace("retain", "delete"), {"s"}), (BASIC.replace("[a, value]", "[a, show]"), {"b"}), (BASIC.replace("An address", "Another"), set()),
])
def test_fingerprints_change_with_what_they_cover(other, changed):
    before, after = fingerprints(BASIC), fingerprints(other)
    assert {name for name in before if before[name] != after[name]} == changed


def test_secrets_are_in_no_message():
    with pytest.raises(Invalid) as caught:
        compiled("parameters: {p: {type: number, hidden: true}}\nresources: {s: {type: Server, properties: {flavor: f, password: short}}}",
                 parameters={"p": "opensesame"})
    assert "opensesame" not in str(caught.value)
    assert "short" not in str(caught.value)


LONG = "-----BEGIN KEY-----\\n" + "abcd" * 40


@pytest.mark.parametrize("secret", ["opensesame", LONG, "it's \"quoted\""])
@pytest.mark.parametrize("snippet", ["{get_param: p}", "{str_replace: {template: 'x V', params: {V: {get_param: p}}}}"])
def test_secrets_that_functions_carried_elsewhere_stay_secret(secret, snippet):
    text = f"parameters: {{p: {{type: string, hidden: true}}}}\nresources: {{r: {{type: Random, properties: {{length: {snippet}}}}}}}"
    with pytest.raises(Invalid, match=r"must be of type integer.*\*{6}") as caught:
        compiled(text, parameters={"p": secret})
    assert secret[:12] not in str(caught.value)


def test_secrets_are_in_no_warning():
    text = "parameters: {p: {type: string, hidden: true}}\noutputs: {o: {value: {digest: [{get_param: p}, x]}}}"
    warnings = compiled(text, parameters={"p": "opensesame"}).warnings
    assert [one.code for one in warnings] == ["bad-argument"]
    assert "opensesame" not in str(warnings[0])


def test_secrets_stay_secret_at_run_time():
    definition = compiled("""
parameters: {p: {type: string, hidden: true}}
resources:
  a: {type: Random}
  r: {type: Random, properties: {length: {list_join: ['', [{get_param: p}, {get_attr: [a, value]}]]}}}
""", parameters={"p": "opensesame"})
    with pytest.raises(Invalid, match="must be of type integer") as caught:
        definition.properties("r", World(a="x"))
    assert "opensesame" not in str(caught.value)


def test_without_values_only_types_are_checked():
    text = """
parameters: {n: {type: number}, l: {type: comma_delimited_list}}
conditions: {c: {equals: [{get_param: n}, 1]}}
resources:
  a: {type: Random, condition: c, properties: {length: {get_param: n}, salt: {list_join: [',', {get_param: l}]}}}
  b: {type: Random, properties: {length: {get_param: l}, salt: {if: [c, {get_resource: a}, x]}}}
"""
    template = parse(f"heat_template_version: 2021-04-16\n{text}", "t.yaml")
    found = problems(template, catalog=Catalog(), strict=False)
    assert [(one.code, one.place.path) for one in found if one.severity is Severity.ERROR] == [("bad-property", "resources.b.properties.length")]


@pytest.mark.parametrize("call", [
    "{list_join: [',', [a, {get_param: p}]]}", "{str_replace: {template: a, params: {a: {get_param: p}}}}",
    "{'Fn::Select': [0, [{get_param: p}]]}", "{list_join: [',', [{list_join: ['', [{get_param: p}]]}]]}", "{map_merge: [{a: {get_param: p}}, {b: c}]}",
])
def test_functions_wait_for_parameters_that_have_no_value(call):
    text = f"parameters: {{p: {{type: string}}}}\nresources: {{v: {{type: Value, properties: {{value: {call}}}}}}}\n"
    assert problems(parse(f"heat_template_version: 2013-05-23\n{text}" if "Fn::" in call else f"heat_template_version: 2018-08-31\n{text}"),
                    catalog=Catalog(), strict=False) == []


def test_what_only_looks_like_a_function_is_a_warning():
    found = compiled("outputs: {o: {value: [{get_parm: x}, {plain: z}]}, p: {value: {get_param: 'OS::stack_id'}}}").warnings
    assert [(one.code, one.place.path, one.hint) for one in found] == [
        ("not-a-function", "outputs.o.value.0.get_parm", "Did you mean 'get_param'?")]
    old = compiled("outputs: {o: {value: {map_merge: []}}}", "2013-05-23").warnings
    assert [one.code for one in old] == ["not-a-function"]


CHILD = """heat_template_version: 2021-04-16
parameters: {size: {type: number}, names: {type: comma_delimited_list, default: ''}}
resources: {r: {type: Random, properties: {length: {get_param: size}}}}
outputs: {made: {value: {get_attr: [r, value]}}, names: {value: {get_param: names}}, facade: {value: {resource_facade: metadata}}}
"""


def parent(properties, use="made", registry="child.yaml"):
    text = f"""heat_template_version: 2021-04-16
resources:
  n: {{type: My::Child, properties: {properties}}}
  u: {{type: Random, properties: {{length: {{get_attr: [n, {use}]}}}}}}
"""
    return compile(parse(text, "t.yaml"), parse_environment({"resource_registry": {"My::Child": registry}}), {"child.yaml": CHILD},
                   catalog=Catalog())


def test_nested_templates_are_types():
    definition = parent("{size: 4, names: 'a,b'}")
    assert definition.resources["n"].target == "child.yaml"
    assert definition.properties("n", World()) == {"size": 4, "names": "a,b"}


@pytest.mark.parametrize(("properties", "use", "said", "file"), [
    ("{sise: 4}", "made", "Did you mean 'size'", "t.yaml"), ("{size: 4}", "mad", "Did you mean 'made'", "t.yaml"),
    ("{size: four}", "made", "must be of type number", "t.yaml"), ("{}", "made", r"'size' has no value.*Used by t.yaml:3:3", "child.yaml"),
    ("{size: 1000}", "made", "allowed is from 1 to 512.*Used by", "child.yaml"), ("{size: 4}", "names", "will be of type list", "t.yaml"),
])
def test_problems_are_found_through_nested_templates(properties, use, said, file):
    with pytest.raises(Invalid, match=said) as caught:
        parent(properties, use)
    assert caught.value.problems[0].place.file == file


def test_a_template_within_itself_is_refused():
    text = "heat_template_version: 2021-04-16\nresources: {n: {type: child.yaml}}"
    with pytest.raises(Invalid, match=r"child.yaml -> child.yaml"):
        compile(parse(text), files={"child.yaml": text}, catalog=Catalog())


def test_facade():
    definition = compile(parse(CHILD), catalog=Catalog(), parameters={"size": 1}, facade=Facade({"k": 1}))
    assert definition.output("facade", World()) == {"k": 1}


def test_limits_are_told():
    with pytest.raises(Invalid, match="There are 3 resources; at most 2"):
        compile(parse("heat_template_version: 2021-04-16\nresources: {a: {type: Any}, b: {type: Any}, c: {type: Any}}",
                      limits=Limits(resources=2)), catalog=Catalog())


def test_threads_share_a_definition():
    text = "resources:\n  a: {type: Random}\n" + "".join(
        f"  r{i}: {{type: Value, properties: {{value: {{yaql: {{expression: '$.data.select($ + {i})', data: {{get_attr: [a, value]}}}}}}}}}}\n"
        for i in range(60))
    with ThreadPoolExecutor(8) as pool:
        definitions = list(pool.map(lambda _: compiled(text), range(8)))
        assert len({tuple(one.fingerprint for one in definition.resources.values()) for definition in definitions}) == 1
        made = list(pool.map(lambda i: definitions[0].properties(f"r{i % 60}", World(a=[1, 2])), range(480)))
    assert made == [{"value": [1 + i % 60, 2 + i % 60]} for i in range(480)]
