"""The files that come with a template: parsed once, and told apart by what uses them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.schema import is_template
from isotherm.model.unknown import Unknown
from isotherm.template.document import Template, parse
from isotherm.template.environment import Environment
from isotherm.template.fingerprint import fingerprint
from isotherm.template.limits import Limits
from isotherm.template.naming import parts_of
from isotherm.template.registry import Registry

KEPT = 512                              # parsed templates at hand; one that is dropped is parsed again
NAMED = ("type", "get_file", "Fn::GetFile")        # keys under which files and types are named


@lru_cache(maxsize=KEPT)
def parse_once(text: str, name: str, limits: Limits) -> Template:
    """`parse`, for a text that many stacks are made from. Raises Invalid."""
    return parse(text, name, limits)


class Prints:
    """Fingerprints of what nested stacks are made from, each worked out once for a request."""

    def __init__(self, files: Mapping[str, str], limits: Limits):
        self.files, self.limits = files, limits
        self._texts: dict[str, str] = {}
        self._known: dict[Any, tuple[str, Mapping[str, Any]]] = {}

    def of(self, start: frozenset[str] | None, inside: Environment) -> str:
        """Changes with any file that may be used where the strings `start` are used (None: all files), and with the environment inside."""
        registry = inside.registry.whole or inside.registry     # what a stack lacks is another set in each: the rest is told once
        found = self._found(start, replace(inside, registry=registry))
        return fingerprint([found, inside.registry.lacks]) if inside.registry.lacks else found

    def _found(self, start: frozenset[str] | None, inside: Environment) -> str:
        types = inside.registry.types
        start = None if start is None else frozenset(one for one in start if one in self.files or "::" in one or one in types)
        key = (start, None if any(layer.resources for layer in inside.registry.layers) else id(types))
        if key[1] is None or key not in self._known:
            self._known[key] = self._print(start, inside), types        # held, so that its id is not given to another
        return self._known[key][0]

    def _print(self, start: frozenset[str] | None, inside: Environment) -> str:
        used = self.files if start is None else needed(start, self.files, inside, self.limits)
        return fingerprint([*(layer.document for layer in inside.registry.layers), inside.defaults, {name: self._text(name) for name in used}])

    def _text(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = hashlib.sha256(self.files[name].encode("utf-8", "surrogatepass")).hexdigest()
        return self._texts[name]


def strings_in(value: Any) -> frozenset[str] | None:
    """The strings in a value; None when a file or a type in it is not known yet."""
    try:
        return frozenset(strings(value))
    except Dynamic:
        return None


def needed(start: Iterable[str], files: Mapping[str, str], inside: Environment, limits: Limits) -> Mapping[str, str]:
    """The files that may be used where these strings are used: those that they or the defaults of parameters name, as a file or as
    a type that the registry maps to one, and all that these need in turn. All files when some template works out a name only
    when it runs."""
    registry, defaults = inside.registry, strings_in(inside.defaults)
    if defaults is None:
        return files
    parts = [part.types for part in parts_of(registry)]
    types = frozenset[str]().union(*parts)
    patterns = tuple(one[:-1] for one in types if one.endswith("*"))
    names: set[str] = set()
    seen: set[str] = set()
    fresh = {*start, *defaults}
    while fresh:
        seen |= fresh
        meant = fresh & types | ({string for string in fresh if string.startswith(patterns)} if patterns else set())
        reached = (fresh & files.keys() | {name for string in meant for name in _targets(string, files, registry, parts)}) - names
        names |= reached
        fresh = set()
        for name in filter(is_template, reached):
            found = mentions(files[name], name, limits)
            if found is None:
                return files
            fresh |= found - seen
    return files if len(names) == len(files) else {name: files[name] for name in sorted(names)}


@lru_cache(maxsize=KEPT)
def mentions(text: str, name: str, limits: Limits) -> frozenset[str] | None:
    """The strings of a template, defaults of parameters included; None when a file or a type of theirs is named by a function. A file that
    only looks like a template has none."""
    try:
        template = parse_once(text, name, limits)
    except Invalid:
        return frozenset()
    return strings_in({key: value for key, value in template.tree.items() if key not in ("parameters", "description")} | {
        "parameters": [one.get("default") for one in template.section("parameters").values() if isinstance(one, Mapping)]})


class Dynamic(Exception):
    """A name is worked out by a function."""


def strings(value: Any, key: Any = None) -> Iterator[str]:
    """All strings in a value. Raises Dynamic."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if key in NAMED:
            raise Dynamic
        for inner, part in value.items():
            yield from strings(part, inner)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)
    elif isinstance(value, Unknown) and key in NAMED:
        raise Dynamic


def _targets(string: str, files: Mapping[str, str], registry: Registry, parts: list[Mapping[str, Any]]) -> Iterator[str]:
    """The files that the name of a type stands for, in any part of the registry."""
    for target in (registry.target(string), *(registry.target(to) for part in parts if isinstance(to := part.get(string), str))):
        if target in files:
            yield str(target)
