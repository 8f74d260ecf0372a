"""Places in a user's input, and what is wrong there."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input: file, line and column counted from 1 (0: unknown), and the path, e.g. `resources.a.properties.b`."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        position = f"{self.file or 'template'}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (position, self.path) if part)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    DEPRECATION = "deprecation"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a check. `code` is stable and named after what is checked, e.g. `unknown-property`.

    used_by: of a finding in a nested template, the resources through which it is used, innermost first.
    """

    code: str
    message: str
    place: Place = Place()
    severity: Severity = Severity.ERROR
    allowed: tuple[str, ...] = ()
    hint: str = ""
    used_by: tuple[Place, ...] = ()

    def __str__(self) -> str:
        where = str(self.place)
        text = f"{where}: {self.message}" if where else self.message
        users = f"(Used by {'; '.join(str(one) for one in self.used_by)}.)" if self.used_by else ""
        return " ".join(part for part in (text, self.hint, users) if part)
