"""Keeps the values of hidden parameters out of what people are told."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template.tree import walk

MASK = "******"
SHORTEST, HEAD = 3, 12  # shorter values are in every sentence; of a long one, an abbreviation shows the head


def secrets_in(values: Iterable[Any]) -> tuple[str, ...]:
    """Every text and number in the values, longest first, so that one within another does not spoil it."""
    found = {str(part) for value in values for part in walk(value) if isinstance(part, str | int | float) and not isinstance(part, bool)}
    return tuple(sorted((text for text in found if len(text) >= SHORTEST), key=len, reverse=True))


def masked(text: str, secrets: tuple[str, ...]) -> str:
    """The text without the secrets, as they are or as Python writes them, whole or abbreviated."""
    for secret in secrets:
        for form in dict.fromkeys((secret, repr(secret)[1:-1])):
            text = text.replace(form, MASK)
            while len(form) > HEAD and form[:HEAD] in text:
                before, _, after = text.partition(form[:HEAD])
                text = before + MASK + (after.partition("...")[2] if "..." in after else "")
    return text


def kept_secret(problems: Iterable[Problem], secrets: tuple[str, ...]) -> list[Problem]:
    """The problems, their messages and hints masked."""
    if not secrets:
        return list(problems)
    return [replace(one, message=masked(one.message, secrets), hint=masked(one.hint, secrets)) for one in problems]


class Guard:
    """A context in which `Invalid` is raised with its problems masked."""

    __slots__ = ("secrets",)

    def __init__(self, secrets: tuple[str, ...]):
        self.secrets = secrets

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self.secrets and isinstance(error, Invalid):
            raise Invalid(kept_secret(error.problems, self.secrets), error.wire) from None
