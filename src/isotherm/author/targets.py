"""Where what a word stands for is written."""

from pathlib import Path

from isotherm.author.meaning import Meaning, meaning
from isotherm.author.spot import whole
from isotherm.author.view import View
from isotherm.model.problem import Place
from isotherm.template import Template
from isotherm.template.nested import TemplateType

START = (1, 1)


def target(view: View, text: str, row: int, column: int) -> Place | None:
    """The place to go to from a cursor; None when there is none. `file` of the place is a path."""
    spot = whole(text, row, column)
    found = meaning(view, spot) if spot is not None and spot.word else None
    return place_of(view, found) if found is not None else None


def place_of(view: View, found: Meaning) -> Place | None:
    template = view.sources.template
    match found.kind:
        case "parameter" | "resource" | "condition":
            return there(template, f"{found.kind}s", found.name)
        case "file":
            return at_start(view, found.name)
        case "type":
            return at_start(view, found.what.name) if isinstance(found.what, TemplateType) else None
        case "property" if found.of:
            return in_file(view, found.of, "parameters", found.name)
        case "attribute":
            schema = view.schema(found.of)
            return in_file(view, schema.name, "outputs", found.name) if isinstance(schema, TemplateType) else None
    return None


def there(template: Template, section: str, name: str) -> Place | None:
    path = (template.dialect.spell(section), name)
    return template.place(path) if name in template.section(section) else None


def at_start(view: View, name: str) -> Place | None:
    path: Path | None = view.sources.paths.get(name)
    return Place(str(path), *START) if path is not None else None


def in_file(view: View, file: str, section: str, name: str) -> Place | None:
    """A declaration in a template that another uses."""
    schemas = (one.schema for one in view.definition.resources.values())
    nested = next((one.template for one in schemas if isinstance(one, TemplateType) and one.name == file), None)
    place = there(nested, section, name) if nested is not None else None
    return view.sources.path_of(place) if place is not None else None
