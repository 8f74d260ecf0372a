"""Hooks stop a resource until somebody clears them; whatever else happens meanwhile, the stack goes on."""

from dataclasses import replace
from typing import Any

import pytest
from rig import Rig, eventually

from isotherm.model.errors import Invalid
from isotherm.model.request import StackIdentity
from isotherm.store import nodes

TEMPLATE = """
heat_template_version: 2021-04-16
parameters: {value: {type: string, default: one}, wait: {type: number, default: 0}}
resources:
  first: {type: OS::Heat::TestResource, properties: {value: {get_param: value}, wait_secs: {get_param: wait}}}
  second: {type: OS::Heat::TestResource, properties: {value: {get_attr: [first, output]}}}
  inner: {type: inner.yaml, properties: {value: {get_param: value}}}
outputs: {last: {value: {get_attr: [second, output]}}}
"""
INNER = """
heat_template_version: 2021-04-16
parameters: {value: {type: string}}
resources: {deep: {type: OS::Heat::TestResource, properties: {value: {get_param: value}}}}
"""
FILES = {"inner.yaml": INNER}


def hooked(**resources: Any) -> dict[str, Any]:
    return {"resource_registry": {"resources": resources}}


def create(rig: Rig, environment: dict[str, Any], **more: Any) -> StackIdentity:
    return rig.create(TEMPLATE, environment=environment, files=FILES, **more)


def update(rig: Rig, stack: StackIdentity, environment: dict[str, Any], **more: Any) -> None:
    rig.update(stack, TEMPLATE, environment=environment, files=FILES, **more)


def paused(rig: Rig, stack: StackIdentity) -> dict[str, str]:
    """Name of each resource that stands before a hook -> the hook."""
    found = rig.store.read(nodes.paused_at, (stack.id,))
    return {row.name: found[row.id] for row in rig.rows(stack) if row.id in found}


def stands(rig: Rig, stack: StackIdentity, name: str, hook: str) -> None:
    eventually(f"{name} stands before {hook}", lambda: paused(rig, stack).get(name) == hook)


def reasons(rig: Rig, stack: StackIdentity, name: str) -> list[tuple[str, str, str]]:
    return [(event.action, event.status, event.reason) for event in rig.events(stack) if event.resource_name == name]


def child(rig: Rig, stack: StackIdentity, name: str) -> StackIdentity:
    row = eventually(f"{name} is a stack", lambda: (found := rig.resources(stack).get(name)) and found.physical_id and found)
    return StackIdentity(stack.project_id, row.physical_name, row.physical_id)


def test_a_resource_waits_before_and_after_it_is_made(rig: Rig) -> None:
    with rig.working():
        stack = create(rig, hooked(first={"hooks": ["pre-create", "post-create"]}))
        stands(rig, stack, "first", "pre-create")
        assert rig.resources(stack)["first"].state == "INIT_COMPLETE", "nothing has been begun"
        rig.commands.clear_hook(stack, "first", "pre-create")
        stands(rig, stack, "first", "post-create")
        assert rig.resources(stack)["first"].state == "CREATE_COMPLETE"
        assert rig.resources(stack)["second"].state == "INIT_COMPLETE", "what needs it waits for the hook, too"
        rig.commands.clear_hook(stack, "first", "post-create")
        assert rig.wait(stack).state == "CREATE_COMPLETE"
    assert rig.outputs(stack)["last"].value == "one"
    assert reasons(rig, stack, "first") == [
        ("INIT", "COMPLETE", "CREATE paused until Hook pre-create is cleared"), ("INIT", "COMPLETE", "Hook pre-create is cleared"),
        ("CREATE", "IN_PROGRESS", "state changed"), ("CREATE", "COMPLETE", "state changed"),
        ("CREATE", "COMPLETE", "CREATE paused until Hook post-create is cleared"), ("CREATE", "COMPLETE", "Hook post-create is cleared")]


def test_an_update_stops_where_it_is_asked_to_even_if_nothing_changes(rig: Rig) -> None:
    with rig.working():
        stack = create(rig, {})
        rig.wait(stack)
        update(rig, stack, hooked(**{"sec*": {"hooks": "pre-update"}, "first": {"hooks": "post-update"}}))
        stands(rig, stack, "second", "pre-update")
        assert paused(rig, stack) == {"second": "pre-update"}, "nothing was updated, so nothing waits behind an update"
        rig.commands.clear_hook(stack, "second", "pre-update")
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        update(rig, stack, hooked(first={"hooks": "post-update"}), parameters={"value": "two"})
        stands(rig, stack, "first", "post-update")
        assert rig.resources(stack)["first"].properties["value"] == "two"
        assert rig.resources(stack)["second"].properties["value"] == "one"
        rig.commands.clear_hook(stack, "first", "post-update")
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
    assert rig.outputs(stack)["last"].value == "two"


def test_a_deletion_stops_and_what_a_resource_needs_stays_meanwhile(rig: Rig) -> None:
    with rig.working():
        stack = create(rig, hooked(second={"hooks": ["pre-delete", "post-delete"]}))
        rig.wait(stack)
        rig.delete(stack)
        for hook in ("pre-delete", "post-delete"):
            stands(rig, stack, "second", hook)
            assert rig.resources(stack)["first"].state == "CREATE_COMPLETE"
            rig.commands.clear_hook(stack, "second", hook)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    assert rig.rows(stack) == []
    assert reasons(rig, stack, "second")[2:] == [
        ("CREATE", "COMPLETE", "DELETE paused until Hook pre-delete is cleared"), ("CREATE", "COMPLETE", "Hook pre-delete is cleared"),
        ("DELETE", "IN_PROGRESS", "state changed"), ("DELETE", "COMPLETE", "state changed"),
        ("DELETE", "COMPLETE", "DELETE paused until Hook post-delete is cleared"), ("DELETE", "COMPLETE", "Hook post-delete is cleared")]


def test_hooks_reach_resources_of_nested_stacks(rig: Rig) -> None:
    with rig.working():
        stack = create(rig, hooked(inner={"deep": {"hooks": "pre-create"}}))
        inner = child(rig, stack, "inner")
        stands(rig, inner, "deep", "pre-create")
        rig.commands.clear_hook(inner, "deep", "pre-create")
        assert rig.wait(stack).state == "CREATE_COMPLETE"
        update(rig, stack, hooked(inner={"deep": {"hooks": "pre-update"}}))
        stands(rig, inner, "deep", "pre-update")
        rig.commands.clear_hook(inner, "deep", "pre-update")
        assert rig.wait(stack).state == "UPDATE_COMPLETE"


@pytest.mark.parametrize("hook", ["pre-create", "post-create"])
def test_what_overtakes_a_stack_does_not_wait_for_its_hooks(rig: Rig, hook: str) -> None:
    with rig.working():
        stack = create(rig, hooked(first={"hooks": hook}))
        stands(rig, stack, "first", hook)
        update(rig, stack, {}, parameters={"value": "two"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert rig.outputs(stack)["last"].value == "two"
        again = create(rig, hooked(first={"hooks": hook}), name="again")
        stands(rig, again, "first", hook)
        rig.delete(again)
        assert rig.wait(again).state == "DELETE_COMPLETE"


def test_a_pause_outlives_the_workers(rig: Rig) -> None:
    """Killed with -9 while one resource stands before a hook, and cleared while nobody is there to hear it."""
    stack = create(rig, hooked(first={"hooks": ["pre-create", "post-create"]}))
    for hook in ("pre-create", "post-create"):
        worker = rig.process()
        stands(rig, stack, "first", hook)
        worker.kill()
        worker.wait()
        rig.commands.clear_hook(stack, "first", hook)
    with rig.working():
        assert rig.wait(stack, 240).state == "CREATE_COMPLETE"
    assert [reason for _, _, reason in reasons(rig, stack, "first")].count("CREATE paused until Hook post-create is cleared") == 1


@pytest.mark.parametrize("hook", ["pre-create", "post-create"])
def test_the_time_of_a_paused_stack_runs_out(rig: Rig, hook: str) -> None:
    rig.commands.settings = replace(rig.settings, limits=replace(rig.settings.limits, stack_action_timeout=2))
    with rig.working():
        stack = create(rig, hooked(first={"hooks": hook}))
        stands(rig, stack, "first", hook)
        ended = rig.wait(stack)
        assert ended.state == "CREATE_FAILED"
        assert "timed out" in ended.reason
        assert paused(rig, stack) == {}
        assert rig.resources(stack)["first"].state == ("INIT_COMPLETE" if hook == "pre-create" else "CREATE_COMPLETE")
        rig.commands.settings = rig.settings
        update(rig, stack, {})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"


def test_a_rollback_waits_for_nobody(rig: Rig) -> None:
    both = hooked(first={"hooks": ["pre-update", "post-update"]}, second={"hooks": "pre-delete"})
    with rig.working():
        stack = create(rig, both, disable_rollback=False)
        rig.wait(stack)
        broken = TEMPLATE.replace("{get_attr: [first, output]}", "{get_attr: [first, output]}, fail: true")
        rig.update(stack, broken, files=FILES, parameters={"value": "two"}, disable_rollback=False)
        assert rig.wait(stack).state == "ROLLBACK_COMPLETE"
    assert rig.outputs(stack)["last"].value == "one"


def test_other_failures_end_a_stack_in_which_a_resource_is_paused(rig: Rig) -> None:
    bad = TEMPLATE.replace("  inner:", "  bad: {type: OS::Heat::TestResource, properties: {fail: true}}\n  inner:")
    with rig.working():
        stack = rig.create(bad, environment=hooked(first={"hooks": "pre-create"}), files=FILES, disable_rollback=False)
        assert rig.wait(stack).state == "ROLLBACK_COMPLETE"
    assert rig.rows(stack) == []


@pytest.mark.parametrize(("name", "hook", "words"), [
    ("first", "post-create", "not paused at the hook post-create"), ("second", "pre-create", "not paused"), ("first", "pre-crate", "no hook"),
])
def test_a_hook_that_holds_nothing_cannot_be_cleared(rig: Rig, name: str, hook: str, words: str) -> None:
    with rig.working():
        stack = create(rig, hooked(first={"hooks": ["pre-create", "post-create"]}))
        stands(rig, stack, "first", "pre-create")
        with pytest.raises(Invalid, match=words) as told:
            rig.commands.clear_hook(stack, name, hook)
        assert told.value.wire == "InvalidBreakPointHook"
        assert not [event for event in rig.events(stack) if event.reason.startswith("Hook ")]
        assert paused(rig, stack) == {"first": "pre-create"}
