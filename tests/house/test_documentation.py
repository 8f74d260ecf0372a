"""Everything that is declared is documented, and the pages say what the code has."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from isotherm.cli.main import COMMANDS, cli
from isotherm.config import groups, options
from isotherm.model.schema import Prop
from isotherm.model.step import KINDS
from isotherm.template.functions import FUNCTIONS
from isotherm.types.base import ResourceType
from isotherm.types.registry import registry

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
TYPES = [registry().get(name) for name in registry().names()]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
HAND_WRITTEN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


def page(name: str) -> str:
    return (REFERENCE / name).read_text()


def test_reference_pages_are_as_the_code_has_them() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "reference_docs.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_option_has_a_sentence_and_a_row() -> None:
    text = page("options.md")
    for group, cls in groups().items():
        assert cls.__doc__, f"[{group}] has no docstring"
        assert f"## {group}" in text
    for one in options():
        assert one.doc.endswith("."), f"[{one.group}] {one.name}: {one.doc!r} is no sentence"
        assert f"| `{one.name}` |" in text


def test_every_command_has_help_and_a_section() -> None:
    text = page("commands.md")
    for name in COMMANDS:
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.help, f"isotherm {name} has no help"
        assert f"## isotherm {name}\n" in text


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_every_type_says_what_it_is_and_has(kind: ResourceType) -> None:
    text = page(f"types/{kind.name.split('::')[1].lower()}.md")
    assert f"## {kind.name} " in text
    assert kind.doc.endswith("."), f"{kind.name} has no sentence"
    silent = [path for prop in kind.properties for path in undocumented(prop, prop.name)]
    silent += [attr.name for attr in kind.attributes if not attr.doc.endswith((".", "?"))]
    assert not silent, f"{kind.name}: without a sentence: {', '.join(silent)}"


def undocumented(prop: Prop, path: str) -> Iterator[str]:
    """Paths of properties without a sentence. The element of a list may be told by the list's own."""
    if not prop.doc.endswith((".", "?")) and not path.endswith("*"):
        yield path
    for inner in prop.schema or ():
        yield from undocumented(inner, f"{path}.{inner.name}")
    if prop.item:
        yield from undocumented(prop.item, f"{path}.*")


def test_every_function_says_what_it_does() -> None:
    text = page("functions.md")
    for name, rows in FUNCTIONS.items():
        assert f"### {name} " in text
        assert all(row.doc.endswith(".") for row in rows), f"{name} has no sentence"


@pytest.mark.parametrize("path", [*HAND_WRITTEN, *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    lost = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not lost, f"{path.relative_to(ROOT)} links to {', '.join(lost)}"


def test_every_kind_of_step_is_in_the_glossary() -> None:
    text = (ROOT / "docs" / "explanation" / "glossary.md").read_text()
    assert not [kind for kind in KINDS if f"`{kind}`" not in text]


def test_every_page_is_in_the_navigation() -> None:
    listed = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text()))
    there = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert listed == there
