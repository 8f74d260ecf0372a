"""The resource registry: what a type's name stands for, as a value."""

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem
from isotherm.model.schema import TEMPLATE_ENDINGS, is_template
from isotherm.template.aliases import ALIASES
from isotherm.template.report import Locate, near, shown
from isotherm.template.tree import Path, dotted

HOOKS = ("pre-create", "pre-update", "pre-delete", "post-create", "post-update", "post-delete")
RESTRICTIONS = ("update", "replace")
FLAGS = {"hooks": HOOKS, "restricted_actions": RESTRICTIONS}
LONGEST_CHAIN = 64                      # names that stand for each other in turn
BASE, RESOURCES = "base_url", "resources"
UNMAPPED: Final = ""                    # what a registry says of a name that it does not have


@dataclass(frozen=True, slots=True)
class Registry:
    """types: name or pattern -> what it stands for (None: no such type). resources: resource name or pattern -> its own
    registry: types in full, `hooks`, `restricted_actions`, and again names, for the resources of a nested stack. below: the operator's, asked
    for what this one does not have. written: this one as the user gave it. lacks: entries that it is without, since it is that of a
    stack inside; whole: the same with them."""

    types: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, "Registry"] = field(default_factory=dict)
    hooks: tuple[str, ...] = ()
    restricted_actions: tuple[str, ...] = ()
    written: Mapping[str, Any] = field(default_factory=dict)
    below: "Registry | None" = None
    lacks: tuple[str, ...] = ()
    whole: "Registry | None" = field(default=None, repr=False, compare=False)
    # The patterns among `types`, longest first. One that stands for a template stands for nothing, as in Heat.
    globs: tuple[str, ...] = field(init=False, repr=False, compare=False)
    # What `_less` has made of it: a tree of templates asks for the same ones over and over, and tells them apart by their identity.
    less: dict["Entry", "Registry"] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        globs = [key for key, to in self.types.items() if key[-1:] == "*" and isinstance(to, str) and not to.endswith(TEMPLATE_ENDINGS)]
        object.__setattr__(self, "globs", tuple(sorted(globs, key=len, reverse=True)))

    @property
    def document(self) -> dict[str, Any]:
        """As in an environment file, without what is below; `resources` is always there."""
        return {RESOURCES: {}} | dict(self.written)

    @property
    def layers(self) -> Iterator["Registry"]:
        """This one, and those below it, each stronger than the next."""
        layer: Registry | None = self
        while layer is not None:
            yield layer
            layer = layer.below

    @property
    def particular(self) -> bool:
        """Whether what a type stands for may depend on the resource that has it."""
        return any(one.types or one.particular for layer in self.layers for one in layer.resources.values())

    def target(self, type_name: str, resource: str = "") -> str | None:
        """What a type stands for: another type, a template's file name or URL, or itself; None when there is no such type, or no end
        to what it stands for. The name of a template is never mapped, and a type mapped to null is as if it were not mapped."""
        if is_template(type_name):
            return type_name
        seen = [type_name]
        while len(seen) < LONGEST_CHAIN:
            found = self._once(seen[-1], resource)
            if found is None or found in seen:
                return found
            seen.append(found)
        return None

    def _once(self, name: str, resource: str) -> str | None:
        for layer in self.layers:
            found = layer._own(name, resource)
            if found != UNMAPPED:
                return found
        found = mapped(name, (BUILT_IN,))
        return name if found == UNMAPPED else found

    def _own(self, name: str, resource: str) -> str | None:
        if not self.types and not self.resources:
            return UNMAPPED
        entry = self._entry(name, resource)
        return UNMAPPED if entry is None else entry.to

    def extended(self, later: "Registry") -> "Registry":
        """Both; what the later says wins."""
        if not later.written:
            return self
        kept = {key: value for key, value in later.written.items() if value is not None}
        told = Complaints(lambda path, value: Place())          # when each of them was read
        return replace(registry({**self.written, **kept}, told), below=self.below)

    def inside(self, resource: str) -> "Registry":
        """The registry of the nested stack that a resource is."""
        made = self._inside(resource)
        return made if self.whole is None else replace(made, whole=self.whole.inside(resource), lacks=self.lacks)

    def _inside(self, resource: str) -> "Registry":
        below = self.below.inside(resource) if self.below is not None else None
        if not self.resources:
            return self if below is self.below else replace(self, below=below)
        own = [one for pattern, one in self.resources.items() if pattern != resource and fnmatch.fnmatchcase(resource, pattern)]
        own += [self.resources[resource]] if resource in self.resources else []
        resources = {name: one for part in own for name, one in part.resources.items()}
        return Registry(self.types, resources, written={**self.types, RESOURCES: {name: one.written for name, one in resources.items()}},
                        below=below)

    def without(self, type_name: str, resource: str) -> "Registry":
        """This one, less the entry that makes the resource's type a template: inside that template the type is what it would be
        without the entry, so a template can wrap the type whose place it takes."""
        seen = {""}
        while not is_template(type_name) and type_name not in seen and len(seen) < LONGEST_CHAIN:
            seen.add(type_name)
            entry = next((found for layer in self.layers if (found := layer._entry(type_name, resource))), None)
            if entry is None or entry.to is None:
                return self
            if is_template(entry.to):
                return replace(self._less(entry), whole=self.whole or self, lacks=(*self.lacks, f"{entry.pattern}/{entry.key}"))
            type_name = entry.to
        return self

    def _entry(self, name: str, resource: str) -> "Entry | None":
        parts = [(resource, self.resources[resource])] if resource and resource in self.resources else []
        return entry_of(name, (*parts, ("", self)))

    def _less(self, entry: "Entry") -> "Registry":
        if entry not in self.less:
            self.less[entry] = self._made_less(entry)
        return self.less[entry]

    def _made_less(self, entry: "Entry") -> "Registry":
        below = self.below._less(entry) if self.below is not None else None
        if not entry.pattern:
            return replace(self, types=_but(self.types, entry.key), written=_but(self.written, entry.key), below=below)
        if entry.pattern not in self.resources:
            return self if below is self.below else replace(self, below=below)
        part = self.resources[entry.pattern]
        part = replace(part, types=_but(part.types, entry.key), written=_but(part.written, entry.key))
        resources = {**self.resources, entry.pattern: part}
        return replace(self, resources=resources, below=below, written={**self.written, RESOURCES: {name: one.written for name, one in resources.items()}})

    def hooks_of(self, resource: str) -> frozenset[str]:
        """The hooks that stop a resource until they are cleared."""
        return frozenset(hook for one in self._of(resource) for hook in one.hooks)

    def restrictions_of(self, resource: str) -> frozenset[str]:
        """What an update may not do with a resource: `update`, `replace`."""
        return frozenset(action for one in self._of(resource) for action in one.restricted_actions)

    def _of(self, resource: str) -> Iterator["Registry"]:
        for layer in self.layers:
            for pattern, one in layer.resources.items():
                if fnmatch.fnmatchcase(resource, pattern):
                    yield one


EMPTY_REGISTRY = Registry()
BUILT_IN = Registry(ALIASES)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a registry says of a name. pattern: of the resources it says it of, "" for all; key: the name or pattern under which it does."""

    pattern: str
    key: str
    to: str | None


def entry_of(name: str, parts: Sequence[tuple[str, Registry]]) -> Entry | None:
    """The entry of the first part that has the name, or else of the longest pattern of the first that has one for it. What is said of
    one resource names types in full."""
    for pattern, one in parts:
        if one.types.get(name) is not None:
            return Entry(pattern, name, _text(one.types[name]))
    for pattern, one in parts:
        for key in one.globs if not pattern else ():
            if name.startswith(key[:-1]):
                to = _text(one.types[key])
                return Entry(pattern, key, to[:-1] + name[len(key) - 1:] if to is not None and to.endswith("*") else to)
    return None


def mapped(name: str, registries: tuple[Registry, ...]) -> str | None:
    """What the first of these makes of the name; UNMAPPED when none has it."""
    found = entry_of(name, [("", one) for one in registries])
    return UNMAPPED if found is None else found.to


def _but(entries: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if str(name) != key}


def _text(target: Any) -> str | None:
    return target if isinstance(target, str) else None


class Complaints:
    """What is wrong with an environment, each with the type of error that clients know it by. locate: a path in it, and whether the
    value is meant rather than the key -> its place."""

    def __init__(self, locate: Locate):
        self.locate = locate
        self.errors: list[Invalid] = []

    def add(self, path: Path, message: str, *, hint: str = "", allowed: tuple[str, ...] = (), value: bool = True, wire: str = "BadRequest") -> None:
        self.errors.append(Invalid(Problem("bad-environment", message, self.locate(path, value), allowed=allowed, hint=hint), wire=wire))

    @property
    def problems(self) -> list[Problem]:
        return [problem for error in self.errors for problem in error.problems]

    def check(self) -> None:
        """Raise Invalid with all of it, as the first was to be told."""
        if self.errors:
            raise Invalid(self.problems, wire=self.errors[0].wire)


def registry(tree: Mapping[str, Any], complaints: Complaints | None = None) -> Registry:
    """A registry from its section, without what is wrong in it. Raises Invalid, unless complaints are collected."""
    own = complaints or Complaints(lambda path, value: Place(path=dotted(path)))
    made = _read(tree, own, ("resource_registry",), nested=False)
    if complaints is None:
        own.check()
    return made


def _read(tree: Mapping[str, Any], complaints: Complaints, path: Path, nested: bool) -> Registry:
    types: dict[str, Any] = {}
    resources: dict[str, Registry] = {}
    flags: dict[str, tuple[str, ...]] = {}
    for key, value in tree.items():
        if key == RESOURCES and not nested:
            for pattern, own in _mapping(value, complaints, (*path, key)).items():
                inner = (*path, key, pattern)
                resources[str(pattern)] = _read(_mapping(own, complaints, inner), complaints, inner, nested=True)
        elif key in FLAGS:
            flags |= {key: _flags(value, FLAGS[key], complaints, (*path, key))} if value is not None else {}
        elif nested and isinstance(value, Mapping):
            resources[str(key)] = _read(value, complaints, (*path, key), nested=True)
        elif str(key).endswith(TEMPLATE_ENDINGS):
            continue                    # a template stands for itself
        elif not isinstance(value, str | Mapping | None):
            complaints.add((*path, key), f"The registry maps {key!r} to {shown(value)}; it must be a string.", wire="StackValidationFailed")
        elif value is None and str(key).endswith("*"):
            types = {name: to for name, to in types.items() if not name.startswith(str(key)[:-1])}
        elif key != BASE:
            types[str(key)] = value
    hooks, restricted = (flags.get(key, ()) if nested else () for key in FLAGS)
    return Registry(types, resources, hooks, restricted, tree)


def _mapping(value: Any, complaints: Complaints, path: Path) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        complaints.add(path, f"`{path[-1]}` in the registry must be a map, not {shown(value)}.", wire="StackValidationFailed")
        return {}
    return value


def _flags(value: Any, allowed: tuple[str, ...], complaints: Complaints, path: Path) -> tuple[str, ...]:
    rows = tuple(value) if isinstance(value, list | tuple) else (value,)
    wire = "InvalidBreakPointHook" if path[-1] == "hooks" else "InvalidRestrictedAction"
    for index, row in enumerate(rows):
        if row not in allowed:
            complaints.add((*path, index) if isinstance(value, list | tuple) else path, f"{row!r} is not one of the {path[-1].replace('_', ' ')}.",
                           allowed=allowed, hint=near(row, allowed), wire=wire)
    return tuple(row for row in rows if row in allowed)
