"""From names to ids, and from wrong names to helpful sentences."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from stub_cloud import PROJECT, Reply, Stub

from isotherm.cloud.cloud import Cloud
from isotherm.cloud.clouds import Clouds
from isotherm.cloud.finders import CONSTRAINTS, FINDERS
from isotherm.model.errors import Invalid, NotFound, Refused, Transient
from isotherm.model.schema import Prop
from isotherm.types.registry import registry

ID = "0b1c9a6e-9ed1-4ae0-9e5b-7d0f6f0f3a11"
NETWORKS = "/network/v2.0/networks"


def networks(*bodies: dict[str, Any]) -> Callable[[Any], Reply]:
    """A Neutron that filters by name."""
    return lambda seen: Reply({"networks": [b for b in bodies if seen.query.get("name") in (None, b["name"])]})


def flavors(stub: Stub) -> None:
    stub.on(
        "GET",
        "/compute/v2.1/flavors",
        Reply({"flavors": [{"id": "1", "name": "m1.tiny"}, {"id": "2", "name": "m1.small"}]}),
    )


def test_a_name_becomes_an_id(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", NETWORKS, networks({"id": "n1", "name": "private"}, {"id": "n2", "name": "public"}))
    assert cloud.find("network.network", "public") == "n2"
    assert stub.seen[-1].query == {"name": "public"}


def test_an_id_is_verified(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", f"{NETWORKS}/{ID}", Reply({"network": {"id": ID}}))
    assert cloud.find("network.network", ID) == ID
    assert stub.count("GET", NETWORKS) == 0


def test_a_name_that_looks_like_an_id_is_still_a_name(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", NETWORKS, networks({"id": "n1", "name": ID}))
    assert cloud.find("network.network", ID) == "n1"


def test_an_id_that_may_not_be_looked_at_is_believed(cloud: Cloud, stub: Stub) -> None:
    project = "f" * 32
    stub.on("GET", f"/identity/v3/projects/{project}", Reply({"error": {"message": "No.", "code": 403}}, 403))
    assert cloud.find("identity.project", project) == project


def test_a_wrong_name_is_told_with_near_ones(cloud: Cloud, stub: Stub) -> None:
    flavors(stub)
    with pytest.raises(NotFound, match=r"There is no flavor 'm1.smal'. Did you mean 'm1.small'\?"):
        cloud.find("compute.flavor", "m1.smal")
    stub.on("GET", NETWORKS, networks({"id": "n1", "name": "private"}))
    with pytest.raises(NotFound, match=r"There is no network 'privat'. Did you mean 'private'\?"):
        cloud.find("network.network", "privat")


def test_an_ambiguous_name_is_told_with_the_ids(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", NETWORKS, networks({"id": "n2", "name": "x"}, {"id": "n1", "name": "x"}))
    with pytest.raises(
        Invalid, match=r"There are 2 objects of kind network with the name 'x'. Give the id of one: n1, n2."
    ) as caught:
        cloud.find("network.network", "x")
    assert caught.value.problems[0].code == "ambiguous-name"


def test_of_several_the_projects_own_is_meant(cloud: Cloud, stub: Stub) -> None:
    stub.on(
        "GET",
        NETWORKS,
        networks({"id": "n1", "name": "x", "project_id": "other"}, {"id": "n2", "name": "x", "project_id": PROJECT}),
    )
    assert cloud.find("network.network", "x") == "n2"


def test_flavors_are_found_by_id_or_name(cloud: Cloud, stub: Stub) -> None:
    flavors(stub)
    assert (cloud.find("compute.flavor", "2"), cloud.find("compute.flavor", "m1.tiny")) == ("2", "1")


def test_a_key_pair_is_its_name_and_any_character_may_be_in_it(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", "/compute/v2.1/os-keypairs/my key+1%", Reply({"keypair": {"name": "my key+1%"}}))
    assert cloud.find("compute.keypair", "my key+1%") == "my key+1%"


def test_a_found_name_is_remembered_for_the_time_set(make_clouds: Callable[..., Clouds], stub: Stub) -> None:
    flavors(stub)
    for seconds, requests in ((60, 1), (0, 2)):
        cloud, before = (
            make_clouds(lookup_seconds=seconds).for_token("t", PROJECT),
            stub.count("GET", "/compute/v2.1/flavors"),
        )
        cloud.find("compute.flavor", "m1.tiny")
        cloud.find("compute.flavor", "m1.tiny")
        assert stub.count("GET", "/compute/v2.1/flavors") - before == requests


def test_askers_of_the_same_name_share_one_request(cloud: Cloud, stub: Stub) -> None:
    asked, go = threading.Event(), threading.Event()

    def slow(seen: Any) -> Reply:
        asked.set()
        go.wait(5)
        return Reply({"flavors": [{"id": "1", "name": "m1.tiny"}]})

    stub.on("GET", "/compute/v2.1/flavors", slow)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(cloud.find("compute.flavor", "m1.tiny"))) for _ in range(5)]
    threads[0].start()
    assert asked.wait(5)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(5)
    assert found == ["1"] * 5
    assert stub.count("GET", "/compute/v2.1/flavors") == 1


def test_many_are_found_at_once_and_all_problems_told(cloud: Cloud, stub: Stub) -> None:
    flavors(stub)
    stub.on("GET", NETWORKS, networks({"id": "n1", "name": "private"}))
    stub.on("GET", "/identity/v3/users", Reply({"error": {"message": "Not for you.", "code": 403}}, 403))
    wanted = {
        ("compute.flavor", "m1.tiny"),
        ("network.network", "private"),
        ("network.network", "nope"),
        ("identity.user", "joe"),
    }
    ids, unfound = cloud.find_all(wanted)
    assert ids == {("compute.flavor", "m1.tiny"): "1", ("network.network", "private"): "n1"}
    assert {(one.wanted, one.problem.code) for one in unfound} == {
        (("network.network", "nope"), "not-found"),
        (("identity.user", "joe"), "lookup-refused"),
    }


def test_ids_can_be_believed(cloud: Cloud, stub: Stub) -> None:
    stub.on("GET", NETWORKS, networks({"id": "n1", "name": "private"}))
    wanted = {("network.network", ID), ("network.network", "private"), ("identity.project", "f" * 32)}
    ids, unfound = cloud.find_all(wanted, believe_ids=True)
    assert (ids["network.network", ID], ids["network.network", "private"], unfound) == (ID, "n1", [])
    assert ids["identity.project", "f" * 32] == "f" * 32
    assert [one.path for one in stub.seen[1:]] == [NETWORKS]


def test_a_cloud_that_cannot_tell_is_no_answer(make_clouds: Callable[..., Clouds], stub: Stub) -> None:
    stub.on("GET", "/compute/v2.1/flavors", Reply(None, 503))
    with pytest.raises(Transient):
        make_clouds(retries=0).for_token("t", PROJECT).find_all({("compute.flavor", "m1.tiny")})


def test_constraints_ask_for_their_kind(cloud: Cloud, stub: Stub) -> None:
    flavors(stub)
    cloud.check("nova.flavor", "m1.tiny")
    cloud.check("net_cidr", "not the cloud's business")
    with pytest.raises(NotFound):
        cloud.check("nova.flavor", "x")
    assert [one.wanted for one in cloud.check_all({("nova.flavor", "x"), ("nova.flavor", "1"), ("net_cidr", "y")})] == [
        ("nova.flavor", "x")
    ]


def test_a_missing_service_is_not_a_missing_object(cloud: Cloud) -> None:
    with pytest.raises(Refused, match="no public endpoint"):
        cloud.find("load-balancer.pool", "p")


def test_every_constraint_leads_to_a_finder() -> None:
    assert set(CONSTRAINTS.values()) <= set(FINDERS)


def test_every_kind_that_types_use_has_a_finder() -> None:
    used = {p.find for name in registry().names() for p in every(registry().get(name).properties) if p.find}  # type: ignore[union-attr]
    assert used, "no type finds anything"
    assert used <= set(FINDERS)


def every(props: tuple[Prop, ...]) -> list[Prop]:
    found = []
    for p in props:
        found += [p, *every(p.schema or ()), *every((p.item,) if p.item else ())]
    return found
