"""OS::Nova::Server: what must hold, what it needs, what it shows."""

from base64 import b64decode
from email import message_from_string

import pytest

from isotherm.model.unknown import Unknown
from isotherm.types.nova.user_data import PART_HANDLER, encoded, rendered

SERVER = "OS::Nova::Server"
APART, MISSING = "properties-exclude-each-other", "property-missing"
LATER = Unknown(str, (("other", ()),), ("reference", "other"))


@pytest.fixture
def server(kind):
    return kind(SERVER)


@pytest.mark.parametrize(("given", "found"), [
    ({"image": "i"}, []),
    ({"image": LATER}, []),
    ({}, [("server-boots-from-nothing", "image")]),
    ({"block_device_mapping_v2": [{"volume_id": "v"}]}, []),
    ({"block_device_mapping_v2": LATER}, []),
    ({"block_device_mapping_v2": [{"volume_id": LATER, "boot_index": "0"}]}, []),
    ({"block_device_mapping_v2": [{"volume_id": "v", "boot_index": 1}]}, [("server-boots-from-nothing", "image")]),
    ({"block_device_mapping_v2": [{"swap_size": 1}]}, [("server-boots-from-nothing", "image")]),
    ({"block_device_mapping": [{"device_name": "vda", "volume_id": "v"}]}, []),
    ({"block_device_mapping": [{"device_name": "vdb", "volume_id": "v"}]}, [("server-boots-from-nothing", "image")]),
    ({"image": "i", "block_device_mapping": [{"device_name": "vdb"}]}, [(MISSING, "block_device_mapping.0")]),
    ({"image": "i", "block_device_mapping": [{"device_name": "vdb", "volume_id": "v", "snapshot_id": "s"}]},
     [(APART, "block_device_mapping.0.snapshot_id")]),
    ({"image": "i", "block_device_mapping": [{"device_name": "b", "volume_id": "v"}], "block_device_mapping_v2": [{"swap_size": 1}]},
     [(APART, "block_device_mapping_v2")]),
    ({"image": "i", "block_device_mapping_v2": [{"volume_id": "v", "image": "i"}]}, [(APART, "block_device_mapping_v2.0.image")]),
    ({"image": "i", "block_device_mapping_v2": [{"swap_size": 1, "volume_id": "v"}]}, [(APART, "block_device_mapping_v2.0.swap_size")]),
    ({"image": "i", "block_device_mapping_v2": [{"device_name": "vdb"}]}, [(MISSING, "block_device_mapping_v2.0")]),
    ({"image": "i", "networks": [{"network": "n"}, {"port": LATER}]}, []),
    ({"image": "i", "networks": [{"tag": "x"}]}, [(MISSING, "networks.0")]),
    ({"image": "i", "networks": [{"port": LATER, "fixed_ip": "10.0.0.1"}]}, [(APART, "networks.0.fixed_ip")]),
    ({"image": "i", "networks": [{"allocate_network": "auto", "network": None}]}, []),
    ({"image": "i", "networks": [{"allocate_network": "auto", "network": "n"}]}, [(APART, "networks.0.allocate_network")]),
    ({"image": "i", "networks": [{"allocate_network": "auto"}, {"network": "n"}]}, [(APART, "networks.0.allocate_network")]),
    ({"image": "i", "networks": [{"port": "p"}], "security_groups": ["g"]}, [(APART, "security_groups")]),
    ({"image": "i", "networks": LATER, "security_groups": ["g"]}, []),
])
def test_rules_between_properties(server, given, found):
    assert server.problems(flavor="f", **given) == found


def test_older_names_move_to_newer_ones(server):
    values = server.type.translate({"networks": [{"uuid": "n"}], "block_device_mapping_v2": [{"image_id": "i", "image": None}]})
    assert values == {"networks": [{"network": "n"}], "block_device_mapping_v2": [{"image": "i"}]}


def test_a_server_needs_the_subnets_of_its_networks(server):
    net = Unknown(str, (("net", ()),), ("reference", "net"))
    others = {
        "mine": ("OS::Neutron::Subnet", {"network": net}), "named": ("OS::Neutron::Subnet", {"network": "private"}),
        "not": ("OS::Neutron::Subnet", {"network": "public"}), "port": ("OS::Neutron::Port", {"network": net}),
    }
    needs = server.type.implicit("me", {"networks": [{"network": net}, {"uuid": "private"}, LATER]}, others)
    assert needs == {"mine", "named"}
    assert server.type.implicit("me", {"networks": LATER}, others) == set()


LIVE = {"addresses": {"private": [
    {"addr": "10.0.0.5", "version": 4, "OS-EXT-IPS-MAC:mac_addr": "fa:1", "OS-EXT-IPS:type": "fixed"},
    {"addr": "172.24.4.9", "version": 4, "OS-EXT-IPS-MAC:mac_addr": "fa:1", "OS-EXT-IPS:type": "floating"},
    {"addr": "10.0.0.6", "version": 4, "OS-EXT-IPS-MAC:mac_addr": "fa:2", "OS-EXT-IPS:type": "fixed"}]},
    "OS-EXT-SRV-ATTR:instance_name": "instance-1", "accessIPv4": ""}
SEEN = {
    "ports": [{"id": "p1", "mac_address": "fa:1", "network_id": "n1", "fixed_ips": [{"subnet_id": "s1", "ip_address": "10.0.0.5"}]},
              {"id": "p2", "mac_address": "fa:2", "network_id": "n1", "fixed_ips": [{"subnet_id": "s2", "ip_address": "10.0.0.6"}]}],
    "networks": {"n1": {"id": "n1", "name": "private"}}, "subnets": {"s1": {"id": "s1"}},
}


def test_addresses_with_what_is_behind_them(server):
    made = server.subject(live=LIVE, data=SEEN)
    shown = server.attribute("addresses", made)
    assert [(a["addr"], a["port"], a["subnets"]) for a in shown["private"]] == [
        ("10.0.0.5", "p1", [{"id": "s1"}]), ("172.24.4.9", "p1", [{"id": "s1"}]), ("10.0.0.6", "p2", [])]
    assert shown["n1"] == shown["private"]
    assert shown["private"][0]["network"] == {"id": "n1", "name": "private"}
    every = ["10.0.0.5", "172.24.4.9", "10.0.0.6"]
    assert server.attribute("networks", made) == {"private": every, "n1": every}
    assert server.attribute("networks", server.subject(live=LIVE)) == {"private": every}


@pytest.mark.parametrize(("name", "value"), [
    ("first_address", "10.0.0.5"), ("instance_name", "instance-1"), ("accessIPv4", ""), ("console_urls", {"novnc": "u"}),
    ("os_collect_config", {"collectors": ["cfn"]}), ("tags", []),
])
def test_attributes(server, name, value):
    made = server.subject(live=LIVE, data={"console_urls": {"novnc": "u"}}, resource_metadata={"os-collect-config": {"collectors": ["cfn"]}})
    assert server.attribute(name, made) == value


def test_what_drift_is_judged_by(server):
    live = {"name": "n", "image": {"id": "i"}, "metadata": {}, "config_drive": "", "key_name": None, "tags": ["demo-res-x1", "a"]}
    assert server.type.decode(server.subject(live=live)) == {
        "name": "n", "image": "i", "metadata": {}, "config_drive": False, "tags": ["a"]}
    assert "image" not in server.type.decode(server.subject(live={"image": ""}))


def parts(text):
    return [(part.get_content_type(), part.get_filename(), part.get_payload(decode=True).decode())
            for part in message_from_string(text).walk() if not part.is_multipart()]


def test_user_data_as_it_is():
    assert rendered("RAW", "x: é", {"a": 1}) == "x: é"
    assert encoded({"user_data_format": "RAW", "user_data": ""}, {}, {}) is None


@pytest.mark.parametrize(("form", "quoted"), [("RAW", True), ("SOFTWARE_CONFIG", True), ("HEAT_CFNTOOLS", False)])
def test_user_data_may_be_a_software_config(server, form, quoted):
    """Where the format is one of boot scripts of our own, an id is just text."""
    given = {"user_data_format": form, "user_data": "c-id"}
    assert server.type.quotes(given) == ({"c-id"} if quoted else set())
    sent = b64decode(encoded(given, {}, {"c-id": "#cloud-config\nkept: there\n"})).decode()
    assert ("kept: there" in sent) is quoted
    assert ("c-id" in sent) is not quoted
    assert encoded(given, {}, {}) == encoded(given, {}, {"other": "text"})


def test_user_data_not_known_yet_quotes_nothing(server):
    assert server.type.quotes({"user_data_format": "RAW", "user_data": object()}) == set()
    assert server.type.quotes({"user_data_format": "RAW", "user_data": None}) == set()


def test_user_data_among_boot_parts():
    text = rendered("HEAT_CFNTOOLS", "#!/bin/sh\necho é\n", {"a": [1]})
    assert text == rendered("HEAT_CFNTOOLS", "#!/bin/sh\necho é\n", {"a": [1]})
    handler, script, init, run = parts(text)
    assert handler == ("text/part-handler", "part-handler.py", PART_HANDLER)
    assert script == ("text/x-cfninitdata", "cfn-userdata", "#!/bin/sh\necho é\n")
    assert init == ("text/x-cfninitdata", "cfn-init-data", '{"a": [1]}')
    assert run[:2] == ("text/x-shellscript", "run-userdata.sh")
    assert [name for _, name, _ in parts(rendered("HEAT_CFNTOOLS", "", {}))] == ["part-handler.py", "cfn-userdata", "run-userdata.sh"]


@pytest.mark.parametrize(("text", "kind"), [
    ("#cloud-config\na: 1", "text/cloud-config"), ("#!/bin/sh", "text/x-shellscript"), ("echo", "text/x-shellscript"),
    ("#cloud-config-archive\n", "text/cloud-config-archive"), ("#include\nhttp://x", "text/x-include-url"),
])
def test_user_data_as_parts_of_its_own(text, kind):
    assert parts(rendered("SOFTWARE_CONFIG", text, {}))[1] == (kind, "userdata", text)


def test_a_multipart_document_is_taken_apart():
    inner = rendered("SOFTWARE_CONFIG", "#!/bin/sh\necho", {})
    assert [name for _, name, _ in parts(rendered("SOFTWARE_CONFIG", inner, {}))] == ["part-handler.py", "part-handler.py", "userdata"]


def test_the_part_handler_writes_its_parts(tmp_path):
    module = {}
    exec(PART_HANDLER, module)                     # as cloud-init loads it
    module["FOLDER"] = str(tmp_path / "kept")
    assert module["list_types"]() == ["text/x-cfninitdata"]
    module["handle_part"](None, "__begin__", None, None)
    module["handle_part"](None, "text/x-cfninitdata", "cfn-userdata", "#!/bin/sh\n")
    module["handle_part"](None, "text/x-cfninitdata", "../cfn-init-data", b"{}")
    script, init = tmp_path / "kept" / "cfn-userdata", tmp_path / "kept" / "cfn-init-data"
    assert (script.read_text(), script.stat().st_mode & 0o777) == ("#!/bin/sh\n", 0o700)
    assert (init.read_text(), init.stat().st_mode & 0o777) == ("{}", 0o600)
