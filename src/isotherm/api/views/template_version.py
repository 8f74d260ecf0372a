"""The template language as the API describes it."""

from typing import Any

from isotherm.template.functions import grammar
from isotherm.template.versions import DIALECTS, Dialect


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


def functions_view(dialect: Dialect, with_conditions: bool) -> list[dict[str, str]]:
    """The functions of a version by name; with_conditions: those that only conditions may use as well."""
    found = {name: row.doc for name, row in grammar(dialect).functions.items()}
    if with_conditions:
        found = {name: row.doc for name, row in grammar(dialect, condition=True).functions.items()} | found
    if dialect.conditions:
        found["if" if dialect.hot else "Fn::If"] = CHOICE
    return [{"functions": name, "description": found[name]} for name in sorted(found)]


# Expanded when a template is parsed, so it is no row among the functions.
CHOICE = "The second item when the condition named by the first holds, else the third; the other is never looked at."
