"""What an environment forbids an update to do with a resource."""

import pytest
from rig import Rig

TEMPLATE = """
heat_template_version: 2021-04-16
parameters: {value: {type: string, default: one}, length: {type: number, default: 8}}
resources:
  first: {type: OS::Heat::TestResource, properties: {value: {get_param: value}}}
  word: {type: OS::Heat::RandomString, properties: {length: {get_param: length}}}
  inner: {type: inner.yaml, properties: {value: {get_param: value}}}
outputs: {last: {value: {get_attr: [first, output]}}, word: {value: {get_attr: [word, value]}}}
"""
INNER = """
heat_template_version: 2021-04-16
parameters: {value: {type: string}}
resources: {deep: {type: OS::Heat::TestResource, properties: {value: {get_param: value}}}}
"""


def registry(**resources: object) -> dict[str, object]:
    return {"resource_registry": {"resources": resources}}


@pytest.mark.parametrize(("environment", "parameters", "name", "verb"), [
    (registry(first={"restricted_actions": "update"}), {"value": "two"}, "first", "updated"),
    (registry(**{"w*": {"restricted_actions": ["update", "replace"]}}), {"length": 9}, "word", "replaced"),
    (registry(inner={"deep": {"restricted_actions": "update"}}), {"value": "two"}, "deep", "updated"),
])
def test_a_restricted_resource_stays_and_the_stack_fails(rig: Rig, environment: dict, parameters: dict, name: str, verb: str) -> None:
    with rig.working():
        stack = rig.create(TEMPLATE, environment=environment, files={"inner.yaml": INNER})
        rig.wait(stack)
        before, outputs = rig.resources(stack), rig.outputs(stack)
        rig.update(stack, TEMPLATE, environment=environment, parameters=parameters, files={"inner.yaml": INNER})
        failed = rig.wait(stack)
        assert failed.state == "UPDATE_FAILED"
        assert f"{name} would have to be {verb}" in failed.reason
        if name in before:
            assert rig.resources(stack)[name] == before[name], "nothing was done, so nothing is to be mended"
            assert ("UPDATE", "FAILED") in [(event.action, event.status) for event in rig.events(stack) if event.resource_name == name]
        rig.update(stack, TEMPLATE, parameters=parameters, files={"inner.yaml": INNER})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        after = rig.resources(stack)
        assert (after["first"].id, after["first"].created_at) == (before["first"].id, before["first"].created_at), "updated where it is"
        assert (rig.outputs(stack)["word"].value == outputs["word"].value) == ("length" not in parameters)


def test_what_is_not_restricted_may_be_done(rig: Rig) -> None:
    environment = registry(first={"restricted_actions": "replace"}, word={"restricted_actions": "update"})
    with rig.working():
        stack = rig.create(TEMPLATE, environment=environment, files={"inner.yaml": INNER})
        rig.wait(stack)
        rig.update(stack, TEMPLATE, environment=environment, parameters={"value": "two", "length": 9}, files={"inner.yaml": INNER})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert (rig.outputs(stack)["last"].value, len(rig.outputs(stack)["word"].value)) == ("two", 9)
