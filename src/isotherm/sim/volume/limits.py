"""Quotas of projects, and what is used of them."""

from __future__ import annotations

from isotherm.sim import quotas
from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import OverLimit
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import Row, forbidden, invalid, require_admin

NAMES = ("volumes", "snapshots", "gigabytes", "backups", "backup_gigabytes", "per_volume_gigabytes", "groups")
KINDS = {"volumes": "volume", "snapshots": "snapshot", "backups": "backup"}


def used(cloud: Cloud, project_id: str, name: str) -> int:
    """How much of a quota a project uses."""
    if name in KINDS:
        return len(cloud.where(KINDS[name], project_id=project_id))
    kinds = {"gigabytes": ("volume", "snapshot"), "backup_gigabytes": ("backup",)}.get(name, ())
    return sum(body["size"] for kind in kinds for body in cloud.where(kind, project_id=project_id))


def check(cloud: Cloud, project_id: str, name: str, gigabytes: int) -> None:
    """413 when the project may not have one more of `name` with this size."""
    most = quotas.limit(cloud, "volume", project_id, name)
    if most >= 0 and used(cloud, project_id, name) + 1 > most:
        label = name[:-1].capitalize()
        raise OverLimit(f"{label}LimitExceeded: Maximum number of {name} allowed ({most}) exceeded for quota '{name}'.")
    check_size(cloud, project_id, gigabytes, gigabytes, "backup_gigabytes" if name == "backups" else "gigabytes")


def check_size(cloud: Cloud, project_id: str, more: int, whole: int, name: str = "gigabytes") -> None:
    """413 when so many more gigabytes, or one volume of this size, are too much."""
    most = quotas.limit(cloud, "volume", project_id, name)
    have = used(cloud, project_id, name) if most >= 0 else 0
    if 0 <= most < have + more:
        raise OverLimit("VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed "
                        f"{name} quota. Requested {more}G, quota is {most}G and {have}G has been consumed.")
    largest = quotas.limit(cloud, "volume", project_id, "per_volume_gigabytes")
    if name == "gigabytes" and 0 <= largest < whole:
        raise OverLimit(f"VolumeSizeExceedsLimit: Requested volume size {whole}G is larger than maximum allowed limit "
                        f"{largest}G.")


def _set(call: Call, project_id: str) -> Body:
    found = {name: quotas.limit(call.cloud, "volume", project_id, name) for name in NAMES}
    for body in call.cloud.where("volume_type"):
        for name in ("volumes", "snapshots", "gigabytes"):
            found[f"{name}_{body['name']}"] = -1
    return found


def show_quota(call: Call, target: str) -> Body:
    if not call.ctx.is_admin and target != call.ctx.project_id:
        raise forbidden("volume_extension:quotas:show")
    found: Body = _set(call, target)
    if call.query.get("usage", "").lower() in ("1", "true"):
        found = {name: {"limit": most, "in_use": used(call.cloud, target, name), "reserved": 0}
                 for name, most in found.items()}
    return {"quota_set": {**found, "id": target}}


def show_defaults(call: Call, target: str) -> Body:
    found = {name: call.cloud.settings.quotas.get(f"volume.{name}", -1) for name in NAMES}
    return {"quota_set": {**found, "id": target}}


def update_quota(call: Call, target: str) -> Body:
    require_admin(call, "volume_extension:quotas:update")
    asked = {name: value for name, value in call.part("quota_set").items() if name not in ("tenant_id", "force")}
    for name, value in asked.items():
        if isinstance(value, bool) or not str(value).lstrip("-").isdigit() or int(value) < -1:
            raise invalid(name, value, "A quota is a whole number, -1 for no limit")
    quotas.set_limits(call.cloud, "volume", target, {name: int(value) for name, value in asked.items()})
    return {"quota_set": _set(call, target)}


def delete_quota(call: Call, target: str) -> None:
    require_admin(call, "volume_extension:quotas:delete")
    quotas.reset(call.cloud, "volume", target)


ABSOLUTE = {
    "maxTotalVolumes": ("volumes", True), "maxTotalSnapshots": ("snapshots", True),
    "maxTotalVolumeGigabytes": ("gigabytes", True), "maxTotalBackups": ("backups", True),
    "maxTotalBackupGigabytes": ("backup_gigabytes", True), "totalVolumesUsed": ("volumes", False),
    "totalSnapshotsUsed": ("snapshots", False), "totalGigabytesUsed": ("gigabytes", False),
    "totalBackupsUsed": ("backups", False), "totalBackupGigabytesUsed": ("backup_gigabytes", False),
}  # fmt: skip
"""Quota, and whether its limit (or its use) is shown."""


def show_limits(call: Call) -> Body:
    project = str(call.ctx.project_id)
    found = {name: quotas.limit(call.cloud, "volume", project, quota) if limit else used(call.cloud, project, quota)
             for name, (quota, limit) in ABSOLUTE.items()}
    return {"limits": {"rate": [], "absolute": found}}


ROUTES: list[Row] = [
    ("GET", "/limits", show_limits),
    ("GET", "/os-quota-sets/{target}", show_quota),
    ("GET", "/os-quota-sets/{target}/defaults", show_defaults),
    ("PUT", "/os-quota-sets/{target}", update_quota),
    ("DELETE", "/os-quota-sets/{target}", delete_quota),
]
