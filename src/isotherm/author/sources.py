"""A template with all it names, read from where it lies: environments, nested templates, files.

Names are looked up beside the file that has them, as the clients of the Orchestration API do before they send a template.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem
from isotherm.model.schema import is_template
from isotherm.template import LIMITS, Environment, Template, merge, parse, parse_environment
from isotherm.template.reader import read as read_tree
from isotherm.template.registry import BASE
from isotherm.template.tree import Path as TreePath
from isotherm.template.tree import place

Read = Callable[[Path], str | None]
Tree = Any


@dataclass(frozen=True, slots=True)
class Sources:
    """files: name as the templates have it -> text. paths: where each of these files lies; from the working directory when the
    template was named so."""

    template: Template
    environment: Environment
    files: Mapping[str, str]
    paths: Mapping[str, Path]

    def located(self, problem: Problem) -> Problem:
        """The problem with its places named by the files' paths."""
        used_by = tuple(self.path_of(one) for one in problem.used_by)
        return replace(problem, place=self.path_of(problem.place), used_by=used_by)

    def path_of(self, place: Place) -> Place:
        return replace(place, file=str(self.paths[place.file])) if place.file in self.paths else place


def from_disk(path: Path) -> str | None:
    """The text of a file; None when there is none that can be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None


def load(path: Path, environments: Sequence[Path] = (), read: Read = from_disk) -> Sources:
    """Everything that belongs to the template at `path`. Raises Invalid with what keeps these texts from being read."""
    problems: list[Problem] = []
    gatherer = Gatherer(read)
    parsed = []
    for one in environments:
        try:
            parsed.append(gatherer.environment(one))
        except Invalid as error:
            problems.extend(error.problems)
    template = None
    try:
        template = gatherer.template(path)
        merged = merge(*parsed)
    except Invalid as error:
        problems.extend(error.problems)
    if problems or template is None:
        raise Invalid(problems)
    paths = gatherer.paths if path.is_absolute() else {name: nearer(one) for name, one in gatherer.paths.items()}
    return Sources(template, merged, gatherer.texts(), dict(paths))


def nearer(path: Path) -> Path:
    """The path from the working directory, if it leads there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class Gatherer:
    """Collects files under the names that templates use for them. Where two files go by one name in different folders, the
    later text is made to name its file by its path."""

    def __init__(self, read: Read):
        self.read = read
        self.paths: dict[str, Path] = {}
        self.content: dict[Path, str] = {}

    def texts(self) -> dict[str, str]:
        return {name: self.content[path] for name, path in self.paths.items()}

    def required(self, path: Path) -> str:
        text = self.read(path)
        if text is None:
            raise Invalid(Problem("missing-file", "This file cannot be read.", Place(str(path))))
        return text

    def template(self, path: Path) -> Template:
        text = self.required(path)
        template = parse(text, str(path))
        changed = self.gather(text, template.tree, path.parent, references(template.tree))
        return template if changed == text else parse(changed, str(path))

    def environment(self, path: Path) -> Environment:
        text = self.required(path)
        tree = read_tree(text, str(path), LIMITS)
        registry = tree.get("resource_registry") if isinstance(tree, Mapping) else None
        base = str(registry.get(BASE) or "") if isinstance(registry, Mapping) else ""
        found = registered(registry, ("resource_registry",))
        return parse_environment(self.gather(text, tree, path.parent / base.removeprefix("file://"), found), str(path))

    def gather(self, text: str, tree: Tree, folder: Path, named: Iterator[tuple[TreePath, str]]) -> str:
        """Take in what a text names; returns the text, changed where its names are taken."""
        for path, name in named:
            target = (folder / name.removeprefix("file://")).resolve()
            key = self.add(name, target)
            if key != name:
                text = renamed(text, place(tree, "", path).line, name, key)
        return text

    def add(self, name: str, target: Path) -> str:
        """Take in one file, if there is one; returns the name that it goes by."""
        if target not in self.content:
            text = None if "://" in name.removeprefix("file://") else self.read(target)
            if text is None:
                return name
            self.content[target] = text
            if is_template(name):
                self.content[target] = self.nested(text, name, target)
        key = name if self.paths.get(name, target) == target else str(target)
        self.paths[key] = target
        return key

    def nested(self, text: str, name: str, target: Path) -> str:
        """A template that is used by another. What is wrong with it is told where it is used."""
        try:
            tree = read_tree(text, name, LIMITS)
        except Invalid:
            return text
        return self.gather(text, tree, target.parent, references(tree))


def references(tree: Tree, path: TreePath = ()) -> Iterator[tuple[TreePath, str]]:
    """The files that a template names, with the places: of get_file, and types that are templates."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if isinstance(value, str) and (key == "get_file" or (key in ("type", "Type") and is_template(value))):
                yield (*path, key), value
            else:
                yield from references(value, (*path, key))
    elif isinstance(tree, list | tuple):
        for index, value in enumerate(tree):
            yield from references(value, (*path, index))


def registered(tree: Tree, path: TreePath) -> Iterator[tuple[TreePath, str]]:
    """The templates that a resource registry names."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if isinstance(value, str) and is_template(value) and key != BASE:
                yield (*path, key), value
            else:
                yield from registered(value, (*path, key))


def renamed(text: str, line: int, old: str, new: str) -> str:
    """The text with a name changed at the first place from a line on, so that lines stay what they are."""
    lines = text.splitlines(keepends=True)
    for index in range(line - 1, len(lines)):
        if old in lines[index]:
            lines[index] = lines[index].replace(old, new, 1)
            break
    return "".join(lines)
