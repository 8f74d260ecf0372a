"""The clients that people use, unchanged, against the service with real tokens."""

import io
import json
from pathlib import Path
from typing import Any

import openstack
import pytest
from api_client import Client, Cloud
from heatclient import exc
from heatclient.client import Client as heat_client
from heatclient.common import event_utils

TEMPLATE = {
    "heat_template_version": "2021-04-16", "description": "for clients",
    "parameters": {"length": {"type": "number", "default": 8}},
    "resources": {"word": {"type": "OS::Heat::RandomString", "properties": {"length": {"get_param": "length"}}, "metadata": {"m": 1}}},
    "outputs": {"word": {"value": {"get_attr": ["word", "value"]}}},
}


@pytest.fixture(scope="module")
def heat(cloud: Cloud) -> Any:
    """python-heatclient as a member of the project demo."""
    return heat_client("1", session=cloud.session())


@pytest.fixture(scope="module")
def sdk(cloud: Cloud) -> Any:
    """openstacksdk, likewise."""
    return openstack.connection.Connection(session=cloud.session(), region_name="RegionOne")


def wait(heat: Any, name: str, action: str, marker: str | None = None) -> str:
    status, _ = event_utils.poll_for_events(heat, name, action=action, poll_period=0.05, marker=marker, out=io.StringIO())
    return str(status)


def test_heatclient_leads_a_stack_through_its_life(heat: Any) -> None:
    made = heat.stacks.create(stack_name="hc", template=TEMPLATE, parameters={"length": "9"}, tags="a,b", disable_rollback=True)["stack"]
    assert wait(heat, "hc", "CREATE") == "CREATE_COMPLETE"
    stack = heat.stacks.get("hc")
    assert (stack.id, stack.parameters["length"], stack.tags) == (made["id"], "9", ["a", "b"])
    assert len(stack.outputs[0]["output_value"]) == 9
    assert not hasattr(heat.stacks.get("hc", resolve_outputs=False), "outputs")
    assert [s.stack_name for s in heat.stacks.list(filters={"stack_name": "hc"}, limit=1)] == ["hc"]

    resource, = heat.resources.list("hc", nested_depth=5)
    assert (resource.resource_name, resource.stack_name) == ("word", "hc")
    assert len(heat.resources.get("hc", "word", with_attr=["value"]).attributes["value"]) == 9
    assert heat.resources.metadata("hc", "word") == {"m": 1}
    events = event_utils.get_events(heat, "hc", {}, nested_depth=2)
    assert {event.stack_name for event in events} == {"hc"}
    assert heat.events.get("hc", "word", heat.events.list("hc", "word")[0].id).resource_type == "OS::Heat::RandomString"

    assert heat.stacks.template("hc") == TEMPLATE
    assert heat.stacks.environment("hc")["parameters"] == {"length": "9"}
    assert heat.stacks.files("hc") == {}
    assert heat.stacks.output_list("hc")["outputs"][0]["output_key"] == "word"
    assert len(heat.stacks.output_show("hc", "word")["output"]["output_value"]) == 9

    marker = heat.events.list("hc", limit=1)[0].id
    heat.stacks.update("hc", existing=True, parameters={"length": "10"}, template=None, files={}, environment={})
    assert wait(heat, "hc", "UPDATE", marker) == "UPDATE_COMPLETE"
    assert len(heat.stacks.get("hc").outputs[0]["output_value"]) == 10

    heat.stacks.delete("hc")
    assert wait(heat, f"hc/{made['id']}", "DELETE") == "DELETE_COMPLETE"
    with pytest.raises(exc.HTTPNotFound):
        heat.stacks.get("hc")


def test_heatclient_shows_what_is_wrong(heat: Any) -> None:
    wrong = TEMPLATE | {"resources": {"a": {"type": "OS::Heat::RandomStrin"}}}
    with pytest.raises(exc.HTTPBadRequest, match="OS::Heat::RandomString"):
        heat.stacks.create(stack_name="bad", template=wrong)


def test_heatclient_asks_about_the_service(heat: Any, cloud: Cloud) -> None:
    assert "OS::Neutron::Net" in [t.resource_type for t in heat.resource_types.list()]
    assert heat.resource_types.list(with_description=True)[0].description
    assert heat.resource_types.get("OS::Heat::RandomString")["properties"]["length"]["type"] == "integer"
    assert heat.build_info.build_info()["engine"]["revision"]
    assert heat.stacks.validate(template=TEMPLATE, show_nested=True)["Parameters"]["length"]["Type"] == "Number"
    with pytest.raises(exc.HTTPForbidden):
        heat.services.list()
    assert heat_client("1", session=cloud.session("admin")).services.list()[0].status == "up"


def test_sdk_leads_a_stack_through_its_life(sdk: Any) -> None:
    stack = sdk.orchestration.create_stack(name="sdk", template=TEMPLATE, parameters={"length": 7})
    assert sdk.orchestration.wait_for_status(stack, status="CREATE_COMPLETE", interval=0.05, wait=20).outputs[0]["output_key"] == "word"
    assert sdk.orchestration.find_stack("sdk").id == stack.id
    assert [s.name for s in sdk.orchestration.stacks(name="sdk")] == ["sdk"]
    assert [r.name for r in sdk.orchestration.resources("sdk")] == ["word"]
    assert next(iter(sdk.orchestration.stack_events(stack))).resource_name == "sdk"
    assert sdk.orchestration.get_stack_template("sdk").heat_template_version == "2021-04-16"
    assert sdk.orchestration.get_stack_environment("sdk").parameters == {"length": 7}
    assert sdk.orchestration.get_stack_files("sdk") == {}
    assert sdk.orchestration.validate_template(json.loads(json.dumps(TEMPLATE))).parameters["length"]["Type"] == "Number"
    sdk.orchestration.update_stack(sdk.orchestration.get_stack(stack.id), template=TEMPLATE, parameters={"length": 6})
    sdk.orchestration.wait_for_status(sdk.orchestration.get_stack(stack.id), status="UPDATE_COMPLETE", interval=0.05, wait=20)
    sdk.orchestration.delete_stack(stack)
    assert sdk.orchestration.find_stack("nosuch", ignore_missing=True) is None


def test_clients_keep_software_configs(heat: Any, sdk: Any) -> None:
    made = heat.software_configs.create(name="web", group="script", config="#!/bin/sh", inputs=[{"name": "a"}], options={"x": 1})
    assert (made.name, made.config, made.inputs, made.options) == ("web", "#!/bin/sh", [{"name": "a", "type": "String"}], {"x": 1})
    other = sdk.orchestration.create_software_config(name="sdk", group="script", config="b")
    assert sdk.orchestration.get_software_config(made.id).config == "#!/bin/sh"
    assert [row.id for row in heat.software_configs.list(limit=1)] == [other.id]
    assert [row.id for row in heat.software_configs.list(limit=1, marker=other.id)] == [made.id]
    assert {row.id for row in sdk.orchestration.software_configs()} >= {made.id, other.id}
    sdk.orchestration.delete_software_config(other.id)
    heat.software_configs.delete(made.id)
    with pytest.raises(exc.HTTPNotFound):
        heat.software_configs.get(made.id)


def test_the_command_line_keeps_software_configs(cloud: Cloud, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        return cloud.openstack("software", "config", *words)

    script, declared = tmp_path / "run.sh", tmp_path / "declared.yaml"
    script.write_text("#!/bin/sh\necho hi\n")
    declared.write_text("inputs: [{name: a, default: 1}]\noutputs: [{name: o}]\noptions: {x: 1}\n")
    made = json.loads(run("create", "cli", "--config-file", str(script), "--definition-file", str(declared), "--group", "script", "-f", "json"))
    assert made["id"] in [row["id"] for row in json.loads(run("list", "-f", "json"))]
    assert run("show", made["id"], "--config-only") == "#!/bin/sh\necho hi\n\n"
    run("delete", made["id"])
    assert made["id"] not in run("list")


NETWORK = {
    "heat_template_version": "2021-04-16",
    "parameters": {"secret": {"type": "string", "hidden": True}},
    "resources": {"net": {"type": "OS::Neutron::Net", "properties": {"name": "shown"}},
                  "word": {"type": "OS::Heat::Value", "properties": {"value": {"get_param": "secret"}}}},
    "outputs": {"mtu": {"value": {"get_attr": ["net", "mtu"]}}},
}


def test_attributes_are_read_live_with_the_callers_token(heat: Any, cloud: Cloud) -> None:
    heat.stacks.create(stack_name="live", template=NETWORK, parameters={"secret": "hush"})
    assert wait(heat, "live", "CREATE") == "CREATE_COMPLETE"
    net = heat.resources.get("live", "net")
    assert (net.attributes["name"], net.attributes["id"]) == ("shown", net.physical_resource_id)
    session, filters = cloud.session(), {"service_type": "network"}
    session.put(f"/v2.0/networks/{net.physical_resource_id}", json={"network": {"name": "renamed"}}, endpoint_filter=filters)
    assert heat.resources.get("live", "net").attributes["name"] == "renamed"
    assert heat.resources.get("live", "net", with_attr=["show"]).attributes["show"]["name"] == "renamed"
    assert heat.stacks.get("live").outputs[0]["output_value"] == net.attributes["mtu"]
    heat.stacks.delete("live")
    assert wait(heat, f"live/{heat.stacks.get('live').id}", "DELETE") == "DELETE_COMPLETE"


def test_what_an_attribute_needs_is_read_when_it_is_asked_for(heat: Any) -> None:
    server = {"type": "OS::Nova::Server", "properties": {"image": "cirros", "flavor": "m1.tiny", "networks": [{"allocate_network": "none"}]}}
    heat.stacks.create(stack_name="asked", template={"heat_template_version": "2021-04-16", "resources": {"web": server}})
    assert wait(heat, "asked", "CREATE") == "CREATE_COMPLETE"
    assert "console_urls" not in heat.resources.get("asked", "web").attributes
    consoles = heat.resources.get("asked", "web", with_attr=["console_urls"]).attributes["console_urls"]
    assert consoles["novnc"].startswith("http")
    heat.stacks.delete("asked")


def test_what_is_gone_from_the_cloud_still_shows_what_was_stored(heat: Any, cloud: Cloud) -> None:
    template = {"heat_template_version": "2021-04-16", "resources": {"net": {"type": "OS::Neutron::Net"}},
                "outputs": {"s": {"value": {"get_attr": ["net", "status"]}}}}
    heat.stacks.create(stack_name="gone", template=template)
    assert wait(heat, "gone", "CREATE") == "CREATE_COMPLETE"
    session, net = cloud.session(), heat.resources.get("gone", "net").physical_resource_id
    session.delete(f"/v2.0/networks/{net}", endpoint_filter={"service_type": "network"})
    assert heat.resources.get("gone", "net").attributes["status"] == "ACTIVE"
    heat.stacks.delete("gone")


def test_neither_tokens_nor_hidden_values_reach_the_log(heat: Any, cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    heat.stacks.create(stack_name="quiet", template=NETWORK, parameters={"secret": "do-not-tell"})
    wait(heat, "quiet", "CREATE")
    shown = json.dumps([heat.stacks.get("quiet").to_dict(), heat.stacks.environment("quiet"),
                        [event.to_dict() for event in heat.events.list("quiet")]])
    heat.stacks.delete("quiet")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("isotherm."))
    assert " POST /v1/" in ours
    assert "do-not-tell" not in ours + shown
    assert heat.http_client.session.get_token() not in ours


def test_a_token_is_needed(cloud: Cloud) -> None:
    bare = Client(cloud.running.url, more={"X-Auth-Token": "", "X-User-Id": "u"})
    assert bare("GET", "/stacks").status == 401
    assert Client(cloud.running.url, more={"X-Auth-Token": "forged"})("GET", "/stacks").status == 401
    assert bare("GET", cloud.running.url + "/").status == 300


def test_identity_headers_are_not_believed(cloud: Cloud) -> None:
    session = cloud.session()
    sneaky = Client(cloud.running.url, project=session.get_project_id(), roles="admin,reader",
                    more={"X-Auth-Token": session.get_token(), "X-Project-Id": "other"})
    assert sneaky("GET", "/stacks").status == 200
    assert sneaky("GET", "/services").status == 403
