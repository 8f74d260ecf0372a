"""A worker ends dead at each point of each kind of step, and another one takes over: nothing is lost, nothing is made twice."""

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import audit
import doomed
import pytest
import shapes
from rig import Rig, eventually

from isotherm.engine.names import utcnow
from isotherm.store import nodes, workers

SETTINGS = {"engine": {"poll_seconds": 0.05}, "limits": {"max_events_per_stack": -1}}
BEFORE = shapes.networks() | shapes.group(2, False) | shapes.group(3, False) | shapes.group(8, False) | {
    "test": shapes.one("OS::Heat::TestResource", value="one", wait_secs=0)}
AFTER = shapes.networks() | shapes.group(2, True) | shapes.group(3, True) | shapes.group(8, True) | {
    "test": shapes.one("OS::Heat::TestResource", value="two", wait_secs=0)}
"""Another server for the same port, a port in another network, other metadata."""


class Doomed:
    """One worker after another, each forked from a process that has everything loaded."""

    def __init__(self, rig: Rig, point: str):
        self.rig, self.point, self.graves = rig, point, rig.directory / "graves"
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["isotherm.wire"])

    def deaths(self) -> list[str]:
        return self.graves.read_text().splitlines() if self.graves.exists() else []

    def work_until(self, over: Callable[[], bool]) -> None:
        """Workers die and are replaced until it is over."""
        while not over():
            worker = self._start()
            eventually("the worker dies or the work is done", lambda worker=worker: worker.exitcode is not None or over())
            worker.kill()
            worker.join()
            self._bury()

    def _start(self) -> ForkServerProcess:
        worker = self._context.Process(target=doomed.main, args=(self.rig.groups, self.point, self.graves, self.rig.directory / "worker.log"))
        worker.start()
        return worker

    def _bury(self) -> None:
        """What it held is due at once: the cloud of this test answers in no time."""
        dead = [row.id for row in self.rig.store.read(workers.everyone)]
        self.rig.store.write(nodes.release, dead, utcnow(), timedelta())


@pytest.mark.parametrize("point", doomed.POINTS)
def test_a_worker_may_die_at_any_step(tmp_path: Path, point: str) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'isotherm.db'}", tmp_path, delay=0.05, apart=True, **SETTINGS)
    try:
        life(rig, Doomed(rig, point))
    finally:
        rig.close()


def life(rig: Rig, mortals: Doomed) -> None:
    """Create, update and delete, with a death at every kind of step."""
    stack = rig.create(shapes.template(BEFORE))
    over = lambda: rig.stack(stack).status != "IN_PROGRESS"  # noqa: E731
    last = 0
    for action, begin in (("CREATE", None), ("UPDATE", lambda: rig.update(stack, shapes.template(AFTER))), ("DELETE", lambda: rig.delete(stack))):
        if begin is not None:
            begin()
        mortals.work_until(over)
        assert rig.stack(stack).state == f"{action}_COMPLETE", rig.stack(stack)
        last = audit.told_in_order(rig, stack, last)[-1].id
        audit.one_object_each(rig, stack)
        audit.no_traces(rig)
    audit.nothing_left(rig, stack)
    kinds = {death.split()[-1] for death in mortals.deaths()}
    assert {"Call", "Until", "Run", "Keep"} <= kinds, kinds
    assert len(mortals.deaths()) > 30, mortals.deaths()
