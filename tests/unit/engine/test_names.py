"""Names and numbers that the engine gives out."""

import uuid

from hypothesis import assume, given
from hypothesis import strategies as st

from isotherm.engine.names import number_block, physical_name

WORDS = st.text("abcXYZ019_.-", min_size=1, max_size=255)


@given(WORDS, WORDS, st.uuids(), st.integers(20, 255))
def test_a_physical_name_keeps_to_the_limit_and_ends_with_what_makes_it_unique(stack: str, resource: str, id_: uuid.UUID, limit: int) -> None:
    whole, short = physical_name(stack, resource, str(id_), 10**6), physical_name(stack, resource, str(id_), limit)
    assert whole.startswith(f"{stack}-{resource}-")
    assert len(short) <= limit
    assert short == whole or (short[:3] == whole[:2] + "-" and whole.endswith(short[3:]))
    assert short[-13:] == whole[-13:]


@given(st.uuids(), st.uuids())
def test_two_incarnations_have_two_names(one: uuid.UUID, other: uuid.UUID) -> None:
    assume(one.bytes[:7] != other.bytes[:7])
    assert physical_name("stack", "web", str(one)) != physical_name("stack", "web", str(other))


def test_number_blocks_lie_apart_and_fit_the_database() -> None:
    blocks = [number_block() for _ in range(100)]
    assert all(0 < block < 2**63 - 2**31 for block in blocks)
    assert len(set(blocks)) == 100
