"""The plans and templates of groups and chains."""

from dataclasses import replace

import pytest

from isotherm.model.child import NOBODY, Present
from isotherm.model.step import Await, Pause, Spawn
from isotherm.model.subject import Subject
from isotherm.template import parse, problems
from isotherm.types.registry import registry

GROUP, CHAIN = (registry().get(f"OS::Heat::{name}") for name in ("ResourceGroup", "ResourceChain"))
MEMBER = {"type": "T", "properties": {"name": "x-%index%", "list": [{"%index%": "%index%"}], "none": None}}
SUBJECT = Subject("g", "OS::Heat::ResourceGroup", "s", "s", "p", "s-g-1", "child", {"count": 2, "index_var": "%index%", "resource_def": MEMBER})


def members(**args) -> dict:
    return GROUP.child(args.pop("subject", SUBJECT), args.pop("present", NOBODY), **args).template["resources"]


def test_members_are_numbered_in_values_but_not_in_keys() -> None:
    assert members() == {name: {"type": "T", "properties": {"name": f"x-{name}", "list": [{"%index%": name}]}} for name in ("0", "1")}


def test_names_that_were_removed_are_passed_over() -> None:
    assert list(members(subject=replace(SUBJECT, data={"removed": ["0", "2"]}))) == ["1", "3"]


def test_removal_policies_name_members_or_what_get_resource_gives_of_them() -> None:
    properties = {**SUBJECT.properties, "removal_policies": [{"resource_list": [0, "id of 2", "nobody"]}]}
    subject = replace(SUBJECT, properties=properties, data={"removed": ["1"]})
    present = Present({"0": {}, "2": {}}, {"0": "id of 0", "2": "id of 2"})
    assert GROUP.child(subject, present, remove=True).data == {"removed": ["0", "1", "2"]}
    subject = replace(subject, properties={**properties, "removal_policies_mode": "update"})
    assert GROUP.child(subject, present, remove=True).data == {"removed": ["0", "2"]}
    assert GROUP.child(subject, present).data == {"removed": ["1"]}, "only the first step of an update looks at them"


def test_a_create_in_batches_pauses_between_them() -> None:
    subject = replace(SUBJECT, properties={**SUBJECT.properties, "count": 3}, update_policy={"batch_create": {"max_batch_size": 2, "pause_time": 5}})
    assert GROUP.create(subject) == [Spawn("CREATE", {"most": 2, "remove": True}), Await("CREATE"), Pause(5), Spawn("UPDATE", {"most": 4}), Await("UPDATE")]
    assert list(members(subject=subject, most=2)) == ["0", "1"]


def test_a_rolling_update_only_rolls_when_the_members_change() -> None:
    subject = replace(SUBJECT, update_policy={"rolling_update": {}})
    old = {**SUBJECT.properties, "resource_def": {"type": "U"}}
    assert GROUP.update(subject, SUBJECT.properties) == [Spawn("UPDATE", {"remove": True}), Await("UPDATE")]
    rolling = {"most": 1, "least": 0}
    assert GROUP.update(subject, old) == [
        Spawn("UPDATE", {"rolling": rolling, "remove": True}), Await("UPDATE"), Spawn("UPDATE"), Await("UPDATE")]


def test_links_of_a_chain_wait_for_each_other_unless_they_are_concurrent() -> None:
    subject = replace(SUBJECT, properties={"resources": ["A", "B"], "resource_properties": {"p": 1}})
    assert CHAIN.child(subject, NOBODY).template["resources"] == {
        "0": {"type": "A", "properties": {"p": 1}}, "1": {"type": "B", "properties": {"p": 1}, "depends_on": ["0"]}}
    subject = replace(subject, properties={**subject.properties, "concurrent": True})
    assert "depends_on" not in CHAIN.child(subject, NOBODY).template["resources"]["1"]


def test_attributes_are_asked_of_each_member_or_of_one() -> None:
    asked = {key: list(GROUP.probes(SUBJECT, [GROUP.spot(path)[0]])) for key, path in {
        "refs": ("refs", 0), "own": ("removed_rsrc_list",), "each": ("networks", "a", 0), "named": ("attributes", "name"),
        "one": ("resource.1.name",), "path": ("resource.1", "name", 0)}.items()}
    assert asked == {
        "refs": [("0", ()), ("1", ())], "own": [], "each": [("0", ("networks", "a", 0)), ("1", ("networks", "a", 0))],
        "named": [("0", ("name",)), ("1", ("name",))], "one": [("1", ("name",))], "path": [("1", ("name", 0))]}


@pytest.mark.parametrize("given", [
    "index_var: x, resource_def: {type: 'OS::Heat::None'}", "index_var: {get_param: text}, resource_def: {type: 'OS::Heat::None'}",
    "index_var: {get_attr: [other, value]}, resource_def: {type: 'OS::Heat::None'}",
    "resource_def: {type: 'OS::Heat::None', properties: {get_param: map}}", "resource_def: {type: {get_param: text}}", "resource_def: {get_param: map}",
])
def test_members_that_are_not_known_yet_are_no_mistake(given: str) -> None:
    text = f"""heat_template_version: 2021-04-16
parameters: {{text: {{type: string}}, map: {{type: json}}}}
resources:
  other: {{type: OS::Heat::Value, properties: {{value: 1}}}}
  group: {{type: OS::Heat::ResourceGroup, properties: {{{given}}}}}
"""
    found = [one.place.path for one in problems(parse(text), catalog=registry(), strict=False)]
    assert found == (["resources.group.properties.index_var"] if "index_var: x" in given else [])


def test_a_chain_of_what_is_no_type_is_refused_before_anything_is_made() -> None:
    text = "heat_template_version: 2021-04-16\nresources: {chain: {type: 'OS::Heat::ResourceChain', properties: {resources: [nowhere, null]}}}"
    assert [one.code for one in problems(parse(text), catalog=registry())] == ["unknown-type", "unknown-type"]
