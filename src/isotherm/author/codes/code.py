"""How a code is described."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from isotherm.model.problem import Severity

ERROR, WARNING, DEPRECATION = Severity.ERROR, Severity.WARNING, Severity.DEPRECATION


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs in which the finding is made. environment: the text of one; later: of another that comes after it; files: what the
    template names."""

    template: str
    environment: str = ""
    later: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Code:
    """severity: of most findings with this code; a place where less depends on it makes a warning of an error.
    example: None when the finding needs more than texts of this size; without: what it needs."""

    name: str
    severity: Severity
    sentence: str
    cure: str
    example: Example | None = None
    without: str = ""


def hot(body: str, *, version: str = "2021-04-16", environment: str = "", later: str = "", **files: str) -> Example:
    """A HOT template with this body. files: those it names, `inner` for `inner.yaml`."""
    def text(body: str) -> str:
        return f"heat_template_version: {version}\n{body}\n"

    return Example(text(body), environment, later, {f"{name}.yaml": text(inner) for name, inner in files.items()})


def resource(type_name: str, properties: str = "{}", more: str = "") -> Example:
    """A template with one resource `r`."""
    return hot(f"resources:\n  r:\n    type: {type_name}\n    properties: {properties}" + (f"\n    {more}" if more else ""))


def value(snippet: str, version: str = "2021-04-16") -> Example:
    """A template with one output of this value."""
    return hot(f"outputs:\n  o:\n    value: {snippet}", version=version)
