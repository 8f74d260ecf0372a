"""Nested stacks through `openstack`: the files of a template are gathered by the client, and all levels are listed."""

import json
import subprocess
import sys
from pathlib import Path

from api_client import Cloud

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
        login = {"--os-auth-url": cloud.auth_url, "--os-username": "demo", "--os-password": "secret", "--os-project-name": "demo",
                 "--os-user-domain-name": "Default", "--os-project-domain-name": "Default"}
        command = [str(Path(sys.executable).with_name("openstack")), *(word for pair in login.items() for word in pair), "stack", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

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
