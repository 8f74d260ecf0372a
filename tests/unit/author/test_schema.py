"""The JSON Schema of HOT: valid itself, kinder than the checks nowhere, and not kinder than it must be."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from isotherm.author.checking import check
from isotherm.author.schema import schema
from isotherm.cli.main import cli
from isotherm.model.schema import Prop
from isotherm.template import parse
from isotherm.template.functions import FUNCTIONS
from isotherm.template.functions.registry import grammar
from isotherm.template.versions import DIALECTS
from isotherm.types.registry import registry

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples").glob("*.yaml"))
SCHEMA = schema(registry())
VALIDATOR = Draft7Validator(SCHEMA)
HEAD = "heat_template_version: 2021-04-16\n"

GOOD = {
    "nothing": "",
    "null sections": "resources:\noutputs:\nparameters:\n",
    "functions for values": "resources: {r: {type: OS::Heat::RandomString, properties: {length: {get_param: n}}}}",
    "numbers as text": "resources: {r: {type: OS::Heat::RandomString, properties: {length: '8'}}}",
    "truth as text": "resources: {r: {type: OS::Neutron::Net, properties: {shared: 'True'}}}",
    "text as a number": "resources: {r: {type: OS::Neutron::Net, properties: {name: 5}}}",
    "null for a default": "resources: {r: {type: OS::Neutron::Net, properties: {name: null}}}",
    "a list of maps": "resources: {r: {type: OS::Neutron::Port, properties: {network: n, fixed_ips: [{subnet: s, ip_address: 192.0.2.1}]}}}",
    "a choice in a list": "conditions: {c: true}\nresources: {r: {type: OS::Neutron::Port, properties: {network: n, fixed_ips: [{if: [c, {subnet: s}]}]}}}",
    "an older name of what is required": "resources: {r: {type: OS::Neutron::Port, properties: {network_id: n}}}",
    "something that exists already": "resources: {r: {type: OS::Neutron::Port, external_id: abc}}",
    "a nested template": "resources: {r: {type: parts/inner.yaml, properties: {anything: 1}}}",
    "parameters": "parameters: {p: {type: number, default: 1, constraints: [{range: {min: 1}, description: d}], tags: [a], immutable: true}}",
    "dependencies": "resources: {a: {type: OS::Heat::None}, b: {type: OS::Heat::None, depends_on: a}, c: {type: OS::Heat::None, depends_on: [a, b]}}",
    "policies": "resources: {a: {type: OS::Heat::None, deletion_policy: retain, metadata: {a: 1}}}",
    "a type that takes anything": "resources: {a: {type: OS::Heat::None, properties: {whatever: 1}}}",
}
BAD = {
    "a section that is none": ("resource: {}", "$"),
    "a type that is none": ("resources: {r: {type: OS::Heat::RandomStrin}}", "$.resources.r.type"),
    "no type": ("resources: {r: {properties: {}}}", "$.resources.r"),
    "a property that is none": ("resources: {r: {type: OS::Heat::RandomString, properties: {lenght: 1}}}", "$.resources.r.properties"),
    "a required property missing": ("resources: {r: {type: OS::Heat::Value, properties: {}}}", "$.resources.r.properties"),
    "no properties where one is required": ("resources: {r: {type: OS::Heat::Value}}", "$.resources.r"),
    "a list for text": ("resources: {r: {type: OS::Neutron::Net, properties: {name: [a]}}}", "$.resources.r.properties.name"),
    "words for a number": ("resources: {r: {type: OS::Heat::RandomString, properties: {length: long}}}", "$.resources.r.properties.length"),
    "a number out of range": ("resources: {r: {type: OS::Heat::RandomString, properties: {length: 0}}}", "$.resources.r.properties.length"),
    "a function that is none": ("resources: {r: {type: OS::Neutron::Net, properties: {name: {get_parm: p}}}}", "$.resources.r.properties.name"),
    "a key deep inside": (
        "resources: {r: {type: OS::Neutron::Port, properties: {network: n, fixed_ips: [{subnett: s}]}}}", "$.resources.r.properties.fixed_ips"),
    "a key of a resource that is none": ("resources: {r: {type: OS::Heat::None, property: {}}}", "$.resources.r"),
    "a parameter without a type": ("parameters: {p: {default: 1}}", "$.parameters.p"),
    "a type of parameter that is none": ("parameters: {p: {type: text}}", "$.parameters.p.type"),
    "a rule that is none": ("parameters: {p: {type: string, constraints: [{pattern: a}]}}", "$.parameters.p.constraints[0]"),
    "an output without a value": ("outputs: {o: {description: x}}", "$.outputs.o"),
    "a policy that is none": ("resources: {r: {type: OS::Heat::None, deletion_policy: keep}}", "$.resources.r.deletion_policy"),
}


def complaints(body: str, head: str = HEAD) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(parse(head + body).document)]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_what_the_checks_accept_it_accepts(body: str) -> None:
    found = check(parse(HEAD + body), types=registry()).errors
    assert {one.code for one in found} <= {"missing-parameter"}, found      # `n` in one of them is for the schema only
    assert complaints(body) == []


@pytest.mark.parametrize(("body", "path"), BAD.values(), ids=BAD)
def test_what_it_refuses_the_checks_refuse(body: str, path: str) -> None:
    assert path in complaints(body)
    assert check(parse(HEAD + body), types=registry()).errors or "get_parm" in body     # a warning: it might be a plain map


HOT = {name: dialect for (key, name), dialect in DIALECTS.items() if key == "heat_template_version"}
FUNCTION_NAMES = sorted(name for name, rows in FUNCTIONS.items() if any("hot" in row.families and not row.condition_only for row in rows))
PLACES = ("outputs: {o: {value: {%s: [x, y, z]}}}", "outputs: {o: {value: [1, {a: {list_join: [',', [{%s: [x, y, z]}]]}}]}}",
          "resources: {r: {type: OS::Heat::Value, properties: {value: {%s: [x, y, z]}}}}")
SINCE = {  # what came with a version
    "conditions: {c: true}": "2016-10-14", "resources: {r: {type: OS::Heat::None, condition: true}}": "2016-10-14",
    "resources: {r: {type: OS::Neutron::Net, external_id: a}}": "2016-10-14", "resources: {r: {type: OS::Heat::None, deletion_policy: retain}}": "2016-10-14",
    "parameters: {p: {type: number, constraints: [{modulo: {step: 2, offset: 0}}]}}": "2017-02-24", "parameters: {p: {type: number, tags: [a]}}": "2018-03-02",
    "conditions: {c: {contains: [a, [a]]}}": "2017-09-01",
    "conditions: {c: true}\noutputs: {o: {value: {if: [c, 1]}}}": "2021-04-16", "conditions: {c: true}\noutputs: {o: {value: {if: [c, 1, 2]}}}": "2016-10-14",
}


@pytest.mark.parametrize("version", HOT)
def test_each_version_has_its_functions(version: str) -> None:
    known = grammar(HOT[version]).functions
    for name in FUNCTION_NAMES:
        for place in PLACES:
            found = [
                one for one in complaints(place % f'"{name}"', f"heat_template_version: {version}\n") if "value" in one or "resources" in one or one == "$"]
            assert (found == []) is (name in known or not refused(version, name)), (name, place, found)


def refused(version: str, name: str) -> bool:
    found = check(parse(f'heat_template_version: {version}\noutputs: {{o: {{value: {{"{name}": [x, y, z]}}}}}}\n'), types=registry()).problems
    return any(one.code in ("removed-function", "not-a-function") for one in found)


@pytest.mark.parametrize("body", SINCE)
@pytest.mark.parametrize("version", HOT)
def test_what_came_with_a_version(version: str, body: str) -> None:
    sound = HOT[version].version >= SINCE[body]
    head = f"heat_template_version: {version}\n"
    assert (complaints(body, head) == []) is sound
    assert any(one.code != "bad-parameter" for one in check(parse(head + body), types=registry()).problems) is not sound


def test_the_schema_is_not_too_large_for_an_editor() -> None:
    assert len(json.dumps(SCHEMA, default=str)) < 512 * 1024


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_fit(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(parse(path.read_bytes()).document)) == []


@pytest.mark.parametrize("name", registry().names())
def test_every_type_is_in_it(name: str) -> None:
    kind = registry().schema(name)
    assert kind is not None
    functions = {prop.name: {"get_param": "p"} for prop in kind.properties}
    assert list(errors_of(name, functions)) == []
    assert bool(list(errors_of(name, {**functions, "no_such_property": 1}))) is not kind.open
    for prop in kind.properties:
        assert prop.default is None or not list(errors_of(name, functions | {prop.name: prop.default})), prop.name
        if prop.required and not prop.older:
            assert list(errors_of(name, {key: one for key, one in functions.items() if key != prop.name})), prop.name
    assert all(described(prop) for prop in SCHEMA["definitions"][f"type {name}"]["properties"].values())


def described(prop: dict[str, Any]) -> bool:
    return bool(prop["description"])


def errors_of(name: str, properties: dict[str, Any]) -> Iterator[Any]:
    return VALIDATOR.iter_errors({"heat_template_version": "2021-04-16", "resources": {"r": {"type": name, "properties": properties}}})


def test_every_function_is_in_it() -> None:
    assert {"get_param", "get_attr", "if", "str_replace_strict", "list_join", "yaql", "contains"} <= SCHEMA["definitions"]["function"]["properties"].keys()


def test_allowed_values_may_be_written_in_both_ways() -> None:
    ip_version = [("4", True), (6, True), ("5", False)]
    assert [not list(errors_of("OS::Neutron::Subnet", {"network": "n", "cidr": "192.0.2.0/24", "ip_version": value})) for value, _ in ip_version] == [
        fits for _, fits in ip_version]


def test_types_of_an_environment_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text("resource_registry: {'My::*': inner.yaml, resources: {r: {'Your::Type': inner.yaml}}}\n")
    result = CliRunner().invoke(cli, ["schema", "-e", str(tmp_path / "e.yaml")])
    assert result.exit_code == 0
    validator = Draft7Validator(json.loads(result.output))
    for name, fits in (("My::Thing", True), ("Your::Type", True), ("Their::Type", False)):
        made = {"heat_template_version": "2021-04-16", "resources": {"r": {"type": name}}}
        assert validator.is_valid(made) is fits


def test_older_properties_are_marked() -> None:
    kind = SCHEMA["definitions"]["type OS::Neutron::Port"]["properties"]
    assert kind["network_id"]["deprecated"] is True
    assert "deprecated" not in kind["network"]
    assert "default" not in kind["network"]


def test_a_property_says_what_it_takes_and_does() -> None:
    said = SCHEMA["definitions"]["type OS::Heat::RandomString"]["properties"]["length"]["description"]
    assert "Allowed: from 1 to 512." in said
    assert "A change replaces the resource." in said


def test_the_command_prints_it() -> None:
    assert json.loads(CliRunner().invoke(cli, ["schema"]).output) == json.loads(json.dumps(SCHEMA, default=str))


def test_a_prop_of_each_kind_can_be_said() -> None:
    for kind in (str, int, float, bool, list, dict, object):
        Draft7Validator.check_schema(schema_of(Prop("p", kind)))


def schema_of(prop: Prop) -> Any:
    class One:
        name, properties, attributes, open, support = "One", (prop,), (), False, registry().schema("OS::Heat::None").support

    class Catalog:
        def names(self) -> tuple[str, ...]:
            return ("One",)

        def schema(self, name: str) -> Any:
            return One()

    return schema(Catalog())
