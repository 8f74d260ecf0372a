"""Resources that stand for something that exists already."""

import pytest
from rig import Rig

TEMPLATE = "heat_template_version: 2021-04-16\nresources: {{a: {{type: OS::Heat::Value, {more} properties: {{value: x}}}}}}"
OWN, OTHER, ANOTHER = (TEMPLATE.format(more=more) for more in ("", "external_id: one,", "external_id: two,"))


@pytest.mark.parametrize(("first", "then"), [(OWN, OTHER), (OTHER, OWN), (OTHER, ANOTHER)])
def test_what_a_resource_stands_for_cannot_change(rig: Rig, first: str, then: str) -> None:
    with rig.working():
        stack = rig.create(first)
        assert rig.wait(stack).state == "CREATE_COMPLETE"
        before = rig.resources(stack)["a"].physical_id
        rig.update(stack, then)
        failed = rig.wait(stack)
        assert failed.state == "UPDATE_FAILED"
        assert "external_id" in failed.reason
        assert rig.resources(stack)["a"].physical_id == before


def test_it_stays_as_it_is(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(OTHER)
        rig.wait(stack)
        rig.update(stack, OTHER.replace("value: x", "value: y"))
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
