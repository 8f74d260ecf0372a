"""Findings in the Static Analysis Results Interchange Format (SARIF) 2.1.0, which code hosts and editors read."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from isotherm.author.codes import CODES, Code
from isotherm.model.problem import Place, Problem, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.DEPRECATION: "note"}
ROOT = "%SRCROOT%"
Json = dict[str, Any]


def sarif(problems: Iterable[Problem], version: str, codes: Mapping[str, Code] = CODES, docs: str = "", root: Path | None = None) -> Json:
    """One run of this tool, of that version, that found these problems. docs: where its documentation is published, "" when nowhere.
    root: files below it are named from there."""
    found = list(problems)
    used = list(dict.fromkeys(one.code for one in found))
    driver = {"name": "isotherm", "version": version, "rules": [rule(code, codes.get(code), docs) for code in used]}
    run: Json = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [result(one, used, root) for one in found]}
    if root is not None:
        run["originalUriBaseIds"] = {ROOT: {"uri": f"{root.as_uri()}/"}}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule(name: str, code: Code | None, docs: str) -> Json:
    """What a code stands for. One that a type outside this tree does not declare is its author's secret."""
    made: Json = {"id": name, "name": name.title().replace("-", "")}
    if code is None:
        return made
    if docs:
        made["helpUri"] = f"{docs.rstrip('/')}/reference/codes/#{name}"
    said = f"{code.sentence} {code.cure}"
    shown = f"{said}\n\n```yaml\n{code.example.template.rstrip()}\n```" if code.example is not None and code.example.template.isascii() else said
    return made | {"shortDescription": {"text": code.sentence}, "fullDescription": {"text": said}, "help": {"text": said, "markdown": shown},
                   "defaultConfiguration": {"level": LEVELS[code.severity]},
                   "properties": {"problem.severity": {"note": "recommendation"}.get(LEVELS[code.severity], LEVELS[code.severity])}}


def result(problem: Problem, codes: Sequence[str], root: Path | None) -> Json:
    said = f"{problem.message} {problem.hint}".strip()
    made: Json = {"ruleId": problem.code, "ruleIndex": codes.index(problem.code), "level": LEVELS[problem.severity],
                  "message": {"text": said}, "locations": [location(problem.place, root)]}
    if problem.used_by:
        made["relatedLocations"] = [location(one, root) | {"id": number, "message": {"text": f"Used by {one.path or one.file}."}}
                                    for number, one in enumerate(problem.used_by)]
    if problem.allowed:
        made["properties"] = {"allowed": list(problem.allowed)}
    return made


def location(place: Place, root: Path | None) -> Json:
    """Code hosts show nothing without a line, so what is wrong with a file as a whole is shown at its beginning."""
    region = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
    made: Json = {"physicalLocation": {"artifactLocation": artifact(place.file or "template", root), "region": region}}
    if place.path:
        made["logicalLocations"] = [{"fullyQualifiedName": place.path}]
    return made


def artifact(file: str, root: Path | None) -> Json:
    """A file; relative paths stay so, since code hosts read them from the repository's root."""
    path = PurePath(file)
    if root is not None and path.is_relative_to(root):
        path = path.relative_to(root)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix())} | ({"uriBaseId": ROOT} if root is not None and ".." not in path.parts else {})
