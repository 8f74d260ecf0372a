"""Shared looks: few requests, and never one that is older than asked for."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from stub_cloud import PROJECT, Reply, Stub

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.cloud.watch import FEW, RECENT, Watch, Watches


class World:
    """Objects and a clock that a test moves; counts what is asked."""

    def __init__(self, *ids: str):
        self.now, self.objects, self.ones, self.lists = 0.0, {key: {"n": 0} for key in ids}, 0, 0
        self.watch = Watch(lambda: self.now)

    def one(self, key: str) -> Callable[[], Any]:
        def ask() -> Any:
            self.ones += 1
            return self.objects.get(key)

        return ask

    def every(self) -> Mapping[str, Any]:
        self.lists += 1
        return {key: dict(body) for key, body in self.objects.items()}

    def show(self, key: str, max_age: float = 0.0) -> Any:
        return self.watch.show(key, self.one(key), self.every, max_age)


def test_few_objects_are_asked_for_by_themselves() -> None:
    world = World("a", "b")
    for _ in range(3):
        assert world.show("a")
        assert world.show("b")
    assert (world.ones, world.lists) == (6, 0)


def test_many_are_answered_by_a_list_as_old_as_the_asker_allows() -> None:
    world = World(*"abcdefgh")
    for key in "abcdefgh":
        world.show(key, max_age=1.0)
    assert (world.ones, world.lists) == (FEW, 1)
    world.now = 0.9
    world.show("a", max_age=1.0)
    assert world.lists == 1
    world.now = 1.1
    world.show("a", max_age=1.0)
    assert world.lists == 2


def test_without_an_age_a_look_sees_what_was_just_changed() -> None:
    world = World(*"abcd")
    for key in "abcd":
        world.show(key)
    world.objects["a"]["n"] = 1
    world.now += 0.001
    assert world.show("a") == {"n": 1}


def test_what_the_list_lacks_is_asked_for_once_more() -> None:
    world = World(*"abcd")
    for key in "abcd":
        world.show(key)
    del world.objects["a"]
    world.now, before = 0.1, world.ones
    assert world.show("a") is None
    assert world.ones == before + 1


def test_waiting_callers_share_the_next_list() -> None:
    """One list is being made; the five who come meanwhile must not use it, and share the one after."""
    world = World(*"abcdefgh")
    for key in "abc":
        world.show(key)
    base, first, go = world.lists, threading.Event(), threading.Event()

    def every() -> Mapping[str, Any]:
        world.lists += 1
        if world.lists == base + 1:
            first.set()
            go.wait(5)
        return {key: {"list": world.lists} for key in world.objects}

    answers: list[Any] = []
    world.now = 1.0
    leader = threading.Thread(target=lambda: answers.append(world.watch.show("a", world.one("a"), every, 0.0)))
    leader.start()
    assert first.wait(5)
    world.now = 2.0
    others = [
        threading.Thread(target=lambda k=key: answers.append(world.watch.show(k, world.one(k), every, 0.0)))
        for key in "bcdef"
    ]
    for thread in others:
        thread.start()
    go.set()
    for thread in (leader, *others):
        thread.join(5)
    assert sorted(one["list"] - base for one in answers) == [1, 2, 2, 2, 2, 2]


def test_a_failed_list_fails_those_who_waited_and_nobody_later() -> None:
    world = World(*"abc")

    def broken() -> Mapping[str, Any]:
        raise RuntimeError("503")

    for key in "ab":
        world.show(key)
    with pytest.raises(RuntimeError):
        world.watch.show("c", world.one("c"), broken, 0.0)
    world.now += 0.01
    assert world.show("c") == {"n": 0}


def test_an_abandoned_watch_is_forgotten() -> None:
    world = World("a")
    world.show("a")
    assert not world.watch.idle()
    world.now = RECENT + 1
    assert world.watch.idle()
    watches = Watches()
    first = watches.of("k")
    assert watches.of("other") is not first


def test_over_http_two_hundred_servers_need_few_requests_and_all_pages_are_read(
    make_clouds: Callable[..., Clouds], stub: Stub
) -> None:
    servers = [{"id": f"s{n}", "status": "BUILD"} for n in range(200)]

    def detail(seen: Any) -> Reply:
        begin = int(seen.query.get("marker", 0))
        page: dict[str, Any] = {"servers": servers[begin : begin + 150]}
        if begin + 150 < len(servers):
            page["servers_links"] = [
                {"rel": "next", "href": f"http://unreachable.invalid/servers/detail?marker={begin + 150}"}
            ]
        return Reply(page)

    stub.on("GET", "/compute/v2.1/servers/detail", detail)
    for server in servers:
        stub.on("GET", f"/compute/v2.1/servers/{server['id']}", Reply({"server": server}))
    cloud: Cloud = make_clouds().for_token("t", PROJECT)
    for server in servers:
        assert (
            cloud.show("compute", f"/servers/{server['id']}", "server", ("/servers/detail", "servers"), max_age=30)
            == server
        )
    assert len(stub.seen) <= 8
    assert cloud.show("compute", "/servers/gone", "server", ("/servers/detail", "servers")) is None
