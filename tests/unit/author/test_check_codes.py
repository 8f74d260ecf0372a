"""The table of codes: complete, and true by its own examples."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from isotherm.author.checking import check
from isotherm.author.codes import CODES, GROUPS, Code
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template import parse, parse_environment
from isotherm.types.registry import registry

SOURCE = Path(__file__).resolve().parents[3] / "src" / "isotherm"
CODE = re.compile(r"[a-z]+(-[a-z]+)+|invalid")
# Calls that report a finding; codes are among their arguments. Others that take hyphened words are about other things.
REPORTING = {"Problem", "problem", "add", "warn", "wrong", "complain", "broken", "soften", "BadArgument", "_refused", "refused", "known", "blame", "unfit",
             "violation", "finding", "one_of", "exclusive"}
TESTED = [one for one in CODES.values() if one.example is not None]


def reported() -> dict[str, str]:
    """code -> where, of every call that reports."""
    found: dict[str, str] = {}
    for part in ("model", "template", "types", "engine", "cloud"):
        for path in sorted((SOURCE / part).rglob("*.py")):
            tree = ast.parse(path.read_text())
            for code in of_module(tree):
                found.setdefault(code, str(path.relative_to(SOURCE)))
    return found


def of_module(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in REPORTING:
                yield from (code for one in node.args for code in strings(one))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pairs = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
            yield from (code for one, default in pairs if one.arg == "code" for code in strings(default))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in ("CODE", "MISUSE"):
            yield from strings(node.value)


def strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value


def test_every_code_in_use_is_in_the_table() -> None:
    missing = {code: where for code, where in reported().items() if code not in CODES}
    assert not missing, f"add these to isotherm.author.codes: {missing}"


def test_every_code_in_the_table_is_in_use() -> None:
    text = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if "author/codes" not in path.as_posix())
    assert [code for code in CODES if f'"{code}"' not in text] == []


def test_no_code_stands_twice() -> None:
    assert sum(len(group) for group in GROUPS.values()) == len(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_a_code_is_explained_by_sentences(code: Code) -> None:
    assert CODE.fullmatch(code.name)
    for said in (code.sentence, code.cure):
        assert said[0].isupper() or said[0] == "`"
        assert said.endswith(".")


def found_in(code: Code) -> list[Problem]:
    example = code.example
    assert example is not None
    try:
        environment = parse_environment(example.environment)
        return list(check(parse(example.template), environment, example.files, types=registry()).problems)
    except Invalid as error:
        return list(error.problems)


@pytest.mark.parametrize("code", TESTED, ids=lambda code: code.name)
def test_the_example_of_a_code_is_one(code: Code) -> None:
    found = {one.code: one for one in found_in(code)}
    assert code.name in found, found
    assert found[code.name].message


@pytest.mark.parametrize("code", TESTED, ids=lambda code: code.name)
def test_a_code_can_be_ignored(code: Code) -> None:
    example = code.example
    assert example is not None
    try:
        template, environment = parse(example.template), parse_environment(example.environment)
    except Invalid:
        return                                # what cannot be read cannot be judged
    left = check(template, environment, example.files, types=registry(), ignore={code.name})
    assert code.name not in {one.code for one in left.problems}
