"""Nested stacks through `openstack` and python-heatclient: the files of a template are gathered by the client, and all levels are listed."""

import io
import json
from pathlib import Path
from typing import Any

from api_client import Cloud
from heatclient.client import Client as heat_client
from heatclient.common import event_utils

TOP = """
heat_template_version: 2021-04-16
resources:
  group:
    type: OS::Heat::ResourceGroup
    properties: {count: 2, resource_def: {type: middle.yaml, properties: {value: "%index%"}}}
outputs:
  values: {value: {get_attr: [group, value]}}
"""
MIDDLE = """
heat_template_version: 2021-04-16
parameters: {value: {type: string}}
resources:
  leaf: {type: deep/leaf.yaml, properties: {value: {get_param: value}}}
outputs:
  value: {value: {get_attr: [leaf, value]}}
"""
LEAF = """
heat_template_version: 2021-04-16
parameters: {value: {type: string}}
resources:
  thing: {type: OS::Heat::Value, properties: {value: {list_join: ["", [{get_file: word.txt}, {get_param: value}]]}}}
outputs:
  value: {value: {get_attr: [thing, value]}}
"""


def test_openstack_makes_lists_and_deletes_a_tree(cloud: Cloud, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        return cloud.openstack("stack", *arguments)

    (tmp_path / "deep").mkdir()
    for name, text in (("top.yaml", TOP), ("middle.yaml", MIDDLE), ("deep/leaf.yaml", LEAF), ("deep/word.txt", "w")):
        (tmp_path / name).write_text(text)
    run("create", "tree", "-t", str(tmp_path / "top.yaml"), "--wait", "--poll", "1")
    assert json.loads(run("output", "show", "tree", "values", "-f", "json"))["output_value"] == ["w0", "w1"]
    rows = json.loads(run("resource", "list", "-n", "3", "tree", "-f", "json"))
    assert sorted(row["resource_name"] for row in rows) == ["0", "1", "group", "leaf", "leaf", "thing", "thing"]
    assert len(json.loads(run("resource", "list", "tree", "-f", "json"))) == 1
    assert len(json.loads(run("list", "-f", "json"))) < len(json.loads(run("list", "--nested", "-f", "json")))
    events = run("event", "list", "--nested-depth", "3", "tree")
    assert "thing" in events
    run("delete", "tree", "--yes", "--wait")
    assert "tree" not in run("list", "--nested")


NAMED = {
    "template": TOP.replace("middle.yaml", "My::Middle").replace("count: 2", "count: {get_param: count}").replace(
        "resources:\n  group", "parameters: {count: {type: number, default: 2}}\nresources:\n  group"),
    "files": {"middle.yaml": MIDDLE, "deep/leaf.yaml": LEAF.replace("{get_file: word.txt}", "w")},
    "environment": {"resource_registry": {"My::Middle": "middle.yaml"}}}


def wait(heat: Any, name: str, action: str) -> str:
    status, _ = event_utils.poll_for_events(heat, name, action=action, poll_period=0.05, out=io.StringIO())
    return str(status)


def test_heatclient_sees_all_levels_and_deletes_one_of_them(cloud: Cloud) -> None:
    heat = heat_client("1", session=cloud.session())
    top = heat.stacks.create(stack_name="levels", tags="t", **NAMED)["stack"]
    assert wait(heat, "levels", "CREATE") == "CREATE_COMPLETE"
    tree = {stack.id: stack for stack in heat.stacks.list(show_nested=True) if stack.stack_name.startswith("levels")}
    assert len(tree) == 6
    group, = heat.stacks.list(show_nested=True, filters={"owner_id": top["id"]})
    assert [stack.id for stack in heat.stacks.list(filters={"stack_name": "levels"})] == [top["id"]]

    rows = {(row.stack_name, row.resource_name): row for row in heat.resources.list("levels", nested_depth=5)}
    assert {name for _, name in rows} == {"group", "0", "1", "leaf", "thing"}
    member = rows[group.stack_name, "0"]
    assert (member.resource_type, member.parent_resource) == ("My::Middle", "group")
    assert {link["rel"] for link in member.links} == {"self", "stack", "nested"}
    assert {row.resource_name for row in heat.resources.list("levels", nested_depth=2)} == {"group", "0", "1", "leaf"}
    assert [row.resource_name for row in heat.resources.list("levels", nested_depth=5, filters={"type": "My::"})] == ["0", "1"]
    child = heat.stacks.get(member.physical_resource_id)
    assert (child.parent, child.stack_owner, child.tags, child.disable_rollback) == (group.id, heat.stacks.get("levels").stack_owner, [], True)
    assert child.parameters["value"] == "0"

    told = heat.events.list("levels", nested_depth=5)
    assert {event.resource_name for event in told} >= {"levels", "group", "0", "leaf", "thing"}
    assert all(any(link["rel"] == "root_stack" and link["href"].endswith(top["id"]) for link in event.links) for event in told)
    assert {event.resource_name for event in heat.events.list("levels", nested_depth=5, filters={"resource_type": "My::Middle"})} == {"0", "1"}
    assert {event.resource_name for event in heat.events.list("levels")} == {"levels", "group"}

    heat.stacks.delete(child.id)
    assert wait(heat, f"{child.stack_name}/{child.id}", "DELETE") == "DELETE_COMPLETE"
    assert heat.stacks.get("levels").stack_status == "CREATE_COMPLETE", "the parent learns of it when it looks"
    heat.stacks.update("levels", existing=True, parameters={"count": 3})
    assert wait(heat, "levels", "UPDATE") == "UPDATE_COMPLETE", heat.stacks.get("levels").stack_status_reason
    again = next(row for row in heat.resources.list(group.id) if row.resource_name == "0").physical_resource_id
    assert (again != child.id, heat.stacks.get(again).stack_status) == (True, "CREATE_COMPLETE")
    heat.stacks.delete("levels")
    assert wait(heat, top["id"], "DELETE") == "DELETE_COMPLETE"
    assert not [stack for stack in heat.stacks.list(show_nested=True) if stack.stack_name.startswith("levels")]
