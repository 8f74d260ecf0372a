"""The outputs section."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.unknown import Unknown
from isotherm.template.conditions import Conditions
from isotherm.template.definition import OutputDefinition
from isotherm.template.document import Template
from isotherm.template.expression import OMIT, Scope, evaluate
from isotherm.template.report import Report, meant, near, shown
from isotherm.template.snippets import FAILED, Snippets
from isotherm.template.static import StaticWorld
from isotherm.template.tree import key_text

Uses = dict[str, frozenset[tuple[Any, ...]]]


def outputs(template: Template, snippets: Snippets, scope: Scope, world: StaticWorld, conditions: Conditions,
            report: Report) -> tuple[dict[str, OutputDefinition], Uses]:
    """The outputs by name, and the attributes that they read. Problems go to the report."""
    section = template.dialect.spell("outputs")
    made: dict[str, OutputDefinition] = {}
    uses: dict[str, set[tuple[Any, ...]]] = {}
    for key, raw in template.section("outputs").items():
        one = _output(template, key_text(key), raw, (section, key), snippets, scope, world, conditions, report)
        if one is not None:
            made[one.name] = one
            for resource, path in one.uses:
                uses.setdefault(resource, set()).add(path)
    return made, {name: frozenset(paths) for name, paths in uses.items()}


def _output(template: Template, name: str, raw: Any, path: tuple[Any, ...], snippets: Snippets, scope: Scope,
            world: StaticWorld, conditions: Conditions, report: Report) -> OutputDefinition | None:
    if not isinstance(raw, Mapping):
        report.add("bad-output", path, f"An output is a map with a value, not {shown(raw)}.")
        return None
    dialect = template.dialect
    word, condition = dialect.spell("value"), dialect.spell("condition")
    strange = [key for key in raw if key not in dialect.output_keys]
    instead = next((key for key in strange if word not in raw and meant(key, dialect.output_keys) == word), None)
    for key in strange:
        if key != instead:
            report.warn("unknown-output-key", (*path, key), f"{key!r} is no key of an output.", hint=near(key, dialect.output_keys))
    if word not in raw:
        report.add("bad-output", path if instead is None else (*path, instead), f"The output {name!r} has no `{word}`.",
                   hint="" if instead is None else f"Did you mean `{word}` here, where it says {instead!r}?")
    enabled = True
    if condition in raw and dialect.conditions:
        found = conditions.truth(raw[condition], (*path, condition), report)
        enabled = isinstance(found, Unknown) or bool(found)
    expression = snippets.parse(raw.get(word), (*path, word)) if enabled else None
    value: Any = FAILED
    before = len(report.problems)
    try:
        value = evaluate(expression, replace(scope, lenient=True))
    except Invalid as exc:
        report.problems.extend(exc.problems)
    # Such an output does not stop a stack: it is shown with its error.
    report.soften(before, "bad-argument", "missing-parameter", "unknown-reference", "missing-file")
    _, attributes = world.take()
    description = raw.get(dialect.spell("description"))
    return OutputDefinition(
        name=name, description="No description given" if description is None else str(description), enabled=enabled,
        value=None if value is OMIT else value, uses=attributes, place=template.place(path), path=path,
        expression=None if expression is OMIT else expression)
