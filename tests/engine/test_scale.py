"""Many servers at once: few threads, few requests."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapes
from rig import Rig, eventually

SERVERS = "/v2.1/servers"
MANY, BUILD, THREADS = 500, 6.0, 16
SETTINGS = {"engine": {"threads": THREADS}, "limits": {"max_events_per_stack": -1}}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A cloud whose servers take a while to build."""
    made = Rig(f"sqlite:///{tmp_path / 'isotherm.db'}", tmp_path, delay=BUILD, apart=True, **SETTINGS)
    yield made
    made.close()


def test_five_hundred_servers_are_watched_by_few_lists(rig: Rig) -> None:
    servers = {f"server_{i}": shapes.one("OS::Nova::Server", image="cirros", flavor="m1.tiny", networks=[{"allocate_network": "none"}])
               for i in range(MANY)}
    rig.ask("DELETE", "/sim/requests")
    before = set(threading.enumerate())
    stack = rig.create(shapes.template(servers))
    with rig.working():
        began = time.monotonic()
        eventually("all are being built", lambda: rig.requests().get(("POST", SERVERS), 0) == MANY)
        most = max(len(set(threading.enumerate()) - before), 1)
        assert rig.wait(stack, 120).state == "CREATE_COMPLETE", rig.stack(stack).reason
        took = time.monotonic() - began
    assert most <= THREADS + 12, "workers, the loop, the heartbeat, and the pool that looks up names"
    sent = rig.requests()
    assert sent["POST", SERVERS] == MANY
    first_looks = 2 * MANY / THREADS                # each must see what came after its own create; as many share one as there are threads
    assert sent["GET", SERVERS + "/detail"] <= took / 0.3 + first_looks, "one list serves all who wait"
    assert sent.get(("GET", SERVERS + "/{server_id}"), 0) <= 10
    assert len(rig.made()) - 1 == MANY, "the servers and the owner's trust"
