"""Limits of a project. Unlimited (-1) unless settings or an administrator say otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from isotherm.sim.cloud import Cloud


def limit(cloud: Cloud, service: str, project_id: str, resource: str) -> int:
    """How many of a resource the project may have; -1 for any number."""
    own = cloud.get("quota", f"{service}:{project_id}")
    if own and resource in own["limits"]:
        return int(own["limits"][resource])
    return int(cloud.settings.quotas.get(f"{service}.{resource}", -1))


def exceeded(cloud: Cloud, service: str, project_id: str, resource: str, total: int) -> bool:
    """Whether having `total` of a resource is too much."""
    most = limit(cloud, service, project_id, resource)
    return 0 <= most < total


def set_limits(cloud: Cloud, service: str, project_id: str, limits: Mapping[str, int]) -> None:
    """Replace the limits that are named, keep the others."""
    id_ = f"{service}:{project_id}"
    own = cloud.get("quota", id_) or cloud.add("quota", {"id": id_, "project_id": project_id, "limits": {}})
    own["limits"].update(limits)
    cloud.save("quota", own)


def reset(cloud: Cloud, service: str, project_id: str) -> None:
    """Back to the defaults."""
    cloud.remove("quota", f"{service}:{project_id}")
