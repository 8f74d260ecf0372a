"""What a public template is found to be: its parameters, resources, edges, and whether it is valid. Nothing is made of it."""

import os
from collections.abc import Mapping
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.template import Definition, Limits, Pseudo, compile, declarations, parse, parse_environment, problems
from isotherm.template.resources import AnyType
from isotherm.types.registry import registry

STACK_ID = "6d2a3b8e-0d4c-4a50-9d5c-0f1d0b3c2a11"
CATALOG = registry()
LIMITS = Limits(resources=1000, nested=5)


class Anything:
    """The known types; one of the usual name spaces that is not known takes every property and has every attribute."""

    def schema(self, name: str) -> Any:
        return CATALOG.schema(name) or (AnyType(name) if name.startswith(("OS::", "AWS::")) else None)

    def names(self) -> tuple[str, ...]:
        return CATALOG.names()


def describe(entry: Mapping[str, Any], root: str) -> dict[str, Any]:
    """A public template: what is in it, its edges, and whether it is valid."""
    try:
        template = parse(entry["text"], limits=LIMITS)
    except Invalid:
        return {"parse": "error"}
    environment = parse_environment({"resource_registry": entry.get("resource_registry") or {}})
    given = {"files": files_of(entry, root), "catalog": Anything(), "pseudo": Pseudo(STACK_ID, "stack", "project")}
    loose = [one for one in problems(template, environment, **given, strict=False) if one.severity is Severity.ERROR]
    strict = [one for one in problems(template, environment, **given, parameters=entry.get("sample_parameters") or {})
              if one.severity is Severity.ERROR]
    told: dict[str, Any] = {
        "parse": "ok", "version": {template.dialect.key: str(template.tree[template.dialect.key])},
        "template_validate": "ok" if not loose else "; ".join(map(str, loose)),
        "create_validate": "ok" if not strict else "; ".join(map(str, strict)),
        "parameters": {name: {"type": one.written[template.dialect.spell("type")], "required": one.required, "hidden": one.hidden}
                       for name, one in declarations(template).items()},
    }
    if not strict:
        told |= shape(compile(template, environment, **given, parameters=entry.get("sample_parameters") or {}))
    return told


def files_of(entry: Mapping[str, Any], root: str) -> dict[str, str]:
    """Those of its files that are there."""
    return {name: read(root, path) for name, path in entry.get("files", {}).items() if os.path.exists(f"{root}/{path}")}


def shape(definition: Definition) -> dict[str, Any]:
    required_by: dict[str, list[str]] = {name: [] for name in definition.resources}
    for name, one in definition.resources.items():
        for other in one.requires:
            required_by[other].append(name)
    word = definition.template.dialect.spell("type")
    types = {name: one[word] for name, one in definition.template.section("resources").items()}
    return {
        "resources": types, "resource_types": sorted(set(types.values())),
        "outputs": sorted(definition.outputs), "disabled_resources": sorted(definition.disabled),
        "required_by": {name: sorted(others) for name, others in required_by.items()},
    }


def read(root: str, path: str) -> str:
    with open(f"{root}/{path}", encoding="utf-8", errors="replace") as file:
        return file.read()
