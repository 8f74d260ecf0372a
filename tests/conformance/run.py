"""Runs every recorded case and public template of a corpus: `make conformance [CORPUS=directory]`.

Ends with 1 when anything is different from Heat that `differences.json` does not list.
"""

import collections
import sys
import time
from pathlib import Path

import adapter
from judging import BUG, CLOUD, MEANT, RIGHT, UNBUILT, WRONG, Tally, cases, public_templates, runner

SHOWN = 40


def main() -> int:
    corpus = Path(sys.argv[1])
    if not (corpus / "run_corpus.py").is_file():
        print(f"NOTHING WAS CHECKED: there is no corpus in {corpus.resolve()} (it is the directory that holds run_corpus.py).\n"
              "Name it: make conformance CORPUS=directory", file=sys.stderr)
        return 2
    start, tally, rules = time.monotonic(), Tally(), runner(corpus)
    try:
        cases(rules, None, tally)
        if all(Path(root).is_dir() for root in rules.ROOTS.values()):
            public_templates(rules, corpus, tally)
        else:
            print(f"THE PUBLIC TEMPLATES WERE NOT CHECKED: they are missing ({', '.join(rules.ROOTS.values())}).", file=sys.stderr)
    finally:
        adapter.close()
    report(tally, time.monotonic() - start)
    return 1 if tally.wrong else 0


def report(tally: Tally, seconds: float) -> None:
    """A line a family, what needs types not built, and what is wrong."""
    total: collections.Counter[str] = collections.Counter()
    for family, ends in sorted(tally.families.items()):
        total += ends
        rest = ", ".join(f"{count} {end}" for end, count in ends.items() if end != RIGHT)
        print(f"{family:42} {ends[RIGHT]:5} of {ends.total():5}{'   ' + rest if rest else ''}")
    print(f"\n{total.total()} results in {seconds:.0f} s: " + ", ".join(f"{total[end]} {end}" for end in (RIGHT, MEANT, BUG, UNBUILT, CLOUD, WRONG)))
    if tally.types:
        print("types not built, and results that need them: " + ", ".join(f"{name} {count}" for name, count in sorted(tally.types.items())))
    for name, why in list(tally.wrong.items())[:SHOWN]:
        print(f"\n--- {name}\n{why}")


if __name__ == "__main__":
    sys.exit(main())
