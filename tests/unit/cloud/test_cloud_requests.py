"""How requests are sent, tried again, and how their failures read."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from stub_cloud import PROJECT, Reply, Stub

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.model.errors import Refused, Transient


def test_a_request_carries_the_token_the_microversion_and_the_query(cloud: Cloud, stub: Stub) -> None:
    stub.on("POST", "/compute/v2.1/servers", Reply({"server": {"id": "1"}}, 202, {"x-openstack-request-id": "req-7"}))
    answer = cloud.request("compute", "POST", "/servers", {"server": {}}, {"a": "b"}, microversion="2.90")
    assert (answer.status, answer.body, answer.request_id) == (202, {"server": {"id": "1"}}, "req-7")
    seen = stub.seen[-1]
    assert (seen.query, seen.body) == ({"a": "b"}, {"server": {}})
    assert seen.headers["x-auth-token"] == "a-token"
    assert seen.headers["openstack-api-version"] == "compute 2.90"
    assert seen.headers["x-openstack-nova-api-version"] == "2.90"


@pytest.mark.parametrize("name", ["OpenStack-API-Version", "x-openstack-nova-api-version"])
def test_a_request_may_ask_for_a_microversion_of_its_own(cloud: Cloud, stub: Stub, name: str) -> None:
    stub.on("GET", "/compute/v2.1/servers", Reply({"servers": []}))
    cloud.request("compute", "GET", "/servers", headers={name: "2.1", "X-Other": "o"}, microversion="2.90")
    seen = stub.seen[-1].headers
    assert (seen[name.lower()], seen["x-other"]) == ("2.1", "o")
    assert "2.90" not in " ".join(seen.values())


def test_the_catalogue_is_asked_for_once(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", "/network/v2.0/networks", Reply({"networks": []}))
    for _ in range(3):
        cloud.request("network", "GET", "/v2.0/networks")
    assert stub.count("GET", "/identity/v3/auth/catalog") == 1


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_safe_request_is_repeated_when_the_service_is_unwell(cloud: Cloud, stub: Stub, code: int) -> None:
    stub.on("GET", "/compute/v2.1/servers", [Reply(None, code), Reply({"servers": []})])
    assert cloud.request("compute", "GET", "/servers").body == {"servers": []}
    assert stub.count("GET", "/compute/v2.1/servers") == 2


def test_a_post_is_never_repeated(cloud: Cloud, stub: Stub) -> None:
    stub.on("POST", "/compute/v2.1/servers", [Reply(None, 503), Reply({})])
    with pytest.raises(Transient) as caught:
        cloud.request("compute", "POST", "/servers", {})
    assert caught.value.code == 503
    assert stub.count("POST", "/compute/v2.1/servers") == 1


def test_nor_is_a_put_that_makes_something(cloud: Cloud, stub: Stub) -> None:
    stub.on("PUT", "/network/v2.0/routers/r/add_router_interface", [Reply(None, 503), Reply({})])
    with pytest.raises(Transient):
        cloud.request("network", "PUT", "/v2.0/routers/r/add_router_interface", {}, once=True)
    assert stub.count("PUT", "/network/v2.0/routers/r/add_router_interface") == 1


def test_what_might_outlive_the_right_to_send_it_is_not_sent(cloud: Cloud, stub: Stub) -> None:
    stub.on("PUT", "/network/v2.0/ports/p", Reply({}))
    with pytest.raises(Transient) as caught:
        cloud.request("network", "PUT", "/v2.0/ports/p", {}, latest=time.monotonic() - 0.001)
    assert "no time left" in str(caught.value)
    assert stub.count("PUT", "/network/v2.0/ports/p") == 0


def test_what_is_refused_is_not_repeated(cloud: Cloud, stub: Stub) -> None:
    stub.on(
        "DELETE",
        "/network/v2.0/networks/n",
        Reply(
            {"NeutronError": {"message": "In use by p1.", "type": "NetworkInUse", "detail": ""}},
            409,
            {"X-Openstack-Request-Id": "req-1"},
        ),
    )
    with pytest.raises(Refused) as caught:
        cloud.request("network", "DELETE", "/v2.0/networks/n")
    assert (caught.value.service, caught.value.code, caught.value.said) == ("network", 409, "In use by p1.")
    assert str(caught.value) == "network answered 409: In use by p1. (request req-1)"
    assert stub.count("DELETE", "/network/v2.0/networks/n") == 1


def test_retries_end(make_clouds: Callable[..., Clouds], stub: Stub) -> None:
    stub.on("GET", "/compute/v2.1/servers", Reply(None, 502))
    with pytest.raises(Transient):
        make_clouds(retries=1).for_token("t", PROJECT).request("compute", "GET", "/servers")
    assert stub.count("GET", "/compute/v2.1/servers") == 2


def test_a_long_retry_after_closes_the_service_to_this_project_alone(
    make_clouds: Callable[..., Clouds], stub: Stub
) -> None:
    clouds = make_clouds()
    mine, others = clouds.for_token("t", PROJECT), clouds.for_token("t", "other")
    stub.on("GET", "/compute/v2.1/servers", [Reply(None, 429, {"Retry-After": "30"}), Reply({"servers": []})])
    with pytest.raises(Transient) as first:
        mine.request("compute", "GET", "/servers")
    with pytest.raises(Transient) as second:
        mine.request("compute", "GET", "/servers")
    assert first.value.retry_after == 30
    assert 25 < second.value.retry_after <= 30
    assert stub.count("GET", "/compute/v2.1/servers") == 1  # the second was not even sent
    assert others.request("compute", "GET", "/servers").status == 200
    stub.on("GET", "/network/v2.0/networks", Reply({"networks": []}))
    assert mine.request("network", "GET", "/v2.0/networks").status == 200


def test_no_answer_at_all_is_transient(make_clouds: Callable[..., Clouds], stub: Stub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    cloud = make_clouds(retries=0).for_token("t", PROJECT, auth_url=f"http://127.0.0.1:{port}")
    with pytest.raises(Transient) as caught:
        cloud.request("compute", "GET", "/servers")
    assert caught.value.code == 0
    assert "Unable to establish connection" in caught.value.said


def test_a_slow_answer_is_transient(make_clouds: Callable[..., Clouds], stub: Stub) -> None:
    released = threading.Event()

    def slow(seen: Any) -> Reply:
        released.wait(10)
        return Reply({})

    stub.on("POST", "/compute/v2.1/servers", slow)
    began = time.monotonic()
    try:
        with pytest.raises(Transient, match="timed out"):
            make_clouds(timeout_seconds=1).for_token("t", PROJECT).request("compute", "POST", "/servers", {})
    finally:
        released.set()
    assert time.monotonic() - began < 8


def test_a_bad_token_is_refused(cloud: Cloud, stub: Stub) -> None:
    stub.on(
        "GET",
        "/identity/v3/auth/catalog",
        Reply({"error": {"code": 401, "message": "Who are you?", "title": "Unauthorized"}}, 401),
    )
    with pytest.raises(Refused) as caught:
        cloud.request("compute", "GET", "/servers")
    assert (caught.value.service, caught.value.code, caught.value.said) == ("identity", 401, "Who are you?")


def test_a_service_that_the_catalogue_lacks(cloud: Cloud) -> None:
    with pytest.raises(Refused, match=r"no public endpoint.*it lists compute, identity, image, network, volumev3"):
        cloud.request("load-balancer", "GET", "/v2/lbaas/pools")


def test_calls_in_flight_are_bounded_per_project(make_clouds: Callable[..., Clouds], stub: Stub) -> None:
    clouds = make_clouds(max_in_flight=3)
    lock, three, now, most = threading.Lock(), threading.Event(), 0, 0

    def busy(seen: Any) -> Reply:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == 3:
                three.set()
        three.wait(5)
        with lock:
            now -= 1
        return Reply({})

    stub.on("GET", "/compute/v2.1/x", busy)
    cloud = clouds.for_token("t", PROJECT)
    threads = [threading.Thread(target=cloud.request, args=("compute", "GET", "/x")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert stub.count("GET", "/compute/v2.1/x") == 12
    assert most == 3
