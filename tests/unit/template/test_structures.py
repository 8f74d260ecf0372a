"""What is known of maps and lists before the run is what they turn out to be."""

import json
from collections.abc import Mapping
from typing import Any

from catalog import Type, World
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.model.schema import Attr, Prop
from isotherm.model.structure import ANY, Astray, document, is_null, joined, mapped, merged, rest_of, spelled, step, structure_of
from isotherm.model.unknown import PLAIN, Unknown
from isotherm.template import examine, parse

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
NAMES = ("a", "b", "key")
TEXT = PLAIN[str]


def fits(value: Any, shape: Prop) -> bool:
    """Whether a value is as its structure says; null always is."""
    if value is None or (shape.type is object and not is_null(shape)):
        return True
    if shape.type in (list, dict):
        kind = list if shape.type is list else Mapping
        if not isinstance(value, kind):
            return False
        if shape.type is list:
            return all(fits(item, shape.item or ANY) for item in value)
        keys, rest = {one.name: one for one in shape.schema or ()}, rest_of(shape)
        return all(name in value for name, one in keys.items() if one.required) and all(
            fits(part, keys[name]) if name in keys else rest is not None and fits(part, rest) for name, part in value.items())
    return type(value) in ((int, float) if shape.type is float else (shape.type,))


# -- structures, and values that have them ---------------------------------------------------------------------------------

SCALARS = st.sampled_from([PLAIN[kind] for kind in (str, int, float, bool)])


def grown(inner: st.SearchStrategy[Prop]) -> st.SearchStrategy[Prop]:
    keys = st.lists(st.sampled_from(NAMES), unique=True, max_size=3)
    maps = keys.flatmap(lambda names: st.tuples(*(inner for _ in names)).map(lambda shapes: mapped(
        Prop(name, one.type, schema=one.schema, item=one.item, open=one.open) for name, one in zip(names, shapes, strict=True))))
    return st.one_of(inner.map(lambda item: Prop("*", list, item=item)), inner.map(lambda item: Prop("*", dict, item=item)), maps,
                     maps.map(lambda shape: Prop("*", dict, schema=shape.schema, open=True)))


SHAPES = st.recursive(SCALARS, grown, max_leaves=4)
WORDS = st.sampled_from(["", "x", "1", "a,b"])


def values(shape: Prop) -> st.SearchStrategy[Any]:
    """Values of that structure, with every key that it declares."""
    if shape.type is list:
        return st.lists(values(shape.item or TEXT), max_size=2)
    if shape.type is dict:
        named = {one.name: values(one) for one in shape.schema or ()}
        rest = rest_of(shape)
        if rest is None:
            return st.fixed_dictionaries(named)
        others = st.dictionaries(st.sampled_from(["x", "other"]), values(TEXT if rest is ANY else rest), max_size=1)
        return st.tuples(others, st.fixed_dictionaries(named)).map(lambda pair: pair[0] | pair[1])
    return {str: WORDS, int: st.integers(0, 2), bool: st.booleans(), float: st.sampled_from([0, 0.5])}[shape.type]


SAMPLES = SHAPES.flatmap(lambda shape: st.tuples(st.just(shape), values(shape)))
JSON = st.recursive(st.one_of(st.none(), WORDS, st.integers(0, 3), st.booleans(), st.just(0.5)),
                    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)))


@QUICK
@given(JSON)
def test_a_value_is_as_its_structure_says(value):
    assert fits(value, structure_of(value))


@QUICK
@given(SAMPLES, SAMPLES)
def test_what_is_one_of_two_fits_what_joins_them(first, second):
    both = joined((first[0], second[0]))
    assert fits(first[1], both)
    assert fits(second[1], both)


@QUICK
@given(st.lists(JSON.filter(lambda value: isinstance(value, dict)), max_size=3))
def test_merged_maps_fit_their_merged_structures(maps):
    made = {}
    for one in maps:
        made |= one
    assert fits(made, merged(map(structure_of, maps)))


@QUICK
@given(SAMPLES, st.lists(st.one_of(st.sampled_from(NAMES), st.integers(-1, 1), st.booleans(), st.just("0")), max_size=3))
def test_a_step_that_surely_leads_nowhere_gives_null_and_any_other_what_it_says(sample, path):
    shape, value = sample
    sure, doubt = False, False
    try:
        for key in path:
            shape = step(shape, key)
    except Astray as exc:
        sure, doubt = exc.sure, not exc.sure
    for key in path:
        try:
            value = value[key] if isinstance(value, Mapping) or isinstance(key, int) else None
        except (LookupError, TypeError):
            value = None
    assert value is None if sure else doubt or fits(value, shape)


@QUICK
@given(SHAPES)
def test_a_structure_can_be_told(shape):
    assert len(spelled(shape)) <= 400
    assert document(shape)["type"] in spelled(shape)


# -- through templates -----------------------------------------------------------------------------------------------------

VERSIONS = ("2014-10-16", "2015-04-30", "2015-10-15", "2016-10-14", "2021-04-16")
WANTED = Type("Wants", tuple(Prop(kind.__name__, kind) for kind in (str, int, float, bool, list, dict)))
ATTRIBUTES = ("x", "y")
LEAVES = st.one_of(
    st.sampled_from(ATTRIBUTES).map(lambda name: {"get_attr": ["r", name]}),
    st.sampled_from(ATTRIBUTES).flatmap(lambda name: st.sampled_from((*NAMES, 0)).map(lambda key: {"get_attr": ["r", name, key]})),
    st.sampled_from(["", "x", "a", 1, True, [], {}, ["x", "a"], {"a": "x"}, {"key": 1}]))


def called(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def call(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.tuples(*arguments).map(lambda found: {name: list(found)})

    def named(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries(arguments).map(lambda found: {name: found})

    index = st.sampled_from([0, 1, "0", "a", "key"])
    return st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
        call("list_join", st.just(","), inner), call("list_join", st.just(","), inner, inner), call("str_split", st.just(","), inner),
        call("str_split", st.just(","), inner, index), call("map_merge", inner, inner), call("list_concat", inner, inner),
        call("list_concat_unique", inner, inner), call("filter", inner, inner), call("contains", inner, inner), call("digest", st.just("md5"), inner),
        call("map_replace", inner, st.fixed_dictionaries({}, optional={"keys": inner, "values": inner})), call("Fn::Select", index, inner),
        call("Fn::Split", st.just(","), inner), call("Fn::Join", st.just(","), inner), call("Fn::MemberListToMap", st.just("a"), st.just("b"), inner),
        named("str_replace", template=inner, params=st.dictionaries(st.just("a"), inner)), named("make_url", host=inner, port=inner),
        named("repeat", template=inner, for_each=st.dictionaries(st.sampled_from(["a", "x"]), inner, min_size=1, max_size=2)),
        named("yaql", expression=st.just("$.data"), data=inner))


SNIPPETS = st.recursive(LEAVES, called, max_leaves=5)


def examined(version: str, shapes: tuple[Prop, ...], snippet: Any, wanted: str) -> Any:
    source = Type("Gives", (), tuple(Attr(name, one.type, schema=one.schema, item=one.item, open=one.open)
                                     for name, one in zip(ATTRIBUTES, shapes, strict=True)))
    catalog = type("Catalog", (), {"schema": lambda self, name: {"Gives": source, "Wants": WANTED}.get(name), "names": lambda self: ()})()
    return examine(parse(json.dumps({"heat_template_version": version, "resources": {
        "r": {"type": "Gives"}, "w": {"type": "Wants", "properties": {wanted: snippet}}}, "outputs": {"o": {"value": snippet}}})), catalog=catalog)


class Given(World):
    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        value = self.attributes[path[0]]
        for key in path[1:]:
            try:
                value = value[key] if isinstance(value, Mapping) or isinstance(key, int) else None
            except (LookupError, TypeError):
                value = None
        assume(value is not None)       # that a value may be null is not held against what is told of it
        return value


@settings(QUICK, max_examples=400)
@given(st.sampled_from(VERSIONS), SAMPLES, SAMPLES, SNIPPETS, st.sampled_from([one.name for one in WANTED.properties]))
def test_what_is_refused_before_the_run_would_fail_in_it_and_what_passes_is_as_told(version, first, second, snippet, wanted):
    definition, problems = examined(version, (first[0], second[0]), snippet, wanted)
    assume(not definition.resources["w"].settled)       # otherwise nothing is left to the run
    world = Given(x=first[1], y=second[1])
    refused = [one for one in problems if one.severity is Severity.ERROR and one.place.path.startswith("resources.w")]
    try:
        definition.properties("w", world)
        failed = False
    except Invalid:
        failed = True
    assert failed or not refused, (str(refused[0]), snippet)
    try:
        made = definition.output("o", world)
    except Invalid:
        return
    assert fits(made, definition.outputs["o"].structure), (made, spelled(definition.outputs["o"].structure))


@QUICK
@given(SAMPLES, SAMPLES)
def test_a_choice_that_is_open_is_one_of_its_branches(first, second):
    shapes = [Unknown(shape.type, inner=shape) for shape, _ in (first, second)]
    both = joined(map(structure_of, shapes))
    assert both.type in (first[0].type, second[0].type, object, float)
    assert fits(first[1], both)
    assert fits(second[1], both)
