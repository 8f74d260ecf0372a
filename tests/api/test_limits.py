"""Bodies and templates that are too much: each is a 4xx that says why, and leaves nothing behind."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from api_client import Client, Running

BOMB = "heat_template_version: 2021-04-16\nx: &a0 [1, 1]\n" + "".join(
    f"y{i}: &a{i + 1} [*a{i}, *a{i}, *a{i}, *a{i}, *a{i}, *a{i}, *a{i}, *a{i}]\n" for i in range(12))
DEEP = '{"stack_name": "s", "template": ' + "[" * 100_000 + "]" * 100_000 + "}"


@pytest.fixture
def stranger(running: Running) -> Client:
    """A member of a project of its own."""
    return running.client(project=uuid.uuid4().hex)


def nothing_made(client: Client) -> bool:
    return client("GET", "/stacks?show_deleted=true").json == {"stacks": []}


@pytest.mark.parametrize("megabytes", [2, 10])
def test_a_body_that_is_too_large(stranger: Client, megabytes: int) -> None:
    text = "# " + "x" * (megabytes << 20)
    answer = stranger("POST", "/stacks", {"stack_name": "s1", "template": "heat_template_version: 2021-04-16\n" + text})
    assert answer.status == 400
    assert answer.json["error"]["type"] == "RequestLimitExceeded"
    assert "1048576" in answer.json["error"]["message"]
    assert nothing_made(stranger)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "1" * 100_000])
def test_a_number_of_too_many_digits(stranger: Client, number: str) -> None:
    answer = stranger("POST", "/stacks", b'{"stack_name": "s1", "template": {}, "parameters": {"n": ' + number.encode() + b"}}")
    assert answer.status == 400
    assert "more digits" in answer.json["error"]["message"]
    assert nothing_made(stranger)


def test_a_template_that_is_too_large(stranger: Client) -> None:
    answer = stranger("POST", "/stacks", {"stack_name": "s1", "template": "heat_template_version: 2021-04-16\n# " + "x" * 600_000})
    assert answer.status == 400
    assert "524288" in answer.json["error"]["message"]
    assert nothing_made(stranger)


def test_an_alias_bomb(stranger: Client) -> None:
    answer = stranger("POST", "/stacks", {"stack_name": "s1", "template": BOMB})
    assert answer.status == 400
    assert answer.json["problems"][0]["line"] > 0
    assert nothing_made(stranger)


def test_nesting_without_end(stranger: Client) -> None:
    answer = stranger("POST", "/stacks", DEEP.encode())
    assert answer.status == 400
    assert "deep" in answer.json["error"]["message"]
    assert nothing_made(stranger)


def test_another_content_type_is_no_body(stranger: Client) -> None:
    answer = stranger("POST", "/stacks", b'{"stack_name": "s1"}', {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 400
    assert "JSON" in answer.json["error"]["message"]


def test_text_that_is_not_utf8(stranger: Client) -> None:
    answer = stranger("POST", "/stacks", b'{"stack_name": "\xff"}')
    assert answer.status == 400
    assert "UTF-8" in answer.json["error"]["message"]


@pytest.mark.parametrize(("pattern", "code"), [("(a|aa)+$", "slow-pattern"), ("(((a{1000}){1000}){1000})", "pattern-too-large")])
def test_a_pattern_that_would_not_end(stranger: Client, pattern: str, code: str) -> None:
    template = ("heat_template_version: 2021-04-16\nparameters:\n  p:\n    type: string\n    constraints:\n"
                f"    - allowed_pattern: '{pattern}'\nresources: {{r: {{type: OS::Heat::None}}}}\n")
    answer = stranger("POST", "/stacks", {"stack_name": "s1", "template": template, "parameters": {"p": "a" * 60 + "b"}})
    assert answer.status == 400
    assert answer.json["error"]["type"] == "RequestLimitExceeded"
    problem = answer.json["problems"][0]
    assert (problem["code"], problem["line"], problem["column"]) == (code, 6, 24)
    assert pattern in problem["message"]
    assert nothing_made(stranger)


def test_a_filter_of_names_that_would_not_end(stranger: Client) -> None:
    answer = stranger("GET", "/resource_types?name=" + quote("(?:.|..|...)*(?!.)(?<=[0-9])"))
    assert answer.status == 400
    assert "seconds to match" in answer.json["error"]["message"]
    assert stranger("GET", "/resource_types?name=" + quote("(OS::Heat::Value|nothing)$")).json == {"resource_types": ["OS::Heat::Value"]}


@pytest.mark.parametrize("path", ["/stacks/%00", "/stacks/a%00b/c", "/stacks?name=%00", "/stacks/x/y/resources/%00", "/stacks?marker=%00"])
def test_no_name_holds_a_nul(stranger: Client, path: str) -> None:
    answer = stranger("GET", path)
    assert answer.status == 400
    assert "NUL" in answer.json["error"]["message"]


@pytest.mark.parametrize("path", ["/stacks/%FF", "/stacks/" + "x" * 5000, "/stacks/%F0%9F%98%80", "/stacks/..%2F..%2Fetc"])
def test_names_that_no_stack_has(stranger: Client, path: str) -> None:
    answer = stranger("GET", path)
    assert answer.status == 404
    assert answer.json["error"]["type"] == "EntityNotFound"


def test_a_name_is_given_once_however_many_ask_at_the_same_time(stranger: Client) -> None:
    template = {"heat_template_version": "2021-04-16", "resources": {"a": {"type": "OS::Heat::None"}}}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: stranger("POST", "/stacks", {"stack_name": "one", "template": template}), range(8)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert len(stranger("GET", "/stacks").json["stacks"]) == 1
