"""A worker process that ends without a word at a chosen point of a step, the first time it comes to a step of its kind."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from isotherm.bus.local import LocalBus
from isotherm.cloud.clouds import Clouds
from isotherm.configfile import load
from isotherm.engine.attempt import Attempts, Job
from isotherm.engine.brief import Brief
from isotherm.engine.closing import Closing
from isotherm.engine.definitions import Definitions
from isotherm.engine.report import Report
from isotherm.engine.service import Engine
from isotherm.model.outcome import Facts, Outcome
from isotherm.model.step import Step
from isotherm.store.store import Store
from isotherm.store.vault import Vault
from isotherm.types.registry import registry

# before the step is run; after it, before anything is recorded; in the middle of recording it; when it has been recorded
POINTS = ("before", "after", "recording", "recorded")


class Doom:
    """What this process is to die of. graves: a file with a line for each death there has been."""

    def __init__(self, point: str, graves: Path):
        self.point, self._graves = point, graves
        self._died = set(graves.read_text().splitlines()) if graves.exists() else set()
        self.marked: dict[int, str] = {}                    # node -> what it dies of once it is recorded

    def met(self, point: str, cause: str, node_id: int) -> None:
        if cause in self._died:
            return
        if point == self.point:
            self.die(cause)
        if self.point not in POINTS[:2]:
            self.marked.setdefault(node_id, cause)

    def die(self, cause: str) -> None:
        with self._graves.open("a") as graves:
            graves.write(cause + "\n")
        os._exit(9)


class DoomedAttempts(Attempts):
    doom: Doom

    def run(self, job: Job, step: Step) -> tuple[Outcome, Facts]:
        cause = f"{job.row.type} {job.row.action} {job.number} {type(step).__name__}"
        self.doom.met("before", cause, job.brief.node.id)
        ended = super().run(job, step)
        self.doom.met("after", cause, job.brief.node.id)
        return ended


class DoomedClosing(Closing):
    doom: Doom

    def close(self, brief: Brief) -> Report | None:
        cause = f"{brief.node.kind} {brief.stack.action}"
        if self.doom.point in ("before", "after"):
            self.doom.met("before", cause, brief.node.id)
        super().close(brief)
        self.doom.met("after", cause, brief.node.id)
        return None


class DoomedStore(Store):
    doom: Doom

    def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        reports = args[0] if getattr(fn, "__name__", "") == "commit" else ()
        cause = next((self.doom.marked[r.node.id] for r in reports if r.node.id in self.doom.marked), None)

        def watched(conn: sa.Connection, *inner: Any, **named: Any) -> Any:
            made = fn(conn, *inner, **named)
            if cause and self.doom.point == "recording":
                self.doom.die(cause)
            return made

        made = super().write(watched, *args, **kwargs)
        if cause and self.doom.point == "recorded":
            self.doom.die(cause)
        return made


def main(groups: Mapping[str, Mapping[str, Any]], point: str, graves: Path, log: Path) -> None:
    """Work until doom strikes, or somebody ends this process."""
    with log.open("ab") as out:
        os.dup2(out.fileno(), sys.stderr.fileno())
    settings = load([], groups, environment={})
    doom, types, clouds = Doom(point, graves), registry(), Clouds(settings)
    store = DoomedStore(settings.database.url, Vault(list(settings.secrets.keys)))
    compiled = Definitions(store, types, settings.cloud.region_name)
    engine = Engine(store, clouds, LocalBus(), settings, types, compiled)
    attempts, closing = engine.worker.attempts, engine.worker.closing
    attempts.__class__, closing.__class__ = DoomedAttempts, DoomedClosing
    for one in (store, attempts, closing):
        one.doom = doom                                     # type: ignore[attr-defined]
    engine.start()
    engine._threads[0].join()
