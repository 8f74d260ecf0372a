"""The comparison with the reference: each kind of difference is found."""

import copy
import importlib.util
import json
from pathlib import Path

import pytest

from isotherm.model.schema import AllowedValues, Attr, Custom, Prop, Range, Support
from isotherm.types.base import ResourceType

TOOL = Path(__file__).resolve().parents[3] / "tools" / "reference_check.py"
spec = importlib.util.spec_from_file_location("reference_check", TOOL)
reference_check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference_check)


class Sample(ResourceType):
    """Every kind of fact once."""

    name = "Sample"
    support = Support(version="1")
    properties = (
        Prop("size", int, default=1, update=True, constraints=(Range(0, 9), Custom("x.size"))),
        Prop("parts", list, find="a.b", item=Prop("*", dict, schema=(
            Prop("kind", str, required=True, find="x.kind", constraints=(AllowedValues(("a", "b")),)),))),
    )
    attributes = (Attr("state", str, cached=False),)


def status(version=None, name="SUPPORTED", previous=None):
    return {"status": name, "version": version, "previous_status": previous}


def node(kind, **fields):
    return {"type": kind, "required": False, "default": None, "update_allowed": False, "immutable": False,
            "implemented": True, "constraints": [], "support_status": status(), **fields}


ENTRY = {
    "support_status": status("1"), "physical_resource_name_limit": 255,
    "base_attributes": {"show": {"type": "map", "cache_mode": "cache_none", "support_status": status()}},
    "attributes": {"state": {"type": "string", "cache_mode": "cache_none", "support_status": status()}},
    "properties": {
        "size": node("integer", default=1, update_allowed=True,
                     constraints=[{"custom_constraint": "x.size"}, {"range": {"min": 0, "max": 9}}]),
        "parts": node("list", item=node("map", schema={
            "kind": node("string", required=True, constraints=[{"allowed_values": ["a", "b"]}])})),
    },
    "translation_rules": [{"rule": "Resolve", "path": ["parts", "kind"]}, {"rule": "Delete", "path": ["size"]}],
}


def test_a_faithful_declaration_does_not_differ():
    assert reference_check.compare(Sample(), ENTRY) == {}


@pytest.mark.parametrize(("place", "value", "path"), [
    (("support_status", "version"), "2", "support"),
    (("physical_resource_name_limit",), 63, "name_limit"),
    (("attributes", "state", "type"), "map", "attributes.state.type"),
    (("attributes", "state", "cache_mode"), "cache_local", "attributes.state.cached"),
    (("attributes", "more"), ENTRY["attributes"]["state"], "attributes.more"),
    (("properties", "more"), node("string"), "properties.more"),
    (("properties", "size", "type"), "number", "properties.size.type"),
    (("properties", "size", "default"), True, "properties.size.default"),
    (("properties", "size", "update_allowed"), False, "properties.size.update_allowed"),
    (("properties", "size", "immutable"), True, "properties.size.immutable"),
    (("properties", "size", "implemented"), False, "properties.size.implemented"),
    (("properties", "size", "constraints", 1, "range", "max"), 10, "properties.size.constraints"),
    (("properties", "size", "support_status"), status("2", "HIDDEN", status("1")), "properties.size.support"),
    (("properties", "parts", "item", "schema", "kind", "required"), False, "properties.parts.*.kind.required"),
    (("properties", "parts", "item", "schema", "kind", "constraints"), [], "properties.parts.*.kind.constraints"),
    (("properties", "size", "item"), node("string"), "properties.size.*"),
    (("translation_rules", 1, "rule"), "Resolve", "translated.size"),
])
def test_each_difference_is_found(place, value, path):
    entry = copy.deepcopy(ENTRY)
    inner = entry
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert set(reference_check.compare(Sample(), entry)) == {path}


def write(tmp_path, types):
    path = tmp_path / "resource_types.json"
    path.write_text(json.dumps({"resource_types": types}))
    return str(path)


def test_an_unknown_difference_ends_with_one(tmp_path, capsys):
    assert reference_check.main([write(tmp_path, {}), "--type", "OS::Neutron::Net"]) == 1
    assert "OS::Neutron::Net: type: not in the reference" in capsys.readouterr().out
    assert reference_check.main([write(tmp_path, {}), "--type", "OS::No::Such"]) == 1


def test_a_named_reference_that_is_missing_ends_with_two(tmp_path, capsys):
    assert reference_check.main([str(tmp_path / "none.json")]) == 2
    assert "NOT DONE" in capsys.readouterr().err


def test_a_difference_that_is_no_more_is_told(capsys):
    known = {"Sample": Sample()}.get
    place = ("Sample", "properties.size.type")
    assert reference_check.report({"Sample": ENTRY}, ["Sample"], known, {place: "once"}) == 1
    assert "no such difference any more" in capsys.readouterr().out
    other = copy.deepcopy(ENTRY)
    other["properties"]["size"]["type"] = "number"
    assert reference_check.report({"Sample": other}, ["Sample"], known, {place: "once"}) == 0
    assert "(expected: once)" in capsys.readouterr().out
