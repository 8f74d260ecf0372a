"""Findings, each told once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from isotherm.model.problem import Problem, Severity

FITS_NOT = ("bad-property", "bad-parameter", "value-type")


def tidied(found: Iterable[Problem]) -> list[Problem]:
    """The findings without those that another one explains, and those in a template that is used several times once."""
    return used_once(explained(list(found)))


def explained(found: list[Problem]) -> list[Problem]:
    """What was meant as a function and is none does not fit where it stands: that is one error."""
    maps = {(one.place.file, one.place.path.rpartition(".")[0]) for one in found if one.code == "not-a-function"}
    unfit = {(one.place.file, one.place.path) for one in found if one.code in FITS_NOT} & maps
    if not unfit:
        return found
    made = []
    for one in found:
        if one.code == "not-a-function" and (one.place.file, one.place.path.rpartition(".")[0]) in unfit:
            made.append(replace(one, severity=Severity.ERROR))
        elif one.code not in FITS_NOT or (one.place.file, one.place.path) not in unfit:
            made.append(one)
    return made


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
