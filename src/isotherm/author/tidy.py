"""Findings, each told once."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from isotherm.model.problem import Problem, Severity

MEANT = re.compile(r"Did you mean '([^']*)'\?")
MEMBER = re.compile(r"([^.]+\.[^.]+)\.resources\.")
UNFIT = frozenset({"bad-property", "bad-parameter", "value-type"})
UNWORKABLE = frozenset({"bad-argument", "bad-call"})
STRANGE_KEYS = frozenset({"unknown-resource-key", "parameter-declaration", "unknown-output-key"})
# What nobody finds where a section goes by a wrong name.
NOWHERE: Mapping[str, frozenset[str]] = {
    "resources": frozenset({"unknown-resource", "unknown-reference"}), "parameters": frozenset({"missing-parameter", "unknown-parameter", "bad-group"}),
    "conditions": frozenset({"unknown-condition"}),
}


def tidied(found: Iterable[Problem]) -> list[Problem]:
    """The findings without those that another one explains, and those in a template that is used several times once."""
    return used_once(without_members(without_sections(without_keys(explained(list(found))))))


def explained(found: list[Problem]) -> list[Problem]:
    """What was meant as a function and is none does not fit where it stands, and what is around it cannot work: that is one error."""
    calls = [one for one in found if one.code == "not-a-function"]
    if not calls:
        return found
    told: set[Problem] = set()
    wrong: set[Problem] = set()
    for one in found:
        causes = [call for call in calls if causes_it(call, one)]
        if causes:
            told.add(one)
            wrong |= {*causes} if one.severity is Severity.ERROR else set()
    return [replace(one, severity=Severity.ERROR) if one in wrong else one for one in found if one not in told]


def causes_it(call: Problem, other: Problem) -> bool:
    path, where = other.place.path, call.place.path
    if call.place.file != other.place.file:
        return False
    return (other.code in UNFIT and where.rpartition(".")[0] == path) or (other.code in UNWORKABLE and where.startswith(f"{path}."))


def without_keys(found: list[Problem]) -> list[Problem]:
    """Without what is missing only because its key is misspelled."""
    there = set()
    for one in found:
        word = meant_by(one) if one.code in STRANGE_KEYS else None
        holder, _, key = one.place.path.rpartition(".")
        if word and word != key:
            there.add((one.place.file, f"{holder}.{word}"))
    return [one for one in found if (one.place.file, missing_path(one)) not in there] if there else found


def missing_path(one: Problem) -> str:
    """The path of what a finding misses, or its own."""
    return f"{one.place.path}.type" if one.code == "unknown-type" and not one.place.path.endswith(".type") else one.place.path


def without_sections(found: list[Problem]) -> list[Problem]:
    """Without what nobody finds since the section that has it goes by a wrong name."""
    hidden = {(one.place.file, code) for one in found if one.code == "unknown-section"
              for code in NOWHERE.get((meant_by(one) or "").lower(), ())}
    return [one for one in found if (one.place.file, one.code) not in hidden] if hidden else found


def without_members(found: list[Problem]) -> list[Problem]:
    """Without what a member of a group repeats of the group's own definition."""
    members = {one: match[1] for one in found if (match := MEMBER.match(one.place.path)) is not None}
    own = {(one.place.file, one.code, one.message, ".".join(one.place.path.split(".")[:2])) for one in found if one not in members}
    return [one for one in found if one not in members or (one.place.file, one.code, one.message, members[one]) not in own]


def meant_by(one: Problem) -> str | None:
    found = MEANT.search(one.hint)
    return found[1] if found else None


def used_once(found: list[Problem]) -> list[Problem]:
    """Of findings that differ only in who uses the template, the first, saying how many more there are."""
    uses = Counter((one.code, one.place, one.message) for one in dict.fromkeys(found))
    made = {}
    for one in found:
        key = (one.code, one.place, one.message)
        if key not in made:
            more = uses[key] - 1
            said = f"(The same by {more} more {'use' if more == 1 else 'uses'}.)" if more else ""
            made[key] = replace(one, hint=f"{one.hint} {said}".strip()) if more else one
    return [*made.values()]
