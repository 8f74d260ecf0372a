"""Functions that make or take apart strings."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlunsplit

from isotherm.model.schema import Prop
from isotherm.model.structure import TEXT
from isotherm.model.unknown import Unknown
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
        return json.dumps(item, default=str, sort_keys=True)
    raise BadArgument(f"what is joined must be strings{', maps or lists' if structures else ''}, not {shown(item)}.")


@function("list_join", literal=True, until="2015-10-15", result=str, gives=results.joinable)
def list_join_one(delimiter: str, strings: list[Any] | None) -> str:
    """Strings joined by a delimiter."""
    return joined(delimiter, strings or [], structures=False)


@function("list_join", literal=True, since="2015-10-15", result=str, gives=results.joinable_with_json)
def list_join(delimiter: str, first: object, *more: object) -> str:
    """The items of one or more lists joined by a delimiter; maps and lists among them become JSON."""
    return joined(delimiter, [item for part in (first, *more) for item in as_list(part)], structures=True)


@function("Fn::Join", literal=True, until="2014-10-16", families=("hot", "aws", "heat"), result=str, gives=results.joinable)
def fn_join(delimiter: str, strings: list[Any] | None) -> str:
    """Strings joined by a delimiter."""
    return joined(delimiter, strings or [], structures=False)


@function("str_split", since="2015-10-15", gives=results.part_of_text)
def str_split(delimiter: object, text: str | None, *index: object) -> Any:
    """A string split at each delimiter, null: at white space; with an index, only that part. What follows is ignored."""
    if text is None:
        return None
    if delimiter == "" or not isinstance(delimiter, str | None):
        raise BadArgument(f"the delimiter must be a string that is not empty, or null, not {shown(delimiter)}.")
    parts = text.split(delimiter)
    if not index:
        return parts
    try:
        return parts[int(index[0])]  # type: ignore[call-overload]
    except (ValueError, TypeError, IndexError, OverflowError):
        raise BadArgument(f"{shown(index[0])} is no index into the {len(parts)} parts.") from None


@function("Fn::Split", literal=True, until="2014-10-16", families=("hot", "aws", "heat"), result=list, gives=results.texts)
def fn_split(delimiter: str, text: str) -> list[str]:
    """A string split at each delimiter."""
    if not delimiter:
        raise BadArgument("the delimiter is empty.")
    return text.split(delimiter)


@function("digest", since="2015-04-30", result=str)
def digest(algorithm: str, text: str) -> str:
    """The hash of a text, in hexadecimal. The algorithms are those of this machine's Python and OpenSSL."""
    name = algorithm.lower()
    offered = sorted(one for one in hashlib.algorithms_available if not one.startswith("shake"))
    if name not in offered:
        raise BadArgument(f"{name!r} is not one of {', '.join(offered)}.")
    try:
        encoded = text.encode("latin-1")  # as Heat does: stacks compare these digests with ones they stored
    except UnicodeEncodeError as exc:
        raise BadArgument(f"{text[exc.start]!r} is not in Latin-1, over which the digest is made.") from None
    try:
        return hashlib.new(name, encoded, usedforsecurity=False).hexdigest()
    except ValueError:      # what OpenSSL knows, but its configuration does not allow
        raise BadArgument(f"{name!r} is not allowed on this machine.") from None


PARTS = ("scheme", "username", "password", "host", "port", "path", "query", "fragment")


def check_parts(parts: object) -> None:
    """Raises BadArgument when something is no part of a URL. Parts that are not known yet are left alone."""
    if not isinstance(parts, Mapping):
        raise BadArgument(f"it takes a map of the URL's parts, not {shown(parts)}.", MISUSE)
    for key, value in parts.items():
        if key not in PARTS:
            raise BadArgument(f"a URL has no {key!r}.", MISUSE, hint=near(key, PARTS))
        if isinstance(value, Unknown):
            continue
        if key == "port":
            _check_port(value)
        elif key == "query" and not isinstance(value, Mapping):
            raise BadArgument(f"`query` must be a map, not {shown(value)}.", MISUSE)
        elif key != "query" and not isinstance(value, str):
            raise BadArgument(f"`{key}` must be a string, not {shown(value)}.", MISUSE)


def _check_port(port: Any) -> None:
    try:
        number = int(port)
    except (ValueError, TypeError, OverflowError):
        number = 0
    if not 0 < number < 65536:
        raise BadArgument(f"{shown(port)} is no port from 1 to 65535.", MISUSE)


def _url(parts: object) -> Prop:
    if not isinstance(parts, Unknown):
        check_parts(parts)
    return TEXT


@function("make_url", literal=True, since="2017-09-01", shape="value", result=str, gives=_url)
def make_url(parts: object) -> str:
    """A URL from its parts (scheme, username, password, host, port, path, query, fragment), escaped where needed."""
    check_parts(parts)
    assert isinstance(parts, Mapping)
    scheme = parts.get("scheme", "")
    if ":" in scheme:
        raise BadArgument(f"{scheme!r} is no scheme: it is named without colon and slashes.")
    query, fragment = urlencode(parts.get("query", {}), safe="/"), quote(parts.get("fragment", ""))
    made: str = urlunsplit((scheme, _authority(parts), quote(parts.get("path", "")), query, fragment))
    return made


def _authority(parts: Mapping[str, Any]) -> str:
    user, password, host = (parts.get(name, "") for name in ("username", "password", "host"))
    account = quote(user, "") + (f":{quote(password, '')}" if password else "")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    told = quote(host, ":")
    port = f":{parts['port']}" if parts.get("port") else ""
    return (f"{account}@" if account else "") + (f"[{told}]" if ":" in told else told) + port
