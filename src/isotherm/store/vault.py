"""Encryption at rest. Values travel as JSON inside Fernet tokens; keys rotate without downtime."""

import json
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from isotherm.model.errors import IsothermError

MAKE_ONE = "make one: python3 -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
HARMLESS = frozenset({"{}", "[]", "null"})        # say nothing, so they are kept as they are, which is far cheaper
UNREADABLE = ("cannot be decrypted: no key in [secrets] keys fits. Nothing is lost by that: whoever runs the service has to put back the key that "
              "it was encrypted with, behind the first one")
_encode = json.JSONEncoder(separators=(",", ":")).encode


class VaultError(IsothermError):
    """A sealed value or a key that cannot be used; the message names what to do."""


class Vault:
    """Seals JSON-able values. keys: Fernet keys, the newest first; the first seals, all of them unseal."""

    def __init__(self, keys: list[str]):
        if not keys:
            raise VaultError(f"no encryption key is configured; {MAKE_ONE}")
        try:
            self._newest = Fernet(keys[0])
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise VaultError(f"an encryption key is not 32 bytes in URL-safe base64; {MAKE_ONE}") from None

    @staticmethod
    def new_key() -> str:
        """A fresh random key."""
        return Fernet.generate_key().decode()

    def seal(self, value: Any) -> str:
        """Text that only a holder of the keys can turn back into `value`. TypeError when JSON cannot hold it."""
        text = _encode(value)
        return text if text in HARMLESS else self._fernet.encrypt(text.encode()).decode()

    def unseal(self, text: str, what: str = "A stored value") -> Any:
        """The inverse of `seal`. VaultError when none of the keys fits, or the text was changed in the database; what: names it there."""
        if text in HARMLESS:
            return json.loads(text)
        try:
            return json.loads(self._fernet.decrypt(text))
        except (InvalidToken, ValueError):
            raise VaultError(f"{what} {UNREADABLE}") from None

    def is_newest(self, text: str) -> bool:
        """Whether the first key alone is enough to unseal it."""
        return text in HARMLESS or _fits(self._newest, text)

    def opens(self, text: str) -> bool:
        """Whether one of the keys unseals it."""
        return text in HARMLESS or _fits(self._fernet, text)

    def rotate(self, text: str) -> str:
        """The same value, sealed with the newest key. VaultError when none of the keys fits."""
        try:
            return text if text in HARMLESS else self._fernet.rotate(text).decode()
        except (InvalidToken, ValueError):
            raise VaultError(f"A stored value {UNREADABLE}") from None


def _fits(fernet: Fernet | MultiFernet, text: str) -> bool:
    try:
        fernet.decrypt(text)
    except (InvalidToken, ValueError):
        return False
    return True


def seal(conn: sa.Connection, value: Any) -> str:
    """`Vault.seal` with the vault of the connection's store."""
    return _vault(conn).seal(value)


def unseal(conn: sa.Connection, text: str, what: str = "A stored value") -> Any:
    """`Vault.unseal` with the vault of the connection's store."""
    return _vault(conn).unseal(text, what)


def opened(conn: sa.Connection, text: str, what: str, instead: Any) -> tuple[Any, str]:
    """The value and "", or `instead` and why it cannot be read: one bad row among many must not keep the others from being read."""
    try:
        return _vault(conn).unseal(text, what), ""
    except VaultError as error:
        return instead, str(error)


def _vault(conn: sa.Connection) -> Vault:
    vault: Vault = conn.get_execution_options()["vault"]
    return vault
