"""What a function may make at most: nested functions multiply, and a short template could fill the memory."""

from collections.abc import Mapping
from typing import Any

from isotherm.template.expression import BadArgument

LONGEST_TEXT = 8 * 2**20  # characters


def bounded(size: int) -> None:
    """Raise BadArgument when a text of that many characters is too long to be made."""
    if size > LONGEST_TEXT:
        raise BadArgument(f"the text would have {size} characters; at most {LONGEST_TEXT} are made.")


def replaced(text: str, key: str, value: str) -> str:
    """`str.replace`, within bounds."""
    if len(value) > len(key):
        bounded(len(text) + text.count(key) * (len(value) - len(key)))
    return text.replace(key, value)


def weight(value: Any) -> int:
    """How many elements a value has; long texts count more."""
    if isinstance(value, Mapping):
        return 1 + sum(weight(part) for part in value.values())
    if isinstance(value, list | tuple):
        return 1 + sum(map(weight, value))
    return 1 + len(value) // 64 if isinstance(value, str) else 1
