"""The recorded cases of the template language, when ISOTHERM_CORPUS names their directory (the one with `run_corpus.py`), or it lies in
`../shared/corpus`. A case fails only for what the language does; `differences.json` lists what is different on purpose, with the reason.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import adapter
import pytest
from judging import RIGHT, Tally, cases, public_templates, runner

CORPUS = Path(os.environ.get("ISOTHERM_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")

pytestmark = [pytest.mark.skipif(not (CORPUS / "run_corpus.py").is_file(), reason=f"no corpus in {CORPUS}"), pytest.mark.xdist_group("corpus")]


@pytest.fixture(scope="module", autouse=True)
def services() -> Iterator[None]:
    yield
    adapter.close()


@pytest.mark.parametrize("group", ["environments", "functions", "parameters", "validation"])
def test_cases(group: str) -> None:
    tally = Tally()
    cases(runner(CORPUS), group, tally)
    assert sum(ends[RIGHT] for ends in tally.families.values()) > 0
    assert tally.wrong == {}


def test_public_templates() -> None:
    tally, rules = Tally(), runner(CORPUS)
    if not all(Path(root).is_dir() for root in rules.ROOTS.values()):
        pytest.skip("the public templates are not here")
    public_templates(rules, CORPUS, tally)
    assert tally.families["public/parse"][RIGHT] > 0
    assert tally.wrong == {}
