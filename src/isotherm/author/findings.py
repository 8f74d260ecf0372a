"""Everything found in a template that lies somewhere, with what belongs to it."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from isotherm.author.checking import check
from isotherm.author.sources import Read, from_disk, load
from isotherm.author.tidy import tidied
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.types.registry import Registry


def findings(path: Path, environments: Sequence[Path] = (), *, types: Registry, parameters: Mapping[str, Any] | None = None,
             schema_only: bool = False, ignore: Collection[str] = (), read: Read = from_disk) -> list[Problem]:
    """What is wrong with a template, its environments and the files it uses, at the places of the files: first the environments, then
    each file in the order of its text."""
    try:
        sources = load(path, environments, read)
    except Invalid as error:
        return tidied(one for one in error.problems if one.code not in ignore)
    checked = check(sources.template, sources.environment, sources.files, types=types, parameters=parameters, schema_only=schema_only, ignore=ignore)
    return [one for one in sources.located(checked.problems, (parameters or {}).keys()) if one.code not in ignore]
