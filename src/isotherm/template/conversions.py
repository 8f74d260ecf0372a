"""How the values that parameters are given become values of their types."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from isotherm.template.constraints import as_number
from isotherm.template.tree import plain


class Unfit(ValueError):
    """A value that a parameter's type cannot take."""


def _string(value: Any) -> str:
    return str(plain(value)) if isinstance(value, Mapping | list | tuple) else str(value)


def _number(value: Any) -> int | float:
    number = as_number(value)
    if number is None:
        raise Unfit("a number")
    return number


def _list(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [_string(item) for item in value]
    if isinstance(value, str):
        return value.split(",") if value else []
    raise Unfit("a list, or a string of items with commas between them")


def _json(value: Any) -> Any:
    if isinstance(value, str) and value:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise Unfit("JSON") from None
    return value


WORDS = {word: value for value, words in ((True, "1 t true on y yes"), (False, "0 f false off n no"))
         for word in words.split()}


def _boolean(value: Any) -> bool:
    found = value if isinstance(value, bool) else WORDS.get(str(value).strip().lower())
    if found is None:
        raise Unfit("true or false")
    return found


CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "string": _string, "number": _number, "comma_delimited_list": _list, "json": _json, "boolean": _boolean,
}
