"""Hooks through `openstack stack hook`, and signals over HTTP."""

import json
from pathlib import Path

from api_client import Client, Cloud

from waiting import eventually

TOP = """
heat_template_version: 2021-04-16
parameters: {value: {type: string, default: one}}
resources:
  first: {type: OS::Heat::TestResource, properties: {value: {get_param: value}}}
  inner: {type: inner.yaml, properties: {value: {get_param: value}}}
"""
INNER = """
heat_template_version: 2021-04-16
parameters: {value: {type: string}}
resources: {deep: {type: OS::Heat::TestResource, properties: {value: {get_param: value}}}}
"""


def test_openstack_polls_and_clears_hooks(cloud: Cloud, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        return cloud.openstack("stack", *arguments)

    def polled() -> list[str]:
        rows = json.loads(run("hook", "poll", "held", "--nested-depth", "2", "-f", "json"))
        return sorted(row["Resource Name"] for row in rows)

    def ends(state: str) -> None:
        eventually(state, lambda: json.loads(run("show", "held", "-f", "json"))["stack_status"] == state)

    (tmp_path / "top.yaml").write_text(TOP)
    (tmp_path / "inner.yaml").write_text(INNER)
    run("create", "held", "-t", str(tmp_path / "top.yaml"), "--pre-create", "first", "--pre-create", "inner/deep")
    eventually("both are paused", lambda: polled() == ["deep", "first"])
    rows = json.loads(run("resource", "list", "-n", "2", "held", "-f", "json"))
    assert {row["resource_name"]: row["resource_status"] for row in rows}["first"] == "INIT_COMPLETE"
    shown = json.loads(run("resource", "show", "held", "first", "-f", "json"))
    assert shown["resource_status_reason"] == "CREATE paused until Hook pre-create is cleared"
    run("hook", "clear", "--pre-create", "held", "first")
    assert polled() == ["deep"]
    run("hook", "clear", "held", "inner/*")
    ends("CREATE_COMPLETE")
    run("update", "held", "-t", str(tmp_path / "top.yaml"), "--pre-update", "first", "--parameter", "value=two")
    eventually("one is paused", lambda: polled() == ["first"])
    run("hook", "clear", "--pre-update", "held", "first")
    ends("UPDATE_COMPLETE")
    run("delete", "held", "--yes", "--wait")


def test_signals_that_cannot_be_taken_say_why(client: Client) -> None:
    body = {"stack_name": "signals", "template": TOP.replace("  inner: {type: inner.yaml, properties: {value: {get_param: value}}}\n", "")}
    stack = client("POST", "/stacks", body).json["stack"]
    at = f"/stacks/signals/{stack['id']}/resources"
    for path, sent, status, kind in (
            (f"{at}/first/signal", {"status": "SUCCESS"}, 400, "ResourceActionNotSupported"),
            (f"{at}/first/signal", None, 400, "ResourceActionNotSupported"),
            (f"{at}/first/signal", {"unset_hook": "pre-create"}, 400, "InvalidBreakPointHook"),
            (f"{at}/first/signal", {"unset_hook": "nothing"}, 400, "InvalidBreakPointHook"),
            (f"{at}/first/signal", {"unset_hook": ["pre-create"]}, 400, "InvalidBreakPointHook"),
            (f"{at}/third/signal", {"unset_hook": "pre-create"}, 404, "ResourceNotFound")):
        answer = client("POST", path, sent)
        assert (answer.status, answer.json["error"]["type"]) == (status, kind), path


def test_a_hook_can_be_cleared_by_whoever_may_signal(client: Client) -> None:
    body = {"stack_name": "gate", "template": "{heat_template_version: 2021-04-16, resources: {a: {type: 'OS::Heat::None'}}}",
            "environment": {"resource_registry": {"resources": {"*": {"hooks": ["pre-create"]}}}}}
    for path in ("/stacks/preview", "/validate"):
        assert client("POST", path, body if path != "/validate" else {key: body[key] for key in ("template", "environment")}).status == 200
    stack = client("POST", "/stacks", body).json["stack"]
    at = f"/stacks/gate/{stack['id']}"
    eventually("it is paused", lambda: "paused" in client("GET", f"{at}/resources/a").json["resource"]["resource_status_reason"])
    answer = client("POST", f"{at}/resources/a/signal", {"unset_hook": "pre-create"})
    assert (answer.status, answer.json) == (200, None)
    eventually("it goes on", lambda: client("GET", at).json["stack"]["stack_status"] == "CREATE_COMPLETE")
    reasons = [event["resource_status_reason"] for event in client("GET", f"{at}/resources/a/events").json["events"]]
    assert "Hook pre-create is cleared" in reasons
