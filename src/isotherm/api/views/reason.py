"""Why something is as it is."""


def reason(said: str, unreadable: str) -> str:
    """The reason of a state, and behind it why part of what is shown is missing."""
    return said if not unreadable or unreadable in said else f"{said}; {unreadable}".removeprefix("; ")
