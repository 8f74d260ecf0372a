"""Who an object is shared with by role-based access policies."""

from __future__ import annotations

from isotherm.sim.cloud import Cloud

SHARED = "access_as_shared"
EXTERNAL = "access_as_external"


def allowed(cloud: Cloud, object_id: str, project_id: str | None, action: str = SHARED) -> bool:
    """Whether a policy lets a project use an object."""
    rows = cloud.where("rbac_policy", object_id=object_id, action=action)
    return any(row["target_tenant"] in ("*", project_id) for row in rows)
