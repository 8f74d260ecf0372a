"""Whatever the text: an answer, the same answer each time, and never anything but `Invalid` as an error."""

import json

import yaml
from catalog import Catalog, World, value_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isotherm.model.errors import Invalid
from isotherm.template import Limits, compile, parse, parse_environment
from isotherm.template.functions import FUNCTIONS
from isotherm.template.versions import DIALECTS

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIMITS = Limits(text=20_000, depth=40, nodes=2_000, yaql_steps=500, repeat_items=200)
WORDS = ["a", "b", "p", "q", "value", "length", "Random", "Value", "Any", "Server", "type", "properties", "condition", "depends_on",
         "metadata", "resources", "parameters", "outputs", "conditions", "default", "string", "json", "number", "template", "params",
         "for_each", "expression", "data", "$.data", "yes", "", "OS::stack_id", "child.yaml", *sorted(FUNCTIONS)]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 600), st.floats(allow_nan=True), st.sampled_from(WORDS), st.text(max_size=6))
KEYS = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(0, 2), st.booleans(), st.none())
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3),
                      st.builds(lambda name, argument: {name: argument}, st.sampled_from(sorted(FUNCTIONS)), inner)), max_leaves=12)
RESOURCE = st.fixed_dictionaries({"type": st.sampled_from(["Random", "Value", "Any", "Server", "child.yaml"])},
                                 optional={"properties": VALUES, "metadata": VALUES, "depends_on": VALUES, "condition": VALUES,
                                           "deletion_policy": VALUES, "update_policy": VALUES, "external_id": VALUES})
PARAMETER = st.one_of(VALUES, st.fixed_dictionaries({"type": st.sampled_from(["string", "json", "number", "comma_delimited_list", "boolean"])},
                                                    optional={"default": VALUES, "constraints": VALUES, "hidden": VALUES}))
TEMPLATES = st.builds(
    lambda version, sections: {version[0]: version[1], **sections}, st.sampled_from(sorted(DIALECTS)),
    st.fixed_dictionaries({}, optional={
        "parameters": st.one_of(VALUES, st.dictionaries(KEYS, PARAMETER, max_size=2)),
        "conditions": st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=2)),
        "resources": st.one_of(VALUES, st.dictionaries(st.sampled_from(["a", "b", "c"]), RESOURCE, max_size=3)),
        "outputs": st.one_of(VALUES, st.dictionaries(st.sampled_from(["a", "b"]), st.fixed_dictionaries({"value": VALUES}), max_size=2)),
        "parameter_groups": VALUES, "description": VALUES, "surprise": VALUES,
    }))


def outcome(text, strict=True):
    """What becomes of a text: the definition's face, or the problems."""
    try:
        definition = compile(parse(text, "t.yaml", LIMITS), files={"child.yaml": text}, catalog=Catalog(), parameters={"p": "x"}, strict=strict)
    except Invalid as exc:
        return [str(problem) for problem in exc.problems] or ["no problem told"]
    told = [{name: (one.fingerprint, sorted(one.requires)) for name, one in definition.resources.items()}, definition.parameter_texts]
    for name in definition.resources:
        told.append(evaluated(lambda name=name: definition.properties(name, World(a="x"))))
    for name in definition.outputs:
        told.append(evaluated(lambda name=name: definition.output(name, World(a=[1, "x"], b=None))))
    return told


def evaluated(call):
    try:
        return repr(call())
    except Invalid as exc:
        return str(exc)


@QUICK
@given(TEMPLATES, st.booleans())
def test_any_template_has_one_outcome(tree, strict):
    text = yaml.safe_dump(tree, allow_unicode=True)
    first = outcome(text, strict)
    assert first == outcome(text, strict)
    assert first != ["no problem told"]


@QUICK
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200), st.text(alphabet="{}[]:,-&*!<?\n #'\"ab|>%", max_size=60)))
def test_any_text_has_an_outcome(text):
    outcome(text if isinstance(text, str) else bytes(text))


@QUICK
@given(VALUES)
def test_json_and_yaml_read_alike(value):
    try:
        text = json.dumps({"heat_template_version": "2021-04-16", "x": value}, allow_nan=False)
    except (TypeError, ValueError):
        return
    try:
        tree = parse(text, limits=LIMITS).tree
    except Invalid:
        return
    assert tree == json.loads(text)


@QUICK
@given(VALUES)
def test_any_environment_has_an_outcome(value):
    try:
        found = parse_environment(yaml.safe_dump({"parameters": value, "resource_registry": value}))
    except Invalid:
        return
    assert parse_environment(found.document).document == found.document


TEXT = st.text(alphabet="abc", max_size=8)


@QUICK
@given(TEXT, st.dictionaries(TEXT.filter(bool), TEXT, max_size=3))
def test_str_replace_does_not_touch_text_without_keys(template, params):
    params = {key: value for key, value in params.items() if key not in template}
    assert value_of(json.dumps({"str_replace": {"template": template, "params": params}})) == template


@QUICK
@given(st.lists(TEXT.filter(bool), min_size=1, max_size=5))
def test_split_undoes_join(parts):
    assert value_of(json.dumps({"str_split": [",", {"list_join": [",", parts]}]})) == parts


@QUICK
@given(st.lists(st.dictionaries(TEXT, st.integers(0, 9), max_size=3), max_size=4))
def test_map_merge_is_a_fold(maps):
    expected = {}
    for one in maps:
        expected |= one
    assert value_of(json.dumps({"map_merge": maps})) == expected


@QUICK
@given(st.lists(st.integers(0, 5), max_size=6))
def test_list_concat_unique_is_idempotent(items):
    once = value_of(json.dumps({"list_concat_unique": [items]}))
    assert value_of(json.dumps({"list_concat_unique": [once, items]})) == once
    assert set(once) == set(items)
