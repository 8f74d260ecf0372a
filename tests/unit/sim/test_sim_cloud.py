"""Objects of a simulated cloud: found again, changed by time, kept on disk."""

from __future__ import annotations

from isotherm.sim.cloud import Cloud, public
from isotherm.sim.settings import Settings


class Clock:
    """A clock that stands still until told."""

    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time


def test_where_follows_changes_of_indexed_fields():
    cloud = Cloud()
    port = cloud.add("port", {"id": "p", "project_id": "x", "device_id": "one", "network_id": "n"})
    cloud.update("port", port, device_id="two")
    assert cloud.where("port", device_id="one") == []
    assert cloud.where("port", device_id="two", project_id="x") == [port]
    cloud.remove("port", "p")
    assert cloud.where("port", device_id="two") == []


def test_public_hides_what_is_the_simulators():
    cloud = Cloud()
    assert public(cloud.add("thing", {"id": "t", "name": "n", "_secret": 1})) == {"id": "t", "name": "n"}


def test_changes_happen_when_their_time_has_come():
    clock = Clock()
    cloud = Cloud(None, clock, Settings(delays={"server": 2.0}))
    server = cloud.add("server", {"id": "s", "status": "BUILD"})
    cloud.later("server", server, {"status": "ACTIVE"})
    clock.time += 1.9
    cloud.settle()
    assert server["status"] == "BUILD"
    clock.time += 0.1
    cloud.settle()
    assert server == {**server, "status": "ACTIVE"}
    assert "_pending" not in server


def test_effects_may_start_further_changes_in_the_order_of_time():
    clock, seen = Clock(), []
    cloud = Cloud(None, clock, Settings(delay=1.0))
    cloud.effects["first"] = lambda c, body: (seen.append("first"), c.later("server", body, effect="second", after=0.0))
    cloud.effects["second"] = lambda c, body: seen.append("second")
    cloud.later("server", cloud.add("server", {"id": "a"}), effect="first")
    cloud.later("server", cloud.add("server", {"id": "b"}), after=0.5, remove=True)
    clock.time += 1
    cloud.settle()
    assert seen == ["first", "second"]
    assert cloud.get("server", "b") is None


def test_cancelled_changes_do_not_happen():
    clock = Clock()
    cloud = Cloud(None, clock)
    server = cloud.add("server", {"id": "s", "status": "BUILD"})
    cloud.later("server", server, {"status": "ACTIVE"})
    cloud.cancel("server", server)
    clock.time += 60
    cloud.settle()
    assert server["status"] == "BUILD"


def test_a_rule_puts_the_failure_in_the_place_of_the_success():
    clock = Clock()
    cloud = Cloud(None, clock, Settings(faults=("server BUILD error 1x",)))
    for id_ in "ab":
        server = cloud.add("server", {"id": id_, "status": "BUILD"})
        cloud.later("server", server, {"status": "ACTIVE"}, fail={"status": "ERROR"})
    clock.time += 60
    cloud.settle()
    assert [cloud.get("server", id_)["status"] for id_ in "ab"] == ["ERROR", "ACTIVE"]


def test_objects_and_what_they_wait_for_survive_a_restart(tmp_path):
    clock, path = Clock(), tmp_path / "cloud.sqlite"
    cloud = Cloud(path, clock)
    for id_ in ("z", "y", "x"):
        cloud.add("server", {"id": id_, "status": "BUILD", "project_id": "p"})
    cloud.later("server", cloud.get("server", "y"), {"status": "ACTIVE"})
    cloud.remove("server", "x")
    cloud.commit()  # and no close: the process is gone
    again = Cloud(path, clock)
    assert [server["id"] for server in again.where("server", project_id="p")] == ["z", "y"]
    clock.time += 60
    again.settle()
    assert again.get("server", "y")["status"] == "ACTIVE"


def test_ports_are_found_by_address_and_network():
    cloud = Cloud()
    port = cloud.add("port", {"id": "p", "network_id": "n", "mac_address": "m", "fixed_ips": [{"ip_address": "10.0.0.1"}]})
    assert cloud.where("port", network_and_address="n 10.0.0.1", network_id="n") == [port]
    cloud.update("port", port, fixed_ips=[{"ip_address": "10.0.0.2"}, {"ip_address": "10.0.0.3"}])
    assert cloud.where("port", network_and_address="n 10.0.0.1") == []
    assert cloud.where("port", network_and_address="n 10.0.0.3") == [port]
    assert (cloud.count("port", network_id="n"), cloud.count("port", mac_address="m"), cloud.count("port")) == (1, 1, 1)


def test_a_chain_of_changes_is_not_stretched_by_looking_late():
    clock = Clock()
    cloud = Cloud(None, clock, Settings(delay=1.0))
    cloud.effects["next"] = lambda c, body: c.later("server", body, {"status": "ACTIVE"})
    server = cloud.add("server", {"id": "s", "status": "BUILD"})
    cloud.later("server", server, effect="next")
    clock.time += 2.0
    cloud.settle()
    assert server["status"] == "ACTIVE"
    assert cloud.now() == clock.time
