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
from isotherm.types.registry import Registry

UNTOLD = "untold"                       # in a nested resource's data: outputs of its stack that could not be told, and why


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
        if not path:
            return {key: value for key, value in row.attributes.items() if key != "show"}
        if path[0] in row.data.get(UNTOLD, ()):
            raise Invalid(Problem("untold-output", f"The nested stack cannot tell {path[0]!r}: {row.data[UNTOLD][path[0]]}"))
        kind = self.types.get(row.implementation)
        name, rest = kind.spot(path) if kind else (str(path[0]), path[1:])
        return select(row.attributes.get(name), rest)

    def row(self, name: str) -> ResourceRow | None:
        row = self.rows.get(name)
        if row is not None and row.unreadable:
            raise VaultError(row.unreadable)
        return row
