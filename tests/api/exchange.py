"""Requests and expected answers, written as YAML. One file is one story: its steps run in order, in a project of its own.

    - do: POST /stacks                     method and path below the project's URL
      as: reader                           roles; member,reader if not given
      body: {stack_name: s1, ...}          JSON; or `raw: text` sent as it is; headers: {...}
      status: 201
      save: {id: stack.id}                 from now on $id stands for this in paths, bodies and expectations
      has: {stack.links.0.rel: self}       values at dotted paths; {match: regex} instead of a value
      keys: {stack: [id, links]}           exactly these keys ("." is the whole answer)
      lacks: [stack.outputs]               paths that must not be there
      header: {Location: {match: /stacks/}}
      until: {stack.stack_status: CREATE_COMPLETE}     repeat until it is so
"""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

import yaml
from api_client import Answer, Client

PATIENCE = 20.0
ABSENT = object()


def play(path: Path, client: Client) -> None:
    """Run one file's steps; raises AssertionError that names the step."""
    known: dict[str, str] = {"project": uuid.uuid4().hex, "url": client.url}
    for step in yaml.safe_load(path.read_text()):
        user = replace(client, project=known["project"], roles=step.get("as", "member,reader"))
        try:
            answer = perform(user, filled(step, known))
        except AssertionError as error:
            raise AssertionError(f"{path.name}: {step['do']} ({step.get('why', '')}): {error}") from None
        for name, where in step.get("save", {}).items():
            known[name] = str(at(answer.json, where))


def perform(user: Client, step: Mapping[str, Any]) -> Answer:
    """One request, repeated when the step waits for something."""
    method, _, path = step["do"].partition(" ")
    body = step["raw"].encode() if "raw" in step else step.get("body")
    ends = time.monotonic() + PATIENCE
    while True:
        answer = user(method, path, body, step.get("headers"))
        late = time.monotonic() > ends
        if late or all(at(answer.json, where) == value for where, value in step.get("until", {}).items()):
            check(answer, step)
            return answer
        time.sleep(0.02)


def check(answer: Answer, step: Mapping[str, Any]) -> None:
    """Raises AssertionError unless the answer is as the step says."""
    assert answer.status == step["status"], f"status {answer.status}: {answer.text[:600]}"
    for where, wanted in {**step.get("has", {}), **step.get("until", {})}.items():
        found = at(answer.json, where)
        assert fits(found, wanted), f"{where} is {found!r}, not {wanted!r}"
    for where, keys in step.get("keys", {}).items():
        found = at(answer.json, where)
        assert sorted(found) == sorted(keys), f"{where} has {sorted(found)}"
    for where in step.get("lacks", ()):
        assert at(answer.json, where) is ABSENT, f"{where} is there"
    for name, wanted in step.get("header", {}).items():
        assert fits(answer.headers.get(name), wanted), f"{name} is {answer.headers.get(name)!r}"


def fits(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and set(wanted) == {"match"}:
        return isinstance(found, str) and re.search(wanted["match"], found) is not None
    return bool(found == wanted)


def at(body: Any, where: str) -> Any:
    """The value at a dotted path, ABSENT if there is none. `#` at the end counts."""
    for key in where.split(".") if where != "." else ():
        if key == "#":
            body = len(body)
        elif isinstance(body, list) and key.lstrip("-").isdigit() and -len(body) <= int(key) < len(body):
            body = body[int(key)]
        elif isinstance(body, Mapping) and key in body:
            body = body[key]
        else:
            return ABSENT
    return body


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """The step with $names replaced."""
    if isinstance(value, str):
        return Template(value).safe_substitute(known)
    if isinstance(value, Mapping):
        return {filled(key, known): filled(element, known) for key, element in value.items()}
    return [filled(element, known) for element in value] if isinstance(value, list) else value
