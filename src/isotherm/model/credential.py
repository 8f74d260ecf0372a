"""What lets the service act for a user later, when the user's token has expired."""

from dataclasses import dataclass, field
from enum import StrEnum


class Deferral(StrEnum):
    """How a credential works."""

    TRUST = "trust"
    APPLICATION = "application_credential"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Credential:
    """The right to act in one project on behalf of the user who gave it.

    kind TRUST: the service user consumes `trust_id`. APPLICATION: `application_id` and its `secret` log in by themselves.
    NONE: nothing was given; only work that needs no cloud can be done. roles: names of the roles handed over.
    """

    kind: Deferral = Deferral.NONE
    project_id: str = ""
    trustor_user_id: str = ""
    trust_id: str = ""
    application_id: str = ""
    secret: str = field(default="", repr=False)
    roles: tuple[str, ...] = ()
