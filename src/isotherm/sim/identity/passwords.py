"""Keeping passwords without keeping them."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def digest(password: str) -> str:
    """A salted digest to store. Cheap on purpose: log-ins must not be what a test run spends its time on."""
    salt = secrets.token_hex(8)
    return f"{salt}:{hashlib.sha256((salt + password).encode()).hexdigest()}"


def matches(stored: str | None, password: object) -> bool:
    """Whether a password is the one a digest was made of."""
    if not stored or not isinstance(password, str):
        return False
    salt, _, expected = stored.partition(":")
    return hmac.compare_digest(expected, hashlib.sha256((salt + password).encode()).hexdigest())
