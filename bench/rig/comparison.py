"""Heat's own classes, to compare with: the package `openstack-heat` in a virtual environment of its own, run in a process of its own.

The environment is kept under $XDG_CACHE_HOME/isotherm (~/.cache/isotherm) and used again. Its versions are those of
`heat_constraints.txt` beside this file.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

CONSTRAINTS = Path(__file__).with_name("heat_constraints.txt")
VALIDATOR = Path(__file__).with_name("heat_validator.py")


class NoHeat(Exception):
    """Heat cannot be had here; the message says why."""


def python() -> str:
    """The interpreter of the environment, made now if it is not there. Raises NoHeat."""
    place = _place()
    interpreter = place / "bin" / "python"
    if not (place / "ready").exists():
        print(f"Installing openstack-heat for comparison into {place} (once; it takes a minute).", file=sys.stderr)
        shutil.rmtree(place, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(place))
        _run(str(interpreter), "-m", "pip", "install", "--disable-pip-version-check", "--requirement", str(CONSTRAINTS))
        _run(str(interpreter), "-c", "import heat.engine.stack")
        (place / "ready").touch()
    return str(interpreter)


def _place() -> Path:
    """One directory for each set of versions and each Python: what is in it never changes once it is ready."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    versions = hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()[:8]
    return cache / "isotherm" / f"heat-{versions}-python{sys.version_info.major}.{sys.version_info.minor}"


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise NoHeat(str(error)) from None
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if "ERROR" in line or "Error" in line] or [done.stderr]
        raise NoHeat(f"`{' '.join(command)}` failed: {said[-1].strip()}")


class Heat:
    """A process with Heat's classes loaded that reads and checks one template, as often as it is asked to."""

    def __init__(self, process: "subprocess.Popen[str]", said: IO[str]):
        self._process, self._said = process, said
        self.version = self._line()

    def seconds(self) -> tuple[float, float]:
        """Wall and processor time that reading and checking the template took, this once."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        wall, cpu = self._line().split()
        return float(wall), float(cpu)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            code = self._process.wait()
            self._said.seek(0)
            raise NoHeat(f"Heat's process ended with exit code {code}: {self._said.read().strip()[-2000:]}")
        return line


@contextmanager
def heat(interpreter: str, text: str) -> Iterator[Heat]:
    """Heat's classes under this interpreter, at work on this template. Raises NoHeat if they do not start or refuse the template."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file, tempfile.TemporaryFile("w+") as said:
        file.write(text)
        file.flush()
        # Heat warns of dozens of types at its start: told only when it does not work.
        process = subprocess.Popen([interpreter, str(VALIDATOR), file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            yield Heat(process, said)
        finally:
            process.communicate()
