"""Names and numbers that the engine gives out."""

import base64
import secrets
import time
import uuid
from datetime import UTC, datetime

EPOCH = 1_700_000_000


def utcnow() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """A random UUID, as text."""
    return str(uuid.uuid4())


def number_block() -> int:
    """The first of a run of node numbers that no other plan uses: seconds, then 31 random bits. Two plans of one second
    that overlap all the same collide in the database, and the later one is planned again."""
    return (int(time.time()) - EPOCH) << 31 | secrets.randbits(31)


def physical_name(stack: str, resource: str, resource_id: str, limit: int = 255) -> str:
    """`<stack>-<resource>-<12 characters>`, unique as the resource's id is.

    A name over the type's limit keeps two leading characters, a dash, and as much of its tail as fits.
    """
    short = base64.b32encode(uuid.UUID(resource_id).bytes)[:12].decode().lower()
    name = f"{stack}-{resource}-{short}"
    return name if len(name) <= limit else f"{name[:2]}-{name[-(limit - 3):]}"
