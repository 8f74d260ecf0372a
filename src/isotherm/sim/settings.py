"""What can be chosen about a simulated cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Passwords:
    """Passwords of the users every simulated cloud starts with."""

    admin: str = "secret"
    demo: str = "secret"
    service: str = "secret"
    """Password of the service user `isotherm`."""


@dataclass(frozen=True)
class Settings:
    """Settings of one simulated cloud. All have working defaults."""

    passwords: Passwords = field(default_factory=Passwords)
    orchestration_url: str | None = None
    """URL of the orchestration service for the catalogue; `%(project_id)s` stands for the project."""
    region: str = "RegionOne"
    delay: float = 0.5
    """Seconds an asynchronous change takes (a server's build, a volume's creation) unless `delays` names its kind."""
    delays: Mapping[str, float] = field(default_factory=dict)
    """Seconds by kind of object, such as `{"server": 2.0, "volume": 0.1}`."""
    latency: float = 0.0
    """Seconds every request is held before it is answered (control requests under /sim are not)."""
    faults: tuple[str, ...] = ()
    """Failure rules in the notation of `isotherm.sim.faults`."""
    seed: int | None = None
    """Seed of the dice that failure rules throw; None means a different run each time."""
    quotas: Mapping[str, int] = field(default_factory=dict)
    """Default quotas by `service.resource`, such as `{"compute.instances": 10}`; what is not named is unlimited (-1)."""
    token_hours: float = 12.0
    """Life of a token."""
    external_cidr: str = "172.24.4.0/22"
    """Address range of the external network `public`."""
    threads: int = 16
    """Requests handled at once."""


def parse_delays(pairs: tuple[str, ...]) -> dict[str, float]:
    """Read `kind=seconds` words; raises ValueError that names the word it cannot read."""
    found = {}
    for pair in pairs:
        kind, _, seconds = pair.partition("=")
        try:
            found[kind.strip()] = float(seconds)
        except ValueError:
            raise ValueError(f"delay {pair!r}: expected kind=seconds, such as server=2.0") from None
    return found


@dataclass(frozen=True)
class RunOptions:
    """Where a cloud listens and keeps its data when it runs as a process of its own."""

    host: str = "127.0.0.1"
    port: int = 5000
    data: Path | None = None
    """SQLite file; None keeps everything in memory."""
    settings: Settings = field(default_factory=Settings)
