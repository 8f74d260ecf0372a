"""The directory of a service that runs alone: secrets and ports for the next start, and what users log in with."""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import yaml
from cryptography.fernet import Fernet


class HomeError(Exception):
    """The directory cannot be used; the message says why."""


def _word() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True)
class State:
    """What is kept from one start to the next. Ports are 0 before the first."""

    admin_password: str = field(default_factory=_word, repr=False)
    member_password: str = field(default_factory=_word, repr=False)
    service_password: str = field(default_factory=_word, repr=False)
    key: str = field(default_factory=lambda: Fernet.generate_key().decode(), repr=False)
    api_port: int = 0
    cloud_port: int = 0


class Home:
    """A directory that one process at a time holds. Files in it are readable by their owner only."""

    def __init__(self, path: Path):
        """Makes the directory if need be. Raises HomeError if it cannot be used or another process holds it."""
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = self._hold()
            self.state = self._load()
        except OSError as error:
            raise HomeError(f"{self.path} cannot be used: {error.strerror or error}") from None

    @property
    def database(self) -> Path:
        return self.path / "isotherm.db"

    @property
    def cloud(self) -> Path:
        return self.path / "sim.db"

    @property
    def clouds_yaml(self) -> Path:
        return self.path / "clouds.yaml"

    def keep_ports(self, api_port: int, cloud_port: int) -> None:
        """Remember where the service was reached, so that clients find it there again."""
        self.state = replace(self.state, api_port=api_port, cloud_port=cloud_port)
        self._write(self.path / "state.json", json.dumps(asdict(self.state), indent=2) + "\n")

    def write_clouds(self, auth_url: str) -> None:
        """Write what clients log in with: `isotherm`, a member of project demo, and `isotherm-admin`."""
        members = {
            "isotherm": ("demo", self.state.member_password),
            "isotherm-admin": ("admin", self.state.admin_password),
        }
        clouds = {name: _cloud(auth_url, user, password) for name, (user, password) in members.items()}
        self._write(self.clouds_yaml, yaml.safe_dump({"clouds": clouds}, sort_keys=False))

    def close(self) -> None:
        """Let another process have the directory."""
        self._lock.close()

    def _hold(self) -> IO[str]:
        lock = os.fdopen(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = lock.read().strip() or "another process"
            lock.close()
            raise HomeError(f"{self.path} is in use by process {holder}") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        return lock

    def _load(self) -> State:
        file = self.path / "state.json"
        if not file.exists():
            return State()
        try:
            kept: Mapping[str, Any] = json.loads(file.read_text())
            return State(**kept)
        except (ValueError, TypeError) as error:
            raise HomeError(
                f"{file} holds the passwords and the key of this directory, and cannot be read: {error}"
            ) from None

    def _write(self, file: Path, text: str) -> None:
        """All of it or nothing, even when the machine stops meanwhile."""
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)


def _cloud(auth_url: str, user: str, password: str) -> dict[str, Any]:
    return {
        "auth": {
            "auth_url": auth_url,
            "username": user,
            "password": password,
            "project_name": user,
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "region_name": "RegionOne",
        "identity_api_version": "3",
    }
