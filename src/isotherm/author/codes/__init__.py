"""Every code that a finding can have, in one table: what it means, how grave it is, how to cure it, and an example of it."""

from collections.abc import Mapping

from isotherm.author.codes.code import Code
from isotherm.author.codes.language import LANGUAGE
from isotherm.author.codes.outside import OUTSIDE
from isotherm.author.codes.reading import READING
from isotherm.author.codes.resources import RESOURCES
from isotherm.author.codes.rules import RULES

GROUPS: Mapping[str, tuple[Code, ...]] = {
    "Reading the text": READING, "The language": LANGUAGE, "Resources": RESOURCES, "Rules of resource types": RULES,
    "The request and the cloud": OUTSIDE,
}
CODES: Mapping[str, Code] = {one.name: one for group in GROUPS.values() for one in group}

__all__ = ["CODES", "GROUPS", "Code"]
