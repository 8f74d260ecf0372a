"""The file a simulated cloud survives a crash in: one table of JSON objects."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Body = dict[str, Any]
Change = tuple[str, str, Body | None]
"""Kind, ID and new body of an object; None as body means it is gone."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT NOT NULL, id TEXT NOT NULL, project TEXT, body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""


class Storage:
    """Rows (kind, id, project, body) in one SQLite file. Not thread safe: the caller holds the cloud's lock."""

    def __init__(self, path: Path | None):
        self._conn = sqlite3.connect(str(path) if path else ":memory:", check_same_thread=False, isolation_level=None)
        # The process may be killed at any time, the machine may not: the kernel has the pages after each commit.
        self._conn.execute("PRAGMA synchronous=OFF")
        self._conn.execute("PRAGMA journal_mode=WAL")
        self._conn.execute(_SCHEMA)
        self.durable = path is not None

    def load(self) -> Iterator[tuple[str, str, Body]]:
        """Every object kept, oldest first within its kind."""
        rows = self._conn.execute("SELECT kind, id, body FROM objects").fetchall()
        parsed = [(kind, id_, json.loads(body)) for kind, id_, body in rows]
        parsed.sort(key=lambda row: row[2].get("_seq", 0))
        yield from parsed

    def write(self, changes: Iterable[Change]) -> None:
        """Write all changes in one transaction; they are safe from a killed process when this returns."""
        if not self.durable:
            return
        self._conn.execute("BEGIN IMMEDIATE")
        for kind, id_, body in changes:
            if body is None:
                self._conn.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, id_))
            else:
                row = (kind, id_, body.get("project_id"), json.dumps(body, separators=(",", ":")))
                self._conn.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)", row)
        self._conn.execute("COMMIT")

    def close(self) -> None:
        """Release the file."""
        self._conn.close()
