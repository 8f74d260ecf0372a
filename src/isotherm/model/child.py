"""What a nested stack is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Child:
    """template: the name of a file that came with the parent's template, or a whole template as plain values.
    parameters: for it; those that are None are not given. data: kept with the resource."""

    template: str | Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Present:
    """A child as it is. resources: as its template has them now, by name. references: what get_resource gives of each. failed: names of
    those that failed."""

    resources: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Any] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()


NOBODY = Present()
