"""Software configs on the wire."""

from typing import Any

from isotherm.api.views.moment import moment
from isotherm.model.records import ConfigRow

View = dict[str, Any]


def summary_view(row: ConfigRow, with_project: bool = False) -> View:
    """A config in a list."""
    view: View = {"id": row.id, "name": row.name, "group": row.group, "creation_time": moment(row.created_at)}
    return view | {"project": row.project_id} if with_project else view


def config_view(row: ConfigRow) -> View:
    """A config with what it holds."""
    return summary_view(row) | {
        "config": row.config, "inputs": [dict(one) for one in row.inputs], "outputs": [dict(one) for one in row.outputs],
        "options": None if row.options is None else dict(row.options),
    }
