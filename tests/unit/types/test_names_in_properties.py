"""Deprecated names of properties, and names in them that stand for objects of the cloud."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isotherm.model.schema import Prop
from isotherm.types.finding import found, wanted
from isotherm.types.renaming import renamed

RULES = (("network_id", "network"), ("networks.*.uuid", "networks.*.network"), ("option.old", "option.new"), ("single", "many.+"))
SCHEMA = (
    Prop("image", str, "One.", find="image.image"),
    Prop("groups", list, "Several.", find="network.security_group"),
    Prop("networks", list, "Deep.", item=Prop("*", dict, "", schema=(Prop("network", str, "", find="network.network"), Prop("tag", str, "")))),
    Prop("option", dict, "A map.", schema=(Prop("flavor", str, "", find="compute.flavor"),)),
    Prop("plain", str, "No name."))
NAMES = st.text("abc", min_size=1, max_size=3)
VALUES = st.fixed_dictionaries({}, optional={
    "image": NAMES | st.none(), "groups": st.lists(NAMES), "networks": st.lists(st.fixed_dictionaries({}, optional={"network": NAMES, "tag": NAMES})),
    "option": st.fixed_dictionaries({}, optional={"flavor": NAMES}), "plain": NAMES})


@pytest.mark.parametrize(("before", "after"), [
    ({"network_id": "a"}, {"network": "a"}),
    ({"network_id": "a", "network": "b"}, {"network": "b"}),
    ({"network_id": "a", "network": ""}, {"network": "a"}),
    ({"network_id": None}, {}),
    ({"networks": [{"uuid": "a"}, {"uuid": "b", "network": "c"}, {"port": "d"}]}, {"networks": [{"network": "a"}, {"network": "c"}, {"port": "d"}]}),
    ({"option": {"old": 1, "other": 2}}, {"option": {"new": 1, "other": 2}}),
    ({"single": "a"}, {"many": ["a"]}),
    ({"single": "a", "many": ["b"]}, {"many": ["b", "a"]}),
    ({"networks": "odd", "option": None}, {"networks": "odd", "option": None})])
def test_old_names_move_to_new_ones(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert renamed(before, RULES) == after


@given(VALUES)
def test_what_has_no_old_names_stays(values: dict[str, Any]) -> None:
    assert renamed(values, RULES) == values


def test_every_name_is_wanted_and_replaced_wherever_it_stands() -> None:
    values = {"image": "i", "groups": ["g", "h"], "networks": [{"network": "n", "tag": "i"}], "option": {"flavor": "f"}, "plain": "i"}
    names = {("image.image", "i"), ("network.security_group", "g"), ("network.security_group", "h"), ("network.network", "n"), ("compute.flavor", "f")}
    assert wanted(SCHEMA, values) == names
    assert found(SCHEMA, values, {key: key[1].upper() for key in names}) == {
        "image": "I", "groups": ["G", "H"], "networks": [{"network": "N", "tag": "i"}], "option": {"flavor": "F"}, "plain": "i"}


@given(VALUES)
def test_with_all_names_found_none_is_wanted_under_its_old_name(values: dict[str, Any]) -> None:
    ids = {key: f"id-{key[1]}" for key in wanted(SCHEMA, values)}
    replaced = found(SCHEMA, values, ids)
    assert wanted(SCHEMA, replaced) == {(kind, f"id-{name}") for kind, name in ids}
    assert found(SCHEMA, values, {}) == values
