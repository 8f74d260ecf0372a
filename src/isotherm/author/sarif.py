"""Findings in the Static Analysis Results Interchange Format (SARIF) 2.1.0, which code hosts and editors read."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from isotherm.author.codes import CODES
from isotherm.model.problem import Place, Problem, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.DEPRECATION: "note"}
Json = dict[str, Any]


def sarif(problems: Iterable[Problem], version: str) -> Json:
    """One run of this tool, of that version, that found these problems."""
    found = list(problems)
    codes = list(dict.fromkeys(one.code for one in found))
    driver = {"name": "isotherm", "version": version, "rules": [rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [result(one, codes) for one in found]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule(code: str) -> Json:
    """What a code stands for; a code of an installed plug-in is not in the table."""
    known = CODES.get(code)
    if known is None:
        return {"id": code}
    return {"id": code, "shortDescription": {"text": known.sentence}, "help": {"text": known.cure},
            "defaultConfiguration": {"level": LEVELS[known.severity]}}


def result(problem: Problem, codes: Sequence[str]) -> Json:
    said = f"{problem.message} {problem.hint}".strip()
    made: Json = {"ruleId": problem.code, "ruleIndex": codes.index(problem.code), "level": LEVELS[problem.severity],
                  "message": {"text": said}, "locations": [location(problem.place)]}
    if problem.used_by:
        made["relatedLocations"] = [location(one) | {"id": number, "message": {"text": f"Used by {one.path or one.file}."}}
                                    for number, one in enumerate(problem.used_by)]
    if problem.allowed:
        made["properties"] = {"allowed": list(problem.allowed)}
    return made


def location(place: Place) -> Json:
    made: Json = {"physicalLocation": {"artifactLocation": {"uri": uri(place.file or "template")}}}
    if place.line:
        made["physicalLocation"]["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
    if place.path:
        made["logicalLocations"] = [{"fullyQualifiedName": place.path}]
    return made


def uri(file: str) -> str:
    """A file's path as a reference: relative ones stay so, since code hosts read them from the repository's root."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
