"""Outputs as the API shows them."""

from typing import Any

from isotherm.model.records import OutputRow


def output_view(row: OutputRow) -> dict[str, Any]:
    """An output with its value; where that cannot be told, the reason."""
    view = {"output_key": row.name, "output_value": row.value, "description": row.description or "No description given"}
    return view | {"output_error": row.error} if row.error else view


def summary_view(row: OutputRow) -> dict[str, Any]:
    """An output in a list."""
    return {"output_key": row.name, "description": row.description or "No description given"}
