"""The fields of a network resource as data, and how request bodies are read by them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from isotherm.sim.errors import BadRequest
from isotherm.sim.network.reading import Reader, anything, boolean, integer, text
from isotherm.sim.storage import Body


class Mark(Enum):
    """What stands in the place of a default."""

    REQUIRED = "required"
    """POST must give it."""
    UNSET = "unset"
    """Without a value the field is not in the body that `create` gets."""


REQUIRED, UNSET = Mark.REQUIRED, Mark.UNSET

MEMBER = "member"
OWNER = "owner"
"""The owner of the network, or an administrator."""
ADMIN = "admin"
NOBODY = "nobody"


@dataclass(frozen=True)
class Field:
    """One field of a resource."""

    name: str
    read: Reader = anything
    default: Any = UNSET
    post: bool = True
    """Whether POST may give it."""
    put: bool = True
    """Whether PUT may change it."""
    write: str = MEMBER
    """Who may give it a value other than the default."""
    rewrite: str | None = None
    """Who may change it, when that is not the same."""
    seen: str = MEMBER
    """Who gets it in answers."""


def shown(name: str, seen: str = MEMBER) -> Field:
    """A field no request may give."""
    return Field(name, post=False, put=False, seen=seen)


NAME = Field("name", text(), "")
DESCRIPTION = Field("description", text(), "")
ADMIN_STATE = Field("admin_state_up", boolean, True)
STATUS = shown("status")
IDENTITY = (shown("id"), Field("project_id", text(), put=False))
STANDARD = (*IDENTITY, DESCRIPTION, shown("tags"), shown("created_at"), shown("updated_at"), shown("revision_number"))
MTU = Field("mtu", integer(68, 65535))


def refused(message: str) -> BadRequest:
    """A request whose outer form is wrong."""
    return BadRequest(message, "HTTPBadRequest")


def complete(fields: Iterable[Field], asked: Mapping[str, Any]) -> Body:
    """A POST's fields, read and with defaults in the place of what is missing."""
    asked = _canonical(asked)
    known = {field.name: field for field in fields}
    _reject_unknown(known, asked)
    for name in asked:
        if not known[name].post:
            raise refused(f"Attribute '{name}' not allowed in POST")
    body: Body = {}
    for name, field in known.items():
        if name in asked:
            body[name] = field.read(name, asked[name])
        elif field.default is REQUIRED:
            raise refused(f"Failed to parse request. Required attribute '{name}' not specified")
        elif field.default is not UNSET:
            body[name] = copy.deepcopy(field.default)
    return body


def changes(fields: Iterable[Field], asked: Mapping[str, Any]) -> Body:
    """A PUT's fields, read."""
    asked = _canonical(asked)
    known = {field.name: field for field in fields}
    _reject_unknown(known, asked)
    for name in asked:
        if not known[name].put:
            raise refused(f"Cannot update read-only attribute {name}")
    return {name: known[name].read(name, value) for name, value in asked.items()}


def _canonical(asked: Mapping[str, Any]) -> Body:
    body = dict(asked)
    if "tenant_id" in body:
        body.setdefault("project_id", body.pop("tenant_id"))
    return body


def _reject_unknown(known: Mapping[str, Field], asked: Mapping[str, Any]) -> None:
    if unknown := [name for name in asked if name not in known]:
        raise refused(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
