"""Old names of properties."""

from isotherm.model.unknown import Unknown
from isotherm.types.renaming import renamed

ADDED = [("agent", "agents.+")]
LATER = Unknown(list, (("other", ("value",)),), ("attribute", "other", "value"))


def test_a_value_is_added_to_a_list() -> None:
    assert renamed({"agent": "a", "agents": ["b"]}, ADDED) == {"agents": ["b", "a"]}
    assert renamed({"agent": "a", "agents": None}, ADDED) == {"agents": ["a"]}


def test_a_list_that_is_not_known_yet_is_left_as_it_is() -> None:
    assert renamed({"agent": "a", "agents": LATER}, ADDED) == {"agents": LATER}
