"""The regular expressions of users: everything that is matched against one is matched within limits.

Python's `re` cannot be stopped, and `(a+)+$` keeps it busy for years. So `regex` matches, which can; what an expression means, and
whether it is one, `re` says (see `respelling`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from time import thread_time
from typing import Any, TypeVar

import regex

from isotherm.template.limits import Limits
from isotherm.template.meter import MATCHES, Meter
from isotherm.template.respelling import TooLarge, respelled

T = TypeVar("T")
SHOWN = 120     # characters of a pattern in an error


class PatternError(Exception):
    """A pattern that is not matched to the end. code: of the problem; the text is a sentence without its full stop."""

    def __init__(self, message: str, code: str):
        super().__init__(message)
        self.code = code


def named(pattern: str) -> str:
    """The pattern as a sentence begins with it, its beginning if it is long."""
    return f"the pattern {pattern[:SHOWN]!r}{'...' if len(pattern) > SHOWN else ''}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression as Python's `re` understands it. names: of groups, with their numbers; groups: how many there are.

    Every method may raise PatternError: each match is bounded, and the meter bounds all that it is given to. It counts the time that the
    engine takes to compile, too.
    """

    text: str
    names: Mapping[str, int]
    groups: int
    spelling: str = field(repr=False)

    def match(self, text: str, meter: Meter) -> Any:
        """The match at the start of the text, or None."""
        return self._timed(meter, lambda engine, seconds: engine.match(text, timeout=seconds, concurrent=True))

    def search(self, text: str, meter: Meter) -> Any:
        """The first match in the text, or None."""
        return self._timed(meter, lambda engine, seconds: engine.search(text, timeout=seconds, concurrent=True))

    def every(self, text: str, most: int, meter: Meter) -> list[Any]:
        """The matches in the text, one more than `most` at most."""
        return self._timed(meter, lambda engine, seconds: list(islice(
            engine.finditer(text, timeout=seconds, concurrent=True), most + 1)))

    def _timed(self, meter: Meter, work: Callable[[Any, float], T]) -> T:
        limit = meter.limits.pattern_seconds
        if meter.patterns <= 0:
            raise PatternError(f"{named(self.text)} is not tried: the matches before it have taken {MATCHES * limit:g} seconds together, "
                               "which is the limit", "slow-pattern")
        allowed, start = min(meter.patterns, limit), thread_time()
        try:
            return work(_engine(self.spelling), allowed)
        except TimeoutError:
            meter.patterns -= allowed   # the engine's clock counts what other threads do, too: it may be ahead of ours
            raise PatternError(f"{named(self.text)} takes more than {allowed:g} seconds to match, which is the limit",
                               "slow-pattern") from None
        except (MemoryError, RecursionError, regex.error):
            raise PatternError(f"{named(self.text)} takes too much memory", "slow-pattern") from None
        finally:
            meter.patterns -= thread_time() - start


def pattern(text: str, limits: Limits, flags: int = 0) -> Pattern:
    """The pattern of a text. Raises re.error when it is none, PatternError when it is larger than the limit."""
    made = _made(text, limits.pattern_size, flags)
    if isinstance(made, Exception):
        raise made.with_traceback(None)
    return made


@lru_cache(maxsize=256)
def _made(text: str, most: int, flags: int) -> Pattern | Exception:
    try:
        if len(text) > most:
            raise TooLarge
        spelling = respelled(text, flags, most)
        return Pattern(text, spelling.names, spelling.groups, spelling.text)
    except re.error as exc:
        return exc
    except TooLarge:
        return PatternError(f"{named(text)} has more than {most} elements, repeated ones counted, or is nested too deeply; "
                            f"{most} is the limit", "pattern-too-large")


@lru_cache(maxsize=64)
def _engine(spelling: str) -> Any:
    return regex.compile(spelling, regex.VERSION0, cache_pattern=False)
