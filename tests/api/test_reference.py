"""The surface compared with the recorded one of Heat; skipped where the reference is not at hand."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from api_client import Client

from isotherm.api.policy import ACTIONS, ADMIN_TYPES
from isotherm.api.routes import ROUTES
from isotherm.api.views.template_version import functions_view, versions_view
from isotherm.template.versions import DIALECTS

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"

pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"NOT COMPARED: {REFERENCE} is missing")

# ARNs have a route of their own kind; the rest is not built.
LATER = ("abandon", "export", "action", "snapshot", "signal", "mark_unhealthy", "config", "deployment", "metadata/{server_id}")


def load(name: str) -> Any:
    return json.loads((REFERENCE / name).read_text())


def test_policy_rules_and_defaults_are_heats() -> None:
    wanted: dict[str, str] = {}
    for route in load("api_v1_routes.json")["routes"]:
        rules = route["policy"] if isinstance(route["policy"], list) else [route["policy"]]
        for rule in rules:
            default = route["policy_default"]
            wanted[rule] = default[rule] if isinstance(default, dict) else default
    more = {"stacks:global_index": "rule:deny_everybody", "software_configs:global_index": "rule:deny_everybody"}
    assert wanted | more == ACTIONS


def test_administrators_types_are_heats() -> None:
    types = load("resource_types.json")["resource_types"]
    assert sorted(name for name, kind in types.items() if kind.get("policy") == "rule:project_admin") == sorted(ADMIN_TYPES)


def test_every_route_has_heats_rule() -> None:
    ours = {(route.method, route.path): route.rule for route in ROUTES}
    for route in load("api_v1_routes.json")["routes"]:
        path = route["path"].removeprefix("/v1/{tenant_id}")
        if "arn:" in path or any(word in f"{route['action']} {path}" for word in LATER):
            continue
        for part in path.rpartition("{path:")[2].rstrip("}").split("|") if "{path:" in path else [""]:
            key = (route["method"], path.partition("{path:")[0] + part)
            assert key in ours, f"{key} is missing"
            rule = ours[key]
            assert callable(rule) or rule == route["policy"], f"{key} asks for {rule}"


def test_functions_of_every_version_are_heats() -> None:
    for name, version in load("template_functions.json")["template_versions"].items():
        key, _, number = name.partition(".")
        for flag in (False, True):
            listed = [entry["functions"] for entry in functions_view(DIALECTS[key, number], flag)]
            assert listed == version["rest_function_list"][f"with_condition_func={str(flag).lower()}"], (name, flag)


def test_versions_are_heats() -> None:
    wanted = {name: version["aliases"] for name, version in load("template_functions.json")["template_versions"].items()}
    assert {entry["version"]: entry["aliases"] for entry in versions_view()} == wanted


def keys_fit(view: Any, name: str) -> None:
    """The view has every key that the recorded object always has, and none that it never has."""
    recorded = {key: row for key, row in load("api_v1_routes.json")["objects"][name].items() if not key.startswith("(")}
    always = {key for key, row in recorded.items() if "present_when" not in row}
    assert always <= set(view), f"{name} lacks {always - set(view)}"
    assert set(view) <= set(recorded), f"{name} has more: {set(view) - set(recorded)}"


def test_objects_have_heats_keys(client: Client) -> None:
    template = {"heat_template_version": "2021-04-16", "outputs": {"o": {"value": 1}},
                "resources": {"a": {"type": "OS::Heat::RandomString"}}}
    made = client("POST", "/stacks", {"stack_name": "keys", "template": template}).json["stack"]
    at = f"/stacks/keys/{made['id']}"
    ends = time.monotonic() + 20
    while client("GET", at).json["stack"]["stack_status"] != "CREATE_COMPLETE":
        assert time.monotonic() < ends
    keys_fit(made, "stack_created")
    keys_fit(client("GET", at).json["stack"], "stack")
    keys_fit(client("GET", "/stacks").json["stacks"][0], "stack_summary")
    keys_fit(client("GET", at + "/resources").json["resources"][0], "resource_summary")
    keys_fit(client("GET", at + "/resources?with_detail=true").json["resources"][0], "resource_summary")
    keys_fit(client("GET", at + "/resources/a").json["resource"], "resource")
    keys_fit(client("GET", at + "/outputs").json["outputs"][0], "output_summary")
    keys_fit(client("GET", at + "/outputs/o").json["output"], "output")
    events = client("GET", at + "/resources/a/events").json["events"]
    keys_fit(events[0], "event_summary")
    keys_fit(client("GET", at + "/environment").json, "environment")
    keys_fit(client("GET", "/build_info").json, "build_info")
    keys_fit(client("GET", "/resource_types/OS::Heat::RandomString").json, "resource_schema")
    keys_fit(client("GET", "/resource_types/OS::Heat::RandomString").json["properties"]["length"], "property_schema")
    keys_fit(client("GET", "/template_versions").json["template_versions"][0], "template_version")
    keys_fit(client("POST", "/validate", {"template": template}).json, "template_validation")
    preview = client("POST", "/stacks/preview", {"stack_name": "k2", "template": template}).json["stack"]
    keys_fit(preview["resources"][0], "resource_preview")
    keys_fit({key: value for key, value in preview.items() if key != "resources"} | {"stack_status": "", "stack_status_reason": ""}, "stack")
    changes = client("PATCH", at + "/preview", {}).json["resource_changes"]
    keys_fit(changes, "resource_changes")
    client("DELETE", at)
