"""The table of codes: complete, and true by its own examples."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from isotherm.author.checking import check
from isotherm.author.codes import CODES, GROUPS, Code, codes_of, not_a_code
from isotherm.author.codes.code import Example
from isotherm.author.constraints import CLOUD
from isotherm.cloud.finders import CONSTRAINTS
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template import LIMITS, Environment, Limits, merge, parse, parse_environment
from isotherm.types.base import ResourceType
from isotherm.types.registry import Registry, registry

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


def environment_of(example: Example) -> Environment:
    parts = [parse_environment(text) for text in (example.environment, example.later) if text]
    return merge(*parts)


def found_in(code: Code) -> list[Problem]:
    example = code.example
    assert example is not None
    try:
        return list(check(parse(example.template), environment_of(example), example.files, types=registry()).problems)
    except Invalid as error:
        return list(error.problems)


@pytest.mark.parametrize("code", TESTED, ids=lambda code: code.name)
def test_the_example_of_a_code_is_one(code: Code) -> None:
    found = {one.code: one for one in found_in(code)}
    assert code.name in found, found
    assert found[code.name].message
    place = found[code.name].place
    assert place.line or place.file or code.name in PLACELESS, place


PLACELESS = {"bad-parameter-merge", "conflicting-merge-strategies"}      # they are about two environments
HEAD = "heat_template_version: 2021-04-16\n"
NONE = "resources:\n  r: {type: %s}\n"
# What is too large to be printed in the reference, made here.
MADE = {
    "template-too-large": lambda: problems_of(HEAD + "description: " + "x" * LIMITS.text),
    "too-deep": lambda: problems_of(HEAD + "outputs: {o: {value: " + "[" * LIMITS.depth + "]" * LIMITS.depth + "}}"),
    "too-many-elements": lambda: problems_of(HEAD + "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(letter)}: &{chr(letter)} [{','.join(['*' + chr(letter - 1)] * 10)}]\n" for letter in range(98, 105))),
    "too-many-resources": lambda: problems_of(HEAD + "resources: {a: {type: OS::Heat::None}, b: {type: OS::Heat::None}}\n",
                                              limits=replace(LIMITS, resources=1)),
    "nested-too-deep": lambda: problems_of(HEAD + NONE % "t0.yaml", {f"t{n}.yaml": HEAD + NONE % f"t{n + 1}.yaml" for n in range(LIMITS.nested + 1)}),
}


def problems_of(text: str, files: Mapping[str, str] | None = None, limits: Limits = LIMITS) -> list[Problem]:
    try:
        return list(check(parse(text, limits=limits), files=files, types=registry()).problems)
    except Invalid as error:
        return list(error.problems)


@pytest.mark.parametrize("name", MADE)
def test_what_is_too_large_to_print_is_found(name: str) -> None:
    found = {one.code: one for one in MADE[name]()}
    assert name in found
    assert found[name].message


@pytest.mark.parametrize("code", [one for one in CODES.values() if one.example is None], ids=lambda code: code.name)
def test_a_code_without_an_example_says_why(code: Code) -> None:
    assert code.without.endswith(".")


def test_a_code_with_an_example_needs_no_excuse() -> None:
    assert [one.name for one in TESTED if one.without] == []


class Ruled(ResourceType):
    """A type outside this tree, with a rule."""

    name, properties, attributes = "My::Ruled", (), ()

    def validate(self, properties: Mapping[str, Any]) -> list[Problem]:
        return [Problem("my-rule", "No.")]


class Declared(Ruled):
    """One that says which findings it has."""

    name = "My::Declared"
    codes: ClassVar[Mapping[str, str]] = {"my-rule": "Never."}


@pytest.mark.parametrize(("word", "kinds", "known"), [
    ("unknown-type", [], True), ("my-rule", [], False), ("my-rule", [Declared()], True), ("other-rule", [Declared()], False),
    ("other-rule", [Ruled()], True), ("unknown-typ", [Ruled()], False), ("No Code", [Ruled()], False),
])
def test_codes_of_types_outside_this_tree_are_known(word: str, kinds: list[ResourceType], known: bool) -> None:
    types = Registry({one.name: one for one in kinds})
    assert (not_a_code(word, types) == "") is known
    assert ("my-rule" in codes_of(types)) is any(one.codes for one in kinds)


def test_the_checks_of_a_cloud_are_those_that_the_service_makes() -> None:
    assert set(CONSTRAINTS) == CLOUD


@pytest.mark.parametrize("code", TESTED, ids=lambda code: code.name)
def test_a_code_can_be_ignored(code: Code) -> None:
    example = code.example
    assert example is not None
    try:
        template, environment = parse(example.template), environment_of(example)
    except Invalid:
        return                                # what cannot be read cannot be judged
    left = check(template, environment, example.files, types=registry(), ignore={code.name})
    assert code.name not in {one.code for one in left.problems}
