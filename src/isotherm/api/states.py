"""States as clients write them: CREATE_COMPLETE, or only its status COMPLETE."""

from collections.abc import Iterable

STATUSES = ("IN_PROGRESS", "FAILED", "COMPLETE")

Pair = tuple[str, str]


def split(state: str) -> Pair:
    """CREATE_COMPLETE -> ("CREATE", "COMPLETE"); a bare status has no action: COMPLETE -> ("", "COMPLETE")."""
    for status in STATUSES:
        if state == status:
            return "", status
        if state.endswith("_" + status):
            return state.removesuffix("_" + status), status
    return "", state


def whole(states: Iterable[str]) -> tuple[Pair, ...]:
    """Those written in full."""
    return tuple(pair for pair in map(split, states) if pair[0])


def bare(states: Iterable[str]) -> tuple[str, ...]:
    """Those of which only the status was written."""
    return tuple(status for action, status in map(split, states) if not action)
