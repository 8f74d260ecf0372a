"""Engine processes as the API shows them."""

from datetime import datetime, timedelta
from typing import Any

from isotherm.api.views.moment import moment
from isotherm.model.records import WorkerRow


def service_view(row: WorkerRow, now: datetime, every: timedelta) -> dict[str, Any]:
    """A process; it is up while its last report is younger than two intervals."""
    return {
        "id": row.id, "engine_id": row.id, "binary": "isotherm-engine", "topic": "engine", "host": row.host,
        "hostname": row.host, "report_interval": round(every.total_seconds()),
        "status": "up" if now - row.seen_at < 2 * every else "down",
        "created_at": moment(row.started_at), "updated_at": moment(row.seen_at), "deleted_at": None,
    }
