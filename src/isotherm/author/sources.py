"""A template with all it names, read from where it lies: environments, nested templates, files.

Names are looked up beside the file that has them, as the clients of the Orchestration API do before they send a template.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.schema import is_template
from isotherm.template import LIMITS, Environment, Template, merge, parse
from isotherm.template.environment import environment_of
from isotherm.template.reader import read as read_tree
from isotherm.template.registry import BASE, Complaints
from isotherm.template.report import meant
from isotherm.template.tree import Path as TreePath
from isotherm.template.tree import place

Read = Callable[[Path], str | bytes | None]
Tree = Any
NEIGHBOURS = 500


@dataclass(frozen=True, slots=True)
class Given:
    """One environment: where it lies, and its text as a tree."""

    path: Path
    tree: Tree

    def within(self, section: str, name: str) -> Place | None:
        """Where it says something of a parameter, in this section."""
        table = self.tree.get(section) if isinstance(self.tree, Mapping) else None
        return place(self.tree, str(self.path), (section, name)) if isinstance(table, Mapping) and name in table else None


@dataclass(frozen=True, slots=True)
class Sources:
    """files: name as the templates have it -> text. paths: where each of these files lies; from the working directory when the
    template was named so. problems: what is wrong with the environments; `environment` is what is right with them.
    given: those that could be read. missing: name of a file that is not there -> what may have been meant."""

    template: Template
    environment: Environment
    files: Mapping[str, str]
    paths: Mapping[str, Path]
    problems: tuple[Problem, ...] = ()
    given: tuple[Given, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    def located(self, found: Iterable[Problem], overridden: Collection[str] = ()) -> list[Problem]:
        """What is wrong with the environments, and what was found in the template, each in the file that has it.

        overridden: parameters whose values do not come from the environments.
        """
        told = [one for one in found if not (self.mapped and one.code == "unknown-type" and not one.hint.startswith("Did you mean"))]
        made = [*self.problems, *(self.in_files(self.in_environment(one, overridden)) for one in told)]
        order = {str(one.path): (number,) for number, one in enumerate(self.given)}
        return sorted(made, key=lambda one: (*order[one.place.file], one.place.line, one.place.column) if one.place.file in order else (len(order),))

    @property
    def mapped(self) -> bool:
        """Whether there may be types that an environment maps where it could not be read."""
        return any(one.code != "bad-environment" or "resource_registry" in one.place.path + one.hint for one in self.problems)

    def in_files(self, problem: Problem) -> Problem:
        """The problem with its places named by the files' paths; here a file that is missing is an error, as nobody will send it."""
        used_by = tuple(self.path_of(one) for one in problem.used_by)
        name = next((one for one in self.missing if repr(one) in problem.message), None) if problem.code == "missing-file" else None
        if name is not None:
            problem = replace(problem, message=f"There is no file {name!r} here.", hint=self.missing[name], severity=Severity.ERROR)
        return replace(problem, place=self.path_of(problem.place), used_by=used_by)

    def in_environment(self, problem: Problem, overridden: Collection[str]) -> Problem:
        """A problem with the value of a parameter, where the value stands."""
        _, _, name = problem.place.path.partition(".")
        if problem.used_by or problem.code not in IN_ENVIRONMENTS or "." in name or name in overridden:
            return problem
        values = [one.within("parameters", name) for one in self.given]
        defaults = [one.within("parameter_defaults", name) for one in self.given] if problem.code == "bad-parameter" else []
        last = next((one for one in (*reversed(values), *reversed(defaults)) if one is not None), None)
        return replace(problem, place=last) if last is not None else problem

    def path_of(self, place: Place) -> Place:
        return replace(place, file=str(self.paths[place.file])) if place.file in self.paths else place


IN_ENVIRONMENTS = ("unknown-parameter", "bad-parameter")


def from_disk(path: Path) -> str | bytes | None:
    """The text of a file, its bytes when they are no text; None when there is none that can be read."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError):
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content


def load(path: Path, environments: Sequence[Path] = (), read: Read = from_disk) -> Sources:
    """Everything that belongs to the template at `path`. Raises Invalid with all that is wrong with these texts when the template
    cannot be read."""
    problems: list[Problem] = []
    gatherer = Gatherer(read)
    parsed: list[Environment] = []
    given: list[Given] = []
    for one in environments:
        try:
            tree, environment = gatherer.environment(one, problems)
            given.append(Given(one, tree))
            parsed.append(environment)
        except Invalid as error:
            problems.extend(error.problems)
    try:
        merged = merge(*parsed)
    except Invalid as error:
        merged = parsed[-1]
        problems.extend(replace(one, place=Place(str(environments[-1]))) if not one.place.file else one for one in error.problems)
    try:
        template = gatherer.template(path)
    except Invalid as error:
        raise Invalid([*problems, *error.problems]) from None
    paths = gatherer.paths if path.is_absolute() else {name: nearer(one) for name, one in gatherer.paths.items()}
    return Sources(template, merged, gatherer.texts(), dict(paths), tuple(problems), tuple(given), gatherer.missing)


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
        self.missing: dict[str, str] = {}

    def texts(self) -> dict[str, str]:
        return {name: self.content[path] for name, path in self.paths.items()}

    def required(self, path: Path) -> str | bytes:
        text = self.read(path)
        if text is None:
            raise Invalid(Problem("missing-file", "This file cannot be read.", Place(str(path))))
        return text

    def template(self, path: Path) -> Template:
        text = self.required(path)
        template = parse(text, str(path))
        changed = self.gather(as_text(text), template.tree, path.parent, references(template.tree))
        return template if changed == text else parse(changed, str(path))

    def environment(self, path: Path, problems: list[Problem]) -> tuple[Tree, Environment]:
        """An environment, as far as it is one; what is wrong with it is added to the problems. Raises Invalid when it cannot be read."""
        text = self.required(path)
        tree = read_tree(text, str(path), LIMITS)
        registry = tree.get("resource_registry") if isinstance(tree, Mapping) else None
        base = str(registry.get(BASE) or "") if isinstance(registry, Mapping) else ""
        found = registered(registry, ("resource_registry",))
        changed = self.gather(as_text(text), tree, path.parent / base.removeprefix("file://"), found)
        complaints = Complaints(partial(place, tree, str(path)))
        made = environment_of(tree if changed == text else read_tree(changed, str(path), LIMITS), complaints)
        problems.extend(complaints.problems)
        return tree, made

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
            remote = "://" in name.removeprefix("file://")
            text = None if remote else self.read(target)
            if text is None:
                if not remote:
                    self.missing[name] = neighbour(name, target)
                return name
            self.content[target] = as_text(text, "replace")
            if is_template(name):
                self.content[target] = self.nested(text, name, target)
        key = name if self.paths.get(name, target) == target else str(target)
        self.paths[key] = target
        return key

    def nested(self, text: str | bytes, name: str, target: Path) -> str:
        """A template that is used by another. What is wrong with it is told where it is used."""
        try:
            tree = read_tree(text, name, LIMITS)
        except Invalid:
            return as_text(text)
        return self.gather(as_text(text), tree, target.parent, references(tree))


def as_text(content: str | bytes, errors: str = "surrogateescape") -> str:
    """Unless told otherwise, half a surrogate pair stands for a byte that is no text: a template with one is refused."""
    return content if isinstance(content, str) else content.decode("utf-8", errors)


def neighbour(name: str, target: Path) -> str:
    """What may have been meant by a file's name."""
    try:
        beside = {one.stem: one.name for _, one in zip(range(NEIGHBOURS), sorted(target.parent.iterdir()), strict=False) if one.is_file()}
    except OSError:
        return f"There is no folder {str(target.parent)!r} either."
    close = meant(target.stem, [*beside])
    return f"Did you mean {name.removesuffix(target.name) + beside[close]!r}?" if close else ""


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
