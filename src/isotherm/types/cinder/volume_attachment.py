"""OS::Cinder::VolumeAttachment"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.errors import Refused
from isotherm.model.outcome import Facts, Wait
from isotherm.model.schema import Custom, Prop
from isotherm.model.step import Call, Keep, Lookup, Read, Run, Step, Until
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.neutron.base import set_only
from isotherm.types.registry import register

# Both services are talked to, so what a request needs of the compute service's microversion it says itself: from 2.60 on, volumes
# that several servers attach.
MULTIATTACH = {"OpenStack-API-Version": "compute 2.60"}


@register("OS::Cinder::VolumeAttachment")
class VolumeAttachment(ResourceType):
    """A volume attached to a server."""

    service = "compute"

    properties = (
        Prop("instance_uuid", str, "Id of the server.", required=True, update=True),
        Prop("volume_id", str, "Id of the volume.", required=True, update=True, constraints=(Custom("cinder.volume"),)),
        Prop("mountpoint", str, "Device name wanted in the guest, such as /dev/vdb; the service picks one when not given, and may "
             "anyway.", update=True),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        return attach(subject.properties)

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        """Off the old server, on to the new one."""
        server, volume = ends(subject.properties)
        return [*detach(*ends(old)), Keep(data={"server": server, "volume": volume}), Run("attach_again"), in_use(volume)]

    def attach_again(self, subject: Subject, cloud: Any) -> Facts:
        """Run: attach, unless an interrupted try did."""
        server, volume = ends(subject.properties)
        path = f"/servers/{server}/os-volume_attachments"
        if volume not in {one["volumeId"] for one in cloud.entries("compute", path, "volumeAttachments")}:
            cloud.request("compute", "POST", path, json=request(subject.properties), headers=MULTIATTACH)
        return Facts(physical_id=volume)

    def delete(self, subject: Subject) -> Sequence[Step]:
        """What was last begun, too: an update may have been interrupted. What was handed over may be the replacement's by now."""
        if subject.data.get("handed_over"):
            return []
        begun = (subject.data.get("server"), subject.data.get("volume"))
        pairs = dict.fromkeys((begun, ends(subject.properties))) if all(begun) else {}
        return [step for server, volume in pairs for step in detach(server, volume)]

    def take_off(self, subject: Subject, cloud: Any, server: str, volume: str) -> Wait | None:
        """Run: ask for the volume to be detached, unless it is being or has been; what is still being attached is waited for. The compute
        service calls a request that comes too early or again a bad one."""
        path = f"/servers/{server}/os-volume_attachments/{volume}"
        try:
            cloud.request("compute", "DELETE", path, headers=MULTIATTACH)
        except Refused as refusal:
            if refusal.code == 404:
                return None
            shown = cloud.show("volumev3", f"/volumes/{volume}", "volume") or {}
            if refusal.code in (400, 409) and shown.get("status") == "attaching":
                return Wait(1.0)
            if refusal.code not in (400, 409) or shown.get("status") not in (None, "detaching", "available"):
                raise
        return None

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        """A volume is on one server at a time."""
        return detach(*ends(subject.properties)) if subject.properties.get("volume_id") == new.get("volume_id") else []

    def take_back(self, subject: Subject) -> Sequence[Step]:
        return [Run("attach_again"), in_use(subject.properties["volume_id"])]

    def check(self, subject: Subject) -> Sequence[Step]:
        return [in_use(subject.properties["volume_id"])]

    def reads(self, names: set[str]) -> bool:
        return bool(names)

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        server, volume = ends(subject.properties)
        return [Read(f"/servers/{server}/os-volume_attachments/{volume}", "volumeAttachment")]


def ends(values: Values) -> tuple[Any, Any]:
    """The server and the volume."""
    return values.get("instance_uuid"), values.get("volume_id")


def request(values: Values) -> dict[str, Any]:
    return {"volumeAttachment": set_only({"volumeId": values["volume_id"], "device": values.get("mountpoint")})}


def attach(values: Values) -> list[Step]:
    """Attach, and wait until the volume is in use."""
    server, volume = ends(values)
    path = f"/servers/{server}/os-volume_attachments"
    lookup = Lookup(path, "volumeAttachments", {}, {"volumeId": volume})
    return [Keep(data={"server": server, "volume": volume}),
            Call("POST", path, request(values), headers=MULTIATTACH, identity="volumeAttachment.id", lookup=lookup),
            in_use(volume)]


def detach(server: Any, volume: Any) -> list[Step]:
    """Detach, and wait until the server has it no more: by then the volume is free."""
    path = f"/servers/{server}/os-volume_attachments/{volume}"
    return [Run("take_off", {"server": server, "volume": volume}),
            Until(path, "volumeAttachment", busy=("*",), bad=(), state="id", gone=True)]


def in_use(volume: str) -> Until:
    return Until(f"/volumes/{volume}", "volume", ok=("in-use",), busy=("available", "reserved", "attaching"),
                 bad=("error", "error_attaching"), many=("/volumes/detail", "volumes"), service="volumev3")
