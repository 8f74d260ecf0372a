"""Values that only the run knows."""

import shapes
from rig import Rig


def test_ids_of_what_was_just_made_are_not_looked_up(rig: Rig) -> None:
    resources = {
        "net": shapes.one("OS::Neutron::Net"),
        "wall": shapes.one("OS::Neutron::SecurityGroup"),
        "port": shapes.one("OS::Neutron::Port", network=shapes.get("net"), security_groups=[shapes.get("wall")]),
    }
    with rig.working():
        stack = rig.create(shapes.template(resources))
        assert rig.wait(stack).state == "CREATE_COMPLETE"
    reads = [path for method, path in rig.requests() if method == "GET"]
    assert [path for path in reads if "security-groups" in path] == []
    assert [path for path in reads if "ports" in path], "the requests are counted"


def test_rules_between_properties_hold(rig: Rig) -> None:
    """A number that another resource gives as text is none: the template alone could not tell."""
    told = {"told": shapes.one("OS::Heat::Value", value="x"),
            "number": shapes.one("OS::Heat::Value", type="number", value={"get_attr": ["told", "value"]})}
    with rig.working():
        stack = rig.create(shapes.template(told))
        row = rig.wait(stack)
    assert row.state == "CREATE_FAILED"
    assert "resources.number: value: 'x' is not of type number" in row.reason
    assert rig.resources(stack)["number"].state == "CREATE_FAILED"
