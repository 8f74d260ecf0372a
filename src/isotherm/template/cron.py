"""Cron expressions: whether a text is one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


def _numbered(names: str, first: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split(), first)}


@dataclass(frozen=True, slots=True)
class Field:
    """One of an expression's fields. names: words that stand for numbers; open: `?` may stand for any value."""

    name: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)
    open: bool = False

    def number(self, word: str) -> int | None:
        """What a word stands for, None if it is no value of this field."""
        number = int(word) if WHOLE.fullmatch(word) else self.names.get(word, -1)
        return number if self.low <= number <= self.high else None


FIELDS = (
    Field("minute", 0, 59), Field("hour", 0, 23), Field("day", 1, 31, open=True),
    Field("month", 1, 12, _numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1)),
    Field("weekday", 0, 7, _numbered("sun mon tue wed thu fri sat", 0), open=True),
    Field("second", 0, 59), Field("year", 1970, 2099),
)
FEWEST, DAY, WEEKDAY = 5, 2, 4
NICKNAMES = ("@midnight", "@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually")
WHOLE = re.compile(r"[0-9]+")
NEAREST = re.compile(r"(?:([0-9]+)w|w([0-9]+))")                    # the working day nearest to a day
NTH = re.compile(r"(.+)#([1-5])")                                   # such a weekday of the month
LAST = re.compile(r"l([0-9]+)")                                     # the last such weekday of the month
RANDOM = re.compile(r"r(?:\(([0-9]+)-([0-9]+)\))?(?:/([0-9]+))?")   # any value, or one of a range; every so many from there


def wrong_with(text: str) -> str:
    """Why a text is no cron expression, as a clause; "" when it is one."""
    lower = text.lower()
    if lower in NICKNAMES:
        return ""
    words = lower.split()
    if not FEWEST <= len(words) <= len(FIELDS):
        return f"it has {len(words)} fields instead of {FEWEST} (a second and a year may follow)"
    for number, (word, one) in enumerate(zip(words, FIELDS, strict=False)):
        if not _is_field(word, number, one):
            return f"{word!r} is wrong for the {one.name} ({one.low} to {one.high})"
    return ""


def _is_field(word: str, number: int, one: Field) -> bool:
    if "?" in word:
        return word == "?" and one.open
    chosen, nearest = RANDOM.fullmatch(word), NEAREST.fullmatch(word) if number == DAY else None
    if chosen:
        return _is_random(chosen, one)
    if nearest:
        return one.number(nearest[1] or nearest[2]) is not None
    parts = word.split(",")
    if number != WEEKDAY or not any(NTH.fullmatch(part) for part in parts):
        return all(_is_part(part, number, one) for part in parts)
    found = [NTH.fullmatch(part) for part in parts]                 # of such, and of nothing else
    return all(match is not None and _is_values(match[1], number, one) for match in found)


def _is_random(chosen: re.Match[str], one: Field) -> bool:
    first, last, step = chosen.groups()
    inside = first is None or (one.number(first) is not None and one.number(last) is not None and int(first) < int(last))
    return inside and (step is None or int(step) > 0)


def _is_part(part: str, number: int, one: Field) -> bool:
    values, slash, step = part.partition("/")
    if slash and not (WHOLE.fullmatch(step) and int(step) > 0):
        return False
    if values == "*" or (number == DAY and values == "l" and not slash):
        return True
    last = LAST.fullmatch(values) if number == WEEKDAY else None
    return _is_values(last[1] if last else values, number, one)


def _is_values(values: str, number: int, one: Field) -> bool:
    """A value, or a range, which may go over the end: `fri-mon`."""
    first, dash, last = values.partition("-")
    if dash and number == DAY and last == "l":
        last = str(one.high)
    return one.number(first) is not None and (not dash or one.number(last) is not None)
