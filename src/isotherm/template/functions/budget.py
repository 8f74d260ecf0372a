"""What one yaql expression may cost. yaql's own limits look at single results, one level deep."""

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from itertools import chain
from typing import Any

from yaql.language import exceptions as yaql_errors  # type: ignore[import-untyped]
from yaql.language import runner, utils
from yaql.language.contexts import Context  # type: ignore[import-untyped]

from isotherm.template.limits import Limits
from isotherm.template.meter import Meter

LONGEST = 14_000        # bits of a number: as many as Python writes as decimal digits
GATHERED = 4            # collections that are made, as multiples of the largest


class Exhausted(yaql_errors.YaqlException):  # type: ignore[misc]
    """An expression has had what it may have."""


class Budget:
    """What one evaluation may still take: steps, which are function calls and items that lazy sequences give; items of collections.

    Collections may share their parts, so a few steps make one that is printed, compared or hashed for hours: it counts as large
    as it looks.
    """

    __slots__ = ("items", "left", "limits", "meter", "seen")

    def __init__(self, limits: Limits, meter: Meter):
        self.limits, self.meter = limits, meter
        self.left = limits.yaql_steps
        self.items = GATHERED * limits.repeat_items
        self.seen: dict[int, tuple[int, int, Any]] = {}

    def spend(self) -> None:
        """Take a step. Raises Exhausted, and Exceeded when the meter says so."""
        self.left -= 1
        if self.left < 0:
            raise Exhausted(f"it takes more than {self.limits.yaql_steps} steps, which is the limit")
        self.meter.work()

    def made(self, value: Any) -> Any:
        """A value that a function has made. Raises Exhausted when it is too large to go on with."""
        if isinstance(value, str):
            self.meter.made(len(value))
        elif isinstance(value, int):
            if value.bit_length() > LONGEST:
                raise Exhausted(f"a number has more than {LONGEST} bits, which is the limit")
        else:
            self.weigh(value)
        return value

    def weigh(self, value: Any) -> tuple[int, int]:
        """The elements of a value and its depth; each collection is looked at once."""
        if not isinstance(value, list | tuple | Set | Mapping):
            return (1 + len(value) // 64 if isinstance(value, str) else 1), 0
        known = self.seen.get(id(value))
        if known is not None:
            return known[:2]
        self.items -= len(value)
        if self.items < 0:
            raise Exhausted(f"its collections have more than {GATHERED * self.limits.repeat_items} items together, which is the limit")
        weight, depth = 1, 0
        for part in chain(value, value.values()) if isinstance(value, Mapping) else value:
            size, levels = self.weigh(part)
            weight, depth = weight + size, max(depth, levels + 1)
        if weight > self.limits.repeat_items or depth > self.limits.depth:
            raise Exhausted(f"a value has more than {self.limits.repeat_items} elements, or {self.limits.depth} levels, which are the limits")
        self.seen[id(value)] = weight, depth, value     # kept, so that no other value gets its id
        return weight, depth

    def text(self, size: int) -> None:
        """Raise Exhausted when a text of that many characters is too long to be made."""
        if size > self.limits.yaql_memory:
            raise Exhausted(f"a text would have {size} characters; at most {self.limits.yaql_memory} are made")


class BoundedContext(Context):  # type: ignore[misc]
    """A yaql context in which every call, and every item of a lazy result, costs a step, and every result is weighed."""

    def __init__(self, parent: Any = None, budget: Budget | None = None):
        super().__init__(parent)
        self.budget = budget if budget is not None else parent.budget

    def create_child_context(self) -> "BoundedContext":
        return BoundedContext(self)

    def __call__(self, name: str, engine: Any, receiver: Any = utils.NO_VALUE, data_context: Any = None,
                 use_convention: bool = False, function_filter: Any = None) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.budget.spend()
            made = runner.call(name, self, args, kwargs, engine, receiver, data_context, use_convention, function_filter)
            return counted(made, self.budget) if utils.is_iterator(made) else self.budget.made(made)
        return call


def counted(items: Iterator[Any], budget: Budget) -> Iterator[Any]:
    """The items, each for a step."""
    for item in items:
        budget.spend()
        yield item


def total(texts: Collection[str]) -> int:
    """The length of texts together."""
    return sum(map(len, texts))
