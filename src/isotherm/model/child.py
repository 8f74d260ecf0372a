"""What a nested stack is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Child:
    """template: the name of a file that came with the parent's template, or a whole template as plain values.
    parameters: for it; those that are None are not given."""

    template: str | Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
