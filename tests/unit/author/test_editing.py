"""Completion, hover, targets and outline: `|` marks the cursor in each text."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isotherm.author.completion import Item, complete
from isotherm.author.hover import hover
from isotherm.author.symbols import symbols
from isotherm.author.targets import target
from isotherm.author.view import View, look
from isotherm.model.problem import Place
from isotherm.template import parse
from isotherm.types.registry import registry

HOME = Path("/home/author")
HERE = HOME / "main.yaml"
INNER = """heat_template_version: 2021-04-16
parameters:
  size: {type: number, description: How many., default: 2, constraints: [{allowed_values: [1, 2]}]}
resources:
  s: {type: OS::Heat::RandomString}
outputs:
  words: {value: [{get_attr: [s, value]}], description: All of them.}
"""
ENVIRONMENT = "resource_registry: {'My::Words': inner.yaml}\n"
DISK = {HOME / "inner.yaml": INNER, HOME / "script.sh": "echo", HOME / "env.yaml": ENVIRONMENT}
TEXT = """heat_template_version: 2018-08-31
parameters:
  image: {type: string, default: cirros, description: What it boots.}
  public: {type: boolean, default: false}
conditions:
  exposed: {get_param: public}
resources:
  net:
    type: OS::Neutron::Net
  port:
    type: OS::Neutron::Port
    properties:
      network: {get_resource: net}
      fixed_ips:
        - subnet: abc
  words:
    type: inner.yaml
    properties:
      size: 3
  other:
    type: My::Words
  address:
    type: OS::Neutron::FloatingIP
    condition: exposed
    depends_on: [port]
    properties: {floating_network: public}
outputs:
  mac:
    value: {get_attr: [port, mac_address]}
  words:
    value: {get_attr: [words, words]}
  script:
    value: {get_file: script.sh}
"""


def cursor(marked: str) -> tuple[str, int, int]:
    mark = marked.rindex("|")
    before = marked[:mark]
    return before + marked[mark + 1:], before.count("\n"), len(before) - before.rfind("\n") - 1


def view_of(text: str, row: int | None = None) -> View | None:
    return look(HERE, text, row, registry(), [HOME / "env.yaml"], DISK.get, beside=("inner.yaml", "script.sh"))


def offers(marked: str) -> dict[str, Item]:
    text, row, column = cursor(marked)
    view = view_of(text, row)
    assert view is not None
    return {one.label: one for one in complete(view, text, row, column)}


def adding(line: str, after: str) -> str:
    """TEXT with a line put after another."""
    assert f"{after}\n" in TEXT
    return TEXT.replace(f"{after}\n", f"{after}\n{line}\n", 1)


@pytest.mark.parametrize(("marked", "wanted", "unwanted"), [
    pytest.param(TEXT + "para|", {"parameter_groups"}, {"resources", "get_param"}, id="sections that are not there yet"),
    pytest.param(TEXT.replace("2018-08-31", "2018-|"), {"2018-08-31", "rocky"}, {"2012-12-12"}, id="versions"),
    pytest.param(adding("    |", "    type: OS::Neutron::Net"), {"properties", "depends_on"}, {"type", "get_param"}, id="keys of a resource"),
    pytest.param(adding("  r:\n    type: OS::N|", "resources:"), {"OS::Neutron::Net", "OS::Heat::RandomString", "My::Words", "inner.yaml"}, {"net"},
                 id="types"),
    pytest.param(adding("  r: {type: OS::|", "resources:"), {"OS::Neutron::Net"}, {"net"}, id="types in braces that are still open"),
    pytest.param(adding("      |", "      network: {get_resource: net}"), {"mac_address", "name"}, {"network", "fixed_ips", "network_id"}, id="properties"),
    pytest.param(adding("      na", "      network: {get_resource: net}").replace("      na\n", "      na|\n"), {"name"}, {"network"}, id="a property begun"),
    pytest.param(adding("          |", "        - subnet: abc"), {"ip_address"}, {"subnet", "mac_address", "name"}, id="properties within"),
    pytest.param(adding("        - |", "        - subnet: abc"), {"ip_address", "subnet", "get_param"}, {"mac_address"}, id="properties of a further item"),
    pytest.param(adding("        - {if: [exposed, {ip|", "        - subnet: abc"), {"ip_address", "subnet"}, {"mac_address"}, id="properties in a branch"),
    pytest.param(adding("      |", "      size: 3").replace("size: 3", "x: 3"), {"size"}, {"mac_address"}, id="parameters of a nested template"),
    pytest.param(adding("    properties:\n      |", "    type: My::Words"), {"size"}, set(), id="parameters of a mapped type"),
    pytest.param(adding("      admin_state_up: |", "      network: {get_resource: net}"), {"true", "false", "get_param"}, {"name"}, id="a boolean"),
    pytest.param(adding("      binding:vnic_type: |", "      network: {get_resource: net}"), {"normal", "direct"}, {"true"}, id="allowed values"),
    pytest.param(adding("      name: {get_|", "      network: {get_resource: net}"), {"get_param", "get_attr", "str_replace", "if"}, {"equals"},
                 id="functions"),
    pytest.param(adding("      name:\n        l|", "      network: {get_resource: net}"), {"list_join"}, {"name"}, id="functions on a line of their own"),
    pytest.param(adding("      name: {get_param: |", "      network: {get_resource: net}"), {"image", "public", "OS::stack_name"}, {"net"}, id="parameters"),
    pytest.param(adding("      name: {get_resource: |}", "      network: {get_resource: net}"), {"net", "words"}, {"port", "image"},
                 id="resources but oneself"),
    pytest.param(adding("    depends_on: |", "    type: My::Words"), {"net", "port"}, {"other"}, id="what to depend on"),
    pytest.param(TEXT.replace("depends_on: [port]", "depends_on: [port, |]"), {"net"}, {"address"}, id="what else to depend on"),
    pytest.param(TEXT + "  o:\n    value: {get_attr: [|", {"net", "port"}, {"image"}, id="resources of attributes"),
    pytest.param(TEXT + "  o:\n    value: {get_attr: [port, |]}", {"mac_address", "show"}, {"port", "words"}, id="attributes"),
    pytest.param(TEXT + "  o:\n    value:\n      get_attr:\n        - port\n        - m|", {"mac_address"}, {"port"}, id="attributes, item by item"),
    pytest.param(TEXT + "  o:\n    value: {get_attr: [words, |]}", {"words"}, {"mac_address"}, id="outputs of a nested template"),
    pytest.param(TEXT + "  o:\n    |", {"value", "description", "condition"}, set(), id="keys of an output"),
    pytest.param(TEXT + "  o:\n    value: {get_file: |}", {"script.sh"}, {"image"}, id="files"),
    pytest.param(TEXT + "  o:\n    value: {if: [|", {"exposed"}, {"image"}, id="conditions"),
    pytest.param(adding("  c: {not: |}", "conditions:"), {"exposed"}, {"image"}, id="conditions within conditions"),
    pytest.param(adding("  c: {and: [exposed, |]}", "conditions:"), {"exposed"}, {"image"}, id="conditions in a list of them"),
    pytest.param(TEXT + "  o:\n    value: {if: [{not: |}, a, b]}", {"exposed"}, {"image"}, id="conditions within a choice"),
    pytest.param(adding("      name: {if: [{|}, a, b]}", "      network: {get_resource: net}"), {"equals", "not"}, {"list_join"}, id="functions of a choice"),
    pytest.param(adding("      name: {str_replace: {|}}", "      network: {get_resource: net}"), {"template", "params"}, {"get_param"}, id="arguments"),
    pytest.param(adding("  p:\n    type: string\n    constraints:\n    - custom_constraint: |", "parameters:"), {"nova.flavor", "net_cidr"}, {"exposed"},
                 id="checks"),
    pytest.param(adding("  p:\n    type: boolean\n    default: |", "parameters:"), {"true", "false"}, {"exposed"}, id="a default"),
    pytest.param(TEXT.replace("size: 3", "size: |"), {"1", "2"}, {"3"}, id="values of a nested template's parameter"),
    pytest.param(adding("  c: {|", "conditions:"), {"equals", "not", "get_param"}, {"list_join", "if"}, id="functions of conditions"),
    pytest.param(adding("    condition: |", "    type: OS::Neutron::Net"), {"exposed"}, {"image"}, id="a resource's condition"),
    pytest.param(adding("    deletion_policy: |", "    type: OS::Neutron::Net"), {"Retain", "retain"}, {"keep"}, id="policies"),
    pytest.param(adding("  p:\n    |", "parameters:"), {"type", "constraints", "tags"}, {"value"}, id="keys of a parameter"),
    pytest.param(adding("  p:\n    type: |", "parameters:"), {"string", "json"}, {"OS::Heat::None"}, id="types of parameters"),
    pytest.param(adding("  p:\n    constraints:\n      - |", "parameters:"), {"range", "allowed_values"}, {"type"}, id="rules"),
])
def test_completion(marked: str, wanted: set[str], unwanted: set[str]) -> None:
    found = offers(marked)
    assert wanted <= found.keys(), sorted(found)
    assert not unwanted & found.keys()


def test_functions_follow_the_version() -> None:
    marked = TEXT + "  o:\n    value: {|"
    assert "make_url" in offers(marked)
    old = offers(marked.replace("2018-08-31", "2016-10-14"))
    assert "make_url" not in old
    assert "if" in old


def test_an_offer_says_what_it_is() -> None:
    item = offers(adding("      |", "      network: {get_resource: net}"))["mac_address"]
    assert (item.kind, item.insert, item.detail) == ("property", "mac_address: ", "mac_address: string (optional)")
    assert item.doc


def test_a_key_that_has_its_colon_gets_none() -> None:
    assert offers(TEXT.replace("      fixed_ips:", "      fixed_|ips:"))["fixed_ips"].insert == "fixed_ips"


def test_a_text_that_is_broken_elsewhere_is_mended() -> None:
    broken = TEXT.replace("    type: OS::Neutron::Net\n", "    type: OS::Neutron::Net\n    metadata: {a: [1\n")
    assert {"image", "public"} <= offers(broken.replace("{get_resource: net}", "{get_param: |}")).keys()


def test_a_function_in_braces_gets_its_colon() -> None:
    assert offers(adding("      name: {|}", "      network: {get_resource: net}"))["get_param"].insert == "get_param: "
    assert offers(adding("      name: {get_p|: x}", "      network: {get_resource: net}"))["get_param"].insert == "get_param"


def test_a_function_as_a_value_comes_with_its_braces() -> None:
    assert offers(adding("      name: |", "      network: {get_resource: net}"))["get_param"].insert == "{get_param: }"


def test_cfn_is_completed_in_its_own_words() -> None:
    text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  r:\n    Type: OS::Heat::RandomString\n    Properties:\n      |\n"
    assert {"length", "salt"} <= offers(text).keys()
    assert {"Type", "DependsOn"} & offers(text.replace("    Properties:\n      |", "    |")).keys() == {"DependsOn"}
    assert {"Ref", "Fn::GetAtt"} <= offers(text.replace("      |", "      salt: {|")).keys()


@pytest.mark.parametrize(("value", "label", "insert"), [
    ("|", "Ref", '{"Ref": }'), ("{|}", "Ref", '"Ref": '), ('{"|"}', "Ref", "Ref"), ('{"Ref": |}', "p", '"p"'), ('{"Ref": "|"}', "p", "p"),
])
def test_json_gets_its_quotes(value: str, label: str, insert: str) -> None:
    text = ('{"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"p": {"Type": "String"}},\n'
            ' "Resources": {"r": {"Type": "OS::Heat::RandomString", "Properties": {"salt": ' + value + "}}}}")
    assert offers(text)[label].insert == insert


def test_a_quoted_value_is_no_function() -> None:
    found = offers(adding("      name: '|'", "      network: {get_resource: net}"))
    assert "get_param" not in found


@pytest.mark.parametrize(("marked", "words"), [
    (TEXT.replace("type: OS::Neutron::Port", "type: OS::Neu|tron::Port"), ["OS::Neutron::Port", "plugs into"]),
    (TEXT.replace("      network:", "      netw|ork:"), ["network: string (required)", "A change replaces"]),
    (TEXT.replace("- subnet: abc", "- sub|net: abc"), ["subnet: string"]),
    (TEXT.replace("get_resource: net", "get_res|ource: net"), ["get_resource"]),
    (TEXT.replace("get_resource: net", "get_resource: n|et"), ["net: OS::Neutron::Net", "layer-2"]),
    (TEXT.replace("[port, mac_address]", "[port, mac_|address]"), ["mac_address: string"]),
    (TEXT.replace("{get_param: public}", "{get_param: pub|lic}"), ["public: boolean (default False)"]),
    (TEXT.replace("  image:", "  ima|ge:"), ["image: string", "What it boots."]),
    (TEXT.replace("      size: 3", "      si|ze: 3"), ["size: number", "How many."]),
    (TEXT.replace("  port:\n", "  po|rt:\n"), ["port: OS::Neutron::Port"]),
    (TEXT.replace("condition: exposed", "condition: exp|osed"), ['exposed: {"get_param": "public"}']),
    (TEXT.replace("  exposed:", "  exp|osed:"), ['exposed: {"get_param": "public"}']),
    (TEXT.replace("[words, words]", "[words, wo|rds]"), ["words: list", "All of them."]),
    (TEXT.replace("depends_on: [port]", "depends|_on: [port]"), ["depends_on", "complete before"]),
    (TEXT.replace("resources:", "res|ources:"), ["What is made."]),
    (TEXT.replace("[port, mac_address]", "[port, mac_address]\n  z:\n    value: {i|f: [exposed, 1, 2]}"), ["if: [condition, value, other]"]),
    (TEXT.replace("- subnet: abc", "- subnet: abc\n      admin_state_up: tr|ue"), ["admin_state_up: boolean"]),
])
def test_hover(marked: str, words: list[str]) -> None:
    text, row, column = cursor(marked)
    view = view_of(text, row)
    assert view is not None
    said = hover(view, text, row, column)
    assert said is not None
    assert all(one in said for one in words), said


@pytest.mark.parametrize("marked", [TEXT.replace("abc", "a|bc"), TEXT.replace("[port, mac_address]", "[po|rtt, x]")])
def test_nothing_to_say(marked: str) -> None:
    text, row, column = cursor(marked)
    view = view_of(text, row)
    assert view is not None
    assert hover(view, text, row, column) is None


def line_of(text: str, part: str) -> int:
    return text[:text.index(part)].count("\n") + 1


@pytest.mark.parametrize(("marked", "file", "part"), [
    (TEXT.replace("{get_param: public}", "{get_param: pub|lic}"), HERE, "  public: {"),
    (TEXT.replace("get_resource: net", "get_resource: n|et"), HERE, "  net:\n"),
    (TEXT.replace("[port, mac_address]", "[po|rt, mac_address]"), HERE, "  port:\n"),
    (TEXT.replace("depends_on: [port]", "depends_on: [po|rt]"), HERE, "  port:\n"),
    (TEXT.replace("condition: exposed", "condition: exp|osed"), HERE, "  exposed:"),
    (TEXT.replace("type: inner.yaml", "type: inn|er.yaml"), HOME / "inner.yaml", ""),
    (TEXT.replace("type: My::Words", "type: My::W|ords"), HOME / "inner.yaml", ""),
    (TEXT.replace("get_file: script.sh", "get_file: scr|ipt.sh"), HOME / "script.sh", ""),
    (TEXT.replace("      size: 3", "      si|ze: 3"), HOME / "inner.yaml", "  size:"),
    (TEXT.replace("[words, words]", "[words, wo|rds]"), HOME / "inner.yaml", "  words:"),
])
def test_targets(marked: str, file: Path, part: str) -> None:
    text, row, column = cursor(marked)
    view = view_of(text, row)
    assert view is not None
    found = target(view, text, row, column)
    assert isinstance(found, Place)
    assert (found.file, found.line) == (str(file), line_of(text if file == HERE else INNER, part) if part else 1)


@pytest.mark.parametrize("marked", [TEXT.replace("OS::Neutron::Port", "OS::Neu|tron::Port"), TEXT.replace("      network:", "      netw|ork:")])
def test_no_target(marked: str) -> None:
    text, row, column = cursor(marked)
    view = view_of(text, row)
    assert view is not None
    assert target(view, text, row, column) is None


def test_the_outline() -> None:
    template = parse(TEXT)
    found = {one.name: one for one in symbols(template, TEXT.count("\n"))}
    assert list(found) == ["heat_template_version", "parameters", "conditions", "resources", "outputs"]
    port = next(one for one in found["resources"].inner if one.name == "port")
    assert (port.kind, port.detail, port.row, port.column) == ("resources", "OS::Neutron::Port", line_of(TEXT, "  port:\n") - 1, 2)
    assert port.end == line_of(TEXT, "  words:\n    type") - 1
    assert found["outputs"].end == TEXT.count("\n")


def test_a_text_that_is_no_template_has_no_view() -> None:
    assert view_of("just words") is None
    assert view_of("a: [\nb: ]", 0) is None


BITS = ("{", "[", "- ", ": ", "get_attr: [", "  x", "\n", "'", '"', "#", "&a", "*a", "!!x ", "{get_param: ", "|\n", "{if: [")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, 30), st.sampled_from(("", *BITS)), st.booleans())
def test_no_change_to_a_text_breaks_anything(at: int, left_out: int, put_in: str, cut: bool) -> None:
    text = TEXT[:at] + put_in + ("" if cut else TEXT[at + left_out:])
    before = text[:at + len(put_in)]
    row, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    view = view_of(text, row)
    if view is None:
        return
    for item in complete(view, text, row, column):
        assert item.label
    hover(view, text, row, column)
    target(view, text, row, column)
    symbols(view.sources.template, text.count("\n") + 1)
