"""Reading a request's body: bounded, and JSON or a sentence that says where it is not."""

import json
from typing import Any, Protocol

from isotherm.api.errors import BadRequest, TooLarge

JSON_TYPES = ("", "application/json", "json")
DRAIN = 16 << 20
CHUNK = 64 << 10


class Readable(Protocol):
    """What a body is read from."""

    def read(self, size: int, /) -> bytes: ...


def read(stream: Readable, length: int | None, limit: int) -> bytes:
    """The whole body. Raises TooLarge beyond `limit` bytes.

    What is too large is read and dropped, up to a bound: a client that is still sending would otherwise see a broken
    connection in place of the answer.
    """
    if length is not None and length <= limit:
        return stream.read(length) if length else b""
    text = stream.read(limit + 1)
    if len(text) <= limit:
        return text
    left = DRAIN
    while left > 0 and (chunk := stream.read(min(CHUNK, left))):
        left -= len(chunk)
    size = f"of {length} bytes " if length else ""
    raise TooLarge(f"The request body {size}is larger than this service takes ({limit} bytes).")


def parse(text: bytes, content_type: str | None) -> dict[str, Any] | None:
    """The JSON object in a body; None for an empty one or one of another kind. Raises BadRequest with line and column."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if not text.strip() or not (kind in JSON_TYPES or kind.startswith("text/plain")):
        return None
    try:
        value = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as exc:
        raise BadRequest(f"The body is not JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}.") from None
    except UnicodeDecodeError as exc:
        raise BadRequest(f"The body is not UTF-8 text: byte {exc.start} cannot be read.") from None
    except ValueError:
        raise BadRequest("The body holds a whole number of more digits than are read.") from None
    except RecursionError:
        raise BadRequest("The body nests its lists and objects too deeply.") from None
    if not isinstance(value, dict):
        raise BadRequest(f"The body must be a JSON object, not {KINDS.get(type(value), 'a number')}.")
    check_storable(text, value)
    return value


KINDS = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}


def refuse(name: str) -> None:
    """JSON has no NaN and no infinity, though Python's reader takes them."""
    raise BadRequest(f"The body is not JSON: {name} is no JSON value.")


def check_storable(text: bytes, value: Any) -> None:
    """Raises BadRequest for what JSON can escape but no database keeps: NUL and half characters."""
    if b"\\u0000" in text and "\0" in json.dumps(value, ensure_ascii=False).replace("\\u0000", "\0"):
        raise BadRequest("The body holds a NUL character (\\u0000), which cannot be stored.")
    if b"\\ud" in text.lower():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise BadRequest("The body holds half of a character (an unpaired \\ud800 to \\udfff).") from None
