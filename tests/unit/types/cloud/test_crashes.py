"""A crash may come after any step has had its effect and before that is known: nothing is made twice, nothing stays behind."""

import pytest

SERVER, ATTACHMENT = "OS::Nova::Server", "OS::Cinder::VolumeAttachment"
BOOT = {"image": "cirros", "flavor": "m1.tiny"}
NICS = [{"network": "one"}, {"port": "users"}, {"subnet": "two"}]

MADE = [
    (SERVER, BOOT | {"networks": [{"network": "one"}]}, {"servers": ["demo-res-q7w8e9"]}),
    (SERVER, BOOT | {"networks": NICS, "name": "web", "tags": ["t"], "personality": {}},
     {"servers": ["web"], "ports": ["demo-res-q7w8e9-port"]}),
    (SERVER, BOOT | {"networks": [{"subnet": "one"}], "personality": {"/etc/motd": "hi"}},
     {"servers": ["demo-res-q7w8e9"], "ports": ["demo-res-q7w8e9-port"]}),
    ("OS::Nova::KeyPair", {"name": "a key"}, {"keypairs": ["a key"]}),
    ("OS::Nova::ServerGroup", {"name": "group"}, {"groups": ["group"]}),
    ("OS::Nova::ServerGroup", {}, {"groups": ["demo-res-q7w8e9"]}),
    ("OS::Nova::Flavor", {"ram": 64, "vcpus": 1, "name": "own", "flavorid": "own", "extra_specs": {"a": "b"}}, {"flavors": ["own"]}),
    ("OS::Cinder::Volume", {"size": 1, "name": "data", "read_only": True}, {"volumes": ["data"]}),
]
NOTHING = {"servers": [], "ports": ["users"], "keypairs": [], "groups": [], "volumes": [], "flavors": []}
STEPS = 8


def others(names):
    """Ports that the compute service makes have no names."""
    return sorted(name for name in names if name)


@pytest.mark.parametrize(("type_name", "given", "expected"), MADE)
def test_a_create_that_crashes_anywhere_makes_one_of_each(world, runner, type_name, given, expected):
    for crash in range(-1, STEPS):
        made = runner(type_name, **given)
        made.create(crash)
        left = world.left()
        wanted = NOTHING | expected | {"ports": ["users", *expected.get("ports", ())]}
        assert {key: others(names) for key, names in left.items()} == {key: sorted(names) for key, names in wanted.items()}
        made.delete(crash)
        assert world.left() == NOTHING


@pytest.mark.parametrize(("type_name", "given", "expected"), MADE)
def test_what_an_abandoned_create_made_is_deleted(world, runner, type_name, given, expected):
    for last in range(STEPS):
        made = runner(type_name, **given)
        made.begin(last)
        made.delete()
        assert world.left() == NOTHING


UPDATES = [
    {"networks": [{"subnet": "two"}, {"network": "two"}]},
    {"networks": [{"port": "users"}]},
    {"networks": [{"allocate_network": "none"}]},
    {"flavor": "m1.small"}, {"image": "ubuntu-24.04"}, {"metadata": {"a": "b"}, "tags": ["x"], "name": "new", "admin_pass": "p"},
]


@pytest.mark.parametrize("change", UPDATES)
def test_an_update_that_crashes_anywhere_ends_the_same(world, runner, change):
    shown = []
    for crash in range(-1, STEPS):
        server = runner(SERVER, **BOOT, networks=[{"network": "one"}, {"subnet": "one"}])
        server.create()
        server.update(crash, **change)
        server.run(server.kind.read(server.subject, frozenset({"addresses"})))
        live = server.subject.live
        shown.append({"addresses": {name: len(found) for name, found in live["addresses"].items()}, "name": live["name"], "tags": live["tags"],
                      "metadata": live["metadata"], "flavor": live["flavor"]["original_name"], "image": live["image"]["id"],
                      "status": live["status"], "ports": sum("q7w8e9" in name for name in world.left()["ports"])})
        server.delete(crash)
        assert world.left() == NOTHING
    assert all(one == shown[0] for one in shown)
    assert shown[0]["status"] == "ACTIVE"


def test_an_attachment_that_crashes_anywhere(world, runner):
    servers = [runner(SERVER, **BOOT, name=name, networks=[{"network": "one"}]) for name in ("s1", "s2")]
    volume = runner("OS::Cinder::Volume", size=1)
    for one in (*servers, volume):
        one.create()
    first, second = ({"instance_uuid": one.subject.physical_id, "volume_id": volume.subject.physical_id} for one in servers)

    def where():
        shown = world.get("volumev3", f"/volumes/{volume.subject.physical_id}")["volume"]
        return shown["status"], [one["server_id"] for one in shown["attachments"]]

    for crash in range(-1, STEPS):
        attachment = runner(ATTACHMENT, **first)
        attachment.create(crash)
        assert where() == ("in-use", [first["instance_uuid"]])
        attachment.update(crash, **second)
        assert where() == ("in-use", [second["instance_uuid"]])
        attachment.delete(crash)
        assert where() == ("available", [])
    for one in (*servers, volume):
        one.delete()
    assert world.left() == NOTHING


def test_a_key_pair_that_was_there_before_is_left_alone(world, runner):
    world.post("compute", "/os-keypairs", keypair={"name": "users"})
    for crash in (-1, 0):
        pair = runner("OS::Nova::KeyPair", name="users")
        with pytest.raises(AssertionError, match="already"):
            pair.create(crash)
        pair.delete()
        assert world.left()["keypairs"] == ["users"]
    world.cloud.request("compute", "DELETE", "/os-keypairs/users")


def test_a_group_of_the_same_name_that_was_there_before_is_left_alone(world, runner):
    world.post("compute", "/os-server-groups", server_group={"name": "group", "policies": ["affinity"]})
    group = runner("OS::Nova::ServerGroup", name="group", policies=["affinity"])
    group.create(crash=1)
    assert world.left()["groups"] == ["group", "group"]
    group.delete()
    before = world.get("compute", "/os-server-groups")["server_groups"]
    assert [one["id"] == group.subject.physical_id for one in before] == [False]
    world.cloud.request("compute", "DELETE", f"/os-server-groups/{before[0]['id']}")


def test_a_volume_grows_and_does_not_shrink(world, runner):
    volume = runner("OS::Cinder::Volume", size=1)
    volume.create()
    for crash in (-1, 0, 1):
        volume.update(crash, size=3 + crash)
    assert world.get("volumev3", f"/volumes/{volume.subject.physical_id}")["volume"]["size"] == 4
    with pytest.raises(AssertionError, match="cannot shrink"):
        volume.update(size=1)
    volume.delete()


def test_a_volume_is_backed_up_before_it_is_deleted_and_comes_back(world, runner):
    volume = runner("OS::Cinder::Volume", size=2)
    volume.create()
    volume.run(volume.kind.preserve(volume.subject))
    volume.delete()
    copy = runner("OS::Cinder::Volume", backup_id=volume.subject.data["backup"])
    copy.create()
    assert copy.subject.live["size"] == 2
    copy.delete()


def test_a_server_moves_its_port_to_its_replacement(world, runner):
    old, new = (runner(SERVER, **BOOT, networks=[{"port": "users"}], name=name) for name in ("old", "new"))
    old.create()
    new.run(old.kind.hand_over(old.subject, new.subject.properties))
    new.create()
    held = world.get("network", "/v2.0/ports?name=users")["ports"][0]
    assert held["device_id"] == new.subject.physical_id
    old.delete()
    new.delete()
    assert world.left() == NOTHING


def test_addresses_of_a_server(world, runner):
    server = runner(SERVER, **BOOT, networks=[{"network": "one"}])
    server.create()
    server.run(server.kind.read(server.subject, frozenset({"addresses", "networks", "console_urls"})))
    attribute = lambda name: server.kind.attribute(server.subject, name)       # noqa: E731
    network = world.get("network", "/v2.0/networks?name=one")["networks"][0]
    port = world.get("network", f"/v2.0/ports?device_id={server.subject.physical_id}")["ports"][0]
    address = port["fixed_ips"][0]["ip_address"]
    assert attribute("networks") == {"one": [address], network["id"]: [address]}
    assert attribute("first_address") == address
    shown = attribute("addresses")["one"][0]
    assert (shown["port"], shown["network"]["id"], [one["name"] for one in shown["subnets"]]) == (port["id"], network["id"], ["one"])
    assert attribute("console_urls")["novnc"].startswith("http")
    server.delete()


def test_a_server_that_cannot_be_built_says_why_and_goes(world, runner):
    world.fail(["server BUILD error 1x"])
    server = runner(SERVER, **BOOT, networks=[{"subnet": "one"}])
    with pytest.raises(AssertionError, match="is ERROR, not ACTIVE: Injected"):
        server.create()
    server.delete()
    assert world.left() == NOTHING


def test_a_server_in_error_that_cannot_be_deleted_is_not_waited_for(world, runner):
    world.fail(["server BUILD error 1x", "server deleting error 1x"])
    server = runner(SERVER, **BOOT, networks=[{"network": "one"}])
    with pytest.raises(AssertionError, match="not ACTIVE"):
        server.create()
    with pytest.raises(AssertionError, match="is ERROR, not gone"):
        server.delete()
    server.delete()
    assert world.left() == NOTHING


def test_a_resize_that_fails_is_not_waited_for(world, runner):
    server = runner(SERVER, **BOOT, networks=[{"network": "one"}])
    server.create()
    world.fail(["server RESIZE error 1x"])
    with pytest.raises(AssertionError, match="is ERROR, not VERIFY_RESIZE"):
        server.update(flavor="m1.small")
    server.delete()
    assert world.left() == NOTHING


def test_floating_addresses_follow_their_interfaces(world, runner):
    public = world.get("network", "/v2.0/networks?name=public")["networks"][0]["id"]
    one, two = (world.post("network", "/v2.0/floatingips", floatingip={"floating_network_id": public})["id"] for _ in range(2))

    def ports():
        return [world.get("network", f"/v2.0/floatingips/{id_}")["floatingip"]["port_id"] for id_ in (one, two)]

    users = world.get("network", "/v2.0/ports?name=users")["ports"][0]["id"]
    for crash in range(-1, STEPS):
        server = runner(SERVER, **BOOT, networks=[{"network": "one", "floating_ip": one}])
        server.create(crash)
        own = world.get("network", "/v2.0/ports?name=demo-res-q7w8e9-port")["ports"][0]["id"]
        assert ports() == [own, None]
        server.update(crash, networks=[{"network": "one", "floating_ip": two}])
        assert ports() == [None, own]
        server.update(crash, networks=[{"network": "one"}, {"port": "users", "floating_ip": one}])
        assert ports() == [users, None]
        server.delete(crash)
        assert ports() == [None, None]
        assert world.left() == NOTHING
    for id_ in (one, two):
        world.cloud.request("network", "DELETE", f"/v2.0/floatingips/{id_}")
