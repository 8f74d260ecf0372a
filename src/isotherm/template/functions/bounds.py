"""What a function may make at most: nested functions multiply, and a short template could fill the memory."""

from collections.abc import Iterable, Mapping
from typing import Any

from isotherm.template.expression import BadArgument

LONGEST_TEXT = 8 * 2**20  # characters
MOST_ITEMS = 500_000
MOST_PAIRS = 10_000_000


def bounded(size: int) -> None:
    """Raise BadArgument when a text of that many characters is too long to be made."""
    if size > LONGEST_TEXT:
        raise BadArgument(f"the text would have {size} characters; at most {LONGEST_TEXT} are made.")


def gathered(sizes: Iterable[int]) -> None:
    """Raise BadArgument when lists or maps of these sizes have too many items to be put into one."""
    size = sum(sizes)
    if size > MOST_ITEMS:
        raise BadArgument(f"there are {size} items in all; at most {MOST_ITEMS} are put together.")


def compared(pairs: int) -> None:
    """Raise BadArgument when that many pairs of lists and maps are too many to be compared."""
    if pairs > MOST_PAIRS:
        raise BadArgument(f"{pairs} pairs of lists and maps would have to be compared; at most {MOST_PAIRS} are.")


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
