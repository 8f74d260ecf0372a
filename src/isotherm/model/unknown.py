"""A value that only the run will know, as a value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.schema import TYPE_NAMES, Prop

Source = tuple[str, tuple[Any, ...]]
PLAIN = {kind: Prop("*", kind) for kind in TYPE_NAMES}     # values of each type of which no more is known


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """What a resource yet to be made will give, or what a function makes of it.

    type: its Python type as in `schema.TYPE_NAMES`, object when not known; it may turn out to be null all the same. sources: the
    (resource, path) pairs it is made from; an empty path is the resource's reference. symbol: JSON-able (but for more of these) and
    equal for equal expressions, so that definitions can be compared before their values exist. inner: a declaration of this type that
    says what is inside, or a function that gives it.
    """

    type: type = object
    sources: tuple[Source, ...] = ()
    symbol: Any = field(default=None, repr=False)
    inner: Prop | Callable[[], Prop] | None = field(default=None, repr=False)

    @property
    def structure(self) -> Prop:
        """Its type, and what is inside as far as that is known."""
        if callable(self.inner):
            object.__setattr__(self, "inner", self.inner())     # asked for again and again, and always the same
        return self.inner if isinstance(self.inner, Prop) else PLAIN[self.type]

    @property
    def resource(self) -> str:
        """The resource it is a plain reference to or attribute of; "" when it is computed from several parts."""
        return self.sources[0][0] if self._plain else ""

    @property
    def path(self) -> tuple[Any, ...]:
        """The attribute path when it is a plain attribute; empty for a plain reference or a computed value."""
        return self.sources[0][1] if self._plain else ()

    @property
    def _plain(self) -> bool:
        return len(self.sources) == 1 and isinstance(self.symbol, tuple) and self.symbol[:1] in (("reference",), ("attribute",))
