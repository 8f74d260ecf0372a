"""Properties of a resource become parameters of the template that implements it."""

import json
from typing import Any

import pytest
from rig import Rig

from isotherm.model.errors import Invalid

HOT = "heat_template_version: 2021-04-16\n"
INSIDE = HOT + """
parameters: {p: {type: TYPE, default: DEFAULT}}
resources: {v: {type: OS::Heat::Value, properties: {value: {get_param: p}}}}
outputs: {p: {value: {get_attr: [v, value]}}}
"""
DEFAULTS = {"string": "d", "number": 7, "boolean": True, "comma_delimited_list": "d,e", "json": {"d": 1}}
CASES: list[tuple[str, Any, Any]] = [
    ("string", "x", "x"), ("string", 5, "5"), ("string", True, "True"), ("string", None, ""), ("string", "", ""),
    ("number", "5", 5), ("number", 1.5, 1.5), ("number", None, 0),
    ("boolean", "TRUE", True), ("boolean", False, False), ("boolean", None, False),
    ("comma_delimited_list", ["a", "b"], ["a", "b"]), ("comma_delimited_list", "a,b", ["a", "b"]), ("comma_delimited_list", [], []),
    ("comma_delimited_list", None, []), ("comma_delimited_list", ["a", None], ["a", ""]),
    ("comma_delimited_list", [{"k": "v", "l": "w"}, {"k": "x"}], [".member.0.k=v", ".member.0.l=w", ".member.1.k=x"]),
    ("json", {"a": [1]}, {"a": [1]}), ("json", '{"a": 2}', {"a": 2}), ("json", [1, {"b": None}], [1, {"b": None}]), ("json", "[1]", [1]), ("json", None, {}),
]


def given(late: bool) -> dict[str, Any]:
    """A template with every case. late: the values are only known when the stack is made."""
    resources: dict[str, Any] = {"late": {"type": "OS::Heat::Value", "properties": {"value": [value for _, value, _ in CASES]}}}
    for number, (kind, value, _) in enumerate(CASES):
        resources[f"r{number}"] = {"type": f"{kind}.yaml", "properties": {"p": {"get_attr": ["late", "value", number]} if late else value}}
    return {"heat_template_version": "2021-04-16", "resources": resources,
            "outputs": {f"r{number}": {"value": {"get_attr": [f"r{number}", "p"]}} for number in range(len(CASES))}}


FILES = {f"{kind}.yaml": INSIDE.replace("TYPE", kind).replace("DEFAULT", json.dumps(default)) for kind, default in DEFAULTS.items()}


@pytest.mark.parametrize("late", [False, True])
def test_each_type_of_parameter_takes_what_its_property_is_given(rig: Rig, late: bool) -> None:
    with rig.working():
        stack = rig.create(json.dumps(given(late)), files=FILES)
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
    told = rig.outputs(stack)
    assert [told[f"r{number}"].value for number in range(len(CASES))] == [expected for _, _, expected in CASES]


def test_what_is_not_given_has_its_default_from_the_template_or_from_the_environment(rig: Rig) -> None:
    top = HOT + "conditions: {no: false}\nresources:\n" + "".join(
        f"  {kind}: {{type: {kind}.yaml, properties: {{p: {{if: [no, x]}}}}}}\n" for kind in DEFAULTS) + "outputs:\n" + "".join(
        f"  {kind}: {{value: {{get_attr: [{kind}, p]}}}}\n" for kind in DEFAULTS)
    with rig.working():
        stack = rig.create(top, files=FILES)
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        assert {name: row.value for name, row in rig.outputs(stack).items()} == DEFAULTS | {"comma_delimited_list": ["d", "e"]}
        files = {name: text.replace("p:", "q:").replace("get_param: p", "get_param: q") for name, text in FILES.items()}
        top = top.replace(", properties: {p: {if: [no, x]}}", "").replace(", p]}", ", q]}")
        files = {name: text.replace("outputs: {p:", "outputs: {q:") for name, text in files.items()}
        rig.update(stack, top, files=files, environment={"parameter_defaults": {"q": "1"}})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert {name: row.value for name, row in rig.outputs(stack).items()} == {
            "string": "1", "number": 1, "boolean": True, "comma_delimited_list": ["1"], "json": 1}


@pytest.mark.parametrize(("kind", "value", "why"), [
    ("string", [1], "must be of type string"), ("string", 1.5, "must be of type string"), ("number", "many", "must be of type number"),
    ("boolean", "yes", "must be of type boolean"), ("comma_delimited_list", {"a": 1}, "must be of type list"),
    ("json", "{", "must be JSON"), ("json", 5, "must be of type map")])
def test_what_a_parameter_cannot_take_is_refused_with_its_place(rig: Rig, kind: str, value: Any, why: str) -> None:
    template = {"heat_template_version": "2021-04-16", "resources": {"r": {"type": f"{kind}.yaml", "properties": {"p": value}}}}
    with pytest.raises(Invalid, match=why) as refused:
        rig.create(json.dumps(template), files=FILES)
    assert "resources.r" in str(refused.value)


def test_a_rule_of_a_parameter_is_checked_from_outside_and_again_when_the_run_tells_the_value(rig: Rig) -> None:
    ruled = INSIDE.replace("TYPE, default: DEFAULT", "string, constraints: [{length: {max: 3}, description: no more than three}]")
    top = HOT + "resources:\n  late: {type: OS::Heat::Value, properties: {value: LATE}}\n  r: {type: ruled.yaml, properties: {p: GIVEN}}\n"
    with pytest.raises(Invalid, match=r"ruled.yaml:3:14: parameters.p: .*no more than three.*Used by template:4:3: resources.r") as refused:
        rig.create(top.replace("GIVEN", "four").replace("LATE", "x"), files={"ruled.yaml": ruled})
    assert refused.value.status == 400
    with rig.working():
        stack = rig.create(top.replace("GIVEN", "{get_attr: [late, value]}").replace("LATE", "four"), files={"ruled.yaml": ruled})
        assert rig.wait(stack).state == "CREATE_FAILED"
        assert "ruled.yaml:3:14: parameters.p" in rig.stack(stack).reason
        rig.update(stack, top.replace("GIVEN", "{get_attr: [late, value]}").replace("LATE", "thr"), files={"ruled.yaml": ruled})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason


REGISTRIES = [
    ({"b": {"inner": {"My::Leaf": "two.yaml"}}}, "two"), ({"b*": {"inner": {"My::Leaf": "two.yaml"}}}, "two"),
    ({"b": {"My::Leaf": "two.yaml"}}, "one"), ({"b": {"in*": {"My::Leaf": "two.yaml"}}}, "one"),
]


@pytest.mark.parametrize(("resources", "inside"), REGISTRIES)
def test_the_registry_names_resources_inside_a_resource(rig: Rig, resources: dict[str, Any], inside: str) -> None:
    """Of what is around a resource, a pattern may name it; it is named itself where its type is told."""
    registry = {"My::Leaf": "one.yaml", "resources": resources}
    leaf = HOT + "resources: {t: {type: OS::Heat::None}}\noutputs: {who: {value: NAME}}"
    middle = HOT + "resources: {inner: {type: My::Leaf}}\noutputs: {who: {value: {get_attr: [inner, who]}}}"
    top = HOT + "resources: {a: {type: middle.yaml}, b: {type: middle.yaml}}\noutputs: {a: {value: {get_attr: [a, who]}}, b: {value: {get_attr: [b, who]}}}"
    files = {"middle.yaml": middle, "one.yaml": leaf.replace("NAME", "one"), "two.yaml": leaf.replace("NAME", "two")}
    with rig.working():
        stack = rig.create(top, files=files, environment={"resource_registry": registry})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        assert {name: row.value for name, row in rig.outputs(stack).items()} == {"a": "one", "b": inside}


KEPT = HOT + """
parameters: {p: {type: string, immutable: true}}
resources: {t: {type: OS::Heat::TestResource, properties: {value: {get_param: p}}}}
"""
KEEPING = HOT + """
parameters: {word: {type: string}}
resources:
  late: {type: OS::Heat::Value, properties: {value: {get_param: word}}}
  first: {type: OS::Heat::ResourceGroup, properties: {count: 1, resource_def: {type: kept.yaml, properties: {p: EARLY}}}}
  last: {type: kept.yaml, properties: {p: LATE}}
"""


def test_an_immutable_parameter_inside_keeps_its_value(rig: Rig) -> None:
    early = KEEPING.replace("EARLY", "{get_param: word}").replace("LATE", "same")
    late = KEEPING.replace("EARLY", "one").replace("LATE", "{get_attr: [late, value]}")
    files = {"kept.yaml": KEPT}
    with rig.working():
        stack = rig.create(early, files=files, parameters={"word": "one"})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        with pytest.raises(Invalid, match=r"kept.yaml:3:\d+: parameters.p: The parameter 'p' is immutable.*resources.first.resources.0") as refused:
            rig.update(stack, early, files=files, parameters={"word": "two"})
        assert refused.value.wire == "ImmutableParameterModified"
        assert rig.stack(stack).state == "CREATE_COMPLETE", "nothing was begun"
        rig.update(stack, late, files=files, parameters={"word": "other"})
        failed = rig.wait(stack)
        assert failed.state == "UPDATE_FAILED"
        assert "resources.last: kept.yaml:3:14: parameters.p: The parameter 'p' is immutable" in failed.reason
        rig.update(stack, late, files=files, parameters={"word": "same"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
