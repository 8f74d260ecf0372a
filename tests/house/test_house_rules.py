"""The house rules, as a test: structure, and words that have no place in a product."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve()

# What ties the product to the machine or the way it was made. Assembled, so that this file does not complain of itself.
FORBIDDEN = {
    "/" + "work/": "a path of one machine",
    "/tmp/" + "bri" + "ef": "a path of one machine",
    "issue " + "#": "the history belongs to the tracker",
    "pypi" + ".org/simple": "the host of a package registry",
    "files.python" + "hosted": "the host of a package registry",
    "registry.npm" + "js": "the host of a package registry",
    "proxy.go" + "lang": "the host of a package registry",
}
TEXT = (".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".sh", ".json", ".ini", "")


def files() -> Iterator[Path]:
    """Every text file that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in TEXT and path.is_file() and path != HERE:
            yield path


def test_structure() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "house_rules.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("word", FORBIDDEN)
def test_words_that_do_not_belong_here(word: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in files() if word in path.read_text(errors="replace").lower()]
    assert not found, f"{word!r} is {FORBIDDEN[word]}: {', '.join(found)}"


def test_sessions_are_those_of_http_or_of_a_process() -> None:
    """In prose: pages have no other sessions to speak of."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    pattern = re.compile(r"\bsession\b", re.IGNORECASE)
    found = [str(path.relative_to(ROOT)) for path in pages if pattern.search(path.read_text())]
    assert not found, f"a session is spoken of in {', '.join(found)}"


@pytest.mark.parametrize("breach", [
    ("model/new.py", '"""New."""\nfrom isotherm.store import stacks\n', "model may not import store"),
    ("types/helpers.py", '"""New."""\n', "name the file after a noun"),
    ("types/new.py", '"""New."""\ndef f():\n    import os\n    import isotherm.model\n', "an import inside a function"),
    ("types/new.py", "x = 1\n", "a module says what it is for"),
    ("types/new.py", '"""New."""\n' + "x = 1\n" * 400, "401 lines"),
], ids=lambda breach: breach[2])
def test_a_breach_is_found(breach: tuple[str, str, str], tmp_path: Path) -> None:
    name, source, sentence = breach
    script = (ROOT / "tools" / "house_rules.py").read_text()
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "house_rules.py").write_text(script)
    for folder in ("tests", "bench"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "src" / "isotherm" / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    done = subprocess.run([sys.executable, tmp_path / "tools" / "house_rules.py"], capture_output=True, text=True)
    assert done.returncode == 1
    assert sentence in done.stdout
