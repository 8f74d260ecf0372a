"""A key was taken out of the configuration too early: what it encrypted fails for a reason that can be read, all else goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from rig import Rig, eventually

from isotherm.engine.definitions import Definitions
from isotherm.model.request import StackIdentity
from isotherm.store import nodes
from isotherm.store.schema import credential, definition, node, resource
from isotherm.store.vault import Vault

WHY = "cannot be decrypted: no key in [secrets] keys fits"
STRANGE = Vault([Vault.new_key()]).seal({"a": "value of another key"})
PAIR = """
heat_template_version: 2021-04-16
parameters:
  value: {type: string, default: one}
resources:
  first:
    type: OS::Heat::TestResource
    properties: {value: {get_param: value}}
  second:
    type: OS::Heat::TestResource
    properties: {value: {get_attr: [first, output]}}
  apart:
    type: OS::Heat::RandomString
outputs:
  whole: {value: {get_attr: [second, output]}}
  random: {value: {get_attr: [apart, value]}}
"""
SLOW = PAIR.replace("{value: {get_param: value}}", "{value: {get_param: value}, action_wait_secs: {create: 3600}}")
NETWORK = "heat_template_version: 2021-04-16\nresources:\n  net: {type: OS::Neutron::Net}\n"


@contextmanager
def spoilt(rig: Rig, column: sa.Column[Any], where: sa.ColumnElement[bool]) -> Iterator[None]:
    """While the key of these sealed texts is missing. What was compiled of them before is forgotten."""
    of = column.table.primary_key.columns.values()[0]
    before = rig.store.read(lambda conn: conn.execute(sa.select(of, column).where(where, column.is_not(None))).all())
    assert before
    rig.store.write(lambda conn: conn.execute(sa.update(column.table).where(of.in_([row[0] for row in before])).values({column.name: STRANGE})))
    rig.compiled = rig.commands.compiled = Definitions(rig.store, rig.types, rig.settings.cloud.region_name)
    yield
    for id_, text in before:
        rig.store.write(lambda conn, id_=id_, text=text: conn.execute(sa.update(column.table).where(of == id_).values({column.name: text})))


def under_way(rig: Rig, stack: StackIdentity, name: str) -> bool:
    """Whether a plan is on record, and nobody is at it."""
    row = rig.stack(stack)
    return any(one.name == name and one.plan and one.claimed_by is None for one in rig.store.read(nodes.of_traversal, row.traversal_id or ""))


def of(stack: StackIdentity, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(resource.c.stack_id == stack.id, resource.c.name == name)


def test_a_plan_that_cannot_be_read_fails_its_stack_and_no_other(rig: Rig) -> None:
    stack, other = rig.create(SLOW, name="bad"), None
    with rig.working():
        eventually("the plan is on record", lambda: under_way(rig, stack, "first"))
    rig.store.write(lambda conn: conn.execute(sa.update(node).where(node.c.name == "first").values(due_at=node.c.since)))
    with spoilt(rig, node.c.plan, node.c.name == "first"), rig.working(2):
        other = rig.create(PAIR, name="good")
        bad = rig.wait(stack)
        assert rig.wait(other).state == "CREATE_COMPLETE"
    assert bad.state == "CREATE_FAILED"
    assert bad.reason.startswith(f"Resource CREATE failed: resources.first: The plan that is under way {WHY}")
    assert {name: row.state for name, row in rig.resources(stack).items()} == {
        "first": "CREATE_FAILED", "second": "INIT_COMPLETE", "apart": "CREATE_COMPLETE"}
    assert rig.outputs(other)["whole"].value == "one"


def test_a_resource_that_cannot_be_read_fails_until_the_key_is_back(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(PAIR)
        rig.wait(stack)
        facts = rig.resources(stack)["first"].properties
        random = rig.outputs(stack)["random"].value
        with spoilt(rig, resource.c.facts, of(stack, "first")):
            rig.update(stack, PAIR, parameters={"value": "two"})
            failed = rig.wait(stack)
            assert failed.state == "UPDATE_FAILED"
            assert failed.reason.startswith(f"Resource UPDATE failed: resources.first: What is stored of the resource first {WHY}")
            assert rig.resources(stack)["first"].state == "UPDATE_FAILED"
            assert rig.outputs(stack)["random"].value == random
        assert rig.resources(stack)["first"].properties == facts, "it was not written over"
        rig.update(stack, PAIR, parameters={"value": "two"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert rig.outputs(stack)["whole"].value == "two"


def test_what_needs_an_unreadable_resource_fails_for_that_reason(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(PAIR)
        rig.wait(stack)
        with spoilt(rig, resource.c.facts, of(stack, "first")):
            rig.update(stack, PAIR.replace("[first, output]}}\n  apart", "[first, output]}, update_replace: true}\n  apart"))
            failed = rig.wait(stack)
            assert failed.state == "UPDATE_FAILED"
            assert WHY in failed.reason
            assert "first" in failed.reason


def test_an_output_of_an_unreadable_resource_says_why_it_has_no_value(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(PAIR)
        rig.wait(stack)
        with spoilt(rig, resource.c.facts, of(stack, "second")):
            rig.update(stack, PAIR.replace("  random:", "  more: {value: {get_attr: [second, output]}}\n  random:"))
            rig.wait(stack)
            told = rig.outputs(stack)
            assert told["more"].value is None
            assert WHY in (told["more"].error or "")
            assert told["random"].error is None


def test_a_definition_that_cannot_be_read_fails_what_is_planned_by_it(rig: Rig) -> None:
    stack = rig.create(PAIR, name="bad")
    with spoilt(rig, definition.c.inputs, definition.c.id == rig.stack(stack).definition_id), rig.working():
        other = rig.create(PAIR, name="good")
        bad = rig.wait(stack)
        assert bad.state == "CREATE_FAILED"
        assert f"The stack's definition {WHY}" in bad.reason
        assert rig.wait(other).state == "CREATE_COMPLETE"


def test_a_stack_whose_definition_cannot_be_read_can_be_deleted(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(PAIR)
        rig.wait(stack)
        with spoilt(rig, definition.c.inputs, definition.c.id == rig.stack(stack).definition_id):
            rig.delete(stack)
            assert rig.wait(stack).state == "DELETE_COMPLETE"


def test_a_rollback_to_a_definition_that_cannot_be_read_ends_as_failed(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(PAIR, disable_rollback=False)
        rig.wait(stack)
        former = rig.stack(stack).definition_id
    rig.update(stack, PAIR.replace("{value: {get_param: value}}", "{value: {get_param: value}, fail: true}"), disable_rollback=False)
    with spoilt(rig, definition.c.inputs, definition.c.id == former), rig.working():
        assert rig.wait(stack).state == "UPDATE_FAILED"


def test_a_credential_that_cannot_be_read_fails_what_acts_by_it(rig: Rig) -> None:
    stack = rig.create(NETWORK)
    with spoilt(rig, credential.c.content, credential.c.id == rig.stack(stack).credential_id), rig.working():
        failed = rig.wait(stack)
        assert failed.state == "CREATE_FAILED"
        assert f"The credential that the stack acts with {WHY}" in failed.reason
    rig.delete(stack)
    with rig.working():
        assert rig.wait(stack).state == "DELETE_COMPLETE", "the key is back"
