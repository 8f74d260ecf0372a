"""What the evaluation of one template has used of what it may use in all."""

from time import thread_time

from isotherm.template.limits import LIMITS, Limits

MATCHES = 10            # of the longest duration that one evaluation may have


class Exceeded(Exception):
    """There is nothing left. The text is a sentence without its full stop."""


class Meter:
    """Counts for one request that checks a template, or for one resource or output that is made: many small things add up.

    patterns: seconds that matches may still take together. One thread uses it.
    """

    __slots__ = ("characters", "limits", "patterns", "started")

    def __init__(self, limits: Limits = LIMITS):
        self.limits = limits
        self.patterns = MATCHES * limits.pattern_seconds
        self.characters = limits.made_text
        self.started = thread_time()

    def work(self) -> None:
        """Raise Exceeded when the functions have had their time."""
        if thread_time() - self.started > self.limits.function_seconds:
            raise Exceeded(f"the functions before it have taken {self.limits.function_seconds:g} seconds together, which is the limit")

    def made(self, characters: int) -> None:
        """Count a text that a function makes, before it is made. Raises Exceeded."""
        self.characters -= characters
        if self.characters < 0:
            raise Exceeded(f"the texts that functions make would have more than {self.limits.made_text} characters together, which is the limit")
