"""OS::Nova::Flavor"""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from isotherm.model.schema import Attr, Custom, Prop, Support
from isotherm.model.step import Call, Lookup, Step
from isotherm.model.subject import Subject
from isotherm.types.base import on_change
from isotherm.types.registry import register
from isotherm.types.rest import RestType


@register("OS::Nova::Flavor")
class Flavor(RestType):
    """How many CPUs, how much memory and disk a server gets. Administrators only.

    Names and ids of flavors are unique, and the user may choose both: the description holds the unique physical name, by
    which an interrupted create finds what it made.
    """

    service, path, key = "compute", "/flavors", "flavor"
    microversion = "2.61"                # descriptions (2.55), extra specs in the body (2.61)
    support = Support(version="2014.2")

    properties = (
        Prop("tenants", list, "Names or ids of the projects that may use a flavor that is not public.", default=[], body=None,
             update=True, find="identity.project", support=Support(version="8.0.0"),
             item=Prop("*", str, "A project.", constraints=(Custom("keystone.project"),))),
        Prop("flavorid", str, "Its id; made up when not given.", body="id", support=Support(version="7.0.0")),
        Prop("name", str, "Its name, unique in the cloud; made up from the stack's name when not given.",
             support=Support(version="7.0.0")),
        Prop("ram", int, "Memory in MiB.", required=True),
        Prop("vcpus", int, "Number of CPUs.", required=True),
        Prop("disk", int, "Size of the root disk in GiB; 0: as large as the image.", default=0),
        Prop("swap", int, "Size of the swap disk in MiB.", default=0),
        Prop("ephemeral", int, "Size of a further local disk in GiB.", default=0, body="OS-FLV-EXT-DATA:ephemeral"),
        Prop("rxtx_factor", float, "Share of the network's bandwidth, in relation to others.", default=1.0),
        Prop("extra_specs", dict, "Further keys and values for the scheduler and the hypervisor.", body=None, update=True),
        Prop("is_public", bool, "Whether every project may use it.", default=True, body="os-flavor-access:is_public",
             support=Support(version="6.0.0")),
    )
    attributes = (
        Attr("is_public", bool, "Whether every project may use it.", path="os-flavor-access:is_public",
             support=Support(version="6.0.0")),
        Attr("extra_specs", dict, "Its extra specs.", support=Support(version="7.0.0"), item=Prop("*", str)),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        return [self.post(subject), *self.changes(subject, {})]

    def post(self, subject: Subject) -> Call:
        body = {"id": flavor_id(subject), **self.body(subject.properties), "description": subject.physical_name}
        body["name"] = subject.properties.get("name") or "{name}"
        return Call("POST", self.path, {"flavor": body}, identity="flavor.id", live="flavor", lookup=self.lookup(subject))

    def lookup(self, subject: Subject) -> Lookup:
        return Lookup("/flavors/detail", "flavors", {"is_public": "None"}, {"description": "{name}"})

    @on_change("extra_specs")
    def set_extra_specs(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        old, new = old or {}, {key: text(value) for key, value in (new or {}).items()}
        url = "/flavors/{id}/os-extra_specs"
        gone = [Call("DELETE", f"{url}/{key}", accept=(404,)) for key in sorted(old.keys() - new.keys())]
        return [*gone, *([Call("POST", url, {"extra_specs": new})] if new else [])]

    @on_change("tenants")
    def share(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        """A public flavor is everybody's already."""
        if subject.properties.get("is_public"):
            return []
        old, new = set(old or ()), set(new or ())
        added = [access("addTenantAccess", project, accept=409) for project in sorted(new - old)]
        return [*added, *(access("removeTenantAccess", project, accept=404) for project in sorted(old - new))]

    def reads(self, names: set[str]) -> bool:
        """Extra specs are set after the flavor is made, so they are read anew."""
        return bool(names)


def flavor_id(subject: Subject) -> str:
    """An id of our own choice, the same in every try."""
    return str(subject.properties.get("flavorid") or uuid5(NAMESPACE_URL, f"isotherm:{subject.physical_name}"))


def text(value: Any) -> str:
    """An extra spec's value as the service takes it."""
    return str(value)


def access(verb: str, project: str, accept: int) -> Call:
    return Call("POST", "/flavors/{id}/action", {verb: {"tenant": project}}, accept=(accept,))
