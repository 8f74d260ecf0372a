"""How a resource type, its properties and its attributes are declared.

Types are written as Python types: str string, int integer, float number, bool boolean, list, dict map,
object anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

TYPE_NAMES: Mapping[type, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", list: "list", dict: "map", object: "any",
}
TEMPLATE_ENDINGS = (".yaml", ".yml", ".json", ".template")


def is_template(name: str) -> bool:
    """Whether what stands for a type is the file name or URL of a template, rather than a type's name."""
    return name.endswith(TEMPLATE_ENDINGS) or "://" in name


class Send(Enum):
    """Where a property goes in the create body, when not under a key."""

    SAME = "under its own name"
    SPREAD = "its entries are merged into the body"


SAME, SPREAD = Send.SAME, Send.SPREAD


@dataclass(frozen=True, slots=True)
class Length:
    """Of a string, list or map."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Of a number, both ends included."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class AllowedValues:
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AllowedPattern:
    """A regular expression the whole string must match."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Modulo:
    step: float
    offset: float = 0


@dataclass(frozen=True, slots=True)
class Custom:
    """A named check, e.g. `nova.flavor` (asks the cloud) or `net_cidr` (local)."""

    name: str


Constraint = Length | Range | AllowedValues | AllowedPattern | Modulo | Custom


@dataclass(frozen=True, slots=True)
class Support:
    """Since when, and how far, something is supported: SUPPORTED, DEPRECATED, UNSUPPORTED, HIDDEN."""

    status: str = "SUPPORTED"
    version: str | None = None
    message: str | None = None
    previous: "Support | None" = None


SUPPORTED = Support()


@dataclass(frozen=True, slots=True)
class Prop:
    """One property.

    update: a change is made in place (otherwise it replaces the resource); immutable: a change is refused.
    schema: the keys of a map; open: it may have others too. item: the declaration of each element of a list, or of each value of a
    map that `schema` does not name. The same words say what an attribute is inside, or any value whose form is known before the run:
    there `required` means that the key is surely there.
    body: its key in the request (SAME: its own name; SPREAD: merged in; None: a method sends it).
    encode: value -> what the API wants. find: "network.network" - the value is a name or ID, resolved to an ID
    by the cloud layer before planning. sensitive: never shown. older: names of deprecated properties whose value takes
    the place of this one's, so that it is not missing where one of them is given.
    """

    name: str
    type: type
    doc: str = ""
    default: Any = None
    required: bool = False
    update: bool = False
    immutable: bool = False
    constraints: tuple[Constraint, ...] = ()
    schema: tuple["Prop", ...] | None = None
    item: "Prop | None" = None
    body: Any = SAME
    encode: Callable[[Any], Any] | None = None
    find: str | None = None
    sensitive: bool = False
    implemented: bool = True
    support: Support = SUPPORTED
    decode: Callable[[Any], Any] | None = None
    older: tuple[str, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Attr:
    """One attribute. path: dotted path in the live body, its own name if empty. type None: untyped. schema, item, open: what is
    inside, as of a property."""

    name: str
    type: type | None = str
    doc: str = ""
    path: str = ""
    cached: bool = True
    support: Support = SUPPORTED
    schema: tuple[Prop, ...] | None = None
    item: Prop | None = None
    open: bool = False


class TypeSchema(Protocol):
    """What the template language needs to know of a resource type."""

    @property
    def name(self) -> str: ...
    @property
    def properties(self) -> tuple[Prop, ...]: ...
    @property
    def attributes(self) -> tuple[Attr, ...]: ...
    @property
    def open(self) -> bool:
        """Whether properties and attributes that are not declared are accepted."""
        ...
    @property
    def support(self) -> Support: ...


class Catalog(Protocol):
    """The known resource types."""

    def schema(self, name: str) -> TypeSchema | None: ...
    def names(self) -> tuple[str, ...]: ...
