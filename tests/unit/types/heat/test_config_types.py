"""OS::Heat::{SoftwareConfig, StructuredConfig, CloudConfig, SoftwareComponent, MultipartMime}"""

from dataclasses import replace
from email import message_from_string

import pytest

from isotherm.model.step import Keep, Publish, Withdraw
from isotherm.types.heat.config_io import INPUT, OUTPUT, checked
from isotherm.types.registry import registry

SOFTWARE, STRUCTURED, CLOUD = "OS::Heat::SoftwareConfig", "OS::Heat::StructuredConfig", "OS::Heat::CloudConfig"
COMPONENT, MIME = "OS::Heat::SoftwareComponent", "OS::Heat::MultipartMime"
EVERY = (SOFTWARE, STRUCTURED, CLOUD, COMPONENT, MIME)
SCRIPTS = [{"tool": "script", "config": "a", "actions": ["CREATE"]}, {"tool": "puppet", "config": None, "actions": ["DELETE"]}]


class Listed(list):
    """The template language has lists and texts of its own kinds."""


SAME = Listed(["x"])


def plain(kind, **given):
    """Published with nothing but the defaults."""
    step, = kind(SOFTWARE).create(**given)
    return step


def test_a_text_is_published_with_what_it_declares(kind):
    given = {"name": "a", "type": "String", "default": 1, "description": None, "replace_on_change": False}
    result = {"name": "o", "type": "Json", "description": "d", "error_output": True}
    assert plain(kind, config="text", group="script", inputs=[given], outputs=[result], options={"x": 1}) == Publish(
        "script", "text", [{"name": "a", "type": "String", "default": 1, "replace_on_change": False}], [result], {"x": 1})
    assert plain(kind) == Publish("Heat::Ungrouped", None, [], [])


@pytest.mark.parametrize(("type_", "given", "content", "attribute"), [
    (SOFTWARE, {"config": "text"}, "text", "text"),
    (STRUCTURED, {"config": {"a": {"get_input": "b"}}}, {"a": {"get_input": "b"}}, {"a": {"get_input": "b"}}),
    (CLOUD, {"cloud_config": {"users": [{"name": "u"}], "packages": ["b", "a"]}},
     "#cloud-config\npackages:\n- b\n- a\nusers:\n- name: u\n", "#cloud-config\npackages:\n- b\n- a\nusers:\n- name: u\n"),
    (CLOUD, {"cloud_config": {"b": SAME, "a": SAME, "n": None}}, "#cloud-config\na:\n- x\nb:\n- x\nn: null\n",
     "#cloud-config\na:\n- x\nb:\n- x\nn: null\n"),
    (CLOUD, {}, "#cloud-config\n{}\n", "#cloud-config\n{}\n"),
    (COMPONENT, {"configs": SCRIPTS}, {"configs": [SCRIPTS[0], {"tool": "puppet", "actions": ["DELETE"]}]},
     [SCRIPTS[0], {"tool": "puppet", "actions": ["DELETE"]}]),
])
def test_what_each_holds(kind, type_, given, content, attribute):
    step, = kind(type_).create(**given)
    assert step.config == content
    assert step.group == ("component" if type_ == COMPONENT else "Heat::Ungrouped")
    subject = kind(type_).subject(**given)
    assert kind(type_).attribute("config", subject) == attribute
    shown = kind(type_).attribute("show", subject)
    assert (shown["id"], shown["name"], shown["config"]) == ("id-1", "demo-res-x1", content)


@pytest.mark.parametrize("type_", EVERY)
def test_it_is_withdrawn_if_it_was_ever_published(kind, type_):
    assert kind(type_).delete() == (Withdraw(),)
    assert kind(type_).delete(None) == ()
    assert kind(type_).type.publishes
    assert kind(type_).type.reference(kind(type_).subject()) == "id-1"


@pytest.mark.parametrize("type_", EVERY)
def test_every_change_replaces_it(kind, type_):
    for prop in kind(type_).type.properties:
        assert kind(type_).replaces({prop.name: "a"}, **{prop.name: "b"}) == [prop.name]


@pytest.mark.parametrize(("type_", "default", "fits"), [
    ("String", 1, True), ("String", {"x": 1}, False), ("String", ["x"], False), ("String", None, True), ("String", object(), True),
    ("Number", "1.5", True), ("Number", "x", False), ("Boolean", "TRUE", True), ("Boolean", "yes", False), ("Boolean", 1, False),
    ("Json", {"x": 1}, True), ("Json", [1], True), ("Json", True, False), ("CommaDelimitedList", "a,b", True),
    ("CommaDelimitedList", {"a": 1}, False), (object(), {"a": 1}, True),
])
def test_a_default_is_of_its_inputs_type(kind, type_, default, fits):
    inputs = [{"name": "ok"}, {"name": "a", "type": type_, "default": default}]
    for name in (SOFTWARE, STRUCTURED, COMPONENT):
        assert kind(name).problems(inputs=inputs) == ([] if fits else [("config-input-default", "inputs.1.default")])


@pytest.mark.parametrize("inputs", [None, object(), [object()], [{"name": object(), "default": object()}]])
def test_inputs_not_known_yet_pass(kind, inputs):
    assert kind(SOFTWARE).problems(inputs=inputs) == []


@pytest.mark.parametrize(("actions", "places"), [
    ([["CREATE"], ["UPDATE", "DELETE"]], []), ([["CREATE"], ["DELETE", "CREATE"]], ["configs.1.actions"]),
    ([["CREATE", "CREATE"]], []), ([None, ["UPDATE"]], ["configs.1.actions"]), ([object(), ["CREATE"]], []),
    ([["CREATE", object()], ["CREATE"], ["CREATE"]], ["configs.1.actions", "configs.2.actions"]),
])
def test_an_action_has_one_script(kind, actions, places):
    configs = [{"tool": "script", "actions": one} for one in actions]
    assert kind(COMPONENT).problems(configs=configs) == [("component-action-twice", place) for place in places]


def mime(kind, parts, texts=None):
    """What the document holds: (type, file name, text) of each part."""
    subject = replace(kind(MIME).subject(None, parts=parts), texts=texts or {})
    keep, publish = kind(MIME).type.create(subject)
    assert keep == Keep(data={"document": publish.config})
    assert publish == Publish("Heat::Ungrouped", publish.config)
    assert kind(MIME).attribute("config", kind(MIME).subject(data=keep.data)) == publish.config
    document = message_from_string(publish.config)
    assert document.get_content_type() == "multipart/mixed"
    return [(part.get_content_type(), part.get_filename(), part.get_payload(decode=True).decode())
            for part in (document.get_payload() if document.is_multipart() else ())]


INNER = "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/cloud-config\n\na: 1\n--x\n\nplain\n--x--\n"


@pytest.mark.parametrize(("part", "found"), [
    ({"config": "text"}, [("text/plain", None, "text")]),
    ({"config": "é", "subtype": "x-shellscript", "filename": "run.sh"}, [("text/x-shellscript", "run.sh", "é")]),
    ({"config": "text", "filename": "cloud-config.yaml"}, [("text/cloud-config", "cloud-config.yaml", "text")]),
    ({"config": "id", "type": "text"}, [("text/plain", None, "of the config")]),
    ({"config": "inner", "type": "multipart"}, [("text/cloud-config", None, "a: 1"), ("text/plain", None, "plain")]),
    ({"config": "no document", "type": "multipart"}, [("text/plain", None, "")]),
])
def test_a_part(kind, part, found):
    assert mime(kind, [part], {"id": "of the config", "inner": INNER}) == found


def test_parts_keep_their_order_and_equal_parts_give_equal_documents(kind):
    parts = [{"config": text} for text in "cab"]
    assert [text for _, _, text in mime(kind, parts)] == ["c", "a", "b"]
    first, second, other = (kind(MIME).create(parts=given)[1].config for given in (parts, parts, parts[1:]))
    assert first == second != other


def test_parts_quote_configs(kind):
    assert kind(MIME).type.quotes({"parts": [{"config": "a"}, {"config": "b"}]}) == {"a", "b"}
    assert kind(MIME).type.quotes({"parts": None}) == set()
    assert kind(SOFTWARE).type.quotes({"config": "a"}) == set()


@pytest.mark.parametrize(("items", "schema", "told"), [
    (None, INPUT, []),
    ([{"name": "a"}], INPUT, [{"name": "a", "type": "String"}]),
    ([{"name": "a", "type": "Json", "default": None, "value": 1}], INPUT, [{"name": "a", "type": "Json", "value": 1}]),
    ([{"name": "a"}], OUTPUT, [{"name": "a", "type": "String", "error_output": False}]),
])
def test_declarations_without_a_template(items, schema, told):
    assert checked(items, schema, "x", ("value",)) == (told, [])


@pytest.mark.parametrize(("items", "place"), [
    ({"name": "a"}, "x"), (["a"], "x.0"), ([{"name": "a"}, {}], "x.1.name"), ([{"name": 1}], "x.0.name"), ([{"name": "a", "type": "text"}], "x.0.type"),
    ([{"name": "a", "error_output": True}], "x.0.error_output"), ([{"name": "a", "replace_on_change": "yes"}], "x.0.replace_on_change"),
    ([{"name": "a", "default": {}}], "inputs.0.default"),
])
def test_wrong_declarations(items, place):
    _, problems = checked(items, INPUT, "x")
    assert [problem.place.path for problem in problems] == [place]


def test_the_five_are_registered():
    assert set(EVERY) <= set(registry().names())
