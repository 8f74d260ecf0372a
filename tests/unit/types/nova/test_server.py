"""OS::Nova::Server: what is asked of the services, and when."""

from base64 import b64encode

import pytest

from isotherm.model.step import Call, Keep, Lookup, Read, Run, Until
from isotherm.types.nova.nics import slots

SERVER = "OS::Nova::Server"
WAIT = Until("/servers/{id}", "server", ok=("ACTIVE",), many=("/servers/detail", "servers"), message="fault.message", busy=(
    "BUILD", "HARD_REBOOT", "PASSWORD", "REBOOT", "REBUILD", "RESCUE", "RESIZE", "REVERT_RESIZE", "SHUTOFF", "SUSPENDED", "VERIFY_RESIZE"))
BY_NAME = Lookup("/servers/detail", "servers", {"name": "{name}"}, {"name": "{name}"})
LOOK = (Read("/servers/{id}", "server"),)
MINE = {"flavor": "f1", "image": "i1", "user_data_format": "RAW"}
PLAIN = {"name": "{name}", "flavorRef": "f1", "imageRef": "i1", "networks": "auto"}
DEVICE = {"destination_type": "volume", "delete_on_termination": False}


@pytest.fixture
def server(kind):
    return kind(SERVER)


def boot(plan):
    return next(step.json for step in plan if isinstance(step, Call) and step.path == "/servers")


def slot(nic):
    return slots([nic])[0][0]


def test_a_server_is_booted_and_waited_for(server):
    assert server.create(**MINE) == (
        Call("POST", "/servers", {"server": PLAIN}, identity="server.id", lookup=BY_NAME), WAIT)


def test_a_name_of_the_users_choice_is_marked_by_a_tag_until_the_server_is_known(server):
    post, wait, unmark = server.create(**MINE, name="web", tags=["a"])
    assert post.json == {"server": PLAIN | {"name": "web", "tags": ["a", "demo-res-x1"]}}
    assert post.lookup == Lookup("/servers/detail", "servers", {"tags": "demo-res-x1"}, {"name": "web"})
    assert wait == WAIT
    assert unmark == Call("DELETE", "/servers/{id}/tags/demo-res-x1", accept=(404,))
    assert server.attribute("tags", server.subject(live={"tags": ["a", "demo-res-x1"]})) == ["a"]


@pytest.mark.parametrize(("given", "sent"), [
    ({"key_name": "k", "availability_zone": "az", "config_drive": True, "diskConfig": "AUTO", "admin_pass": "p"},
     {"key_name": "k", "availability_zone": "az", "config_drive": True, "OS-DCF:diskConfig": "AUTO", "adminPass": "p"}),
    ({"security_groups": ["g1", "g2"]}, {"security_groups": [{"name": "g1"}, {"name": "g2"}]}),
    ({"metadata": {"a": "b", "n": 1, "l": [1, True]}}, {"metadata": {"a": "b", "n": "1", "l": "[1, true]"}}),
    ({"user_data": "#!/bin/sh"}, {"user_data": b64encode(b"#!/bin/sh").decode()}),
    ({"tags": ["a"]}, {"tags": ["a"]}),
    ({"networks": []}, {"networks": "auto"}),
    ({"networks": [{"allocate_network": "none"}]}, {"networks": "none"}),
    ({"networks": [{"network": "n1", "fixed_ip": "10.0.0.5", "tag": "t"}, {"port": "p1", "tag": None}]},
     {"networks": [{"uuid": "n1", "fixed_ip": "10.0.0.5", "tag": "t"}, {"port": "p1"}]}),
])
def test_the_boot_request(server, given, sent):
    assert boot(server.create(**MINE, **given)) == {"server": PLAIN | sent}


def test_hints_go_beside_the_server(server):
    body = boot(server.create(**MINE, scheduler_hints={"group": "g1"}, reservation_id="r1"))
    assert body == {"server": PLAIN, "os:scheduler_hints": {"group": "g1", "reservation": "r1"}}


@pytest.mark.parametrize(("image", "given", "devices"), [
    (None, {"block_device_mapping_v2": [{"volume_id": "v1"}, {"snapshot_id": "s1", "boot_index": None, "volume_size": 3}]},
     [{"uuid": "v1", "source_type": "volume", "boot_index": 0} | DEVICE,
      {"uuid": "s1", "source_type": "snapshot", "volume_size": 3, "boot_index": -1} | DEVICE]),
    (None, {"block_device_mapping_v2": [{"image": "i2", "volume_size": 9, "volume_type": "fast", "delete_on_termination": True}]},
     [{"uuid": "i2", "source_type": "image", "volume_size": 9, "volume_type": "fast", "boot_index": 0} | DEVICE | {"delete_on_termination": True}]),
    ("i1", {"block_device_mapping_v2": [{"swap_size": 512}, {"ephemeral_size": 2, "ephemeral_format": "ext4", "device_name": "vdc"}]},
     [{"uuid": "i1", "source_type": "image", "destination_type": "local", "boot_index": 0, "delete_on_termination": True},
      {"source_type": "blank", "destination_type": "local", "boot_index": -1, "delete_on_termination": True, "guest_format": "swap",
       "volume_size": 512},
      {"source_type": "blank", "destination_type": "local", "boot_index": -1, "delete_on_termination": True, "guest_format": "ext4",
       "volume_size": 2, "device_name": "vdc"}]),
    (None, {"block_device_mapping": [{"device_name": "vdb", "snapshot_id": "s1"}, {"device_name": "vda", "volume_id": "v1", "volume_size": 4}]},
     [{"uuid": "s1", "source_type": "snapshot", "device_name": "vdb", "boot_index": -1} | DEVICE,
      {"uuid": "v1", "source_type": "volume", "device_name": "vda", "volume_size": 4, "boot_index": 0} | DEVICE]),
])
def test_block_devices(server, image, given, devices):
    assert boot(server.create(**MINE | {"image": image}, **given))["server"]["block_device_mapping_v2"] == devices


def test_an_interface_that_the_compute_service_cannot_describe_gets_its_own_port_first(server):
    nic = {"subnet": "s1", "floating_ip": "fip1", "port_extra_properties": None}
    owning, plug, float_, post, *_ = server.create(**MINE, networks=[nic], security_groups=["g1"])
    assert owning == Keep(data={"own_ports": True})
    assert plug == Run("plug", {"slot": slot(nic), "nic": nic, "groups": ["g1"]})
    assert float_ == Call("PUT", "/v2.0/floatingips/fip1", {"floatingip": {"port_id": "{" + slot(nic) + "}"}}, service="network")
    assert post.json["server"]["networks"] == [{"port": "{" + slot(nic) + "}"}]


def test_files_are_injected_by_an_older_request(server):
    run = server.create(**MINE, personality={"/etc/motd": "hi"})[0]
    assert run == Run("boot_with_files", {"json": {"server": PLAIN}})


RESIZE = (
    Call("POST", "/servers/{id}/action", {"resize": {"flavorRef": "f2"}}, accept=(409,)),
    Until("/servers/{id}", "server", ok=("VERIFY_RESIZE",), many=WAIT.many, state="OS-EXT-STS:task_state|status", message="fault.message",
          busy=("RESIZE", "resize_prep", "resize_migrating", "resize_migrated", "resize_finish")),
    Call("POST", "/servers/{id}/action", {"confirmResize": None}, accept=(400, 409)),
    Until("/servers/{id}", "server", ok=("ACTIVE", "SHUTOFF"), busy=("VERIFY_RESIZE", "RESIZE"), many=WAIT.many, message="fault.message"),
)


def rebuild(**body):
    return Call("POST", "/servers/{id}/action", {"rebuild": {"imageRef": "i1", **body}}, accept=(409,)), WAIT


@pytest.mark.parametrize(("old", "new", "steps"), [
    ({}, {"name": "n"}, (Call("PUT", "/servers/{id}", {"server": {"name": "n"}}),)),
    ({"name": "n"}, {}, (Call("PUT", "/servers/{id}", {"server": {"name": "{name}"}}),)),
    ({"metadata": {"a": "1"}}, {"metadata": {"b": 2}}, (Call("PUT", "/servers/{id}/metadata", {"metadata": {"b": "2"}}),)),
    ({"tags": ["a"]}, {}, (Call("PUT", "/servers/{id}/tags", {"tags": []}),)),
    ({}, {"admin_pass": "p"}, (Call("POST", "/servers/{id}/action", {"changePassword": {"adminPass": "p"}}), WAIT)),
    ({}, {"flavor": "f2"}, RESIZE),
    ({"image": "i0"}, {}, rebuild()),
    ({"image": "i0"}, {"image_update_policy": "REBUILD_PRESERVE_EPHEMERAL", "admin_pass": "p"},
     (*rebuild(adminPass="p", preserve_ephemeral=True), Call("POST", "/servers/{id}/action", {"changePassword": {"adminPass": "p"}}), WAIT)),
    ({"user_data": "a"}, {"user_data": "b", "user_data_update_policy": "REBUILD"}, rebuild(user_data=b64encode(b"b").decode())),
    ({"image": "i0"}, {"personality": {"/a": "b"}}, (Run("rebuild_with_files", {"json": {"imageRef": "i1"}}), WAIT)),
])
def test_updates_in_place(server, old, new, steps):
    assert server.update(MINE | old, **MINE | new) == (*steps, *LOOK)


@pytest.mark.parametrize(("old", "new"), [
    ({}, {"flavor_update_policy": "REPLACE", "image_update_policy": "REPLACE"}),
    ({"user_data": "a"}, {"user_data": "b", "user_data_update_policy": "IGNORE"}),
    ({"networks": None}, {"networks": []}),
    ({"networks": [{"network": "a"}, {"port": "b"}]}, {"networks": [{"port": "b"}, {"network": "a"}]}),
    ({}, {"software_config_transport": "ZAQAR_MESSAGE"}),
])
def test_what_needs_no_request(server, old, new):
    assert server.update(MINE | old, **MINE | new) == ()
    assert server.replaces(MINE | old, **MINE | new) == []


@pytest.mark.parametrize(("old", "new", "replaced"), [
    ({"flavor": "f0"}, {}, []),
    ({"flavor": "f0"}, {"flavor_update_policy": "REPLACE"}, ["flavor"]),
    ({"image": "i0"}, {}, []),
    ({"image": "i0"}, {"image_update_policy": "REPLACE"}, ["image"]),
    ({"image": None}, {}, ["image"]),
    ({}, {"image": None}, ["image"]),
    ({"user_data": "a"}, {"user_data": "b"}, ["user_data"]),
    ({"user_data": "a"}, {"user_data": "b", "user_data_update_policy": "REBUILD"}, []),
    ({"user_data": "a", "image": None}, {"user_data": "b", "user_data_update_policy": "REBUILD", "image": None}, ["user_data"]),
    ({"key_name": "a"}, {}, ["key_name"]),
    ({"security_groups": ["a"]}, {}, ["security_groups"]),
    ({"networks": [{"network": "a"}]}, {"networks": [{"network": "b"}]}, []),
])
def test_what_replaces_a_server(server, old, new, replaced):
    assert server.replaces(MINE | old, **MINE | new) == replaced


def test_other_interfaces(server):
    kept, gone, come, port = {"network": "n1"}, {"network": "n2"}, {"network": "n3", "floating_ip": "fip1"}, {"port": "p1"}
    plan = server.update(MINE | {"networks": [gone, kept]}, **MINE, networks=[kept, come, port], security_groups=["g"])
    assert plan == (
        Run("unplug", {"slot": slot(gone), "nic": gone}),
        Keep(data={"own_ports": True}),
        Run("plug", {"slot": slot(come), "nic": come, "groups": ["g"]}),
        Run("attach", {"slot": slot(come), "nic": come}),
        Call("PUT", "/v2.0/floatingips/fip1", {"floatingip": {"port_id": "{" + slot(come) + "}"}}, service="network"),
        Run("attach", {"slot": slot(port), "nic": port}),
        *LOOK)


@pytest.mark.parametrize(("old", "new", "runs"), [
    (None, [{"port": "p1"}], [("unplug_all", {"keep": ["p1"]}), ("attach", {"slot": slot({"port": "p1"}), "nic": {"port": "p1"}})]),
    ([{"port": "p1"}], None, [("unplug", {"slot": slot({"port": "p1"}), "nic": {"port": "p1"}}), ("attach_any", {})]),
    ([{"port": "p1"}], [{"allocate_network": "none"}], [("unplug", {"slot": slot({"port": "p1"}), "nic": {"port": "p1"}})]),
    ([{"allocate_network": "none"}], None, [("attach_any", {})]),
])
def test_interfaces_that_the_service_chooses(server, old, new, runs):
    plan = server.update(MINE | {"networks": old}, **MINE, networks=new)
    assert [(step.method, step.args) for step in plan if isinstance(step, Run)] == runs


def test_a_floating_ip_moves_without_its_interface(server):
    old, new = {"network": "n1", "floating_ip": "a"}, {"network": "n1", "floating_ip": "b"}
    off = Call("PUT", "/v2.0/floatingips/a", {"floatingip": {"port_id": None}}, service="network", accept=(404,))
    on = Call("PUT", "/v2.0/floatingips/b", {"floatingip": {"port_id": "{" + slot(old) + "}"}}, service="network")
    assert server.update(MINE | {"networks": [old]}, {slot(old): "p9"}, **MINE, networks=[new]) == (off, on, *LOOK)
    later = Run("associate", {"slot": slot(old), "nic": new, "floating_ip": "b"})
    assert server.update(MINE | {"networks": [old]}, **MINE, networks=[new]) == (off, later, *LOOK)


GONE = Until("/servers/{id}", "server", ok=("DELETED", "SOFT_DELETED"), busy=("*",), bad=("ERROR",), gone=True, many=WAIT.many,
             state="OS-EXT-STS:task_state|status", message="fault.message")
DELETE = Call("DELETE", "/servers/{id}", accept=(404,))


def test_a_server_is_deleted_with_what_it_owns(server):
    find = Call("", "/servers", identity="server.id", lookup=BY_NAME)
    nic = {"port": "p1", "floating_ip": "fip1"}
    assert server.delete(**MINE) == (DELETE, GONE)
    assert server.delete(None, **MINE) == (find, DELETE, GONE)
    assert server.delete(**MINE, data={"own_ports": True}) == (DELETE, GONE, Run("drop_ports"))
    assert server.delete(None, **MINE, data={"own_ports": True}) == (Run("drop_ports"), find, DELETE, GONE, Run("drop_ports"))
    assert server.delete(**MINE, networks=[nic]) == (DELETE, GONE, Run("release", {"floating_ip": "fip1", "port": "p1"}))


def test_a_replacement_gets_the_ports_it_shares(server):
    old = server.subject("old-id", networks=[{"port": "p1"}, {"port": "p2"}, {"network": "n1"}])
    new = server.values(networks=[{"port": "p2"}, {"network": "n1"}])
    assert list(server.type.hand_over(old, new)) == [Run("let_go", {"server": "old-id", "port": "p2"})]
    assert [step.args["nic"] for step in server.type.take_back(old)] == [{"port": "p1"}, {"port": "p2"}]


def test_reading_asks_for_no_more_than_is_needed(server):
    read, made = Read("/servers/{id}", "server"), server.subject()
    assert list(server.type.read(made, frozenset({"name"}))) == [read]
    assert list(server.type.read(made, frozenset({"networks"}))) == [read, Run("observe", {"details": False})]
    assert list(server.type.read(made)) == [read, Run("observe", {"details": True})]
    assert list(server.type.read(made, frozenset({"console_urls"}))) == [read, Run("ask_consoles")]
