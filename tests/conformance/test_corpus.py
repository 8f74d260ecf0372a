"""The recorded cases of the template language, when ISOTHERM_CORPUS names their directory (the one with `run_corpus.py`).

A case fails only for what the language does: cases that need a resource type not built yet are counted apart, by type, and
`differences.json` lists what is different on purpose, with the reason.
"""

import collections
import importlib.util
import json
import os
import re
from pathlib import Path

import adapter
import pytest

CORPUS = os.environ.get("ISOTHERM_CORPUS", "")
DIFFERENCES = json.loads((Path(__file__).parent / "differences.json").read_text())
MISSING = re.compile(r"There is no resource type '([^']+)'")


@pytest.fixture(scope="module")
def runner():
    spec = importlib.util.spec_from_file_location("run_corpus", Path(CORPUS) / "run_corpus.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not CORPUS, reason="ISOTHERM_CORPUS is not set")
@pytest.mark.parametrize("group", ["environments", "functions", "parameters", "validation"])
def test_cases(runner, group):
    wrong, missing, count = {}, collections.Counter(), 0
    for _, case in runner.load_cases("open", group, None):
        count += 1
        got = adapter.run(runner.given(case))
        why = runner.judge(case, got)
        types = MISSING.findall(str((got.get("error") or {}).get("message")))
        if why and types:
            missing.update(types)
        elif why and "heat-bug" not in case.get("tags", ()) and case["id"].partition("@")[0] not in DIFFERENCES:
            wrong[case["id"]] = why
    print(f"{group}: {count} cases; {sum(missing.values())} need types not built: {dict(missing.most_common())}")
    assert count > 0
    assert wrong == {}
