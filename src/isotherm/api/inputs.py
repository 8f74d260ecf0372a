"""From the body of a request to what the engine is asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from isotherm.api.errors import BadRequest
from isotherm.api.query import Query
from isotherm.cloud.fetcher import Unfetched
from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem
from isotherm.model.request import CreateRequest, UpdateRequest, ValidateRequest

Body = Mapping[str, Any]
Fetch = Callable[[str], str]            # URL -> text; raises Unfetched

TAG_LIMIT = 80
UNSUPPORTED: Mapping[str, str] = {
    "files_container": "This service reads no files from object storage; send them under `files`.",
    "adopt_stack_data": "This service cannot adopt resources into a new stack.",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A template as sent. written: it is the user's own text, so that lines and columns mean something to the user."""

    text: str
    written: bool


@contextmanager
def places_of(source: Source | None) -> Iterator[None]:
    """Takes lines and columns out of an Invalid when the template came as an object, or is a stored one (None): the user does
    not have that text before them."""
    try:
        yield
    except Invalid as error:
        if source is not None and source.written:
            raise
        raise Invalid([without_line(problem) for problem in error.problems], wire=error.wire) from None


def without_line(problem: Problem) -> Problem:
    place = problem.place
    return replace(problem, place=Place(path=place.path)) if place.file in ("", "template") else problem


def create_request(body: Body | None, fetch: Fetch) -> tuple[CreateRequest, Source]:
    """What `POST stacks` asks for. Raises BadRequest."""
    given = required(body, "stack_name and template")
    if "converge" in given:
        raise BadRequest("converge is for updates: a new stack has no live state to compare with.")
    name = text(given, "stack_name")
    if not name:
        raise BadRequest("The body must name the new stack: stack_name is missing.")
    source = required_template(given, fetch)
    return CreateRequest(
        name=name, template=source.text, files=files(given), environment=environment(given) or {},
        environment_files=names(given, "environment_files"), parameters=mapping(given, "parameters"), tags=tags(given) or (),
        timeout_mins=timeout(given), disable_rollback=flag(given, "disable_rollback") is not False,
    ), source


def update_request(body: Body | None, patch: bool, fetch: Fetch) -> tuple[UpdateRequest, Source | None]:
    """What PUT (patch False: the request replaces what was given before) or PATCH asks for. Raises BadRequest."""
    given = body or {} if patch else required(body, "template")
    source = template(given, fetch) if patch else required_template(given, fetch)
    sent = tags(given)
    return UpdateRequest(
        template=source.text if source else None, files=files(given), environment=environment(given) or (None if patch else {}),
        environment_files=names(given, "environment_files"), parameters=mapping(given, "parameters"),
        tags=sent if patch else sent or (), timeout_mins=timeout(given), disable_rollback=flag(given, "disable_rollback"),
        patch=patch, clear_parameters=names(given, "clear_parameters"), converge=bool(flag(given, "converge")),
    ), source


def validate_request(body: Body | None, query: Query, fetch: Fetch) -> tuple[ValidateRequest, Source]:
    """What `POST validate` asks for. Raises BadRequest."""
    given = required(body, "template")
    source = required_template(given, fetch)
    return ValidateRequest(
        template=source.text, files=files(given), environment=environment(given) or {},
        environment_files=names(given, "environment_files"), parameters=mapping(given, "parameters"),
        ignore_errors=frozenset(query.words("ignore_errors")), show_nested=query.flag("show_nested"),
        schema_only=query.flag("schema_only"),
    ), source


CHANGES = ("template", "template_url", "parameters", "environment", "files", "environment_files", "timeout_mins", "disable_rollback", "tags",
           "clear_parameters", "converge")


def changes_nothing(body: Body | None) -> bool:
    """Whether a PATCH brings nothing: a different policy rule applies."""
    return not any((body or {}).get(key) not in (None, {}, [], "") for key in CHANGES)


def required(body: Body | None, what: str) -> Body:
    if body is None:
        raise BadRequest(f"The request needs a JSON object as its body, with {what}; the body is empty or not declared as JSON.")
    return body


def required_template(body: Body, fetch: Fetch) -> Source:
    source = template(body, fetch)
    if source is None:
        raise BadRequest("The body has no template.")
    return source


def template(body: Body, fetch: Fetch) -> Source | None:
    """The template: text as it is, an object as JSON text; when there is none, what template_url leads to."""
    for key, message in UNSUPPORTED.items():
        if body.get(key):
            raise BadRequest(message)
    given = body.get("template")
    if given is None or given == "":
        url = text(body, "template_url")
        return fetched(url, fetch) if url else None
    if isinstance(given, str):
        return Source(given, written=True)
    if isinstance(given, Mapping):
        return Source(json.dumps(given, ensure_ascii=False), written=False)
    raise wrong("template", given, "text or an object")


def fetched(url: str, fetch: Fetch) -> Source:
    try:
        return Source(fetch(url), written=True)
    except Unfetched as error:
        raise BadRequest(f"template_url: {error}.") from None


def environment(body: Body) -> str | Mapping[str, Any] | None:
    given = body.get("environment")
    if given is None or isinstance(given, str | Mapping):
        return given
    raise wrong("environment", given, "text or an object")


def files(body: Body) -> dict[str, str]:
    """name -> text; content that came as an object or list is written as JSON."""
    return {name: content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            for name, content in mapping(body, "files").items()}


def mapping(body: Body, key: str) -> Mapping[str, Any]:
    given = body.get(key)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise wrong(key, given, "an object")
    return given


def text(body: Body, key: str) -> str:
    given = body.get(key)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise wrong(key, given, "a string")
    return given


def names(body: Body, key: str) -> tuple[str, ...]:
    given = body.get(key)
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise wrong(key, given, "a list of strings")
    return tuple(given)


def tags(body: Body) -> tuple[str, ...] | None:
    """None when not given; a list, or text with commas between."""
    given = body.get("tags")
    if given is None:
        return None
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise wrong("tags", given, "a list of strings, or text with commas between them")
    for word in words:
        if len(word) > TAG_LIMIT or "," in word:
            raise BadRequest(f'The tag "{word[:TAG_LIMIT]}" is too long or has a comma; a tag may have {TAG_LIMIT} characters.')
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def timeout(body: Body) -> int | None:
    """timeout_mins: a whole number of minutes, 0 or more."""
    given = body.get("timeout_mins")
    if given is None:
        return None
    if isinstance(given, str) and given.isascii() and given.isdigit():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**31:
        raise wrong("timeout_mins", given, "a whole number of minutes from 0 on")
    return given


def flag(body: Body, key: str) -> bool | None:
    given = body.get(key)
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in ("true", "false"):
        return given.lower() == "true"
    raise wrong(key, given, "true or false")


def wrong(key: str, given: Any, allowed: str) -> BadRequest:
    return BadRequest(f"{key} is {json.dumps(given, ensure_ascii=False)[:80]}; it must be {allowed}.")
