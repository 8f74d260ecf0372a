"""Sorts the results of recorded cases and public templates: right, different on purpose, not built yet, or wrong."""

import collections
import importlib.util
import json
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import adapter

from isotherm.types.registry import registry

HERE = Path(__file__).parent
DIFFERENCES: Mapping[str, str] = json.loads((HERE / "differences.json").read_text())
MISSING = re.compile(r"There is no resource type '([^']+)'")
THREADS = 4
RIGHT, BUG, MEANT, UNBUILT, CLOUD, ABSENT, WRONG = (
    "right", "Heat's defect, done right", "different on purpose", "type not built", "needs a cloud", "file not here", "WRONG")


@dataclass
class Tally:
    """What became of cases. families: family -> how many ended how; types: not built -> cases that need it; wrong: case -> why."""

    families: dict[str, collections.Counter[str]] = field(default_factory=lambda: collections.defaultdict(collections.Counter))
    types: collections.Counter[str] = field(default_factory=collections.Counter)
    wrong: dict[str, str] = field(default_factory=dict)

    def add(self, family: str, name: str, end: str, why: str = "", types: list[str] | None = None) -> None:
        self.families[family][end] += 1
        self.types.update(types or ())
        if end == WRONG:
            self.wrong[name] = why


def runner(corpus: Path) -> ModuleType:
    """The corpus' own runner: it knows its cases and how they are judged."""
    spec = importlib.util.spec_from_file_location("run_corpus", corpus / "run_corpus.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cases(rules: ModuleType, group: str | None, tally: Tally) -> None:
    """Every case of a group, or of all."""
    def judged(case: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any], str | None]:
        try:
            got = adapter.run(rules.given(case))
            return case, got, rules.judge(case, got)
        except Exception:
            return case, {}, f"the service broke: {traceback.format_exc(limit=-3)}"

    with ThreadPoolExecutor(THREADS) as pool:
        for case, got, why in pool.map(judged, [case for _, case in rules.load_cases("open", group, None)]):
            end, types = sorted_case(case, got, why)
            tally.add("/".join(case["id"].split("/")[:2]), case["id"], end, why or "", types)


def sorted_case(case: Mapping[str, Any], got: Mapping[str, Any], why: str | None) -> tuple[str, list[str]]:
    """How a case ended, and the types it needs that are not built."""
    if why is None:
        return RIGHT, []
    if case["id"].partition("@")[0] in DIFFERENCES:
        return MEANT, []
    error = got.get("error") or {}
    types = MISSING.findall(str(error.get("message")))
    if types:
        return UNBUILT, types
    if error.get("stage") == "cloud":
        return CLOUD, []
    return (BUG if "heat-bug" in case.get("tags", ()) else WRONG), []


def public_templates(rules: ModuleType, corpus: Path, tally: Tally) -> None:
    """Every verdict on a public template."""
    for entry in json.loads((corpus / "open" / "verdicts.json").read_text()):
        root = rules.ROOTS[entry["collection"]]
        name = f"{entry['collection']}/{entry['path']}"
        if not os.path.exists(os.path.join(root, entry["path"].partition("#")[0])):
            tally.add("public/templates", name, ABSENT)
            continue
        shown = {key: entry[key] for key in ("collection", "path", "files", "resource_registry", "sample_parameters") if key in entry}
        shown["text"] = rules.read_template(root, entry["path"])
        got = adapter.describe(shown, root)
        lacking = [path for path in entry.get("files", {}).values() if not os.path.exists(os.path.join(root, path))]
        unbuilt = [one for one in entry.get("resource_types", ()) if registry().get(one) is None]
        for key, why in compared(rules, entry, got):
            end = RIGHT if why is None else MEANT if f"{name} {key}" in DIFFERENCES else WRONG
            if end == WRONG and key in (*rules.VERDICTS, "created") and (lacking or unbuilt):
                end = ABSENT if lacking else UNBUILT
            tally.add(f"public/{key}", f"{name} {key}", end, why or "", unbuilt if end == UNBUILT else None)


def compared(rules: ModuleType, entry: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Each fact of a verdict, and why it is not the same (None: it is). An error may be found earlier than Heat finds it."""
    for key in (*rules.COMPARED, *rules.VERDICTS, "created"):
        if key not in entry or key not in got or (key in rules.VERDICTS and entry[key] in ("needs cloud", "timeout")):
            continue
        want, have = entry[key], got[key]
        if key == "created":
            same = rules.judge_created(want, have)
        elif key in rules.VERDICTS:
            same = (want == "ok") == (have == "ok") or (want == "ok" and entry.get("create_validate", "ok") not in ("ok", "needs cloud", "timeout"))
        else:
            same = rules.same(want, have)
        yield key, None if same else f"{rules.short(have)}, expected {rules.short(want)}"
