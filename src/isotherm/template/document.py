"""A template: its text read, its version known, nothing in it judged yet."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem
from isotherm.template.limits import LIMITS, Limits
from isotherm.template.reader import read
from isotherm.template.report import near
from isotherm.template.tree import EMPTY_MAP, Map, Path, place, plain
from isotherm.template.versions import DIALECTS, VERSION_KEYS, Dialect


@dataclass(frozen=True, slots=True)
class Template:
    """What the user wrote. Compared by the hash of its text.

    tree: the positioned tree. dialect: its version of the language. limits: those it was read under.
    """

    name: str
    digest: str
    dialect: Dialect
    tree: Map
    limits: Limits

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and (self.digest, self.name) == (other.digest, other.name)

    @property
    def version(self) -> str:
        """As written, aliases resolved: `2021-04-16`."""
        return self.dialect.version

    @property
    def description(self) -> str:
        said = self.tree.get(self.dialect.spell("description"))
        return (said if isinstance(said, str) else str(said)) if said else "No description"

    @property
    def sections(self) -> Map:
        """The tree, whole."""
        return self.tree

    @property
    def conditions(self) -> Mapping[str, Any]:
        """The conditions as written."""
        return self.section("conditions")

    @property
    def parameter_groups(self) -> list[Any]:
        """The groups as written, [] when there are none."""
        return self.tree.get("parameter_groups") or []

    @property
    def document(self) -> dict[str, Any]:
        """The template as plain values that JSON can say."""
        made: dict[str, Any] = plain(self.tree)
        return made

    def section(self, word: str) -> Map:
        """A section by its HOT name; empty when it is absent or no map."""
        found = self.tree.get(self.dialect.spell(word))
        return found if isinstance(found, Map) else EMPTY_MAP

    def place(self, path: Path, value: bool = False) -> Place:
        """Where a path stands in the text: its key, or the value."""
        return place(self.tree, self.name, path, value)


def parse(text: str | bytes, name: str = "template", limits: Limits = LIMITS) -> Template:
    """Read a template, YAML or JSON. Raises Invalid when it cannot be read or its version is not known."""
    tree = read(text, name, limits)
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if tree is None:
        tree = EMPTY_MAP
    if not isinstance(tree, Map):
        raise Invalid(Problem("not-a-map", "A template is a map of sections; this text is not a map.", Place(name, 1, 1)),
                      wire="BadRequest")
    return Template(name, hashlib.sha256(raw).hexdigest(), _dialect(tree, name), tree, limits)


def _dialect(tree: Map, name: str) -> Dialect:
    given = [(key, tree[key]) for key in VERSION_KEYS if key in tree]
    if not given:
        raise Invalid(Problem("unknown-version", "The template does not say its version.", Place(name, 1, 1),
                              allowed=VERSION_KEYS, hint="Begin with `heat_template_version: 2021-04-16`."),
                      wire="BadRequest")
    if len(given) > 1:
        raise Invalid(Problem("unknown-version", f"The template names several versions: {', '.join(key for key, _ in given)}.",
                              place(tree, name, (given[1][0],)), hint="Keep one of them."), wire="InvalidTemplateVersion")
    key, version = given[0]
    found = DIALECTS.get((key, version)) if isinstance(version, str) else None
    if found is None:
        known = [row for section, row in DIALECTS if section == key]
        raise Invalid(Problem("unknown-version", f"{version!r} is not a known {key}.", place(tree, name, (key,), value=True),
                              allowed=tuple(known), hint=near(version, known, limit=20)), wire="InvalidTemplateVersion")
    return found
