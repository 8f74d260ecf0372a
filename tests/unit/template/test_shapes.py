"""What may stand at the keys of sections, conditions and resources, also of resources that there are none of."""

import pytest
from catalog import Catalog, compiled

from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.template import compile, parse, problems


def codes(text, version="2021-04-16", severity=Severity.ERROR):
    template = parse(f"heat_template_version: {version}\n{text}", "t.yaml")
    return [one.code for one in problems(template, catalog=Catalog()) if one.severity is severity]


@pytest.mark.parametrize("key", ["metadata", "depends_on", "update_policy", "description", "properties"])
@pytest.mark.parametrize("condition", ["true", "false"])
def test_a_key_of_a_resource_with_nothing_behind_it_is_refused(key, condition):
    assert codes(f"resources: {{a: {{type: Any, condition: {condition}, {key}: null}}}}") == ["bad-resource"]


@pytest.mark.parametrize("row", [
    "description: 5", "description: {get_param: 'OS::stack_name'}", "metadata: []", "update_policy: [x]", "depends_on: {a: b}", "depends_on: [5]",
    "external_id: 5", "external_id: null",
])
@pytest.mark.parametrize("condition", ["true", "false"])
def test_the_shapes_of_a_resource_are_looked_at_even_if_there_is_none(row, condition):
    assert set(codes(f"resources: {{a: {{type: Any, condition: {condition}, {row}}}}}")) == {"bad-resource"}


@pytest.mark.parametrize(("row", "code"), [
    ("type: null", "unknown-type"), ("type: ''", "unknown-type"), ("properties: {}", "unknown-type"),
    ("type: Any, deletion_policy: null", "bad-deletion-policy"), ("type: Any, deletion_policy: keep", "bad-deletion-policy"),
    ("type: Any, deletion_policy: {get_param: 'OS::stack_name'}", "bad-deletion-policy"),
    ("type: Any, properties: {value: {list_join: 5}}", "bad-call"),
])
def test_a_resource_that_there_is_none_of_is_still_well_formed(row, code):
    assert codes(f"resources: {{a: {{condition: false, {row}}}}}") == [code]


@pytest.mark.parametrize("row", [
    "type: Missing", "type: Value", "type: Value, properties: {other: 1}", "type: Any, depends_on: other",
    "type: Any, properties: {value: {Ref: x}}",
])
def test_what_only_matters_for_a_resource_that_exists(row):
    assert codes(f"resources: {{a: {{condition: false, {row}}}}}") == []


def test_metadata_of_a_function_that_makes_no_map_is_none():
    text = "resources: {a: {type: Any, metadata: {get_param: 'OS::stack_name'}}}"
    assert codes(text) == []
    assert codes(text, severity=Severity.WARNING) == ["bad-resource"]


@pytest.mark.parametrize(("policy", "expected"), [
    ("{x: 1}", ["unknown-property"]), ("{}", []), ("{get_param: 'OS::stack_name'}", ["bad-resource"]), ("{if: [true, {}, {}]}", ["bad-resource"]),
])
def test_an_update_policy_says_what_the_type_knows(policy, expected):
    assert codes(f"resources: {{a: {{type: Random, update_policy: {policy}}}}}") == expected


@pytest.mark.parametrize(("external", "expected"), [
    ("abc", "abc"), ("{if: [true, abc]}", "abc"), ("{if: [false, abc]}", None), ("{if: [false, abc, null]}", None),
    ("{yaql: {expression: '1', data: {}}}", "1"), ("{get_resource: b}", None),
])
def test_external_ids(external, expected):
    definition = compiled(f"resources: {{a: {{type: Random, external_id: {external}}}, b: {{type: Random}}}}")
    assert definition.resources["a"].external_id == expected
    assert definition.resources["a"].deletion_policy == ("Delete" if expected is None else "Retain")
    assert definition.resources["b"].requires == set()


@pytest.mark.parametrize("row", ["external_id: ''", "external_id: abc, depends_on: b", "external_id: {yaql: {expression: '[1]', data: {}}}"])
def test_external_ids_that_cannot_be(row):
    assert codes(f"resources: {{a: {{type: Random, {row}}}, b: {{type: Random}}}}") == ["bad-resource"]


def test_a_resource_that_is_made_after_all_has_its_properties_checked():
    assert codes("resources: {a: {type: Random, external_id: {if: [false, abc]}, properties: {size: 1}}}") == ["unknown-property"]
    assert codes("resources: {a: {type: Random, external_id: {if: [true, abc]}, properties: {size: 1}}}") == []


def test_an_update_policy_waits_for_nothing():
    assert "bad-resource" in codes("resources: {a: {type: Random, update_policy: {x: {get_resource: b}}}, b: {type: Any}}")


def test_a_deletion_policy_waits_for_nothing():
    assert codes("resources: {a: {type: Any, deletion_policy: {get_resource: b}}, b: {type: Any}}") == ["bad-deletion-policy"]


@pytest.mark.parametrize("condition", ["x", "''", "null", "5", "[]", "{}", "{equals: [1, 1], x: 1}", "{not: null}", "{and: x}",
                                       "{equals: [{get_resource: a}, 1]}", "{equals: [{if: [true, 1]}, 1]}", "other"])
def test_conditions_that_nothing_uses_are_still_conditions(condition):
    assert codes(f"conditions: {{other: true, c: {condition}}}\nresources: {{a: {{type: Any}}}}") == ["bad-condition"]


@pytest.mark.parametrize("condition", ["{not: nowhere}", "{not: 5}", "{equals: [{get_param: nowhere}, 1]}", "{not: c}"])
def test_what_a_condition_comes_to_matters_once_something_uses_it(condition):
    assert codes(f"conditions: {{c: {condition}}}") == []
    assert codes(f"conditions: {{c: {condition}}}\noutputs: {{o: {{value: 1, condition: c}}}}") != []


@pytest.mark.parametrize(("section", "expected"), [
    ("conditions:", ["bad-section"]), ("conditions: []", ["bad-section"]), ("conditions: {}", []), ("outputs:", []), ("resources: []", []),
    ("resources: [a]", ["bad-section"]), ("parameter_groups: ''", []), ("parameter_groups: {}", []), ("parameter_groups: x", ["bad-group"]),
])
def test_sections(section, expected):
    assert codes(section) == expected


def test_mappings_that_are_no_map_matter_once_they_are_used():
    text = "HeatTemplateFormatVersion: 2012-12-12\nMappings: x\n"
    assert compile(parse(text, "t.yaml"), catalog=Catalog()).warnings[0].code == "bad-section"
    with pytest.raises(Invalid):
        compile(parse(text + "Resources: {a: {Type: Value, Properties: {value: {'Fn::FindInMap': [a, b, c]}}}}", "t.yaml"), catalog=Catalog())


@pytest.mark.parametrize(("written", "description"), [("0", "No description"), ("[]", "No description"), ("''", "No description"), ("5", "5")])
def test_descriptions_that_are_no_text(written, description):
    assert compiled(f"description: {written}").description == description
