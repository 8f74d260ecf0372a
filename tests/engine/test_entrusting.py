"""A stack acts with the rights of who last had charge of it."""

from rig import Rig

NET = """
heat_template_version: 2021-04-16
resources:
  net: {type: OS::Neutron::Net, properties: {name: NAME}}
"""


def trusts(rig: Rig) -> list[str]:
    """Ids of the users whose trusts are there."""
    return [row["trustor_user_id"] for row in rig.ask("GET", "/identity/v3/OS-TRUST/trusts")["trusts"]]


def other(rig: Rig):
    """The administrator, with a token for the project of the stacks."""
    roles = rig.ask("GET", "/identity/v3/roles")["roles"]
    users = {row["name"]: row["id"] for row in rig.ask("GET", "/identity/v3/users")["users"]}
    for role in roles:
        if role["name"] in ("admin", "member"):
            rig.ask("PUT", f"/identity/v3/projects/{rig.caller.project_id}/users/{users['admin']}/roles/{role['id']}")
    return rig.caller_of("admin", "demo")


def test_a_stack_goes_on_when_its_owner_is_gone(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(NET.replace("NAME", "one"))
        assert rig.wait(stack).state == "CREATE_COMPLETE"
        assert trusts(rig) == [rig.caller.user_id]
        successor = other(rig)
        rig.ask("DELETE", f"/identity/v3/users/{rig.caller.user_id}")
        rig.caller = successor
        rig.update(stack, NET.replace("NAME", "two"))
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert trusts(rig) == [successor.user_id]
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE", rig.stack(stack).reason
    assert trusts(rig) == []
    assert not [kind for kind, _ in rig.made() if kind != "assignment"]


def test_a_delete_by_another_user_leaves_no_rights_behind(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(NET.replace("NAME", "one"))
        rig.wait(stack)
        rig.caller = other(rig)
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE", rig.stack(stack).reason
    assert trusts(rig) == []
    assert not [kind for kind, _ in rig.made() if kind != "assignment"]
