"""OS::Neutron::Net"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.schema import SPREAD, Attr, Prop
from isotherm.model.step import Call, Step
from isotherm.model.subject import Subject
from isotherm.types.base import on_change
from isotherm.types.registry import register
from isotherm.types.rest import RestType


@register("OS::Neutron::Net")
class Net(RestType):
    """An isolated layer-2 broadcast domain."""

    service, path, key = "network", "/v2.0/networks", "network"
    many = ("/v2.0/networks", "networks")
    ok, busy, bad = ("ACTIVE", "DOWN"), ("BUILD",), ("ERROR", "DEGRADED")

    properties = (
        Prop("name", str, "Need not be unique.", update=True),
        Prop("admin_state_up", bool, "Administrative status.", default=True, update=True),
        Prop("tags", list, "Tags.", body=None, update=True, item=Prop("*", str)),
        Prop("value_specs", dict, "Further request fields.", default={}, body=SPREAD, update=True),
    )
    attributes = (Attr("status", str, "Network status."),)

    @on_change("tags")
    def replace_tags(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Call("PUT", "/v2.0/networks/{id}/tags", {"tags": new or []})]
