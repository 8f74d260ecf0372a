"""Functions that make or take apart strings."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from isotherm.template.expression import BadArgument
from isotherm.template.functions.registry import function
from isotherm.template.report import shown


def as_text(value: Any, structures: bool) -> str:
    """A value inside a text: null is empty, and maps and lists become JSON where the version allows them."""
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    if structures and isinstance(value, Mapping | list | tuple):
        return json.dumps(value, default=str, sort_keys=True)
    raise BadArgument(f"{shown(value)} cannot be put into a text in this version of the language.")


def replace_all(template: str, params: Mapping[Any, Any], text_of: Callable[[Any], str], *, strict: bool = False,
                filled: bool = False) -> str:
    """Replace keys by values in one pass: longest key first, then by name; what was put in is not searched again.

    strict: every key must occur. filled: no value may be empty.
    """
    texts: dict[str, str] = {}
    for key, value in params.items():
        if not isinstance(key, str | int | float):
            raise BadArgument(f"a placeholder is a string, not {shown(key)}.")
        texts[str(key)] = text_of(value)
        if filled and not texts[str(key)]:
            raise BadArgument(f"the value of {key!r} is empty.")
    keys = sorted((key for key in texts if key), key=lambda key: (-len(key), key))
    used: set[str] = set()
    made = _replaced(template, texts, keys, used) if keys else template
    missing = sorted(set(keys) - used)
    if strict and missing:
        raise BadArgument(f"the template does not hold {', '.join(map(repr, missing))}.")
    return made


def _replaced(template: str, texts: Mapping[str, str], keys: list[str], used: set[str]) -> str:
    # A longer key is looked for in all of the text before a shorter one, so one alternation
    # of all keys would not do the same.
    pieces: list[tuple[bool, str]] = [(False, template)]
    for key in keys:
        split: list[tuple[bool, str]] = []
        for done, piece in pieces:
            if done or key not in piece:
                split.append((done, piece))
                continue
            used.add(key)
            parts = piece.split(key)
            for index, part in enumerate(parts):
                if index:
                    split.append((True, texts[key]))
                if part:
                    split.append((False, part))
        pieces = split
    return "".join(piece for _, piece in pieces)


@function("str_replace", until="2015-10-15", result=str)
def str_replace_plain(*, template: str, params: dict) -> str:
    """A text with its placeholders replaced by strings and numbers."""
    return replace_all(template, params, lambda value: as_text(value, structures=False))


@function("str_replace", since="2015-10-15", result=str)
def str_replace(*, template: str, params: dict) -> str:
    """A text with its placeholders replaced; maps and lists become JSON."""
    return replace_all(template, params, lambda value: as_text(value, structures=True))


@function("str_replace_strict", since="2017-02-24", result=str)
def str_replace_strict(*, template: str, params: dict) -> str:
    """As str_replace; a placeholder that does not occur is an error."""
    return replace_all(template, params, lambda value: as_text(value, structures=True), strict=True)


@function("str_replace_vstrict", since="2017-09-01", result=str)
def str_replace_vstrict(*, template: str, params: dict) -> str:
    """As str_replace_strict; an empty value is an error too."""
    return replace_all(template, params, lambda value: as_text(value, structures=True), strict=True, filled=True)


@function("Fn::Replace", until="2014-10-16", families=("hot", "aws", "heat"), result=str)
def fn_replace(params: dict, template: str) -> str:
    """A text with its placeholders replaced by strings and numbers."""
    return replace_all(template, params, lambda value: as_text(value, structures=False))


def joined(delimiter: str, items: list[Any], structures: bool) -> str:
    return delimiter.join(_item(item, structures) for item in items)


def _item(item: Any, structures: bool) -> str:
    if item is None or isinstance(item, str):
        return item or ""
    if structures and isinstance(item, Mapping | list | tuple):
        return json.dumps(item, default=str)
    raise BadArgument(f"what is joined must be strings{', maps or lists' if structures else ''}, not {shown(item)}.")


@function("list_join", until="2015-10-15", result=str)
def list_join_one(delimiter: str, strings: list | None) -> str:
    """Strings joined by a delimiter."""
    return joined(delimiter, strings or [], structures=False)


@function("list_join", since="2015-10-15", result=str)
def list_join(delimiter: str, *lists: list | None) -> str:
    """The items of one or more lists joined by a delimiter; maps and lists among them become JSON."""
    return joined(delimiter, [item for part in lists for item in part or ()], structures=True)


@function("Fn::Join", until="2014-10-16", families=("hot", "aws", "heat"), result=str)
def fn_join(delimiter: str, strings: list | None) -> str:
    """Strings joined by a delimiter."""
    return joined(delimiter, strings or [], structures=False)


@function("str_split", since="2015-10-15")
def str_split(delimiter: str, text: str | None, index: int | str | None = None) -> Any:
    """A string split at each delimiter; with an index, only that part."""
    if not delimiter:
        raise BadArgument("the delimiter is empty.")
    parts = (text or "").split(delimiter)
    if index is None:
        return parts
    try:
        return parts[int(index)]
    except (ValueError, IndexError):
        raise BadArgument(f"{shown(index)} is no index into the {len(parts)} parts.") from None


@function("Fn::Split", until="2014-10-16", families=("hot", "aws", "heat"), result=list)
def fn_split(delimiter: str, text: str) -> list[str]:
    """A string split at each delimiter."""
    if not delimiter:
        raise BadArgument("the delimiter is empty.")
    return text.split(delimiter)


@function("digest", since="2015-04-30", result=str)
def digest(algorithm: str, text: str) -> str:
    """The hash of a text, in hexadecimal."""
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        offered = sorted(name for name in hashlib.algorithms_guaranteed if not name.startswith("shake"))
        raise BadArgument(f"{algorithm!r} is not one of {', '.join(offered)}.")
    return hashlib.new(algorithm, text.encode("utf-8"), usedforsecurity=False).hexdigest()


@function("make_url", since="2017-09-01", result=str)
def make_url(*, scheme: str | None = None, username: object = None, password: object = None, host: str | None = None,
             port: int | str | None = None, path: str | None = None, query: dict | None = None,
             fragment: str | None = None) -> str:
    """A URL from its parts, escaped where needed."""
    url = f"{scheme}:" if scheme else ""
    if host:
        url += "//"
        if username:
            url += quote(str(username), "") + (f":{quote(str(password), '')}" if password else "") + "@"
        url += f"[{host.strip('[]')}]" if ":" in host else host
        if port not in (None, ""):
            url += f":{_port(port)}"
    if path:
        url += ("/" if host and not path.startswith("/") else "") + quote(path)
    if query:
        url += "?" + "&".join(f"{quote(str(key), '')}={quote(str(value), '')}" for key, value in query.items())
    return url + (f"#{quote(fragment)}" if fragment else "")


def _port(port: Any) -> int:
    try:
        number = int(port)
    except ValueError:
        number = 0
    if not 0 < number < 65536:
        raise BadArgument(f"{shown(port)} is no port from 1 to 65535.")
    return number
