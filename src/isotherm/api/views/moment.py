"""Times on the wire: UTC, whole seconds, YYYY-MM-DDTHH:MM:SSZ."""

from datetime import UTC, datetime


def moment(at: datetime | None) -> str | None:
    """None stays None."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
