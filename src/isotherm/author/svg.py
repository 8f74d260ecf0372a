"""DOT -> SVG. Graphviz draws in a process of its own: it is not made for threads, and its time must be bounded."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore

from isotherm.model.errors import IsothermError

PATIENCE = 30.0
AT_ONCE = BoundedSemaphore(2)
LARGEST = 1000  # resources; beyond that a drawing says nothing, and takes minutes


class NotDrawn(IsothermError):
    """There is no drawing of this graph here."""

    status, wire = 400, "HTTPBadRequest"


def svg(dot: str, resources: int, patience: float = PATIENCE) -> str:
    """The drawing of a graph with so many resources. Raises NotDrawn."""
    if find_spec("pygraphviz") is None:
        raise NotDrawn("SVG needs Graphviz, which comes with the package pygraphviz: pip install 'isotherm[graph]'. Or ask for DOT.")
    if resources > LARGEST:
        raise NotDrawn(f"There are {resources} resources, and at most {LARGEST} are drawn. Ask for DOT, and draw a part of it.")
    if not AT_ONCE.acquire(timeout=patience):
        raise NotDrawn("Other drawings are being made. Ask again, or ask for DOT.")
    try:
        done = subprocess.run([interpreter(), "-m", "isotherm.author.drawing"], input=dot, capture_output=True, text=True, encoding="utf-8",
                              timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        raise NotDrawn(f"The drawing was not done within {patience:.0f} s. Ask for DOT, and draw a part of it.") from None
    finally:
        AT_ONCE.release()
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        if said.startswith("ImportError"):
            raise NotDrawn(f"Graphviz misses a library of the system ({said}; on Debian: apt-get install libglib2.0-0 libxrender1 libxext6). Or ask for DOT.")
        raise NotDrawn(f"Graphviz cannot draw this graph: {said}")
    return done.stdout


def interpreter() -> str:
    """A server that embeds Python names itself as the executable."""
    own = Path(sys.executable or "")
    return str(own) if own.name.startswith("python") else str(Path(sys.prefix, "bin", "python3"))
