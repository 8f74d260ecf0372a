"""A template as an editor sees it: what it declares, even while its text is broken somewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isotherm.author.checking import Checked, check
from isotherm.author.sources import Read, Sources, from_disk, load
from isotherm.model.errors import Invalid
from isotherm.model.schema import Prop, TypeSchema
from isotherm.template import Declaration, Definition, parse
from isotherm.template.functions.registry import Function, grammar
from isotherm.template.versions import CFN_SPELLING, Dialect
from isotherm.types.registry import Registry

TreePath = tuple[Any, ...]
NEWEST = "heat_template_version: 2021-04-16"
MENDING = 5  # rows that may be left out
CHOICES = ("if", "Fn::If")


@dataclass(frozen=True, slots=True)
class View:
    """beside: names of the files around the template, as it would name them."""

    path: Path
    sources: Sources
    checked: Checked
    types: Registry
    beside: tuple[str, ...] = ()

    @property
    def definition(self) -> Definition:
        return self.checked.definition

    @property
    def dialect(self) -> Dialect:
        return self.sources.template.dialect

    @property
    def tree(self) -> Any:
        return self.sources.template.tree

    @property
    def parameters(self) -> Mapping[str, Declaration]:
        return {name: one.declaration for name, one in self.definition.parameters.items()}

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.sources.template.section("conditions"))

    def functions(self, condition: bool = False) -> Mapping[str, Function]:
        """The functions of the template's version, by name; `if` is none of them."""
        return grammar(self.dialect, condition).functions

    def at(self, path: TreePath) -> Any:
        """What stands at a path; None when nothing does."""
        node: Any = self.tree
        for part in path:
            if isinstance(node, Mapping):
                node = node.get(part)
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                node = node[part]
            else:
                return None
        return node

    def schema(self, resource: str) -> TypeSchema | None:
        """The type of a resource, as the registry maps it."""
        found = self.definition.resources.get(resource)
        return found.schema if found is not None else None

    def canonical(self, path: TreePath) -> TreePath:
        """A path with sections and keys spelled as in HOT."""
        if self.dialect.hot:
            return path
        return tuple(SPELLING.get(part, part) if place in (0, 2) else part for place, part in enumerate(path))

    def typed(self, path: TreePath) -> tuple[TypeSchema, TreePath] | None:
        """For a path within some resource's properties: the type, and the path within them without the choices on the way."""
        for place in range(len(path) - 1, 0, -1):
            if path[place] in ("properties", "Properties"):
                schema = self.schema(str(path[1])) if place == 2 and self.canonical(path[:1]) == ("resources",) else self.inner(path[:place])
                if schema is not None:
                    return schema, without_choices(path[place + 1:])
        return None

    def inner(self, path: TreePath) -> TypeSchema | None:
        """The type of what looks like a resource within a property, such as a group's `resource_def`."""
        holder = self.at(path)
        name = holder.get("type") if isinstance(holder, Mapping) else None
        target = self.sources.environment.registry.target(name) if isinstance(name, str) else None
        return self.types.schema(target) if target else None


SPELLING: Mapping[Any, str] = {theirs: ours for ours, theirs in CFN_SPELLING.items()}


def look(path: Path, text: str, row: int | None, types: Registry, environments: Sequence[Path] = (), read: Read = from_disk,
         beside: tuple[str, ...] = ()) -> View | None:
    """The view of a text that is being changed at a row; None when it cannot be read even without that row and a few others."""
    for attempt in (*repaired(text, row), *mended(text, row)):
        def opened(one: Path, attempt: str = attempt) -> str | bytes | None:
            return attempt if one == path else read(one)
        try:
            sources = load(path, environments, opened)
        except Invalid:
            continue
        checked = check(sources.template, sources.environment, sources.files, types=types, schema_only=True)
        return View(path, sources, checked, types, beside)
    return None


def mended(text: str, row: int | None) -> Iterator[str]:
    """The text without the row, and without those in which it turns out not to be YAML; nothing when that does not help."""
    lines = text.split("\n")
    if row is not None and row < len(lines):
        lines[row] = ""
    for _ in range(MENDING):
        try:
            parse("\n".join(lines))
        except Invalid as error:
            line = error.problems[0].place.line
            if error.problems[0].code != "not-yaml" or not 0 < line <= len(lines) or not lines[line - 1].strip():
                return
            lines[line - 1] = ""
        else:
            yield "\n".join(lines)
            return


def repaired(text: str, row: int | None) -> Iterator[str]:
    """The text, and what it may be once the row is finished: a key with its colon, or nothing."""
    yield text
    lines = text.split("\n")
    if row is None or row >= len(lines):
        return
    line = lines[row].rstrip()
    indent = line[:len(line) - len(line.lstrip(" -"))]
    for instead in (NEWEST if line.startswith("heat_template_version") else f"{line}:", f"{indent}{{}}" if indent.endswith("- ") else "", ""):
        yield "\n".join([*lines[:row], instead, *lines[row + 1:]])


def without_choices(path: TreePath) -> TreePath:
    """A path with each `if` and which branch of it left out: both branches are of the form that the whole is."""
    made: list[Any] = []
    skip = False
    for part in path:
        if skip:
            skip = False
        elif part in CHOICES:
            skip = True
        else:
            made.append(part)
    return tuple(made)


def descend(props: Sequence[Prop], path: TreePath) -> Prop | None:
    """The declaration of what stands at a path within properties."""
    found: Prop | None = None
    for part in path:
        if found is None:
            inner: Sequence[Prop] = props
        elif isinstance(part, int) or (found.type is dict and found.schema is None):
            found = found.item
            if found is None:
                return None
            continue
        else:
            inner = found.schema or ()
        found = next((one for one in inner if one.name == part), None)
        if found is None:
            return None
    return found


def inside(props: Sequence[Prop], path: TreePath) -> Sequence[Prop]:
    """The declarations of the keys that a map at a path may have."""
    if not path:
        return props
    found = descend(props, path)
    return found.schema or () if found is not None and found.type is dict else ()
