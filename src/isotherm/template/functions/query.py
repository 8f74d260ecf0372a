"""The yaql function, with bounds that keep an expression from taking the service with it."""

from functools import lru_cache
from threading import Lock
from typing import Any

import yaql  # type: ignore[import-untyped]
from yaql.language import exceptions as yaql_errors  # type: ignore[import-untyped]

from isotherm.template.expression import MISUSE, BadArgument, Scope
from isotherm.template.functions.budget import BoundedContext, Budget
from isotherm.template.functions.query_bounds import BOUNDED
from isotherm.template.functions.query_patterns import PATTERN_FUNCTIONS
from isotherm.template.functions.registry import function
from isotherm.template.meter import Exceeded
from isotherm.template.patterns import PatternError

PARSING = Lock()        # an engine's lexer keeps its position in itself, so only one thread may parse
LONGEST = 20_000        # characters of an expression: one thread parses, and a hundred thousand take it seconds
SHORT = 1_000           # characters of those that are kept in great number
EXCLUSIVE = ("pow", "shiftBitsLeft", "round")   # no others of the name are looked for


def _library() -> Any:
    """yaql's standard library and ours."""
    context = yaql.create_context(regex=False)
    bounded = context.create_child_context()
    for where, bodies in ((context, PATTERN_FUNCTIONS), (bounded, BOUNDED)):
        for body in bodies:
            where.register_function(body)
    bounded._exclusive_funcs.update(EXCLUSIVE)
    return bounded


LIBRARY = _library()    # evaluations put their own context above it and never change it


@lru_cache(maxsize=8)
def _engine(iterations: int, memory: int) -> Any:
    return yaql.YaqlFactory().create({"yaql.limitIterators": iterations, "yaql.memoryQuota": memory})


def _parsed(expression: str, iterations: int, memory: int) -> Any:
    with PARSING:
        return _engine(iterations, memory)(expression)


_short, _long = lru_cache(maxsize=1024)(_parsed), lru_cache(maxsize=32)(_parsed)


def _statement(expression: str, iterations: int, memory: int) -> Any:
    """The parsed expression. Raises ValueError or a YaqlException when it is none."""
    if len(expression) > LONGEST:
        raise ValueError(f"it has {len(expression)} characters; {LONGEST} is the limit")
    return (_short if len(expression) <= SHORT else _long)(expression, iterations, memory)


@function("yaql", literal=True, exact=True, since="2016-10-14", condition="2017-09-01")
def yaql_query(scope: Scope, *, expression: str, data: object = None) -> Any:
    """The value of a yaql expression over `$.data`."""
    limits = scope.limits
    try:
        statement = _statement(expression, limits.yaql_iterations, limits.yaql_memory)
    except (yaql_errors.YaqlException, ValueError, RecursionError) as exc:
        raise BadArgument(f"the expression cannot be read: {exc}", MISUSE) from None
    try:
        return statement.evaluate(data={"data": data}, context=BoundedContext(LIBRARY, Budget(limits, scope.meter)))
    except PatternError as exc:
        raise BadArgument(f"{exc}.", exc.code) from None
    except Exceeded:
        raise
    except Exception as exc:  # yaql hands on whatever its functions raise
        raise BadArgument(f"the expression fails: {type(exc).__name__}: {exc}") from None
