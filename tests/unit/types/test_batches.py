"""The laws of batches."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from isotherm.types.batches import batches, membership

sizes = st.integers(0, 12)


@given(now=sizes, target=sizes, most=st.integers(1, 6), least=sizes)
def test_a_plan_of_batches_ends_at_its_target_and_keeps_enough_in_service(now: int, target: int, most: int, least: int) -> None:
    size = now
    for batch in batches(now, target, most, least):
        assert batch.fresh <= most
        made = max(batch.size - size, 0)
        in_service = min(size, batch.size) - (batch.fresh - made)
        assert in_service >= min(least, now, target)
        size = batch.size
    assert size == target


@given(now=sizes, target=sizes, most=st.integers(1, 6), least=sizes)
def test_batch_by_batch_the_members_become_those_that_are_wanted(now: int, target: int, most: int, least: int) -> None:
    group = {str(number): "old" for number in range(now)}
    wanted = {str(number): f"new {number}" for number in range(target)}
    for _ in batches(now, target, most, least):
        spare = ((str(number), f"new {number}") for number in count(target))
        after = membership(group, wanted, spare, most, least)
        untouched = sum(1 for name, made in after.items() if group.get(name) == made)
        assert untouched >= min(least, now, target)
        assert sum(1 for name, made in after.items() if group.get(name) != made) <= most
        group = after
    assert group == wanted
