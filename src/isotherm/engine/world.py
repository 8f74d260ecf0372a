"""The values that resources give each other, from what their rows hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.engine.brief import subject_of
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.model.records import ResourceRow, StackRow
from isotherm.store.vault import VaultError
from isotherm.template import select
from isotherm.types.base import ResourceType
from isotherm.types.nested import NestedType
from isotherm.types.registry import Registry

UNTOLD = "untold"                       # in a nested resource's data: outputs of its stack that could not be told, and why

PATH = "["                              # what the name of an attribute begins with that a path into a nested stack leads to: it is that path


@dataclass(frozen=True, slots=True)
class RowsWorld:
    """get_resource and get_attr answered by the rows of one stack. Attributes are those stored when their resource converged.
    VaultError for a row that is unreadable."""

    stack: StackRow
    rows: Mapping[str, ResourceRow]
    types: Registry

    def reference(self, name: str) -> Any:
        row = self.row(name)
        kind = self.types.get(row.implementation) if row else None
        return kind.reference(subject_of(self.stack, row)) if row and kind else name

    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        row = self.row(name)
        if row is None:
            return None
        kind = self.types.get(row.implementation)
        if not path:
            return {key: value for key, value in row.attributes.items() if listed(kind, key)}
        if asks_nothing(kind, path):
            raise Invalid(Problem("bad-argument", f"{path[0]!r} of {name!r} is followed by the name of an attribute of its members."))
        if path[0] in row.data.get(UNTOLD, ()):
            raise Invalid(Problem("untold-output", f"The nested stack cannot tell {path[0]!r}: {row.data[UNTOLD][path[0]]}"))
        name, rest = kind.spot(path) if kind else (str(path[0]), path[1:])
        return select(row.attributes.get(name), rest)

    def row(self, name: str) -> ResourceRow | None:
        row = self.rows.get(name)
        if row is not None and row.unreadable:
            raise VaultError(row.unreadable)
        return row


def listed(kind: ResourceType | None, key: str) -> bool:
    """Whether a stored attribute is among all attributes of a resource: some are what paths into a nested stack lead to."""
    return key != "show" and not asks_nothing(kind, (key,)) and not (isinstance(kind, NestedType) and key.startswith(PATH))


def asks_nothing(kind: ResourceType | None, path: tuple[Any, ...]) -> bool:
    """Whether a path is about an attribute of a group's members, but does not say which."""
    gathers = getattr(kind, "gathers", None)
    gathered = gathers(path) if gathers is not None and isinstance(path[0], str) else None
    return gathered is not None and not gathered[1]
