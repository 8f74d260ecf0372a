"""Words as the tables of reference pages hold them."""

import re


def cell(words: str) -> str:
    """Text that stays within a cell of a table."""
    return " ".join(words.split()).replace("|", "\\|")


def anchor(name: str) -> str:
    """What links to a heading of this name end with."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
