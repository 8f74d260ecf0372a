"""The outline of a template: its sections, and what is in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from isotherm.template import Template
from isotherm.template.tree import Map

SECTIONS = ("parameters", "conditions", "resources", "outputs", "parameter_groups", "mappings")


@dataclass(frozen=True, slots=True)
class Symbol:
    """row, column: where its name stands, from 0; end: the row after its last. kind: of the section that it is in, or `section`."""

    name: str
    kind: str
    detail: str
    row: int
    column: int
    end: int
    inner: tuple["Symbol", ...] = ()


def symbols(template: Template, rows: int) -> tuple[Symbol, ...]:
    """The outline of a template of so many rows."""
    words = {template.dialect.spell(word): word for word in SECTIONS}
    tree = template.tree
    made = []
    for name, row, column, end in spans(tree, rows):
        word = words.get(name, name)
        value = tree[name]
        inner = tuple(Symbol(key, word, detail(value[key], template), at, left, until) for key, at, left, until in spans(value, end)
                      ) if isinstance(value, Map) and word in SECTIONS else ()
        made.append(Symbol(name, "section", "" if isinstance(value, Map | list) else str(value)[:60], row, column, end, inner))
    return tuple(made)


def spans(tree: Map, until: int) -> list[tuple[str, int, int, int]]:
    """Each key with its row, column, and the row at which the next begins. Keys that a merge brought are elsewhere in the text."""
    places = sorted((tree.at[key][0], tree.at[key][1], key) for key in tree if isinstance(key, str) and key in tree.at)
    ends = [*(row - 1 for row, _, _ in places[1:]), until]
    return [(key, row - 1, column - 1, max(end, row)) for (row, column, key), end in zip(places, ends, strict=True)]


def detail(value: object, template: Template) -> str:
    """The type of a parameter or resource."""
    said = value.get(template.dialect.spell("type")) if isinstance(value, Mapping) else None
    return said if isinstance(said, str) else ""
