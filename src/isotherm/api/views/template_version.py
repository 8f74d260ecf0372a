"""The template language as the API describes it."""

from typing import Any

from isotherm.template.functions import Function
from isotherm.template.versions import DIALECTS


def versions_view() -> list[dict[str, Any]]:
    """One entry a version, sorted; its other names are aliases."""
    names: dict[str, list[str]] = {}
    for (key, name), dialect in DIALECTS.items():
        own = f"{key}.{dialect.version}"
        aliases = names.setdefault(own, [])
        if name != dialect.version:
            aliases.append(f"{key}.{name}")
    return [{"version": name, "type": "hot" if name.startswith("heat_template_version") else "cfn", "aliases": names[name]}
            for name in sorted(names)]


def function_view(function: Function) -> dict[str, str]:
    return {"functions": function.name, "description": function.doc}
