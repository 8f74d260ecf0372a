"""How a function of ours is declared to yaql."""

from collections.abc import Callable
from typing import Any, TypeVar

from yaql.language import specs, yaqltypes  # type: ignore[import-untyped]

Body = TypeVar("Body", bound=Callable[..., Any])
PLAIN, METHOD, BOTH = "plain", "method", "both"
TEXT, NUMBER, WHOLE = yaqltypes.String(), yaqltypes.Number(), yaqltypes.Integer()
SEQUENCE, SAID = yaqltypes.Iterable(), yaqltypes.Delegate("str")


def query_function(name: str = "", kind: str = PLAIN, **types: Any) -> Callable[[Body], Body]:
    """Declare a function by the types of its arguments; `context` is given by yaql. name: if it is not the body's.

    kind: called as `f(a)`, as `a.f()`, or both ways.
    """
    def declare(body: Body) -> Body:
        made: Any = body
        for argument, type_ in types.items():
            add = specs.inject if isinstance(type_, yaqltypes.HiddenParameterType) else specs.parameter
            made = add(argument, type_)(made)
        if name:
            made = specs.name(name)(made)
        if kind != PLAIN:
            made = (specs.method if kind == METHOD else specs.extension_method)(made)
        declared: Body = made
        return declared
    return declare
