"""Functions that make or take apart strings."""

import hashlib
import json
import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from isotherm.template.expression import MISUSE, BadArgument
from isotherm.template.functions import results
from isotherm.template.functions.bounds import bounded
from isotherm.template.functions.lists import as_list
from isotherm.template.functions.registry import function
from isotherm.template.report import near, shown


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
        if key == "":
            raise BadArgument("a placeholder is empty.")
        texts[str(key)] = text_of(value)
        if filled and value in (None, "", [], {}):
            raise BadArgument(f"the value of {key!r} is empty.")
    keys = sorted(texts, key=lambda key: (-len(key), key))
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
    bounded(sum(len(piece) for _, piece in pieces))
    return "".join(piece for _, piece in pieces)


@function("str_replace", literal=True, until="2015-10-15", result=str, gives=results.plain_replacement)
def str_replace_plain(*, template: str, params: dict[Any, Any]) -> str:
    """A text with its placeholders replaced by strings and numbers."""
    return replace_all(template, params, lambda value: as_text(value, structures=False))


@function("str_replace", literal=True, since="2015-10-15", result=str)
def str_replace(*, template: str, params: dict[Any, Any]) -> str:
    """A text with its placeholders replaced; maps and lists become JSON."""
    return replace_all(template, params, lambda value: as_text(value, structures=True))


@function("str_replace_strict", literal=True, since="2017-02-24", result=str)
def str_replace_strict(*, template: str, params: dict[Any, Any]) -> str:
    """As str_replace; a placeholder that does not occur is an error."""
    return replace_all(template, params, lambda value: as_text(value, structures=True), strict=True)


@function("str_replace_vstrict", literal=True, since="2017-09-01", result=str)
def str_replace_vstrict(*, template: str, params: dict[Any, Any]) -> str:
    """As str_replace_strict; an empty value is an error too."""
    return replace_all(template, params, lambda value: as_text(value, structures=True), strict=True, filled=True)


@function("Fn::Replace", literal=True, until="2014-10-16", families=("hot", "aws", "heat"), result=str, gives=results.plain_text)
def fn_replace(params: dict[Any, Any], template: str) -> str:
    """A text with its placeholders replaced by strings and numbers."""
    return replace_all(template, params, lambda value: as_text(value, structures=False))


def joined(delimiter: str, items: Iterable[Any], structures: bool) -> str:
    texts = [_item(item, structures) for item in items]
    bounded(sum(map(len, texts)) + len(delimiter) * len(texts))
    return delimiter.join(texts)


def _item(item: Any, structures: bool) -> str:
    if item is None or isinstance(item, str):
        return item or ""
    if structures and isinstance(item, Mapping | list | tuple):
        return json.dumps(item, default=str)
    raise BadArgument(f"what is joined must be strings{', maps or lists' if structures else ''}, not {shown(item)}.")


@function("list_join", literal=True, until="2015-10-15", result=str, gives=results.joinable)
def list_join_one(delimiter: str, strings: list[Any] | None) -> str:
    """Strings joined by a delimiter."""
    return joined(delimiter, strings or [], structures=False)


@function("list_join", literal=True, since="2015-10-15", result=str)
def list_join(delimiter: str, first: object, *more: object) -> str:
    """The items of one or more lists joined by a delimiter; maps and lists among them become JSON."""
    return joined(delimiter, [item for part in (first, *more) for item in as_list(part)], structures=True)


@function("Fn::Join", literal=True, until="2014-10-16", families=("hot", "aws", "heat"), result=str, gives=results.joinable)
def fn_join(delimiter: str, strings: list[Any] | None) -> str:
    """Strings joined by a delimiter."""
    return joined(delimiter, strings or [], structures=False)


@function("str_split", since="2015-10-15", gives=results.part_of_text)
def str_split(delimiter: str | None, text: str | None, *index: object) -> Any:
    """A string split at each delimiter, null: at white space; with an index, only that part. What follows is ignored."""
    if text is None:
        return None
    if delimiter == "":
        raise BadArgument("the delimiter is empty.")
    parts = text.split(delimiter)
    if not index:
        return parts
    try:
        return parts[int(index[0])]  # type: ignore[call-overload]
    except (ValueError, TypeError, IndexError):
        raise BadArgument(f"{shown(index[0])} is no index into the {len(parts)} parts.") from None


@function("Fn::Split", literal=True, until="2014-10-16", families=("hot", "aws", "heat"), result=list, gives=results.texts)
def fn_split(delimiter: str, text: str) -> list[str]:
    """A string split at each delimiter."""
    if not delimiter:
        raise BadArgument("the delimiter is empty.")
    return text.split(delimiter)


@function("digest", since="2015-04-30", result=str)
def digest(algorithm: str, text: str) -> str:
    """The hash of a text, in hexadecimal."""
    algorithm = algorithm.lower()
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        offered = sorted(name for name in hashlib.algorithms_guaranteed if not name.startswith("shake"))
        raise BadArgument(f"{algorithm!r} is not one of {', '.join(offered)}.")
    try:
        encoded = text.encode("latin-1")  # as Heat does: stacks compare these digests with ones they stored
    except UnicodeEncodeError as exc:
        raise BadArgument(f"{text[exc.start]!r} is not in Latin-1, over which the digest is made.") from None
    return hashlib.new(algorithm, encoded, usedforsecurity=False).hexdigest()


PARTS = ("scheme", "username", "password", "host", "port", "path", "query", "fragment")
ALLOWED_IN_SCHEME = set(string.ascii_letters + string.digits + "+-.")


@function("make_url", literal=True, since="2017-09-01", shape="value", result=str)
def make_url(parts: object) -> str:
    """A URL from its parts (scheme, username, password, host, port, path, query, fragment), escaped where needed."""
    if not isinstance(parts, Mapping):
        raise BadArgument(f"it takes a map of the URL's parts, not {shown(parts)}.", MISUSE)
    for key, value in parts.items():
        if key not in PARTS:
            raise BadArgument(f"a URL has no {key!r}.", MISUSE, hint=near(key, PARTS))
        if key == "query" and not isinstance(value, Mapping):
            raise BadArgument(f"`query` must be a map, not {shown(value)}.", MISUSE)
        if key not in ("query", "port") and not isinstance(value, str):
            raise BadArgument(f"`{key}` must be a string, not {shown(value)}.", MISUSE)
    scheme = parts.get("scheme", "")
    if not set(scheme) <= ALLOWED_IN_SCHEME:
        raise BadArgument(f"{scheme!r} is no scheme: it is named without colon and slashes.")
    path, query, fragment = parts.get("path", ""), parts.get("query"), parts.get("fragment")
    url = (f"{scheme}:" if scheme else "") + _authority(parts) + quote(path)
    return url + (f"?{urlencode(query, safe='/')}" if query else "") + (f"#{quote(fragment)}" if fragment else "")


def _authority(parts: Mapping[str, Any]) -> str:
    host, user, port = parts.get("host", ""), parts.get("username", ""), parts.get("port", "")
    if not host:
        return ""
    password = f":{quote(parts['password'], '')}" if parts.get("password") else ""
    bare = host.removeprefix("[").removesuffix("]")
    told = f"[{bare}]" if ":" in bare else quote(host, "")
    slash = "/" if parts.get("path") and not parts["path"].startswith("/") else ""
    return "//" + (f"{quote(user, '')}{password}@" if user or password else "") + told + _port(port) + slash


def _port(port: Any) -> str:
    if port in ("", None):
        return ""
    try:
        number = int(port)
    except (ValueError, TypeError):
        number = 0
    if not 0 < number < 65536:
        raise BadArgument(f"{shown(port)} is no port from 1 to 65535.", MISUSE)
    return f":{port}"
