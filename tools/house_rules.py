"""House rules that a machine can hold: who may import whom, no cycles, and how long a file or a function may be."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "isotherm"
MAX_FILE, MAX_FUNCTION, MAX_TEST_FILE = 400, 60, 700

CORE = {"model"}
ENGINE = CORE | {"template", "types", "graph", "author", "store", "bus", "cloud", "config"}
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(), "sim": set(),
    "template": CORE, "types": CORE,
    "graph": CORE | {"template", "types"}, "author": CORE | {"template", "types", "graph"},
    "store": CORE, "bus": CORE, "config": CORE, "configfile": {"config"},
    "cloud": CORE | {"types", "config"},
    "engine": ENGINE,
    "api": ENGINE | {"engine"},
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
UNFINISHED = ("NotImplementedError", "TO" + "DO", "FIX" + "ME", "XX" + "X")


def complaints() -> Iterator[str]:
    """Every breach, as file:line: sentence."""
    imports: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from of_file(path, imports)
    for folder in ("tests", "tools", "bench"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            lines = path.read_text().count("\n")
            if lines > MAX_TEST_FILE:
                yield f"{path.relative_to(ROOT)}: {lines} lines, at most {MAX_TEST_FILE}"
    names: dict[str, Path] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if path.name in names:
            yield f"{path.relative_to(ROOT)}: {names[path.name].relative_to(ROOT)} has that name too, and pytest imports tests by name"
        names[path.name] = path
    for cycle in cycles(imports):
        yield "import cycle: " + " -> ".join(cycle)


def of_file(path: Path, imports: dict[str, set[str]]) -> Iterator[str]:
    source, here = path.read_text(), path.relative_to(ROOT)
    tree = ast.parse(source)
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    module = ".".join(("isotherm", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    if path.stem in FORBIDDEN_NAMES:
        yield f"{here}: name the file after a noun of the domain, not {path.stem}"
    if source.count("\n") > MAX_FILE:
        yield f"{here}: {source.count(chr(10))} lines, at most {MAX_FILE}"
    for number, line in enumerate(source.splitlines(), 1):
        if any(word in line for word in UNFINISHED):
            yield f"{here}:{number}: unfinished: {line.strip()}"
    if not ast.get_docstring(tree):
        yield f"{here}:1: a module says what it is for"
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION:
            yield f"{here}:{node.lineno}: {node.name} is {(node.end_lineno or 0) - node.lineno + 1} lines, at most {MAX_FUNCTION}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            ours = [name for name in imported(node) if name.split(".")[0] == "isotherm"]
            if id(node) not in top:
                yield f"{here}:{node.lineno}: an import inside a function or block hides a cycle"
            imports.setdefault(module, set()).update(ours)
            for name in ours:
                other = [*name.split("."), ""][1]
                if part in MAY_IMPORT and other not in ("", "__version__", part) and other not in MAY_IMPORT[part]:
                    yield f"{here}:{node.lineno}: {part} may not import {other}"


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules an import may reach: for `from a import b`, both a and a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]


def cycles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Circles of modules that import each other."""
    graph = {module: {name for name in names if name in imports and name != module} for module, names in imports.items()}
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(module: str, trail: list[str]) -> None:
        if module in trail:
            found.append([*trail[trail.index(module):], module])
            return
        if module in done:
            return
        for other in sorted(graph[module]):
            # A package is imported with each of its modules; that its __init__ gathers them is no circle.
            if not module.startswith(other + "."):
                visit(other, [*trail, module])
        done.add(module)

    for module in sorted(graph):
        visit(module, [])
    return found


if __name__ == "__main__":
    problems = list(complaints())
    print("\n".join(problems) or "house rules: kept")
    sys.exit(bool(problems))
