"""Every code in use is documented, and every documented one is in use."""

import ast
from pathlib import Path

import isotherm.template
from isotherm.template.codes import CODES

REPORTERS = {"Problem", "add", "warn", "wrong", "say", "_refused", "BadArgument"}
ROOT = Path(isotherm.template.__file__).parent


def used():
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "attr", None) or getattr(getattr(node, "func", None), "id", None)
            if isinstance(node, ast.Call) and name in REPORTERS:
                constants = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
                yield from (text for text in constants if isinstance(text, str) and "-" in text and " " not in text)


def test_codes_in_use_are_documented():
    assert set(used()) - CODES.keys() == set()


def test_documented_codes_are_in_use():
    sources = "".join(path.read_text() for path in ROOT.rglob("*.py") if path.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in sources] == []
