"""Stacks in stacks."""

from nests import TOP, TREE, below
from rig import Rig


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
