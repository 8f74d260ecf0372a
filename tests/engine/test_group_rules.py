"""Rules of groups and chains: names, the index, removal, members that failed, and attributes."""

from typing import Any

import pytest
from nests import below
from rig import Rig

from isotherm.model.errors import Invalid
from isotherm.store import definitions

HOT = "heat_template_version: 2021-04-16\n"


def made(rig: Rig, template: str, name: str = "s", **more: Any) -> Any:
    stack = rig.create(HOT + template, name, **more)
    assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
    return stack


def updated(rig: Rig, stack: Any, template: str, **more: Any) -> None:
    rig.update(stack, HOT + template, **more)
    assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason


def outputs(rig: Rig, stack: Any) -> dict[str, Any]:
    return {name: row.value for name, row in rig.outputs(stack).items()}


def members(rig: Rig, stack: Any, name: str = "g") -> dict[str, Any]:
    """The rows of a group's members, by name."""
    return rig.resources(below(rig, stack)[name])


def ids(rig: Rig, stack: Any) -> dict[str, str]:
    return {name: row.physical_id for name, row in members(rig, stack).items()}


COUNTED = """
parameters: {n: {type: string, default: "2"}, remove: {type: json, default: []}, mode: {type: string, default: append}, value: {type: string, default: v}}
resources:
  g:
    type: OS::Heat::ResourceGroup
    UPDATE_POLICY
    properties:
      count: {get_param: n}
      removal_policies: [{resource_list: {get_param: remove}}]
      removal_policies_mode: {get_param: mode}
      resource_def: {type: OS::Heat::TestResource, properties: {value: {get_param: value}}}
outputs:
  gone: {value: {get_attr: [g, removed_rsrc_list]}}
  refs: {value: {get_attr: [g, refs_map]}}
"""
PLAIN = COUNTED.replace("    UPDATE_POLICY\n", "")


@pytest.mark.parametrize("template", [PLAIN, COUNTED.replace("UPDATE_POLICY", "update_policy: {batch_create: {max_batch_size: 1}}")])
def test_names_can_be_kept_from_use_from_the_start(rig: Rig, template: str) -> None:
    with rig.working():
        stack = made(rig, template, parameters={"remove": ["0", 2, "unheard-of"]})
        assert set(members(rig, stack)) == {"1", "3"}
        assert outputs(rig, stack)["gone"] == ["0", "2", "unheard-of"]
        updated(rig, stack, template, parameters={"n": "3"})
        assert set(members(rig, stack)) == {"1", "3", "4"}, "names that were removed stay so"


def test_removal_names_members_by_name_number_or_reference_and_passes_over_others(rig: Rig) -> None:
    with rig.working():
        stack = made(rig, PLAIN, parameters={"n": "5"})
        there = ids(rig, stack)
        updated(rig, stack, PLAIN, parameters={"n": "3", "remove": [1, there["3"], "77", ["0"], None]})
        assert ids(rig, stack) == {name: there[name] for name in ("0", "2", "4")}
        assert outputs(rig, stack)["gone"] == ["1", "3"]
        updated(rig, stack, PLAIN, parameters={"n": "3", "remove": [], "mode": "append"})
        assert outputs(rig, stack)["gone"] == ["1", "3"]
        updated(rig, stack, PLAIN, parameters={"n": "3", "remove": ["0"], "mode": "append"})
        assert (set(members(rig, stack)), outputs(rig, stack)["gone"]) == ({"2", "4", "5"}, ["0", "1", "3"])
        updated(rig, stack, PLAIN, parameters={"n": "3", "remove": ["3"], "mode": "update"})
        assert (set(members(rig, stack)), outputs(rig, stack)["gone"]) == ({"0", "1", "2"}, ["3"])
        updated(rig, stack, PLAIN, parameters={"n": "3", "remove": [], "mode": "update"})
        assert outputs(rig, stack)["gone"] == []
        assert set(members(rig, stack)) == {"0", "1", "2"}


def test_a_member_that_is_removed_though_the_count_stays_is_made_anew_under_another_name(rig: Rig) -> None:
    with rig.working():
        stack = made(rig, PLAIN)
        before = ids(rig, stack)
        updated(rig, stack, PLAIN, parameters={"remove": ["0"]})
        after = ids(rig, stack)
        assert set(after) == {"1", "2"}
        assert after["1"] == before["1"]


def test_a_group_shrinks_to_nothing_and_grows_again(rig: Rig) -> None:
    with rig.working():
        stack = made(rig, PLAIN, parameters={"n": "0"})
        assert members(rig, stack) == {}
        updated(rig, stack, PLAIN, parameters={"n": "3"})
        assert set(members(rig, stack)) == {"0", "1", "2"}
        updated(rig, stack, PLAIN, parameters={"n": "0"})
        assert (members(rig, stack), outputs(rig, stack)["refs"]) == ({}, {})


def test_the_index_stands_in_values_of_properties_at_any_depth_and_nowhere_else(rig: Rig) -> None:
    template = """
resources:
  g:
    type: OS::Heat::ResourceGroup
    properties:
      count: 2
      index_var: "<i>"
      resource_def:
        type: OS::Heat::Value
        properties:
          value: {"key-<i>": ["<i>", {deep: "a<i>b<i>"}, "%index%", 7], "none": null}
          type: null
        metadata: {word: "<i>"}
outputs: {values: {value: {get_attr: [g, value]}}}
"""
    with rig.working():
        stack = made(rig, template)
        assert outputs(rig, stack)["values"] == [
            {"key-<i>": [name, {"deep": f"a{name}b{name}"}, "%index%", 7], "none": None} for name in ("0", "1")]
        assert [row.metadata for row in members(rig, stack).values()] == [{"word": "<i>"}] * 2


ONE_BAD = """
heat_template_version: 2021-04-16
parameters: {n: {type: string}, bad: {type: string}, value: {type: string, default: v}}
conditions: {fails: {equals: [{get_param: n}, {get_param: bad}]}}
resources:
  thing: {type: OS::Heat::TestResource, properties: {value: {get_param: value}, fail: {if: [fails, true, false]}}}
outputs: {value: {value: {get_attr: [thing, output]}}}
"""
WITH_BAD = """
parameters: {bad: {type: string, default: none}, value: {type: string, default: v}}
resources:
  g:
    type: OS::Heat::ResourceGroup
    UPDATE_POLICY
    properties:
      count: 4
      resource_def: {type: member.yaml, properties: {n: "%index%", bad: {get_param: bad}, value: {get_param: value}}}
outputs: {values: {value: {get_attr: [g, value]}}, refs: {value: {get_attr: [g, refs]}}}
"""


@pytest.mark.parametrize("policy", ["", "    update_policy: {rolling_update: {max_batch_size: 1, min_in_service: 2}}\n"])
def test_a_member_that_failed_is_mended_and_the_others_stay(rig: Rig, policy: str) -> None:
    template = WITH_BAD.replace("    UPDATE_POLICY\n", policy)
    with rig.working():
        stack = rig.create(HOT + template, files={"member.yaml": ONE_BAD}, parameters={"bad": "1"})
        failed = rig.wait(stack)
        assert failed.reason == ("Resource CREATE failed: resources.g.resources[1].resources.thing: "
                                 "Test resource thing fails because its property `fail` is true")
        there = ids(rig, stack)
        updated(rig, stack, template, files={"member.yaml": ONE_BAD}, parameters={"value": "w"})
        assert outputs(rig, stack)["values"] == ["w"] * 4
        assert {name: id_ for name, id_ in ids(rig, stack).items() if name != "1"} == {name: id_ for name, id_ in there.items() if name != "1"}
        rig.update(stack, HOT + template, files={"member.yaml": ONE_BAD}, parameters={"bad": "2", "value": "x"})
        assert rig.wait(stack).state == "UPDATE_FAILED"
        updated(rig, stack, template, files={"member.yaml": ONE_BAD}, parameters={"value": "y"})
        assert outputs(rig, stack)["values"] == ["y"] * 4


def test_a_rolling_update_that_failed_goes_on_batch_by_batch(rig: Rig) -> None:
    template, files = WITH_BAD.replace("UPDATE_POLICY", "update_policy: {rolling_update: {max_batch_size: 1}}"), {"member.yaml": ONE_BAD}
    with rig.working():
        stack = made(rig, template, files=files)
        group = below(rig, stack)["g"]
        rig.update(stack, HOT + template, files=files, parameters={"value": "w", "bad": "2"})
        assert rig.wait(stack).state == "UPDATE_FAILED"
        changed = {name for name, row in members(rig, stack).items() if row.properties["value"] == "w"}
        assert changed == {"3", "2"}, "the last ones first, and one at a time"
        mended = ONE_BAD.replace("{if: [fails, true, false]}", "false")
        rig.update(stack, HOT + template, files={"member.yaml": mended}, parameters={"value": "w", "bad": "2"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert outputs(rig, stack)["values"] == ["w"] * 4
        told = [event.resource_name for event in rig.events(group) if event.action == "UPDATE" and event.status in ("IN_PROGRESS", "COMPLETE")]
        last = [told[number] for number in range(len(told) - 1) if told[number] == told[number + 1]]
        assert {"0", "1"} <= set(last), "begun and ended before another began"


def test_what_is_asked_of_a_member_that_is_none_cannot_be_told(rig: Rig) -> None:
    template = PLAIN + ("  first: {value: {get_attr: [g, resource.0]}}\n  word: {value: {get_attr: [g, resource.1.output]}}\n"
                        "  none: {value: {get_attr: [g, resource.7, output]}}\n")
    with rig.working():
        stack = made(rig, template)
        told = rig.outputs(stack)
        assert told["first"].value == ids(rig, stack)["0"]
        assert told["word"].value == "v"
        assert (told["none"].value, "there is no resource '7' in it" in str(told["none"].error)) == (None, True)
        updated(rig, stack, template, parameters={"n": "1"})
        assert "there is no resource '1' in it" in str(rig.outputs(stack)["word"].error)
        updated(rig, stack, template, parameters={"n": "8"})
        assert (rig.outputs(stack)["none"].value, rig.outputs(stack)["none"].error) == ("v", None)


def test_attributes_of_members_by_path_and_by_name(rig: Rig) -> None:
    template = """
resources:
  g: {type: OS::Heat::ResourceGroup, properties: {count: 2, resource_def: {type: OS::Heat::Value, properties: {value: {a: ["%index%", x]}}}}}
outputs:
  deep: {value: {get_attr: [g, value, a, 0]}}
  map: {value: {get_attr: [g, attributes, value, a, 1]}}
  one: {value: {get_attr: [g, resource.1, value, a, 0]}}
  second: {value: {get_attr: [g, refs, 1]}}
  named: {value: {get_attr: [g, refs_map, "0"]}}
  self: {value: {get_resource: g}}
"""
    with rig.working():
        stack = made(rig, template)
        told, there = outputs(rig, stack), ids(rig, stack)
    assert told["deep"] == ["0", "1"]
    assert told["map"] == {"0": "x", "1": "x"}
    assert told["one"] == "1"
    assert (told["second"], told["named"]) == (there["1"], there["0"])
    assert told["self"] == below(rig, stack)["g"].id


def test_attributes_of_members_must_be_named(rig: Rig) -> None:
    template = """
resources:
  g: {type: OS::Heat::ResourceGroup, properties: {count: 1, resource_def: {type: OS::Heat::Value, properties: {value: x}}}}
outputs:
  all: {value: {get_attr: [g]}}
  unnamed: {value: {get_attr: [g, attributes]}}
  shown: {value: {get_attr: [g, show]}}
"""
    with rig.working():
        stack = made(rig, template)
        told, there = rig.outputs(stack), ids(rig, stack)
    assert told["all"].value == {"refs": [there["0"]], "refs_map": there, "removed_rsrc_list": []}
    assert (told["unnamed"].value, "the name of an attribute of its members" in str(told["unnamed"].error)) == (None, True)
    assert told["shown"].value == [None]


def test_members_are_made_after_what_the_group_needs_and_before_what_needs_it(rig: Rig) -> None:
    template = """
resources:
  first: {type: OS::Heat::TestResource}
  g: {type: OS::Heat::ResourceGroup, depends_on: first, properties: {count: 2, resource_def: {type: OS::Heat::TestResource}}}
  last: {type: OS::Heat::TestResource, properties: {value: {list_join: [",", {get_attr: [g, refs]}]}}}
"""
    with rig.working():
        stack = made(rig, template)
        ended = [event.resource_name for event in rig.events(stack) if event.status == "COMPLETE" and event.resource_type != "OS::Heat::Stack"]
        assert ended == ["first", "g", "last"]
        assert rig.resources(stack)["last"].properties["value"] == ",".join(ids(rig, stack).values())
        rig.delete(stack)
        rig.wait(stack)
        deleted = [event.resource_name for event in rig.events(stack) if event.action == "DELETE" and event.resource_type != "OS::Heat::Stack"]
        assert list(dict.fromkeys(deleted)) == ["last", "g", "first"]


CHAIN = """
parameters: {types: {type: comma_delimited_list}}
resources:
  c:
    type: OS::Heat::ResourceChain
    properties: {resources: {get_param: types}, concurrent: CONCURRENT, resource_properties: {value: x}}
outputs:
  refs: {value: {get_attr: [c, refs]}}
  map: {value: {get_attr: [c, attributes, value]}}
  all: {value: {get_attr: [c, value]}}
  one: {value: {get_attr: [c, resource.0, value]}}
"""
LINK = HOT + "parameters: {value: {type: string}}\nresources: {v: {type: OS::Heat::Value, properties: {value: {get_param: value}}}}\n" \
             "outputs: {value: {value: {get_attr: [v, value]}}, OS::stack_id: {value: me}}"


@pytest.mark.parametrize("concurrent", ["false", "true"])
def test_a_chain_grows_shrinks_and_tells_of_its_links(rig: Rig, concurrent: str) -> None:
    template, more = CHAIN.replace("CONCURRENT", concurrent), {"files": {"link.yaml": LINK}, "environment": {"resource_registry": {"My::Link": "link.yaml"}}}
    with rig.working():
        stack = made(rig, template, parameters={"types": "My::Link,OS::Heat::Value"}, **more)
        before = members(rig, stack, "c")
        assert [row.type for _, row in sorted(before.items())] == ["My::Link", "OS::Heat::Value"]
        assert [row.requires for _, row in sorted(before.items())] == [(), () if concurrent == "true" else ("0",)]
        assert outputs(rig, stack) == {"refs": ["me", before["1"].physical_id], "map": {"0": "x", "1": "x"}, "all": ["x", "x"], "one": "x"}
        updated(rig, stack, template, parameters={"types": "My::Link,OS::Heat::Value,link.yaml"}, **more)
        after = members(rig, stack, "c")
        assert {name: row.physical_id for name, row in before.items()}.items() <= {name: row.physical_id for name, row in after.items()}.items()
        assert outputs(rig, stack)["all"] == ["x"] * 3
        updated(rig, stack, template, parameters={"types": "My::Link"}, **more)
        assert {name: row.physical_id for name, row in members(rig, stack, "c").items()} == {"0": before["0"].physical_id}
        updated(rig, stack, template.replace("{value: x}", "{value: y}"), parameters={"types": "My::Link"}, **more)
        assert outputs(rig, stack)["all"] == ["y"]


def test_the_lists_of_types_and_names_are_checked_before_anything_is_made(rig: Rig) -> None:
    for template, why in ((CHAIN.replace("CONCURRENT", "false"), "There is no resource type 'Nope'"),
                          (PLAIN.replace("OS::Heat::TestResource", "Nope"), "There is no resource type 'Nope'"),
                          (PLAIN.replace("outputs:", "  v: {type: OS::Heat::Value, properties: {value: {get_attr: [g, attributes]}}}\noutputs:"),
                           "'attributes' of 'g' is followed by the name of an attribute")):
        with pytest.raises(Invalid, match=why):
            rig.create(HOT + template, parameters={"types": "OS::Heat::Value,Nope"} if "types" in template else {})
    stack = rig.create(HOT + PLAIN.replace("OS::Heat::TestResource", "Nope"), parameters={"n": "0"})
    assert rig.store.read(definitions.load, rig.stack(stack).definition_id).parameters == {"n": "0"}
