"""A service that was started without the key that a stack was encrypted with: it answers, and says what it cannot read."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic

import pytest
from api_client import Client, Running

from isotherm.store.vault import Vault

WHY = "cannot be decrypted: no key in [secrets] keys fits"
TEMPLATE = """
heat_template_version: 2021-04-16
parameters:
  plain: {type: string, default: shown}
  secret: {type: string, hidden: true, default: veiled}
resources:
  value:
    type: OS::Heat::TestResource
    properties: {value: {get_param: secret}}
  random:
    type: OS::Heat::RandomString
outputs:
  random: {value: {get_attr: [random, value]}}
"""


@pytest.fixture(scope="module")
def keyless(a_service: Callable[..., AbstractContextManager[Running]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a service whose key does not fit the stack `old`, but the stack `new`."""
    place: Path = tmp_path_factory.mktemp("keyless") / "isotherm.db"
    for name, key in (("old", Vault.new_key()), ("new", Vault.new_key())):
        with a_service(f"sqlite:///{place}", auth=False, secrets={"keys": (key,)}) as running:
            client = running.client()
            assert client("POST", "/stacks", {"stack_name": name, "template": TEMPLATE}).status == 201
            deadline = monotonic() + 60
            while status(client, name) != "CREATE_COMPLETE":
                assert monotonic() < deadline, status(client, name)
            if name == "new":
                yield client


def status(client: Client, name: str) -> str:
    found = client("GET", "/stacks").json["stacks"]
    return next(one["stack_status"] for one in found if one["stack_name"] == name)


def at(client: Client, name: str) -> str:
    """The stack's path below the project's URL."""
    return f"/stacks/{name}/" + next(one["id"] for one in client("GET", "/stacks").json["stacks"] if one["stack_name"] == name)


def test_both_stacks_are_listed(keyless: Client) -> None:
    answer = keyless("GET", "/stacks")
    assert answer.status == 200
    assert {one["stack_name"] for one in answer.json["stacks"]} == {"old", "new"}


def test_the_stack_is_shown_with_what_can_be_read_and_why_the_rest_is_missing(keyless: Client) -> None:
    answer = keyless("GET", at(keyless, "old"))
    assert answer.status == 200, answer.text
    shown = answer.json["stack"]
    assert shown["stack_status"] == "CREATE_COMPLETE"
    assert f"The stack's definition {WHY}" in shown["stack_status_reason"]
    assert shown["parameters"] == {}
    [output] = shown["outputs"]
    assert output["output_value"] is None
    assert WHY in output["output_error"]


def test_the_other_stack_is_shown_as_ever(keyless: Client) -> None:
    shown = keyless("GET", at(keyless, "new")).json["stack"]
    assert shown["stack_status_reason"] == "Stack CREATE completed successfully"
    assert shown["parameters"]["plain"] == "shown"
    assert len(shown["outputs"][0]["output_value"]) == 32


@pytest.mark.parametrize("query", ["", "?with_detail=true", "?nested_depth=2"])
def test_the_resources_are_listed(keyless: Client, query: str) -> None:
    answer = keyless("GET", at(keyless, "old") + "/resources" + query)
    assert answer.status == 200, answer.text
    assert {one["resource_name"]: one["resource_status"] for one in answer.json["resources"]} == {
        "value": "CREATE_COMPLETE", "random": "CREATE_COMPLETE"}


def test_a_resource_is_shown_without_what_cannot_be_read(keyless: Client) -> None:
    answer = keyless("GET", at(keyless, "old") + "/resources/value")
    assert answer.status == 200, answer.text
    assert answer.json["resource"]["attributes"] == {}
    assert f"What is stored of the resource value {WHY}" in answer.json["resource"]["resource_status_reason"]


def test_events_and_each_of_them_are_shown(keyless: Client) -> None:
    events = keyless("GET", at(keyless, "old") + "/events").json["events"]
    one = next(event for event in events if event["resource_name"] == "value")
    answer = keyless("GET", at(keyless, "old") + f"/resources/value/events/{one['id']}")
    assert answer.status == 200, answer.text
    assert answer.json["event"]["resource_properties"] == {}


@pytest.mark.parametrize("path", ["/resources/value/metadata", "/environment", "/template", "/files"])
def test_where_nothing_could_be_answered_the_error_names_the_cause(keyless: Client, path: str) -> None:
    answer = keyless("GET", at(keyless, "old") + path)
    assert answer.status == 500
    assert WHY in answer.json["error"]["message"]


def test_it_can_be_deleted_as_far_as_it_is_known_and_says_why_not(keyless: Client) -> None:
    assert keyless("DELETE", at(keyless, "old")).status == 204
    deadline = monotonic() + 60
    while status(keyless, "old") == "DELETE_IN_PROGRESS":
        assert monotonic() < deadline
    shown = keyless("GET", at(keyless, "old")).json["stack"]
    assert shown["stack_status"] == "DELETE_FAILED"
    assert WHY in shown["stack_status_reason"]
