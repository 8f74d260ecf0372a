"""A stack's definition as the API shows it."""

from collections.abc import Collection, Mapping
from typing import Any

from isotherm.model.records import DefinitionRow
from isotherm.template import stored_environment
from isotherm.template.parameters import MASK

SHOWN = ("parameters", "parameter_defaults", "resource_registry", "event_sinks", "encrypted_param_names")


def environment_view(row: DefinitionRow, hidden: Collection[str]) -> dict[str, Any]:
    """The environment and the parameters given with the request, as one; hidden values masked."""
    document = stored_environment(row.environment).document
    view = {section: document[section] for section in SHOWN}
    view["resource_registry"] = {"resources": {}} | view["resource_registry"]
    view["parameters"] = masked(view["parameters"] | dict(row.parameters), hidden)
    view["parameter_defaults"] = masked(view["parameter_defaults"], hidden)
    return view


def masked(values: Mapping[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    return {name: MASK if name in hidden else value for name, value in values.items()}
