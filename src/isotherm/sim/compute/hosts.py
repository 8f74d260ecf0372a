"""Where servers are put: a fleet of equal hosts, server groups respected."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from isotherm.sim.cloud import Cloud
from isotherm.sim.storage import Body

COUNT = 100
"""Hosts in the cloud, and so the most members an anti-affinity group can have."""
ZONE = "nova"
NAMES = tuple(f"compute-{number:03d}" for number in range(1, COUNT + 1))


class NoValidHost(Exception):
    """No host satisfies the server's group."""


def choose(cloud: Cloud, server_id: str, group: Body | None, members: Sequence[Body]) -> str:
    """A host for a server; raises NoValidHost when the group's policy leaves none."""
    start = int(server_id[:8], 16) % COUNT
    ring = NAMES[start:] + NAMES[:start]
    if group is None:
        return ring[0]
    taken = [member["_host"] for member in members if member["_host"] and member["id"] != server_id]
    policy = group["_policy"]
    if policy in ("affinity", "soft-affinity"):
        return taken[0] if taken else ring[0]
    most = group["_rules"].get("max_server_per_host", 1)
    free = [name for name in ring if taken.count(name) < most]
    if not free and policy == "anti-affinity":
        raise NoValidHost("No valid host was found. There are not enough hosts available.")
    return free[0] if free else ring[0]


def opaque(server: Body) -> str:
    """The host's ID as a project sees it."""
    if not server["_host"]:
        return ""
    return hashlib.sha224((server["project_id"] + server["_host"]).encode()).hexdigest()
