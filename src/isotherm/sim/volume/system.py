"""Availability zones, services, extensions, pools: what there is beside objects."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.storage import Body
from isotherm.sim.volume.answers import MICROSECONDS, Row, require_admin
from isotherm.sim.volume.volumes import HOST, ZONES

EXTENSIONS = {
    "backups": "Backups", "os-availability-zone": "AvailabilityZones", "os-extended-snapshot-attributes":
    "ExtendedSnapshotAttributes", "os-quota-sets": "Quotas", "os-reset-status": "ResetStatus", "os-services": "Services",
    "os-snapshot-actions": "SnapshotActions", "os-types-extra-specs": "TypesExtraSpecs", "os-types-manage": "TypesManage",
    "os-used-limits": "UsedLimits", "os-vol-host-attr": "VolumeHostAttribute", "os-vol-image-meta": "VolumeImageMetadata",
    "os-vol-tenant-attr": "VolumeTenantAttribute", "os-volume-actions": "VolumeActions", "os-volume-type-access":
    "VolumeTypeAccess", "OS-SCH-HNT": "SchedulerHints", "encryption": "VolumeTypeEncryption", "scheduler-stats":
    "Scheduler_stats",
}  # fmt: skip
"""Name by alias."""
BINARIES = (("cinder-volume", HOST.partition("#")[0]), ("cinder-scheduler", "sim"), ("cinder-backup", "sim"))


def list_zones(call: Call) -> Body:
    return {"availabilityZoneInfo": [{"zoneName": zone, "zoneState": {"available": True}} for zone in ZONES]}


def list_extensions(call: Call) -> Body:
    rows = [{"alias": alias, "name": name, "description": name, "updated": "2011-08-08T00:00:00+00:00", "links": []}
            for alias, name in EXTENSIONS.items()]
    return {"extensions": rows}


def list_services(call: Call) -> Body:
    require_admin(call, "volume_extension:services:index")
    rows = [{"binary": binary, "host": host, "zone": ZONES[0], "status": "enabled", "state": "up", "disabled_reason": None,
             "cluster": None, "updated_at": call.cloud.stamp(MICROSECONDS)} for binary, host in BINARIES]
    return {"services": rows}


def list_pools(call: Call) -> Body:
    require_admin(call, "scheduler_extension:scheduler_stats:get_pools")
    return {"pools": [{"name": HOST}]}


ROUTES: list[Row] = [
    ("GET", "/os-availability-zone", list_zones),
    ("GET", "/extensions", list_extensions),
    ("GET", "/os-services", list_services),
    ("GET", "/scheduler-stats/get_pools", list_pools),
]
