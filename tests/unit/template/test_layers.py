"""An operator's environment below the user's, and the files that templates name."""

import pytest
from catalog import Catalog

from isotherm.model.errors import Invalid
from isotherm.template import compile, parse, parse_environment, stored_environment
from isotherm.template.naming import targets, templates_of, types_and_files

SITE = parse_environment({
    "parameter_defaults": {"p": "site", "q": "site"},
    "resource_registry": {"A": "a.yaml", "B": "C", "G::H": "site.yaml", "resources": {"r": {"A": "r.yaml", "restricted_actions": "update"}}}})


def over(**registry: object) -> object:
    return parse_environment({"parameter_defaults": {"p": "user"}, "resource_registry": registry}).over(SITE)


@pytest.mark.parametrize(("registry", "name", "resource", "target"), [
    ({}, "A", "x", "a.yaml"), ({}, "A", "r", "r.yaml"), ({}, "B", "x", "C"), ({}, "G::H", "x", "site.yaml"), ({}, "Other", "x", "Other"),
    ({"A": "mine.yaml"}, "A", "x", "mine.yaml"), ({"A": "mine.yaml"}, "A", "r", "mine.yaml"), ({"*": "C"}, "A", "x", "C"),
    ({"M": "A"}, "M", "x", "a.yaml"), ({"C": "mine.yaml"}, "B", "x", "mine.yaml"),
    ({}, "OS::Quantum::Net", "x", "OS::Neutron::Net"), ({}, "OS::Metering::Alarm", "x", "OS::Aodh::Alarm"),
    ({"OS::Quantum::Net": "mine.yaml"}, "OS::Quantum::Net", "x", "mine.yaml"), ({"OS::Neutron::*": "Mine"}, "OS::Quantum::Net", "x", "Mine"),
])
def test_the_user_is_asked_before_the_operator_and_older_names_last(registry, name, resource, target):
    assert over(**registry).registry.target(name, resource) == target


def test_a_type_that_is_mapped_to_none_that_there_is_stays_itself():
    text = "heat_template_version: 2021-04-16\nresources: {v: {type: %s, properties: {value: 1}}}"
    environment = parse_environment("resource_registry: {Value: Nothing, 'V*': None::*, My::A: Nothing}")
    made = compile(parse(text % "Value"), environment, catalog=Catalog())
    assert (made.resources["v"].target, [one.code for one in made.warnings]) == ("Value", ["unknown-type"])
    with pytest.raises(Invalid, match="the registry maps it to 'Nothing'"):
        compile(parse(text % "My::A"), environment, catalog=Catalog())


def test_restrictions_of_both_hold_also_inside():
    both = over(resources={"r": {"restricted_actions": "replace", "deep": {"hooks": "pre-create"}}}).registry
    assert both.restrictions_of("r") == {"update", "replace"}
    assert both.inside("r").hooks_of("deep") == {"pre-create"}
    assert both.inside("r").target("A") == "a.yaml"
    assert both.inside("other").target("A") == "a.yaml"


def test_what_is_shown_is_the_users_and_what_is_stored_is_both():
    both = over(M="A")
    assert both.document["resource_registry"] == {"M": "A", "resources": {}}
    again = stored_environment(both.stored)
    assert (again.registry.target("M"), again.defaults) == ("a.yaml", {"p": "user", "q": "site"})
    assert again.document == both.document
    with pytest.raises(Invalid, match="no section"):
        parse_environment(both.stored)


def test_defaults_of_the_operator_count_least():
    names = ", ".join(f"{name}: {{type: string, default: d}}" for name in "pqr")
    template = parse(f"heat_template_version: 2021-04-16\nparameters: {{{names}}}")
    values = compile(template, over(), catalog=Catalog()).parameters
    assert {name: value.value for name, value in values.items()} == {"p": "user", "q": "site", "r": "d"}


def test_a_nested_resource_changes_with_what_the_operator_maps_inside():
    template = parse("heat_template_version: 2021-04-16\nresources: {n: {type: n.yaml}}")
    files = {"n.yaml": "heat_template_version: 2021-04-16\nresources: {v: {type: My::Value, properties: {value: 1}}}"}

    def fingerprint(target: str) -> str:
        site = parse_environment({"resource_registry": {"My::Value": target, "My::Alias": "Value"}})
        return compile(template, parse_environment({}).over(site), files, catalog=Catalog()).resources["n"].fingerprint

    assert fingerprint("Value") == fingerprint("Value")
    assert fingerprint("Value") != fingerprint("My::Alias")


def test_files_are_named_as_types_through_registries_and_by_get_file():
    template = parse("""
heat_template_version: 2021-04-16
parameters: {type: {type: string, default: "http://no/no.yaml"}}
resources:
  a: {type: "http://h/a.yaml", properties: {url: "http://h/no.yaml", text: {get_file: "http://h/text"}}}
  b: {type: G::H}
  c: {type: Group, properties: {resource_def: {type: A}, resources: ["http://h/chain.yaml", {type: M}]}}
outputs: {o: {value: {get_file: {get_param: type}}}}
""")
    types, files = types_and_files(template)
    registry = over(M="B", resources={"x": {"M": "http://h/m.yaml"}}).registry
    assert files == {"http://h/text"}
    assert set(templates_of(types, registry)) == {"http://h/a.yaml", "site.yaml", "a.yaml", "r.yaml", "http://h/chain.yaml", "http://h/m.yaml"}
    assert targets(registry) == {"a.yaml", "site.yaml", "r.yaml", "http://h/m.yaml"}
