"""The files that come with a template: parsed once, and told apart by what uses them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.schema import is_template
from isotherm.template.document import Template, parse
from isotherm.template.limits import Limits
from isotherm.template.registry import Registry

KEPT = 512                              # parsed templates at hand; one that is dropped is parsed again
FILE_CALLS = ("get_file", "Fn::GetFile")


@lru_cache(maxsize=KEPT)
def parse_once(text: str, name: str, limits: Limits) -> Template:
    """`parse`, for a text that many stacks are made from. Raises Invalid."""
    return parse(text, name, limits)


def needed(strings: Iterable[str], files: Mapping[str, str], registry: Registry, limits: Limits) -> Mapping[str, str]:
    """The files that may be used where these strings are used: those they name, as a file or as a type that the registry
    maps to one, and all that these need in turn. All files when some template works out a name only when it runs."""
    tables = list(_tables(registry))
    names = {name for string in strings for name in _names(string, files, registry, tables)}
    frontier = list(names)
    while frontier:
        name = frontier.pop()
        if not is_template(name):
            continue
        try:
            found = mentions(parse_once(files[name], name, limits))
        except Invalid:                 # a file that only looks like a template
            continue
        if found is None:
            return files
        fresh = {other for string in found for other in _names(string, files, registry, tables)} - names
        names |= fresh
        frontier += fresh
    return files if len(names) == len(files) else {name: files[name] for name in sorted(names)}


@lru_cache(maxsize=KEPT)
def mentions(template: Template) -> frozenset[str] | None:
    """The strings of the resources, outputs and conditions of a template; None when a file or a type of theirs is named by a function."""
    try:
        return frozenset(text for key, value in template.tree.items() if key not in ("parameters", "description") for text in strings(value))
    except _Dynamic:
        return None


class _Dynamic(Exception):
    """A name is worked out by a function."""


def strings(value: Any, key: Any = None) -> Iterator[str]:
    """All strings in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if key in ("type", *FILE_CALLS):
            raise _Dynamic
        for inner, part in value.items():
            yield from strings(part, inner)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


def _tables(registry: Registry) -> Iterator[Mapping[str, Any]]:
    yield registry.types
    for inner in registry.resources.values():
        yield from _tables(inner)


def _names(string: str, files: Mapping[str, str], registry: Registry, tables: list[Mapping[str, Any]]) -> Iterator[str]:
    """The files that a string stands for, in any part of the registry."""
    if string in files:
        yield string
    if "::" in string or any(string in table for table in tables):
        for target in (registry.target(string), *(registry.target(to) for table in tables if isinstance(to := table.get(string), str))):
            if target in files:
                yield str(target)
