"""Which files a template names: as resource types, as what a registry makes of a type, and in get_file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from isotherm.model.schema import is_template
from isotherm.template.document import Template
from isotherm.template.registry import Registry, mapped

GET_FILE = ("get_file", "Fn::GetFile")
TYPE = ("type", "Type")
TYPES = "resources"                     # OS::Heat::ResourceChain lists types under this key
NOT_LOOKED_AT = frozenset({"parameters", "Parameters", "description", "Description", "parameter_groups", "mappings", "Mappings"})


def types_and_files(template: Template) -> tuple[frozenset[str], frozenset[str]]:
    """The strings that stand where a type is named, anywhere in the template, and the files that get_file names outright."""
    types: set[str] = set()
    files: set[str] = set()
    for section, value in template.tree.items():
        if section not in NOT_LOOKED_AT:
            _collect(value, types, files)
    return frozenset(types), frozenset(files)


def _collect(value: Any, types: set[str], files: set[str]) -> None:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if isinstance(part, str):
                if key in TYPE:
                    types.add(part)
                elif key in GET_FILE:
                    files.add(part)
            else:
                if key == TYPES and isinstance(part, list | tuple):
                    types.update(one for one in part if isinstance(one, str))
                _collect(part, types, files)
    elif isinstance(value, list | tuple):
        for part in value:
            _collect(part, types, files)


def templates_of(types: Iterable[str], registry: Registry) -> Iterator[str]:
    """The templates that these types may stand for, wherever in the registry."""
    parts = list(parts_of(registry))
    for name in types:
        if is_template(name):
            yield name
            continue
        targets = {registry.target(name), *(registry.target(to) for part in parts if (to := mapped(name, (part,))))}
        yield from sorted(target for target in targets if target is not None and is_template(target))


def targets(registry: Registry) -> frozenset[str]:
    """Every template that a registry and those below it name."""
    return frozenset(value for part in parts_of(registry) for value in part.types.values() if isinstance(value, str) and is_template(value))


def parts_of(registry: Registry) -> Iterator[Registry]:
    """All parts of a registry and of those below it: each maps names of its own."""
    for layer in registry.layers:
        yield layer
        for inner in layer.resources.values():
            yield from parts_of(inner)
