"""Create, update and delete, on resources that need no cloud."""

from dataclasses import replace

from rig import Rig, eventually

CHAIN = """
heat_template_version: 2021-04-16
parameters:
  value: {type: string, default: one}
  wait: {type: number, default: 0}
  fail: {type: boolean, default: false}
resources:
  first:
    type: OS::Heat::TestResource
    properties: {value: {get_param: value}, wait_secs: {get_param: wait}}
  second:
    type: OS::Heat::TestResource
    properties: {value: {get_attr: [first, output]}, fail: {get_param: fail}}
  third:
    type: OS::Heat::Value
    properties: {value: {get_attr: [second, output]}}
  apart:
    type: OS::Heat::RandomString
outputs:
  last: {value: {get_attr: [third, value]}}
"""
SLOW = CHAIN.replace("wait_secs: {get_param: wait}", "action_wait_secs: {create: 3600}")


def told(rig: Rig, stack, name: str) -> list[str]:
    return [f"{event.action}_{event.status}" for event in rig.events(stack) if event.resource_name == name]


def test_values_travel_down_the_chain_to_the_output(rig: Rig) -> None:
    stack = rig.create(CHAIN)
    with rig.working():
        assert rig.wait(stack).state == "CREATE_COMPLETE"
    assert rig.outputs(stack)["last"].value == "one"
    assert {row.state for row in rig.rows(stack)} == {"CREATE_COMPLETE"}
    assert told(rig, stack, "second") == told(rig, stack, "s") == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]


def test_an_update_in_place_keeps_the_rows_and_moves_the_values(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN)
        rig.wait(stack)
        before = {name: row.id for name, row in rig.resources(stack).items()}
        rig.update(stack, CHAIN, parameters={"value": "two"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert {name: row.id for name, row in rig.resources(stack).items()} == before
    assert rig.outputs(stack)["last"].value == "two"
    assert told(rig, stack, "apart") == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"], "what did not change is not visited"


def test_an_update_that_changes_nothing_visits_nothing(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN)
        rig.wait(stack)
        count = len(rig.events(stack))
        rig.update(stack, CHAIN)
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert [f"{e.resource_name} {e.action}_{e.status}" for e in rig.events(stack)[count:]] == ["s UPDATE_IN_PROGRESS", "s UPDATE_COMPLETE"]


def test_resources_come_and_go(rig: Rig) -> None:
    without = CHAIN.replace("  apart:\n    type: OS::Heat::RandomString\n", "  other:\n    type: OS::Heat::RandomString\n    depends_on: third\n")
    with rig.working():
        stack = rig.create(CHAIN)
        rig.wait(stack)
        rig.update(stack, without)
        rig.wait(stack)
    assert set(rig.resources(stack)) == {"first", "second", "third", "other"}
    assert told(rig, stack, "apart")[-2:] == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_a_change_that_cannot_be_made_in_place_replaces_after_the_new_one_is_there(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN)
        rig.wait(stack)
        old = rig.resources(stack)["apart"]
        rig.update(stack, CHAIN.replace("OS::Heat::RandomString", "OS::Heat::RandomString\n    properties: {length: 8}"))
        rig.wait(stack)
    new = rig.resources(stack)["apart"]
    assert new.id != old.id
    assert new.physical_id != old.physical_id
    assert [row.id for row in rig.rows(stack) if row.name == "apart"] == [new.id]
    assert told(rig, stack, "apart")[2:] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_a_failure_stops_what_depends_on_it_and_lets_the_rest_finish(rig: Rig) -> None:
    stack = rig.create(CHAIN, parameters={"fail": True})
    with rig.working():
        row = rig.wait(stack)
    assert row.state == "CREATE_FAILED"
    assert "resources.second" in row.reason
    states = {name: found.state for name, found in rig.resources(stack).items()}
    assert states == {"first": "CREATE_COMPLETE", "second": "CREATE_FAILED", "third": "INIT_COMPLETE", "apart": "CREATE_COMPLETE"}


def test_a_failed_create_rolls_back_to_nothing(rig: Rig) -> None:
    stack = rig.create(CHAIN, parameters={"fail": True}, disable_rollback=False)
    with rig.working():
        assert eventually("rolled back", lambda: rig.stack(stack).state == "ROLLBACK_COMPLETE")
    assert rig.rows(stack) == []


def test_a_failed_update_rolls_back_to_the_former_definition(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN, disable_rollback=False)
        rig.wait(stack)
        rig.update(stack, CHAIN, parameters={"fail": True, "value": "two"})
        assert eventually("rolled back", lambda: rig.stack(stack).state == "ROLLBACK_COMPLETE")
        assert rig.outputs(stack)["last"].value == "one"
        assert {row.status for row in rig.rows(stack)} == {"COMPLETE"}
        rig.update(stack, CHAIN, parameters={"value": "three"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert rig.outputs(stack)["last"].value == "three"


def test_a_failed_stack_is_mended_by_an_update(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN, parameters={"fail": True})
        rig.wait(stack)
        rig.update(stack, CHAIN)
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert {row.status for row in rig.rows(stack)} == {"COMPLETE"}
    assert len(rig.rows(stack)) == 4


def test_an_update_overtakes_a_running_create(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN, parameters={"wait": 0.5})
        eventually("first has begun", lambda: rig.resources(stack)["first"].status == "IN_PROGRESS")
        rig.update(stack, CHAIN, parameters={"value": "two"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert rig.outputs(stack)["last"].value == "two"
    assert len(rig.rows(stack)) == 4


def test_a_delete_overtakes_a_running_create_without_waiting_for_it(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(SLOW)
        eventually("first has begun", lambda: rig.resources(stack)["first"].status == "IN_PROGRESS")
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    assert rig.rows(stack) == []


def test_a_stack_that_takes_too_long_fails_and_can_be_deleted(rig: Rig) -> None:
    rig.commands.settings = replace(rig.settings, limits=replace(rig.settings.limits, stack_action_timeout=1))
    with rig.working():
        stack = rig.create(SLOW)
        row = rig.wait(stack)
        assert (row.state, row.reason) == ("CREATE_FAILED", "Stack CREATE timed out")
        assert rig.resources(stack)["first"].reason == "Timed out"
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"


def test_retained_resources_are_left_alone(rig: Rig) -> None:
    kept = CHAIN.replace("  apart:\n", "  apart:\n    deletion_policy: Retain\n")
    with rig.working():
        stack = rig.create(kept)
        rig.wait(stack)
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    assert told(rig, stack, "apart")[-1] == "DELETE_COMPLETE"
