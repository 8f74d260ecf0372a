"""The yaql function, with bounds."""

from functools import lru_cache
from typing import Any

import yaql
from yaql.language import exceptions as yaql_errors

from isotherm.template.expression import MISUSE, BadArgument, Scope
from isotherm.template.functions.registry import function


@lru_cache(maxsize=8)
def _engine(iterations: int, memory: int) -> Any:
    return yaql.YaqlFactory().create({"yaql.limitIterators": iterations, "yaql.memoryQuota": memory})


@lru_cache(maxsize=512)
def _statement(expression: str, iterations: int, memory: int) -> Any:
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
        return statement.evaluate(data={"data": data}, context=yaql.create_context())
    except Exception as exc:  # yaql hands on whatever its functions raise
        raise BadArgument(f"the expression fails: {type(exc).__name__}: {exc}") from None
