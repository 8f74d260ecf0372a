"""The reference page of errors, made from the classes of errors and from the calls that report problems."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reference_cells import cell

from isotherm.api.errors import ApiError
from isotherm.model.errors import IsothermError
from isotherm.template.report import WIRES

SOURCE = Path(__file__).resolve().parent.parent / "src" / "isotherm"


def errors() -> Iterator[str]:
    yield from (
        "# Errors", "",
        "An error is answered in the shape that clients of Heat know: `code`, `title`, `explanation` and `error` with `type`, `message` "
        "and `traceback` (always null). When an input has been refused, `problems` lists every finding: `code`, `message`, `hint`, "
        "`severity`, `file`, `line`, `column`, `path` and `allowed`.", "",
        "## Families", "", "| class | status | `error.type` unless it says otherwise | meaning |", "|---|---|---|---|")
    for cls in (*families(IsothermError), ):
        yield f"| {cls.__name__} | {cls.status} | `{cls.wire}` | {cell((inspect.getdoc(cls) or '').split(chr(10) * 2)[0])} |"
    yield from ("", "## Findings", "", "Codes are stable. `…` stands for what was found.", "",
                "| code | `error.type` | what it says | found in |", "|---|---|---|---|")
    types = {**WIRES, **special_types()}
    for code, (messages, places) in sorted(findings().items()):
        said = "<br>".join(cell(message) for message in messages[:3])
        yield f"| `{code}` | `{types.get(code, 'StackValidationFailed')}` | {said} | {', '.join(places)} |"


def families(cls: type[IsothermError]) -> Iterator[type[IsothermError]]:
    for inner in cls.__subclasses__():
        if inner is not ApiError:
            yield inner
        yield from families(inner)


CODE = re.compile(r"[a-z]+(-[a-z]+)+|invalid")
WORDS = re.compile(r"[a-z]{2,}")
PLAIN = "bad-argument"                  # the code of a BadArgument that names none
Findings = dict[str, tuple[list[str], list[str]]]


@cache
def trees() -> dict[Path, ast.Module]:
    """The modules that report problems, parsed."""
    return {path: ast.parse(path.read_text()) for part in ("model", "template", "types", "engine", "cloud")
            for path in sorted((SOURCE / part).rglob("*.py"))}


def special_types() -> dict[str, str]:
    """code -> the error type of an `Invalid` that is raised with both."""
    found: dict[str, str] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "Invalid":
                wires = [one.value.value for one in node.keywords if one.arg == "wire" and isinstance(one.value, ast.Constant)]
                inner = ast.Module([ast.Expr(one) for one in node.args], [])
                found |= {code: str(wire) for wire in wires for code, _ in reported(inner)}
    return found


def findings() -> Findings:
    """code -> (what it says, modules), as the calls that report problems have it."""
    found: Findings = {}
    for path, tree in trees().items():
        for code, message in reported(tree):
            messages, places = found.setdefault(code, ([], []))
            place = str(path.relative_to(SOURCE).with_suffix(""))
            if place not in places:
                places.append(place)
            if message and message not in messages:
                messages.append(message)
    return found


def reported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(code, message) of each call that is given both, and of each BadArgument."""
    named = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [named.get(one.id, one) if isinstance(one, ast.Name) else one for one in node.args]
        codes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.fullmatch(one.value)]
        message = next((said for said in map(text, node.args) if len(WORDS.findall(said)) > 1), "")
        if called(node) == "BadArgument":
            yield (codes or ["bad-call" if any(isinstance(one, ast.Name) and one.id == "MISUSE" for one in node.args) else PLAIN])[0], message
        elif codes and (message or called(node) in ("Problem", "problem", "wrong")):
            yield codes[0], message


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def text(node: ast.expr) -> str:
    """A message as far as it is written in the code."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return node.value.strip()
    if isinstance(node, ast.JoinedStr):
        return re.sub("…+", "…", "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)).strip()
    return ""
