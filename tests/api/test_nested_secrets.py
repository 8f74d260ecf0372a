"""No answer tells what a hidden parameter, or a sensitive property, of any stack of a tree holds."""

import json
import time
from collections.abc import Iterator
from typing import Any

from api_client import Client

SECRET = "hush-41c7-hush"
TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "parameters": {"password": {"type": "string", "hidden": True}},
    "resources": {
        "group": {"type": "OS::Heat::ResourceGroup", "properties": {"count": 2, "resource_def": {
            "type": "My::Word", "properties": {"salt": {"str_replace": {"template": "%index%P", "params": {"P": {"get_param": "password"}}}}}}}},
        "chain": {"type": "OS::Heat::ResourceChain", "properties": {
            "resources": ["My::Word", "OS::Heat::RandomString"], "resource_properties": {"salt": {"get_param": "password"}}}},
        "late": {"type": "OS::Heat::RandomString"},
        "given": {"type": "OS::Heat::ResourceGroup", "properties": {"count": 1, "resource_def": {
            "type": "My::Word", "properties": {"salt": {"get_attr": ["late", "value"]}}}}},
        "open": {"type": "open.yaml", "properties": {"salt": {"get_param": "password"}}},
    },
}
WORD = """
heat_template_version: 2021-04-16
parameters: {salt: {type: string%s}}
resources: {word: {type: %s, properties: {salt: {get_param: salt}}}}
"""
REQUEST = {
    "template": TEMPLATE, "parameters": {"password": SECRET}, "environment": {"resource_registry": {"My::Word": "word.yaml"}},
    "files": {"word.yaml": WORD % (", hidden: true", "OS::Heat::RandomString"), "open.yaml": WORD % ("", "My::Word")}}


def everything(client: Client, name: str) -> Iterator[tuple[str, str]]:
    """(URL, answer) of all that can be read of a stack and those inside it."""
    def read(path: str) -> Any:
        answer = client("GET", path)
        assert answer.status == 200, (path, answer.text)
        found.append((path, answer.text))
        return answer.json

    found: list[tuple[str, str]] = []
    top = f"/stacks/{name}/{client('GET', f'/stacks?name={name}').json['stacks'][0]['id']}"
    read(top + "/resources?nested_depth=5&with_detail=true")
    read(top + "/events?nested_depth=5")
    for stack in read("/stacks?show_nested=true")["stacks"]:
        path = f"/stacks/{stack['stack_name']}/{stack['id']}"
        for part in ("", "/template", "/environment", "/files", "/outputs"):
            read(path + part)
        for resource in read(path + "/resources")["resources"]:
            read(f"{path}/resources/{resource['resource_name']}")
            for event in read(f"{path}/resources/{resource['resource_name']}/events")["events"]:
                read(f"{path}/resources/{resource['resource_name']}/events/{event['id']}")
    return iter(found)


def ended(client: Client, name: str) -> str:
    end = time.monotonic() + 60
    while True:
        state = client("GET", f"/stacks?name={name}").json["stacks"][0]["stack_status"]
        if not state.endswith("IN_PROGRESS"):
            return str(state)
        assert time.monotonic() < end, state


def test_no_answer_tells_a_secret_of_a_tree(running: Any) -> None:
    client = running.client(project="5ec4e7" * 5 + "ab")
    assert SECRET not in client("POST", "/stacks/preview", {"stack_name": "hiding", **REQUEST}).text
    assert client("POST", "/stacks", {"stack_name": "hiding", **REQUEST}).status == 201
    assert ended(client, "hiding") == "CREATE_COMPLETE"
    told = dict(everything(client, "hiding"))
    assert len(told) > 60
    assert [path for path, text in told.items() if SECRET in text] == []
    late = next(json.loads(text)["resource"]["attributes"]["value"] for path, text in told.items() if path.endswith("/resources/late"))
    assert [path for path, text in told.items() if late in text and "/late" not in path and "with_detail" not in path] == []
    assert sum("******" in text for text in told.values()) > 10
    top = next(path for path in told if path.endswith("/environment")).removesuffix("/environment")
    changed = client("PUT", top + "/preview?show_nested=true", {**REQUEST, "parameters": {"password": SECRET + "!"}})
    assert changed.status == 200 or "preview" in changed.text
    assert SECRET not in changed.text
    client("DELETE", top)
