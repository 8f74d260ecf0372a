"""What a handler is given and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.api.query import Query
from isotherm.model.request import Caller


@dataclass(frozen=True, slots=True)
class Request:
    """One authenticated and authorized request.

    path: the named parts of the URL. base: where the API begins, e.g. "https://host/v1"; links start there.
    body: the JSON object sent, None when there was none. catalogue: the caller's service catalogue as JSON text, if it is known.
    """

    caller: Caller
    method: str = "GET"
    path: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=Query)
    query_string: str = ""
    body: Mapping[str, Any] | None = None
    base: str = ""
    catalogue: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """body: a JSON value; with `text` set that is sent instead, as plain text or what the headers say; EMPTY sends nothing."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


EMPTY = ""
"""The `text` of an answer without a body."""
