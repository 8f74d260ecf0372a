"""The yaql function, with bounds that keep an expression from taking the service with it."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Any

import yaql  # type: ignore[import-untyped]
from yaql.language import exceptions as yaql_errors  # type: ignore[import-untyped]
from yaql.language import runner, specs, utils, yaqltypes
from yaql.language.contexts import Context  # type: ignore[import-untyped]

from isotherm.template.expression import MISUSE, BadArgument, Scope
from isotherm.template.functions.registry import function

PARSING = Lock()  # an engine's lexer keeps its position in itself, so only one thread may parse
LONGEST = 40_000  # bits
PLACEHOLDER = re.compile(r"\{(\d{0,3})\}|\{\{|\}\}|[{}]")


class Exhausted(yaql_errors.YaqlException):  # type: ignore[misc]
    """An expression has had its steps."""


class Budget:
    """The steps that one evaluation may still take: function calls, and items that lazy sequences give."""

    __slots__ = ("left", "total")

    def __init__(self, total: int):
        self.total = self.left = total

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Exhausted(f"it takes more than {self.total} steps, which is the limit")


class BoundedContext(Context):  # type: ignore[misc]
    """A yaql context in which every call, and every item of a lazy result, costs a step.

    yaql's own limits look at results, so `range(1000000000).len()` or `sequence().len()` would pass them.
    """

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
            return counted(made, self.budget) if utils.is_iterator(made) else made
        return call


def counted(items: Iterator[Any], budget: Budget) -> Iterator[Any]:
    """The items, each for a step."""
    for item in items:
        budget.spend()
        yield item


def safe_format(template: str, *values: Any) -> str:
    """`"{0}-{1}".format(a, b)`: only `{}` and `{N}`; no attributes, no format specifications, so nothing leaks."""
    given = iter(values)

    def value(match: re.Match[str]) -> str:
        if match.group() in ("{{", "}}"):
            return match.group()[0]
        if match.group(1) is None:
            raise ValueError(f"{template!r} is no format: only {{}} and {{0}}, {{1}}... are allowed")
        try:
            return str(values[int(match.group(1))] if match.group(1) else next(given))
        except (IndexError, StopIteration):
            raise ValueError(f"{template!r} asks for more than the {len(values)} values given") from None

    return PLACEHOLDER.sub(value, template)


def bounded_pow(base: Any, exponent: Any, modulus: Any = None) -> Any:
    """A power that would have more digits than anybody reads is refused before it is computed."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and modulus is None and base.bit_length() * exponent > LONGEST:
        raise ValueError("the power is too large")
    return pow(base, exponent, modulus) if modulus is not None else pow(base, exponent)


def bounded_shift(number: int, bits: int) -> int:
    """A shift with the same bound as `pow`."""
    if number.bit_length() + bits > LONGEST:
        raise ValueError("the number is too large")
    return number << bits


def _declared(body: Callable[..., Any], name: str, method: bool = False, **types: Any) -> Any:
    """A function as yaql registers it, with the types of its arguments."""
    made: Any = body
    for argument, kind in types.items():
        made = specs.parameter(argument, kind)(made)
    return specs.name(name)(specs.extension_method(made) if method else made)


def _library() -> Any:
    """yaql's standard library and ours."""
    context = yaql.create_context()
    number, whole = yaqltypes.Number(), yaqltypes.Integer()
    context.register_function(_declared(safe_format, "format", method=True, template=yaqltypes.String()))
    bounded = context.create_child_context()
    bounded.register_function(_declared(bounded_pow, "pow", base=number, exponent=number, modulus=yaqltypes.Integer(nullable=True)),
                              exclusive=True)
    bounded.register_function(_declared(bounded_shift, "shiftBitsLeft", number=whole, bits=whole), exclusive=True)
    return bounded


LIBRARY = _library()  # evaluations put their own context above it and never change it


@lru_cache(maxsize=8)
def _engine(iterations: int, memory: int) -> Any:
    return yaql.YaqlFactory().create({"yaql.limitIterators": iterations, "yaql.memoryQuota": memory})


@lru_cache(maxsize=1024)
def _statement(expression: str, iterations: int, memory: int) -> Any:
    with PARSING:
        return _engine(iterations, memory)(expression)


@function("yaql", literal=True, since="2016-10-14", condition="2017-09-01")
def yaql_query(scope: Scope, *, expression: str, data: object = None) -> Any:
    """The value of a yaql expression over `$.data`."""
    limits = scope.limits
    try:
        statement = _statement(expression, limits.yaql_iterations, limits.yaql_memory)
    except (yaql_errors.YaqlException, ValueError) as exc:
        raise BadArgument(f"the expression cannot be read: {exc}", MISUSE) from None
    try:
        return statement.evaluate(data={"data": data}, context=BoundedContext(LIBRARY, Budget(limits.yaql_steps)))
    except Exception as exc:  # yaql hands on whatever its functions raise
        raise BadArgument(f"the expression fails: {type(exc).__name__}: {exc}") from None
