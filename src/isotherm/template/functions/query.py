"""The yaql function, with bounds that keep an expression from taking the service with it."""

import json
from collections.abc import Mapping, Set
from datetime import datetime
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
        made = statement.evaluate(data={"data": data}, context=BoundedContext(LIBRARY, Budget(limits, scope.meter)))
    except PatternError as exc:
        raise BadArgument(f"{exc}.", exc.code) from None
    except Exceeded:
        raise
    except Exception as exc:  # yaql hands on whatever its functions raise
        raise BadArgument(f"the expression fails: {type(exc).__name__}: {exc}") from None
    return plain(made)


def plain(value: Any) -> Any:
    """A value of yaql as JSON can say it: a set is a list in order, a date and time its text. Raises BadArgument for what has no such form."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {plain_key(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Set):
        return sorted((plain(part) for part in value), key=_rank)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
    raise BadArgument(f"the expression gives a {type(value).__name__}, for which JSON has no form.")


def plain_key(key: Any) -> Any:
    if key is None or isinstance(key, str | int | float):
        return key
    raise BadArgument(f"the expression gives a map with a {type(key).__name__} as a key, for which JSON has no form.")


def _rank(value: Any) -> tuple[int, float, str]:
    return (0, value, "") if isinstance(value, int | float) else (1, 0, json.dumps(value, sort_keys=True))
