"""Every code that a finding can have, in one table: what it means, how grave it is, how to cure it, and an example of it."""

import re
from collections.abc import Mapping

from isotherm.author.codes.code import Code
from isotherm.author.codes.language import LANGUAGE
from isotherm.author.codes.outside import OUTSIDE
from isotherm.author.codes.reading import READING
from isotherm.author.codes.resources import RESOURCES
from isotherm.author.codes.rules import RULES
from isotherm.model.problem import Severity
from isotherm.template.report import meant, near
from isotherm.types.registry import Registry

GROUPS: Mapping[str, tuple[Code, ...]] = {
    "Reading the text": READING, "The language": LANGUAGE, "Resources": RESOURCES, "Rules of resource types": RULES,
    "The request and the cloud": OUTSIDE,
}
WORDS = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
CODES: Mapping[str, Code] = {one.name: one for group in GROUPS.values() for one in group}



def codes_of(types: Registry) -> Mapping[str, Code]:
    """The table, with what types outside this tree declare."""
    own = {code: Code(code, Severity.ERROR, sentence, "See the documentation of the resource type.")
           for name in types.names() if (kind := types.get(name)) is not None for code, sentence in kind.codes.items()}
    return {**own, **CODES}


def not_a_code(word: str, types: Registry) -> str:
    """Why no finding can have this code; "" when one can. A type outside this tree that has rules and declares no codes may use any."""
    known = codes_of(types)
    silent = any(kind is not None and kind.judges and not kind.codes and not type(kind).__module__.startswith("isotherm.")
                 for kind in map(types.get, types.names()))
    if word in known or (silent and WORDS.fullmatch(word) and meant(word, [*known]) is None):
        return ""
    return f"{word!r} is no code of a finding. {near(word, known)}"


__all__ = ["CODES", "GROUPS", "Code", "codes_of", "not_a_code"]
