"""OS::Heat::RandomString"""

import re
from collections import Counter

import pytest

from isotherm.model.errors import Invalid
from isotherm.model.step import Keep
from isotherm.model.unknown import Unknown
from isotherm.types.heat.random_string import draw
from isotherm.types.registry import registry

RANDOM = "OS::Heat::RandomString"


@pytest.mark.parametrize(("given", "pattern"), [
    ({}, r"[A-Za-z0-9]{32}"),
    ({"length": 512}, r"[A-Za-z0-9]{512}"),
    ({"length": 9, "sequence": "octdigits"}, r"[0-7]{9}"),
    ({"length": 9, "character_classes": [{"class": "hexdigits", "min": 1}]}, r"[0-9A-F]{9}"),
    ({"length": 9, "character_classes": [{"class": "lowercase", "min": 9}, {"class": "digits", "min": 0}]}, r"[a-z]{9}"),
    ({"length": 4, "character_classes": [], "character_sequences": [{"sequence": "+-", "min": 2}]}, r"[+-]{4}"),
    ({"length": 6, "character_classes": None}, r"[A-Za-z0-9]{6}"),
])
def test_a_string_is_of_the_wanted_length_and_characters(kind, given, pattern):
    random = kind(RANDOM)
    for _ in range(20):
        assert re.fullmatch(pattern, draw(random.values(**given)))


def test_each_set_gives_its_minimum(kind):
    values = kind(RANDOM).values(length=10, character_classes=[{"class": "digits", "min": 3}, {"class": "letters", "min": 4}],
                                 character_sequences=[{"sequence": "_", "min": 2}])
    for _ in range(50):
        count = Counter("d" if c.isdigit() else "_" if c == "_" else "l" for c in draw(values))
        assert count["d"] >= 3
        assert count["l"] >= 4
        assert count["_"] >= 2


def test_two_draws_differ_and_the_value_is_kept(kind):
    one, two = (kind(RANDOM).create()[0] for _ in range(2))
    assert isinstance(one, Keep)
    assert one.physical_id == "demo-res-x1"
    assert one.data["value"] != two.data["value"]
    assert kind(RANDOM).type.secret_data == ("value",)


def test_the_value_is_attribute_and_reference(kind):
    random = kind(RANDOM)
    made = random.subject(data={"value": "s3cret"})
    assert random.attribute("value", made) == "s3cret"
    assert random.type.reference(made) == "s3cret"
    assert random.type.reference(random.subject(None)) == "res"


@pytest.mark.parametrize(("old", "new", "replaced"), [
    ({"length": 8}, {"length": 9}, ["length"]),
    ({"salt": "a"}, {"salt": "b"}, ["salt"]),
    ({}, {"character_sequences": [{"sequence": "ab", "min": 1}]}, ["character_sequences"]),
    ({"sequence": "digits"}, {"sequence": "letters"}, ["character_classes"]),
    ({"sequence": "digits"}, {"character_classes": [{"class": "digits", "min": 1}]}, []),
    ({}, {"sequence": "lettersdigits"}, []),
    ({}, {}, []),
])
def test_what_has_a_new_value_drawn(kind, old, new, replaced):
    assert kind(RANDOM).replaces(old, **new) == replaced


def test_minimums_must_fit_the_length(kind):
    random, classes = kind(RANDOM), [{"class": "digits", "min": 3}]
    assert random.problems(length=3, character_classes=classes) == []
    assert random.problems(length=2, character_classes=classes) == [("random-string-too-short", "length")]
    assert random.problems(length=object(), character_classes=classes) == []
    assert random.problems(character_classes=object()) == []


@pytest.mark.parametrize(("given", "place"), [
    ({"character_classes": []}, "character_classes"),
    ({"character_sequences": [{"sequence": "ab"}, {"sequence": ""}]}, "character_sequences"),
    ({"character_classes": [], "character_sequences": [{"sequence": ""}]}, "character_sequences"),
])
def test_with_nothing_to_draw_from_there_is_no_string(given, place):
    assert registry().get(RANDOM).validate(given) == []
    with pytest.raises(Invalid, match="no characters") as caught:
        draw(given)
    assert caught.value.problems[0].place.path == place


@pytest.mark.parametrize("given", [Unknown(list, (), ()), [{"sequence": Unknown(str, (), ())}, Unknown(dict, (), ())]])
def test_sequences_that_are_not_known_yet(given):
    assert registry().get(RANDOM).validate({"character_sequences": given}) == []
