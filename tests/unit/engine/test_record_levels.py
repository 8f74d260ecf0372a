"""Reports of a stack and of one nested in it that are recorded together."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from isotherm.engine.brief import Brief
from isotherm.engine.children import ChildGoal
from isotherm.engine.report import Report, record
from isotherm.model.outcome import Done, Next
from isotherm.model.records import DefinitionRow, TraversalRow
from isotherm.store import nodes, resources, stacks, traversals
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.template import compile, parse
from isotherm.types.registry import registry
from rows import NOW, later, node_row, resource_row, stack_row

TEMPLATE = "{heat_template_version: 2021-04-16, resources: {thing: {type: 'OS::Heat::None'}}}"


def test_what_a_child_has_just_removed_is_made_anew_for_its_parent(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'test.db'}", Vault([Fernet.generate_key().decode()]))
    store.upgrade()
    parent = stack_row("parent", action="UPDATE", status="IN_PROGRESS", traversal_id="t1")
    child = stack_row("child", action="UPDATE", status="IN_PROGRESS", traversal_id="t2", owner_id=parent.id, parent_resource="leaf", depth=1)
    leaf = resource_row("leaf", parent.id, action="UPDATE", status="IN_PROGRESS", physical_id=child.id)
    thing = resource_row("thing", child.id, type="OS::Heat::None", action="CREATE", status="COMPLETE")
    for stack in (parent, child):
        store.write(stacks.insert, stack)
        store.write(traversals.insert, TraversalRow(str(stack.traversal_id), stack.id, "UPDATE", "d" * 36, "running", False, NOW))
    store.write(resources.insert_many, [leaf, thing])
    spawn = [{"step": "Spawn", "action": "UPDATE"}, {"step": "Await", "action": "UPDATE"}]
    store.write(nodes.insert, [node_row(1, parent, name="leaf", resource_id=leaf.id, plan=spawn),
                               node_row(2, child, kind="remove", name="thing", resource_id=thing.id)], [])
    above, inside = store.write(nodes.claim, "w", NOW, timedelta(seconds=60), 2)
    definition = compile(parse(TEMPLATE), catalog=registry())
    goal = ChildGoal("UPDATE", child.id, registry(), DefinitionRow("n" * 36, TEMPLATE, {}, {}, {}), definition)
    gone = replace(thing, action="DELETE", status="COMPLETE")
    store.write(record, [Report(Brief(above, parent, leaf), Next(1), leaf, spawn=goal), Report(Brief(inside, child, thing), Done(), gone, gone=True)],
                later(1))
    planned = [node for node in store.read(nodes.unsettled, child.id) if node.kind == "converge"]
    assert [node.name for node in planned] == ["thing"]
    assert set(store.read(resources.get_many, [str(node.resource_id) for node in planned])) == {node.resource_id for node in planned}
    store.dispose()
