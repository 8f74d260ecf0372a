"""One mistake, one finding."""

import pytest

from isotherm.author.checking import check
from isotherm.template import parse
from isotherm.types.registry import registry

HEAD = "heat_template_version: 2021-04-16\n"
SERVER = "  s:\n    type: OS::Nova::Server\n    properties: {flavor: f, image: i, networks: [{network: n}]}\n"
MISTAKES = {
    "a section": ("resuorces:\n" + SERVER + "outputs:\n  o: {value: {get_attr: [s, name]}}\n  p: {value: {get_resource: s}}\n", "unknown-section", 2, 1),
    "parameters": ("paramters: {p: {type: string}}\nparameter_groups: [{parameters: [p]}]\noutputs: {o: {value: {get_param: p}}}\n", "unknown-section", 2, 1),
    "conditions": ("condition: {c: true}\noutputs: {o: {value: 1, condition: c}}\n", "unknown-section", 2, 1),
    "the type of a parameter": ("parameters:\n  p:\n    tpye: string\noutputs: {o: {value: {get_param: p}}}\n", "parameter-declaration", 4, 5),
    "a parameter of no type": ("parameters:\n  p: {type: strng}\noutputs: {o: {value: {get_param: p}}}\n", "parameter-declaration", 3, 13),
    "the type of a resource": ("resources:\n  r:\n    tpye: OS::Heat::None\n", "unknown-resource-key", 4, 5),
    "the properties of a resource": ("resources:\n" + SERVER.replace("properties", "propertes"), "unknown-resource-key", 5, 5),
    "a required property": ("resources:\n" + SERVER.replace("flavor", "flavour"), "unknown-property", 5, 18),
    "a function in a property": ("resources:\n" + SERVER.replace("flavor: f", "flavor: {get_parm: p}"), "not-a-function", 5, 27),
    "a function within another": ("outputs: {o: {value: {str_replace: {template: a, params: {a: {getparam: p}}}}}}\n", "not-a-function", 2, 63),
    "a function in a group": ("resources:\n  g:\n    type: OS::Heat::ResourceGroup\n    properties:\n"
                              "      resource_def: {type: OS::Heat::Value, properties: {value: {get_parm: p}}}\n",
                              "not-a-function", 6, 66),
    "an argument's name": ("outputs: {o: {value: {str_replace: {template: a, parms: {a: b}}}}}\n", "bad-call", 2, 23),
    "what exists already": ("resources:\n  s: {type: OS::Nova::Server, external_id: {get_param: p}}\n", "missing-parameter", 3, 56),
}


@pytest.mark.parametrize(("body", "code", "line", "column"), MISTAKES.values(), ids=MISTAKES)
@pytest.mark.parametrize("schema_only", [False, True])
def test_one_mistake_is_one_finding(body: str, code: str, line: int, column: int, schema_only: bool) -> None:
    (found,) = check(parse(HEAD + body), types=registry(), schema_only=schema_only).problems
    assert (found.code, found.place.line, found.place.column) == (code, line, column), found
    assert found.hint.startswith(("Did you mean", "There are")) or "Did you mean" in found.message
