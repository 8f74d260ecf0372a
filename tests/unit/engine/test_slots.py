"""What is filled into the requests of a plan."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isotherm.engine.steps import fill, fill_json, settle_on, translate
from isotherm.model.errors import Refused, Transient
from isotherm.model.outcome import Failed, Retry
from isotherm.model.step import Call, Keep, Read, Until
from isotherm.model.subject import Subject

TEXT = st.text(st.characters(exclude_characters="{}", exclude_categories=("Cs",)), max_size=20)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))


def subject(**values: Any) -> Subject:
    given = {"physical_name": "web-net-x", "physical_id": "id 1", "data": {"count": 3, "tree": {"a": [1]}}, "properties": {}} | values
    return Subject(name="net", type="OS::Neutron::Net", stack_id="s", stack_name="web", project_id="p", metadata={}, **given)


@pytest.mark.parametrize(("path", "filled"), [
    ("/v2.0/networks/{id}", "/v2.0/networks/id%201"), ("/x/{name}?a=1", "/x/web-net-x?a=1"), ("/x/{count}", "/x/3"), ("/x/{unknown}", "/x/{unknown}")])
def test_paths(path: str, filled: str) -> None:
    assert fill(path, subject()) == filled


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_what_is_filled_in_adds_no_part_to_a_path(id_: str) -> None:
    assert fill("/a/{id}/b", subject(physical_id=id_)).count("/") == 3


def test_a_string_that_is_one_slot_becomes_the_value_of_its_kind() -> None:
    body = {"a": "{count}", "b": ["{tree}", "{id}"], "c": {"d": "{name}"}}
    assert fill_json(body, subject()) == {"a": 3, "b": [{"a": [1]}, "id 1"], "c": {"d": "web-net-x"}}


@given(JSON)
def test_bodies_without_slots_stay_as_they_are(body: Any) -> None:
    assert fill_json(body, subject()) == body


@given(TEXT, TEXT)
def test_braces_in_users_texts_are_theirs(head: str, tail: str) -> None:
    text = f"a{head}{{id}}{tail}"
    assert fill_json({"user_data": text}, subject()) == {"user_data": text}


def test_a_step_that_joins_another_plan_keeps_to_its_own_incarnation() -> None:
    old = subject(physical_id="old")
    assert settle_on(Call("PUT", "/ports/{id}", {"x": "{id}"}, {"y": "{name}"}), old) == Call("PUT", "/ports/old", {"x": "old"}, {"y": "web-net-x"})
    assert settle_on(Until("/ports/{id}", "port"), old) == Until("/ports/old", "port")
    assert settle_on(Read("/ports/{id}", "port"), old) == Read("/ports/old", "port")
    assert settle_on(Keep("x"), old) == Keep("x")


@pytest.mark.parametrize(("error", "attempt", "outcome"), [
    (Transient("compute", 503, "busy", retry_after=7.0), 0, Retry),
    (Transient("compute", 503, "busy"), 3, Retry),
    (Transient("compute", 503, "busy"), 4, Failed),
    (Refused("compute", 403, "no"), 0, Failed)])
def test_how_an_error_ends_a_step(error: Exception, attempt: int, outcome: type) -> None:
    ended = translate(error, attempt, 5)
    assert type(ended) is outcome
    assert ended.reason == str(error)
    assert not isinstance(ended, Retry) or ended.seconds == getattr(error, "retry_after", 0.0)


