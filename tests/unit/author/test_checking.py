"""Checks of whole templates: conditions without values, rules in nested templates, codes left out."""

import pytest

from isotherm.author.checking import Checked, check
from isotherm.model.problem import Severity
from isotherm.template import parse, parse_environment
from isotherm.types.registry import registry

HEAD = "heat_template_version: 2021-04-16\n"
CONDITIONAL = HEAD + """
parameters:
  public: {type: boolean, default: false}
  count: {type: number, default: 3, constraints: [{range: {max: 2}}]}
conditions:
  exposed: {get_param: public}
resources:
  one:
    type: OS::Heat::RandomString
    condition: exposed
    properties: {lenght: 3}
"""
NESTED_RULE = HEAD + "resources: {a: {type: inner.yaml}}\n"
SHORT = HEAD + "resources:\n  s:\n    type: OS::Heat::RandomString\n    properties:\n      length: 2\n      character_classes: [{class: digits, min: 3}]\n"


def checked(text: str, environment: str = "", files: dict[str, str] | None = None, **more: object) -> Checked:
    return check(parse(text), parse_environment(environment), files, types=registry(), **more)


def codes(found: Checked) -> set[str]:
    return {one.code for one in found.problems}


def test_a_condition_that_does_not_hold_hides_what_is_behind_it() -> None:
    assert codes(checked(CONDITIONAL)) == {"bad-parameter"}


def test_without_values_every_branch_is_looked_at_and_defaults_are_still_judged() -> None:
    found = checked(CONDITIONAL, schema_only=True)
    assert codes(found) == {"bad-parameter", "unknown-property"}
    assert "one" in found.definition.resources


def test_without_values_an_environment_gives_none_either() -> None:
    text = CONDITIONAL.replace("{range: {max: 2}}", "{range: {max: 9}}").replace("lenght", "length")
    assert codes(checked(text, "parameters: {public: perhaps}")) == {"bad-parameter"}
    assert codes(checked(text, "parameters: {public: perhaps}", schema_only=True)) == set()


def test_rules_of_types_are_asked_in_nested_templates() -> None:
    found = checked(NESTED_RULE, files={"inner.yaml": SHORT})
    (problem,) = found.errors
    assert (problem.code, problem.place.file) == ("random-string-too-short", "inner.yaml")
    assert [one.path for one in problem.used_by] == ["resources.a"]


def test_a_rule_is_told_at_its_property() -> None:
    text = HEAD + "resources:\n  g:\n    type: OS::Neutron::SecurityGroup\n    properties:\n      description: x\n      name: default\n"
    (problem,) = checked(text).errors
    assert (problem.place.line, problem.place.path) == (7, "resources.g.properties.name")


def test_a_resource_that_is_wrong_already_is_not_judged_by_its_rules() -> None:
    found = checked(SHORT.replace("length: 2", "length: two"))
    assert codes(found) == {"bad-property"}


@pytest.mark.parametrize("code", ["bad-parameter", "unknown-property"])
def test_findings_can_be_left_out(code: str) -> None:
    assert codes(checked(CONDITIONAL, schema_only=True, ignore={code})) == {"bad-parameter", "unknown-property"} - {code}


def test_names_made_of_the_stacks_own_are_no_trouble() -> None:
    text = HEAD + "resources:\n  n: {type: OS::Neutron::Net, properties: {name: {get_param: 'OS::stack_name'}, dns_domain: 'a.example.'}}\n"
    assert checked(text).problems == ()


@pytest.mark.parametrize(("value", "said"), [
    ("{if: [c, many, 3]}", ["'length' must be of type integer, not the string 'many'."]), ("{if: [c, 1, 3]}", []),
    ("{if: [c, [1], {if: [c, 3, 0]}]}", ["'length' must be of type integer, not a list.", "The number 0 is out of range; allowed is from 1 to 512."]),
    ("{if: [c, {get_param: l}, 3]}", ["'length' must be of type integer, and the value will be of type list."]), ("{if: [c, 3]}", []),
])
def test_both_branches_of_an_open_choice_must_fit(value: str, said: list[str]) -> None:
    text = ("heat_template_version: 2021-04-16\nparameters: {p: {type: string, default: a}, l: {type: comma_delimited_list}}\n"
            "conditions: {c: {equals: [{get_param: p}, a]}}\nresources: {r: {type: OS::Heat::RandomString, properties: {length: " + value + "}}}\n")
    assert [one.message for one in check(parse(text), types=registry(), schema_only=True).problems] == said


@pytest.mark.parametrize(("default", "severity"), [("", Severity.WARNING), (", default: m1", Severity.ERROR)])
def test_a_check_that_there_is_not_lets_no_value_pass(default: str, severity: Severity) -> None:
    found = checked(f"{HEAD}parameters: {{p: {{type: string{default}, constraints: [{{custom_constraint: nova.flavr}}]}}}}")
    assert [(one.code, one.severity) for one in found.problems] == [("unknown-constraint", severity)]


def test_a_value_that_could_not_be_read_is_wrong_once() -> None:
    text = ("heat_template_version: 2021-04-16\nparameters: {p: {type: number, default: many}}\n"
            "resources: {r: {type: OS::Heat::RandomString, properties: {length: {get_param: p}}}}\n")
    (found,) = check(parse(text), types=registry()).problems
    assert (found.code, found.place.line, found.place.column) == ("bad-parameter", 2, 41)
