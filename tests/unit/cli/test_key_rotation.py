"""`isotherm db rotate-keys`, step by step as the how-to page tells it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isotherm.cli.main import cli
from isotherm.model.records import OutputRow
from isotherm.store import outputs
from isotherm.store.store import Store
from isotherm.store.vault import Vault

OLD, NEW, LOST = (Vault.new_key() for _ in range(3))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a database in which three values are encrypted with the old key."""
    write(tmp_path, OLD, "s", 3)
    return tmp_path


def write(place: Path, key: str, stack: str, many: int) -> None:
    store = Store(f"sqlite:///{place / 'db'}", Vault([key]))
    store.upgrade()
    store.write(outputs.replace, stack, [OutputRow(f"o{i}", f"s3cret {i}") for i in range(many)])
    store.dispose()


def rotate(place: Path, *keys: str, check: bool = False) -> Result:
    file = place / "isotherm.conf"
    file.write_text(f"[database]\nurl = sqlite:///{place / 'db'}\n[secrets]\nkeys = {','.join(keys)}\n")
    file.chmod(0o600)
    result = CliRunner().invoke(cli, ["db", "rotate-keys", "--config", str(file), *(["--check"] if check else [])])
    assert not any(key in result.output for key in (OLD, NEW, LOST))
    assert "s3cret" not in result.output
    return result


def numbers(result: Result, name: str) -> list[int]:
    line = next(line for line in result.output.splitlines() if line.startswith(name))
    return [int(word) for word in line.split()[1:]]


def test_from_the_old_key_to_the_new_one(place: Path) -> None:
    checked = rotate(place, NEW, OLD, check=True)
    assert (checked.exit_code, numbers(checked, "output.value")) == (1, [0, 0, 3, 0])
    assert "3 values still need an older key: keep all keys." in checked.output
    done = rotate(place, NEW, OLD)
    assert (done.exit_code, numbers(done, "output.value")) == (0, [3, 3, 0, 0])
    assert "the others may be taken out of [secrets] keys" in done.output
    after = rotate(place, NEW)
    assert (after.exit_code, numbers(after, "output.value")) == (0, [3, 0, 0, 0])
    assert after.output.endswith("Only the first key is in use.\n")


@pytest.mark.parametrize("check", [False, True])
def test_what_no_key_opens_is_named_and_the_exit_code_says_so(place: Path, check: bool) -> None:
    write(place, LOST, "lost", 25)
    result = rotate(place, OLD, check=check)
    assert (result.exit_code, numbers(result, "output.value")) == (1, [3, 0, 0, 25])
    assert "No key decrypts 25 values." in result.output
    assert "output.value lost/0\n" in result.output
    assert result.output.endswith("and 5 more\n")


def test_without_any_key(place: Path) -> None:
    assert rotate(place).exit_code == 78
