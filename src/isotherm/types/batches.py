"""Changing a group a batch at a time, without going below a least number in service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from isotherm.model.schema import Prop, Range

SIZE = Prop("max_batch_size", int, "How many members are made or changed at a time.", default=1, constraints=(Range(1),))
PAUSE = Prop("pause_time", float, "Seconds between one batch and the next.", default=0, constraints=(Range(0),))
LEAST = Prop("min_in_service", int, "How many members no batch touches, as far as there are so many.", default=0, constraints=(Range(0),))


@dataclass(frozen=True, slots=True)
class Batch:
    """size: members after it. fresh: how many of them it makes, or brings to the new definition."""

    size: int
    fresh: int


def next_batch(now: int, target: int, updated: int, most: int, least: int) -> Batch:
    """The next batch of a group that has `now` members, of which `updated` are as they shall be, and shall have `target`.

    Where `least` in service leaves too little to work on, the group grows beyond its target for a while.
    """
    fresh = min(most, max(target - updated, 0))
    untouched = max(min(now, target - fresh), min(least, now, target))
    return Batch(fresh + untouched, fresh)


def batches(now: int, target: int, most: int, least: int) -> Iterator[Batch]:
    """All batches of a group none of whose members is as it shall be."""
    updated = 0
    while now != target or updated < now:
        batch = next_batch(now, target, updated, most, least)
        yield batch
        updated += batch.fresh - max(batch.size - max(now, target), 0)       # members beyond the target are there for a while only
        now = batch.size


def membership(present: Mapping[str, Any], wanted: Mapping[str, Any], spare: Iterator[tuple[str, Any]], most: int, least: int) -> dict[str, Any]:
    """Who is in the group after the next batch, and as what.

    present: members with their definitions; wanted: those of the end; spare: others, for as long as the group is larger than that.
    Of the members that must change, the last ones change first.
    """
    updated = [name for name in wanted if name in present and present[name] == wanted[name]]
    batch = next_batch(len(present), len(wanted), len(updated), most, least)
    surplus = [name for name in present if name not in wanted]
    leaving = set(surplus[:max(len(present) - batch.size, 0)])
    after = {name: made for name, made in present.items() if name not in leaving}
    missing = max(batch.size - len(after), 0)
    stale = [name for name in reversed(list(wanted)) if name in after and name not in updated]
    coming = ((name, made) for name, made in chain(wanted.items(), spare) if name not in after)
    return after | dict(islice(coming, missing)) | {name: wanted[name] for name in stale[:max(batch.fresh - missing, 0)]}
