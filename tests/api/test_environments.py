"""The operator's environment, files by URL, and environment files, through the API and the real command line."""

import functools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from api_client import Client, Cloud, Running
from heatclient.client import Client as heat_client

from isotherm.configfile import ConfigError, load
from isotherm.wire import make_site

HOT = "heat_template_version: 2021-04-16\n"
WORD = HOT + """
description: A word of the house
parameters: {length: {type: number, default: 5}, salt: {type: string}}
resources:
  word: {type: "OS::Heat::RandomString", properties: {length: {get_param: length}}}
  note: {type: "OS::Heat::Value", properties: {value: {get_file: "file://%s/note.txt"}}}
outputs: {text: {value: {get_attr: [word, value]}}, note: {value: {get_attr: [note, value]}}}
"""
USES = HOT + """
resources: {one: {type: "House::Word"}}
outputs: {text: {value: {get_attr: [one, text]}}, note: {value: {get_attr: [one, note]}}}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A web server, and the directory it serves."""
    root = tmp_path_factory.mktemp("web")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", root
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, web: tuple[str, Path], a_service: Callable[..., Any]) -> Iterator[Running]:
    """A service whose operator has an environment, and lets files be fetched from one place."""
    root = tmp_path_factory.mktemp("house")
    templates, environments = root / "templates", root / "environment.d"
    templates.mkdir()
    environments.mkdir()
    (templates / "word.yaml").write_text(WORD % templates)
    (templates / "note.txt").write_text("of the house")
    (environments / "10-types.yaml").write_text(json.dumps({
        "resource_registry": {"House::Word": f"file://{templates}/word.yaml", "House::Gone": f"{web[0]}/gone.yaml", "House::Value": "OS::Heat::Value"},
        "parameters": {"salt": "sea", "unknown": 1}}))
    (environments / "20-more.env").write_text("parameter_defaults: {length: 7}\n")
    (environments / "readme.txt").write_text("not: [an environment")
    with a_service(f"sqlite:///{root / 'isotherm.db'}", auth=False, fetch={"allowed_urls": (f"{web[0]}/shared/",)},
                 environment={"directory": str(environments), "template_directory": str(templates)}) as made:
        yield made


@pytest.fixture
def client(house: Running) -> Client:
    return house.client()


def created(client: Client, name: str, **body: Any) -> dict[str, Any]:
    """A stack that was made, in full."""
    made = client("POST", "/stacks", {"stack_name": name, **body})
    assert made.status == 201, made.text
    return ended(client, f"/stacks/{name}/{made.json['stack']['id']}", "CREATE_COMPLETE")


def ended(client: Client, path: str, state: str) -> dict[str, Any]:
    """The stack once it is in this state."""
    deadline = time.monotonic() + 30
    while True:
        stack: dict[str, Any] = client("GET", path).json["stack"]
        if stack["stack_status"] == state:
            return stack | {"path": path, "given": {one["output_key"]: one["output_value"] for one in stack["outputs"]}}
        assert "FAILED" not in stack["stack_status"], stack
        assert time.monotonic() < deadline, stack


def test_types_of_the_operator_are_used_and_not_shown_as_the_users(client: Client) -> None:
    stack = created(client, "w1", template=USES)
    assert (len(stack["given"]["text"]), stack["given"]["note"]) == (7, "of the house")
    environment = client("GET", f"{stack['path']}/environment").json
    assert environment["resource_registry"] == {"resources": {}}
    assert environment["parameter_defaults"] == {}
    assert "site" not in environment
    answer = client("POST", "/validate", {"template": USES}).json["Environment"]
    assert set(answer) == {"parameters", "parameter_defaults", "resource_registry", "event_sinks"}
    assert answer["parameter_defaults"] == {}


def test_what_the_user_says_is_stronger(client: Client) -> None:
    mine = HOT + "outputs: {text: {value: mine}, note: {value: mine}}"
    stack = created(client, "w2", template=USES, files={"mine.yaml": mine},
                    environment={"resource_registry": {"House::Word": "mine.yaml"}})
    assert stack["given"] == {"text": "mine", "note": "mine"}
    stack = created(client, "w3", template=USES, environment={"parameter_defaults": {"length": 3}})
    assert len(stack["given"]["text"]) == 3


def test_an_update_keeps_what_the_stack_was_made_with(client: Client) -> None:
    stack = created(client, "w4", template=USES)
    assert client("PATCH", stack["path"], {"environment": {"parameter_defaults": {"length": 9}}}).status == 202
    given = ended(client, stack["path"], "UPDATE_COMPLETE")["given"]
    assert (len(given["text"]), given["note"]) == (9, "of the house")


def test_the_list_of_types_has_the_operators_and_no_other_names(client: Client) -> None:
    names = client("GET", "/resource_types").json["resource_types"]
    assert {"House::Word", "House::Gone", "OS::Heat::Value"} <= set(names)
    assert names == sorted(names)
    assert not {"House::Value", "OS::Quantum*"} & set(names)
    told = client("GET", "/resource_types?with_description=true")
    assert told.status == 200
    assert {"resource_type": "House::Word", "description": "A word of the house"} in told.json["resource_types"]
    shown = client("GET", "/resource_types/House::Word").json
    assert set(shown["properties"]) == {"length", "salt"}
    assert {"text", "note"} <= set(shown["attributes"])
    assert client("GET", "/resource_types/House::Value").json["resource_type"] == "OS::Heat::Value"
    assert client("GET", "/resource_types/OS::Quantum::Net").json["resource_type"] == "OS::Neutron::Net"
    gone = client("GET", "/resource_types/House::Gone")
    assert (gone.status, gone.json["error"]["type"]) == (400, "ResourceTypeUnavailable")
    assert "404" in gone.json["error"]["message"]


def test_a_template_that_cannot_be_had_stops_only_stacks_that_use_it(client: Client) -> None:
    answer = client("POST", "/stacks", {"stack_name": "g", "template": HOT + "resources: {a: {type: 'House::Gone'}}"})
    assert answer.status == 400
    problem, = answer.json["problems"]
    assert (problem["code"], problem["path"]) == ("missing-file", "resources.a.type")
    assert "answers 404" in answer.json["error"]["message"]


def test_files_are_fetched_from_where_it_is_allowed_once_for_the_life_of_the_stack(client: Client, web: tuple[str, Path]) -> None:
    url, root = web
    (root / "shared").mkdir(exist_ok=True)
    (root / "shared" / "inner.yaml").write_text(HOT + f"outputs: {{text: {{value: {{get_file: '{url}/shared/a.txt'}}}}}}")
    (root / "shared" / "a.txt").write_text("fetched")
    (root / "shared" / "outer.yaml").write_text(HOT + f"""
resources: {{a: {{type: "{url}/shared/inner.yaml"}}, b: {{type: "My::Type"}}}}
outputs: {{a: {{value: {{get_attr: [a, text]}}}}, b: {{value: {{get_attr: [b, text]}}}}}}
""")
    environment = {"resource_registry": {"My::Type": f"{url}/shared/inner.yaml"}}
    assert client("POST", "/validate", {"template_url": f"{url}/shared/outer.yaml", "environment": environment}).status == 200
    stack = created(client, "f1", template_url=f"{url}/shared/outer.yaml", environment=environment)
    assert stack["given"] == {"a": "fetched", "b": "fetched"}
    assert set(client("GET", f"{stack['path']}/files").json) == {f"{url}/shared/inner.yaml", f"{url}/shared/a.txt"}
    for name in ("inner.yaml", "a.txt"):
        (root / "shared" / name).unlink()
    assert client("PATCH", stack["path"], {"tags": "t"}).status == 202


@pytest.mark.parametrize(("body", "words"), [
    ({"template": HOT + "resources: {a: {type: '%s/secret/x.yaml'}}"}, "does not fetch"),
    ({"template": HOT + "resources: {a: {type: 'A::B'}}", "environment": "resource_registry: {'A::B': '%s/secret/x.yaml'}"}, "does not fetch"),
    ({"template": HOT + "resources: {a: {type: 'OS::Heat::Value', properties: {value: {get_file: '%s/secret/x'}}}}"}, "does not fetch"),
    ({"template": HOT + "resources: {a: {type: 'file:///etc/x.yaml'}}"}, "no files of its own host"),
    ({"template": HOT + "resources: {a: {type: 'OS::Heat::Value', properties: {value: {get_file: 'file:///etc/passwd'}}}}"}, "no files of its own host"),
    ({"template_url": "%s/secret/x"}, "does not fetch"),
    ({"template_url": "file:///etc/passwd"}, "no http:// or https:// URL"),
])
def test_what_is_not_allowed_is_refused_with_a_reason(client: Client, web: tuple[str, Path], body: dict[str, str], words: str) -> None:
    answer = client("POST", "/stacks", {"stack_name": "n", **{key: text.replace("%s", web[0]) for key, text in body.items()}})
    assert answer.status == 400, answer.text
    assert words in answer.json["error"]["message"]


def test_a_file_that_the_client_sent_is_not_fetched(client: Client, web: tuple[str, Path]) -> None:
    name = f"{web[0]}/secret/x.yaml"
    stack = created(client, "s1", template=HOT + f"resources: {{a: {{type: '{name}'}}}}\noutputs: {{t: {{value: {{get_attr: [a, t]}}}}}}",
                    files={name: HOT + "outputs: {t: {value: sent}}"})
    assert stack["given"] == {"t": "sent"}


@pytest.mark.parametrize(("text", "words"), [
    ("resource_registry: {'A::B': 'file:///etc/passwd'}", "not below"), ("resource_registry: {'A::B': x.yaml}", "must be a URL"),
    ("resource_registry: [1]", "bad.yaml is no environment"), ("event_sinks: [{type: zaqar-queue, target: q}]", "users' environments"),
    ("resource_registry: {'A::B': 'file://%s/none.yaml'}", "cannot be read"), ("resource_registry: {'A::B': 'file://%s/../bad.yaml'}", "not below"),
])
def test_an_environment_that_cannot_be_used_is_named_when_a_process_starts(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "bad.yaml").write_text(text.replace("%s", str(tmp_path / "templates")))
    settings = load([], {"environment": {"directory": str(tmp_path), "template_directory": str(tmp_path / "templates")}}, environment={})
    with pytest.raises(ConfigError, match=words):
        make_site(settings)


def test_the_command_line_merges_environments_in_order(cloud: Cloud, tmp_path: Path) -> None:
    """Strategies are sent, and obeyed by the service: the client only names the files."""
    (tmp_path / "t.yaml").write_text(HOT + """
parameters: {words: {type: comma_delimited_list}, table: {type: json}, plain: {type: string}}
outputs: {words: {value: {get_param: words}}, table: {value: {get_param: table}}, plain: {value: {get_param: plain}}}
""")
    (tmp_path / "a.yaml").write_text("parameters: {words: [a], table: {x: {y: 1}}, plain: a}\nencrypted_param_names: [plain]\n"
                                     "parameter_merge_strategies: {words: merge, table: deep_merge}\n")
    (tmp_path / "b.yaml").write_text("parameters: {words: [b], table: {x: {z: 2}}, plain: b}\nevent_sinks: [{type: zaqar-queue, target: q}]\n"
                                     "parameter_merge_strategies: {words: merge, table: deep_merge}\n")
    env = {"OS_AUTH_URL": cloud.auth_url, "OS_USERNAME": "demo", "OS_PASSWORD": "secret", "OS_PROJECT_NAME": "demo", "OS_USER_DOMAIN_NAME": "Default",
           "OS_PROJECT_DOMAIN_NAME": "Default", "OS_IDENTITY_API_VERSION": "3", "PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    def openstack(*words: str) -> Any:
        done = subprocess.run([Path(sys.executable).parent / "openstack", "stack", *words], env=env, cwd=tmp_path, capture_output=True,
                              text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "json" in words else None

    openstack("create", "merged", "-t", "t.yaml", "-e", "a.yaml", "-e", "b.yaml", "--wait", "--poll", "1")
    given = {one["output_key"]: one["output_value"] for one in openstack("show", "merged", "-f", "json")["outputs"]}
    assert given == {"words": ["a", "b"], "table": {"x": {"y": 1, "z": 2}}, "plain": "b"}
    shown = heat_client("1", session=cloud.session()).stacks.environment("merged")
    assert (shown["encrypted_param_names"], shown["event_sinks"]) == (["plain"], [{"type": "zaqar-queue", "target": "q"}])
