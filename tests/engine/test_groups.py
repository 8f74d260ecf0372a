"""OS::Heat::ResourceGroup and OS::Heat::ResourceChain, run."""

from dataclasses import replace

from nests import below
from rig import Rig

from isotherm.store import resources

GROUP = """
heat_template_version: 2021-04-16
parameters:
  count: {type: number, default: 2}
  salt: {type: string, default: a}
  remove: {type: json, default: []}
  mode: {type: string, default: append}
resources:
  group:
    type: OS::Heat::ResourceGroup
    properties:
      count: {get_param: count}
      removal_policies: [{resource_list: {get_param: remove}}]
      removal_policies_mode: {get_param: mode}
      resource_def:
        type: OS::Heat::TestResource
        properties: {value: {str_replace: {template: "S-%index%", params: {S: {get_param: salt}}}}}
outputs:
  refs: {value: {get_attr: [group, refs]}}
  first: {value: {get_attr: [group, refs, 0]}}
  map: {value: {get_attr: [group, refs_map]}}
  values: {value: {get_attr: [group, output]}}
  named: {value: {get_attr: [group, attributes, output]}}
  one: {value: {get_attr: [group, resource.1.output]}}
  other: {value: {get_attr: [group, resource.1, output]}}
  gone: {value: {get_attr: [group, removed_rsrc_list]}}
  self: {value: {get_resource: group}}
"""


def outputs(rig: Rig, stack) -> dict:
    return {name: row.value for name, row in rig.outputs(stack).items()}


def members(rig: Rig, stack) -> dict[str, str]:
    """Name of each member -> its physical id."""
    child = below(rig, stack)["group"]
    return {row.name: row.physical_id for row in rig.store.read(resources.current, child.id).values()}


def test_a_group_grows_shrinks_and_loses_whom_it_is_told_to(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(GROUP)
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        told, at_first = outputs(rig, stack), members(rig, stack)
        assert told["values"] == ["a-0", "a-1"]
        assert told["named"] == {"0": "a-0", "1": "a-1"}
        assert told["one"] == told["other"] == "a-1"
        assert told["refs"] == [at_first["0"], at_first["1"]]
        assert told["map"] == at_first
        assert told["first"] == at_first["0"]
        assert told["self"] == below(rig, stack)["group"].id

        rig.update(stack, GROUP, parameters={"count": 4})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        grown = members(rig, stack)
        assert at_first.items() <= grown.items()
        assert outputs(rig, stack)["values"] == ["a-0", "a-1", "a-2", "a-3"]

        rig.update(stack, GROUP, parameters={"count": 3, "remove": ["0", grown["2"]]})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        left = members(rig, stack)
        assert set(left) == {"1", "3", "4"}
        assert left["1"] == grown["1"]
        assert outputs(rig, stack)["gone"] == ["0", "2"]
        assert outputs(rig, stack)["values"] == ["a-1", "a-3", "a-4"]

        rig.update(stack, GROUP, parameters={"count": 3, "remove": ["1"], "mode": "update"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert set(members(rig, stack)) == {"0", "2", "3"}

        rig.update(stack, GROUP, parameters={"count": 0})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert outputs(rig, stack)["refs"] == []
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"


CHAIN = """
heat_template_version: 2021-04-16
resources:
  chain:
    type: OS::Heat::ResourceChain
    properties:
      resources: [OS::Heat::RandomString, leaf.yaml, OS::Heat::TestResource]
      resource_properties: {%s}
outputs:
  refs: {value: {get_attr: [chain, refs]}}
"""


def test_a_chain_is_made_link_by_link(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(CHAIN.replace("[OS::Heat::RandomString, leaf.yaml, OS::Heat::TestResource]", "[OS::Heat::TestResource, OS::Heat::TestResource]")
                           % "value: x")
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        child = below(rig, stack)["chain"]
        told = [(event.resource_name, event.status) for event in rig.events(child) if event.resource_name in ("0", "1")]
        assert told == [("0", "IN_PROGRESS"), ("0", "COMPLETE"), ("1", "IN_PROGRESS"), ("1", "COMPLETE")]
        assert len(outputs(rig, stack)["refs"]) == 2


def test_a_count_that_only_the_run_tells_is_held_to_the_limit_too(rig: Rig) -> None:
    rig.settings = replace(rig.settings, limits=replace(rig.settings.limits, max_resources_per_stack=8))
    template = GROUP.replace("count: {get_param: count}", "count: {get_attr: [number, value]}").replace(
        "resources:\n", "resources:\n  number: {type: OS::Heat::Value, properties: {value: {get_param: count}}}\n", 1)
    with rig.working():
        stack = rig.create(template, parameters={"count": 6})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        rig.update(stack, template, parameters={"count": 7})
        failed = rig.wait(stack)
        assert failed.state == "UPDATE_FAILED"
        assert "would have 9 resources; at most 8 are allowed" in failed.reason
        assert len(members(rig, stack)) == 6
