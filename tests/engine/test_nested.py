"""Stacks in stacks."""

import random
from contextlib import suppress
from dataclasses import replace

import audit
import pytest
from nests import LEAF, MIDDLE, TOP, TREE, below, descendants
from rig import Rig, eventually

from isotherm.model.errors import Invalid, NotFound
from isotherm.model.request import StackIdentity


def test_three_levels_are_made_one_inside_the_other(rig: Rig) -> None:
    stack = rig.create(TOP, **TREE)
    with rig.working():
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        tree = below(rig, stack)
        assert {name: (row.state, row.depth, row.root_id) for name, row in tree.items()} == {
            "nested": ("CREATE_COMPLETE", 1, stack.id), "leaf": ("CREATE_COMPLETE", 2, stack.id)}
        told = {name: row.value for name, row in rig.outputs(stack).items()}
        nested = rig.resources(stack)["nested"]
        assert nested.physical_id == tree["nested"].id
        assert tree["nested"].name == nested.physical_name
        assert told["value"] == told["deep"] == told["thing"] == "one"
        assert told["inner"] == told["secret"]
        assert len(told["secret"]) == 32
        assert told["reference"] == f"arn:openstack:heat::{stack.project_id}:stacks/{nested.physical_name}/{nested.physical_id}"
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
        assert not below(rig, stack)


def told(rig: Rig, stack, name: str) -> list[str]:
    return [f"{event.action}_{event.status}" for event in rig.events(stack) if event.resource_name == name]


def test_an_update_travels_through_all_levels_in_place(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, **TREE)
        rig.wait(stack)
        before, secret = below(rig, stack), rig.outputs(stack)["secret"].value
        rig.update(stack, TOP, parameters={"value": "two"}, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        after = below(rig, stack)
    assert {name: row.id for name, row in after.items()} == {name: row.id for name, row in before.items()}
    assert {row.state for row in after.values()} == {"UPDATE_COMPLETE"}
    outputs = {name: row.value for name, row in rig.outputs(stack).items()}
    assert outputs["value"] == outputs["deep"] == outputs["thing"] == "two"
    assert outputs["secret"] == secret, "what did not change inside is not touched"


def test_an_update_that_changes_nothing_visits_no_child(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, **TREE)
        rig.wait(stack)
        children = below(rig, stack).values()
        counts = [len(rig.events(child)) for child in children]
        rig.update(stack, TOP, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert [len(rig.events(child)) for child in children] == counts
    assert told(rig, stack, "nested") == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]


def test_a_file_that_changed_two_levels_down_is_reason_enough_for_an_update(rig: Rig) -> None:
    longer = "str_replace: {template: a-b, params: {a: {get_attr: [thing, output]}}}"
    files = {**TREE["files"], "leaf.yaml": LEAF.replace("get_attr: [thing, output]", longer)}
    with rig.working():
        stack = rig.create(TOP, **TREE)
        rig.wait(stack)
        rig.update(stack, TOP, files=files, environment=TREE["environment"])
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert rig.outputs(stack)["value"].value == "one-b"
        before = below(rig, stack)
        rig.update(stack, TOP, files={**files, "other.yaml": LEAF}, environment={"resource_registry": {"Leaf::Type": "other.yaml"}})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert rig.outputs(stack)["value"].value == "one"
        assert {name: row.id for name, row in below(rig, stack).items()} == {name: row.id for name, row in before.items()}


def test_what_comes_and_goes_comes_and_goes_with_its_stacks(rig: Rig) -> None:
    without = TOP[:TOP.index("  nested:")] + "outputs: {}\n"
    with rig.working():
        stack = rig.create(without, **TREE)
        rig.wait(stack)
        assert not below(rig, stack)
        rig.update(stack, TOP, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert set(below(rig, stack)) == {"nested", "leaf"}
        rig.update(stack, without, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert not below(rig, stack)


def test_a_failure_deep_inside_is_told_with_its_path_and_mended_by_an_update(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, parameters={"fail": True}, **TREE)
        failed = rig.wait(stack)
        assert failed.state == "CREATE_FAILED"
        assert failed.reason.startswith("Resource CREATE failed: resources.nested.resources.leaf.resources.thing: ")
        assert {row.state for row in below(rig, stack).values()} == {"CREATE_FAILED"}
        before = below(rig, stack)
        rig.update(stack, TOP, parameters={"fail": False}, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert {name: row.id for name, row in below(rig, stack).items()} == {name: row.id for name, row in before.items()}
        assert rig.outputs(stack)["thing"].value == "one"


def test_a_failed_create_is_rolled_back_with_all_that_is_inside(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, parameters={"fail": True}, disable_rollback=False, **TREE)
        assert rig.wait(stack).state == "ROLLBACK_COMPLETE", rig.stack(stack).reason
    assert not below(rig, stack)
    assert not rig.rows(stack)


def test_a_failed_update_is_rolled_back_inside_too(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, disable_rollback=False, **TREE)
        rig.wait(stack)
        before = below(rig, stack)
        rig.update(stack, TOP, parameters={"value": "two", "fail": True}, **TREE)
        assert rig.wait(stack).state == "ROLLBACK_COMPLETE", rig.stack(stack).reason
    assert {name: row.id for name, row in below(rig, stack).items()} == {name: row.id for name, row in before.items()}
    assert rig.outputs(stack)["thing"].value == "one"


def test_a_delete_overtakes_children_that_are_being_made(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, parameters={"wait": 3600}, **TREE)
        eventually("the innermost is begun", lambda: (leaf := below(rig, stack).get("leaf")) and "thing" in rig.resources(leaf))
        rig.delete(stack)
        assert rig.wait(stack, 15).state == "DELETE_COMPLETE", rig.stack(stack).reason
    assert not below(rig, stack)


def test_an_update_overtakes_children_that_are_being_made(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, parameters={"wait": 2}, **TREE)
        eventually("the innermost is begun", lambda: (leaf := below(rig, stack).get("leaf")) and "thing" in rig.resources(leaf))
        before = below(rig, stack)
        rig.update(stack, TOP, parameters={"wait": 2, "value": "two"}, **TREE)
        assert rig.wait(stack, 15).state == "UPDATE_COMPLETE", rig.stack(stack).reason
    assert {name: row.id for name, row in below(rig, stack).items()} == {name: row.id for name, row in before.items()}
    assert rig.outputs(stack)["thing"].value == "two"


def test_an_update_that_leaves_a_child_out_ends_it_while_it_is_being_made(rig: Rig) -> None:
    without = TOP[:TOP.index("  nested:")] + "outputs: {}\n"
    with rig.working():
        stack = rig.create(TOP, parameters={"wait": 3600}, **TREE)
        eventually("the innermost is begun", lambda: (leaf := below(rig, stack).get("leaf")) and "thing" in rig.resources(leaf))
        rig.update(stack, without, **TREE)
        assert rig.wait(stack, 15).state == "UPDATE_COMPLETE", rig.stack(stack).reason
    assert not below(rig, stack)


def test_a_child_runs_out_of_time_with_its_parent(rig: Rig) -> None:
    rig.commands.settings = replace(rig.settings, limits=replace(rig.settings.limits, stack_action_timeout=2))
    with rig.working():
        stack = rig.create(TOP, parameters={"wait": 3600}, **TREE)
        failed = rig.wait(stack, 15)
        assert (failed.state, failed.reason) == ("CREATE_FAILED", "Stack CREATE timed out")
        for child in below(rig, stack).values():
            assert rig.wait(child, 15).state == "CREATE_FAILED"


def test_what_is_retained_stays_as_it_is(rig: Rig) -> None:
    kept = TOP.replace("type: middle.yaml", "type: middle.yaml\n    deletion_policy: Retain")
    with rig.working():
        stack = rig.create(kept, **TREE)
        rig.wait(stack)
        child = below(rig, stack)["nested"]
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
        assert rig.stack(child).state == "CREATE_COMPLETE"
        assert set(below(rig, child)) == {"leaf"}


FACED = """
heat_template_version: 2021-04-16
resources:
  thing:
    type: OS::Heat::Value
    properties: {value: {resource_facade: metadata}}
outputs:
  OS::stack_id: {value: mine}
  metadata: {value: {get_attr: [thing, value]}}
  policy: {value: {resource_facade: deletion_policy}}
"""


def test_a_nested_template_sees_the_resource_it_implements_and_may_name_itself(rig: Rig) -> None:
    top = """
heat_template_version: 2021-04-16
resources:
  from: {type: OS::Heat::Value, properties: {value: known late}}
  faced:
    type: faced.yaml
    metadata: {word: {get_attr: [from, value]}}
    deletion_policy: Delete
outputs:
  reference: {value: {get_resource: faced}}
  metadata: {value: {get_attr: [faced, metadata]}}
  policy: {value: {get_attr: [faced, policy]}}
"""
    with rig.working():
        stack = rig.create(top, files={"faced.yaml": FACED})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
    assert {name: row.value for name, row in rig.outputs(stack).items()} == {
        "reference": "mine", "metadata": {"word": "known late"}, "policy": "Delete"}


def test_what_is_wrong_inside_is_refused_before_anything_is_made(rig: Rig) -> None:
    files = {**TREE["files"], "leaf.yaml": LEAF.replace("type: OS::Heat::Value", "type: OS::Heat::Valeu")}
    with pytest.raises(Invalid, match=r"leaf.yaml:12:\d+: resources.after.type: There is no resource type 'OS::Heat::Valeu'"):
        rig.create(TOP, files=files, environment=TREE["environment"])
    with pytest.raises(Invalid, match=r"leaf.yaml:.*: There is no resource type 'Leaf::Type' \(what the registry says of it does not count inside"):
        rig.create(TOP, files={**TREE["files"], "leaf.yaml": MIDDLE}, environment=TREE["environment"])
    with pytest.raises(Invalid, match=r"use each other without end, or more than 5 deep: leaf\.yaml -> leaf\.yaml"):
        rig.create(TOP, files={**TREE["files"], "leaf.yaml": MIDDLE.replace("Leaf::Type", "leaf.yaml")}, environment=TREE["environment"])


def test_a_child_deleted_by_hand_is_made_anew_by_an_update(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, **TREE)
        rig.wait(stack)
        child = below(rig, stack)["nested"]
        rig.delete(child)
        assert rig.wait(child).state == "DELETE_COMPLETE"
        rig.update(stack, TOP, parameters={"value": "two"}, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert below(rig, stack)["nested"].id == rig.resources(stack)["nested"].physical_id != child.id
        assert rig.outputs(stack)["thing"].value == "two"
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
        assert not below(rig, stack)


@pytest.mark.parametrize("name", ["nested", "leaf"])
def test_what_is_done_to_a_child_by_hand_is_undone_by_the_next_update_around_it(rig: Rig, name: str) -> None:
    with rig.working():
        stack = rig.create(TOP, **TREE)
        rig.wait(stack)
        child = below(rig, stack)[name]
        rig.update(child, "heat_template_version: 2021-04-16")
        assert rig.wait(child).state == "UPDATE_COMPLETE"
        rig.update(stack, TOP, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert below(rig, stack)[name].id == child.id
        assert rig.outputs(stack)["thing"].value == "one"
        rig.delete(child)
        assert rig.wait(child).state == "DELETE_COMPLETE"
        rig.update(stack, TOP, **TREE)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert below(rig, stack)[name].id != child.id
        assert rig.outputs(stack)["thing"].value == "one"


def test_a_child_can_be_updated_by_hand_and_still_sees_its_parent(rig: Rig) -> None:
    top = """
heat_template_version: 2021-04-16
resources:
  faced: {type: faced.yaml, metadata: {word: known}}
outputs:
  inside: {value: {get_attr: [faced, resource.thing, value]}}
"""
    with rig.working():
        stack = rig.create(top, files={"faced.yaml": FACED})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        child = below(rig, stack)["faced"]
        rig.update(child, FACED.replace("outputs:", "  more: {type: OS::Heat::Value, properties: {value: {resource_facade: metadata}}}\noutputs:"))
        assert rig.wait(child).state == "UPDATE_COMPLETE", rig.stack(child).reason
        assert rig.resources(child)["more"].properties["value"] == {"word": "known"}
        assert rig.resources(child)["thing"].attributes == {"value": {"word": "known"}}


def test_what_is_done_to_a_child_by_hand_meanwhile_does_not_count(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(TOP, parameters={"wait": 1}, **TREE)
        leaf = eventually("the innermost is begun", lambda: (leaf := below(rig, stack).get("leaf")) and "thing" in rig.resources(leaf) and leaf)
        rig.update(leaf, "heat_template_version: 2021-04-16")
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        assert rig.outputs(stack)["thing"].value == "one"
        assert below(rig, stack)["leaf"].id == leaf.id


def moment(rig: Rig, stack: StackIdentity, dice: random.Random) -> None:
    """Wait until some more has happened at any level, or nothing more will."""
    def happened() -> int:
        return sum(len(rig.events(one)) for one in (stack, *descendants(rig, stack)))
    goal = happened() + dice.randrange(8)
    eventually("something happens", lambda: happened() >= goal or rig.stack(stack).status != "IN_PROGRESS")


def ends_as_the_last_request_says(rig: Rig, stack: StackIdentity) -> None:
    """One more update, and a deletion, of a tree that may be anywhere."""
    rig.update(stack, TOP, parameters={"value": "last", "wait": 0.1}, **TREE)
    assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
    told = {name: row.error or row.value for name, row in rig.outputs(stack).items() if name in ("value", "deep", "thing")}
    assert told == {"value": "last", "deep": "last", "thing": "last"}
    assert {row.status for row in below(rig, stack).values()} == {"COMPLETE"}
    assert len(descendants(rig, stack)) == 2, "no stack is left over"
    rig.delete(stack)
    assert rig.wait(stack).state == "DELETE_COMPLETE", rig.stack(stack).reason
    assert not below(rig, stack)


def test_requests_that_overtake_each_other_at_any_moment_end_as_the_last_one_says(rig: Rig) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    without = TOP[:TOP.index("  nested:")] + "outputs: {}\n"
    with rig.working(2):
        for number in range(6):
            stack = rig.create(TOP, name=f"s{number}", parameters={"wait": 0.2}, disable_rollback=dice.random() < 0.5, **TREE)
            for _ in range(dice.randrange(1, 5)):
                moment(rig, stack, dice)
                values = {"value": dice.choice("abc"), "wait": 0.2, "fail": dice.random() < 0.2}
                rig.update(stack, dice.choice([TOP, TOP, without]), parameters=values, **TREE)
            moment(rig, stack, dice)
            ends_as_the_last_request_says(rig, stack)
    audit.no_traces(rig)


def test_requests_for_any_stack_of_a_tree_at_any_moment_leave_it_whole(rig: Rig) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    with rig.working(2):
        for number in range(6):
            stack = rig.create(TOP, name=f"s{number}", parameters={"wait": 0.2}, **TREE)
            for _ in range(dice.randrange(2, 7)):
                moment(rig, stack, dice)
                tree = descendants(rig, stack)
                turn = dice.random()
                if tree and turn < 0.3:
                    rig.delete(dice.choice(tree))
                elif tree and turn < 0.7:
                    with suppress(Invalid, NotFound):           # it may be on its way out
                        rig.update(dice.choice(tree), "heat_template_version: 2021-04-16")
                else:
                    rig.update(stack, TOP, parameters={"value": dice.choice("abc"), "wait": 0.2, "fail": dice.random() < 0.2}, **TREE)
            moment(rig, stack, dice)
            ends_as_the_last_request_says(rig, stack)
    audit.no_traces(rig)
