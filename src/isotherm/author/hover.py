"""What an editor shows over a word, in Markdown."""

from isotherm.author.meaning import Meaning, meaning
from isotherm.author.spot import whole
from isotherm.author.view import View
from isotherm.author.wording import (
    attribute_head,
    attribute_text,
    function_head,
    parameter_head,
    parameter_text,
    property_head,
    property_text,
    type_text,
)
from isotherm.model.schema import Attr, Prop, TypeSchema
from isotherm.template import Declaration
from isotherm.template.functions.registry import Function
from isotherm.template.nested import TemplateType


def hover(view: View, text: str, row: int, column: int) -> str | None:
    """The words for what is under the cursor; None when there is nothing to say."""
    spot = whole(text, row, column)
    found = meaning(view, spot) if spot is not None and spot.word else None
    return words(view, found) if found is not None else None


def words(view: View, found: Meaning) -> str | None:
    match found.what:
        case Declaration():
            return block(parameter_head(found.what), parameter_text(found.what))
        case Attr():
            return block(attribute_head(found.what), found.said or attribute_text(found.what))
        case Prop():
            return block(property_head(found.what), property_text(found.what))
        case Function():
            return block(function_head(found.what), found.what.doc)
        case None if found.said:
            return block(f"{found.name}: {found.said}", "A condition.") if found.kind == "condition" else block(found.name, found.said)
        case None:
            return None
    if found.kind == "resource":
        return block(f"{found.name}: {view.definition.resources[found.name].type}", described(found.what))
    return block(found.name, described(found.what))


def described(kind: TypeSchema) -> str:
    """What a type is; of a template, what it says of itself."""
    own = kind.template.description if isinstance(kind, TemplateType) else ""
    return type_text(kind) if own in ("", "No description") else own


def block(head: str, text: str) -> str:
    return f"```yaml\n{head}\n```\n{text}".rstrip()
