"""OS::Cinder::Volume"""

from collections.abc import Sequence
from json import dumps
from typing import Any

from isotherm.model.outcome import Wait
from isotherm.model.problem import Problem
from isotherm.model.schema import Attr, Custom, Prop, Range, Support
from isotherm.model.step import Call, Run, Step, Until
from isotherm.model.subject import Subject
from isotherm.types.base import Values, on_change
from isotherm.types.neutron.base import problem
from isotherm.types.registry import register
from isotherm.types.rest import RestType

# Attributes that are texts whatever the service shows.
TEXTS = frozenset({"attachments", "availability_zone", "bootable", "created_at", "encrypted", "size", "snapshot_id", "source_volid",
                   "status", "volume_type"})
SERVICE_METADATA = frozenset({"readonly", "attached_mode"})
STEADY = ("available", "in-use")
BUSY = ("creating", "downloading", "uploading", "restoring-backup", "backing-up", "retyping", "extending", "maintenance", "managing")
BAD = ("error", "error_restoring", "error_extending", "error_managing", "error_deleting", "error_backing-up")
DELETABLE = ("available", "in-use", "error", "error_restoring", "error_extending", "error_managing", "error_deleting")
ATTACHMENT = Prop("*", dict, open=True, schema=(
    Prop("id", str, "Id of the volume."), Prop("attachment_id", str, "Its own id."), Prop("volume_id", str, "Id of the volume."),
    Prop("server_id", str, "Id of the server."), Prop("host_name", str, "The server's host; shown to administrators only."),
    Prop("device", str, "Device name in the guest."), Prop("attached_at", str, "Since when.")))


@register("OS::Cinder::Volume")
class Volume(RestType):
    """A block device that can be attached to servers."""

    service, path, key = "volumev3", "/volumes", "volume"
    many = ("/volumes/detail", "volumes")
    # 3.47: volumes made from backups. Also used: extending while attached (3.42). `multiattach` in a request ends at 3.49.
    microversion = "3.47"
    ok, busy, bad = ("available",), BUSY, BAD
    renamed = (("imageRef", "image"),)

    properties = (
        Prop("availability_zone", str, "Availability zone to make it in."),
        Prop("size", int, "Size in GiB; a larger size extends it in place.", update=True, body="size", constraints=(Range(min=1),)),
        Prop("snapshot_id", str, "Id of the snapshot to make it from.", constraints=(Custom("cinder.snapshot"),)),
        Prop("backup_id", str, "Id of the backup to restore into it.", update=True, constraints=(Custom("cinder.backup"),)),
        Prop("name", str, "Need not be unique; made up from the stack's name when not given.", update=True),
        Prop("description", str, "What it is for.", update=True),
        Prop("volume_type", str, "Name or id of its type; another type is reached in place if the volume need not move.", update=True,
             constraints=(Custom("cinder.vtype"),)),
        Prop("metadata", dict, "Keys and values kept with it.", default={}, update=True),
        Prop("imageRef", str, "Older name of `image`.", body=None, support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.1"))),
        Prop("image", str, "Name or id of the image to copy onto it.", body="imageRef", find="image.image",
             constraints=(Custom("glance.image"),)),
        Prop("source_volid", str, "Id of the volume to copy.", constraints=(Custom("cinder.volume"),)),
        Prop("scheduler_hints", dict, "Hints for the choice of a backend.", body=None, support=Support(version="2015.1")),
        Prop("read_only", bool, "Whether servers may only read from it.", body=None, update=True, support=Support(version="5.0.0")),
        Prop("multiattach", bool, "Whether several servers may attach it; volume types say so now.", default=False,
             encode=lambda value: value, support=Support("HIDDEN", "13.0.0", previous=Support(version="6.0.0"))),
    )
    attributes = (
        Attr("availability_zone", str, "Availability zone it is in."),
        Attr("size", str, "Size in GiB."),
        Attr("snapshot_id", str, "Id of the snapshot it was made from."),
        Attr("display_name", str, "Its name.", path="name"),
        Attr("display_description", str, "What it is for.", path="description"),
        Attr("volume_type", str, "Name of its type."),
        Attr("metadata", str, "Its metadata as JSON text."),
        Attr("metadata_values", dict, "Its metadata.", path="metadata", item=Prop("*", str)),
        Attr("source_volid", str, "Id of the volume it was copied from."),
        Attr("status", str, "Its status, e.g. available or in-use.", cached=False),
        Attr("created_at", str, "When it was made."),
        Attr("bootable", str, "Whether a server can boot from it."),
        Attr("encrypted", str, "Whether it is encrypted."),
        Attr("attachments", str, "Where it is attached, as text; `attachments_list` has it as a list.", cached=False,
             support=Support("DEPRECATED", "9.0.0", previous=Support(version="2015.1"))),
        Attr("attachments_list", list, "Where it is attached: server, device, host.", path="attachments", cached=False,
             support=Support(version="9.0.0"), item=ATTACHMENT),
        Attr("multiattach", bool, "Whether several servers may attach it.", support=Support(version="6.0.0")),
    )

    def post(self, subject: Subject) -> Call:
        body = {key: value for key, value in self.body(subject.properties).items() if value not in ({}, False)} | {"name": "{name}"}
        hints = subject.properties.get("scheduler_hints")
        request = {"volume": body} | ({"OS-SCH-HNT:scheduler_hints": hints} if hints else {})
        return Call("POST", self.path, request, identity="volume.id", live="volume", lookup=self.lookup(subject))

    def create(self, subject: Subject) -> Sequence[Step]:
        return [self.post(subject), *self.settled(subject), *self.rename(subject), *self.changes(subject, {})]

    # -- update ------------------------------------------------------------------------------------------------------

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        new = subject.properties
        said = {key: new.get(key) for key in ("name", "description") if old.get(key) != new.get(key)}
        if "name" in said and not said["name"]:
            said["name"] = "{name}"
        put = [Call("PUT", "/volumes/{id}", {"volume": said}, live="volume")] if said else []
        return [*put, *self.changes(subject, old)]

    def replaces(self, old: Values, new: Values) -> list[str]:
        """No volume goes back to having no type, or shrinks: but a smaller size is refused (see `grow`), never replaced."""
        typeless = old.get("volume_type") and not new.get("volume_type")
        return super().replaces(old, new) + (["volume_type"] if typeless else [])

    @on_change("metadata")
    def set_metadata(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Call("PUT", "/volumes/{id}/metadata", {"metadata": new or {}})]

    @on_change("read_only")
    def set_read_only(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [action("os-update_readonly_flag", {"readonly": bool(new)})] if new is not None or old else []

    @on_change("size")
    def extend(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Run("grow", {"size": new})] if new else []

    def grow(self, subject: Subject, cloud: Any, size: int) -> Wait | None:
        """Run: extend the volume, unless it has the size or is growing; call again until it has."""
        shown = cloud.show(self.service, f"/volumes/{subject.physical_id}", "volume", microversion=self.microversion)
        if shown is None:
            raise ValueError(f"The volume {subject.physical_id} is gone")
        if shown["status"] in BAD:
            raise ValueError(f"The volume {subject.physical_id} is {shown['status']}")
        if shown["status"] not in STEADY:
            return Wait(1.0)
        if shown["size"] == size:
            return None
        if shown["size"] > size:
            raise ValueError(f"A volume cannot shrink: {subject.physical_id} has {shown['size']} GiB, {size} were asked for")
        cloud.request(self.service, "POST", f"/volumes/{subject.physical_id}/action", json={"os-extend": {"new_size": size}},
                      microversion=self.microversion)
        return Wait(1.0)

    @on_change("volume_type")
    def retype(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [action("os-retype", {"new_type": new, "migration_policy": "never"}), self.until(*STEADY)]

    @on_change("backup_id")
    def restore(self, subject: Subject, old: Any, new: Any) -> Sequence[Step]:
        return [Call("POST", f"/backups/{new}/restore", {"restore": {"volume_id": "{id}"}}), self.until("available")] if new else []

    # -- delete, keep --------------------------------------------------------------------------------------------------

    def delete(self, subject: Subject) -> Sequence[Step]:
        """A volume that is still being made, detached or deleted cannot be asked to go: wait for that first."""
        find = [] if subject.physical_id else [Call("", self.path, identity="volume.id", lookup=self.lookup(subject))]
        ready = Until("/volumes/{id}", "volume", ok=DELETABLE, busy=("*",), bad=(), gone=True, many=self.many)
        gone = Until("/volumes/{id}", "volume", busy=("*",), bad=("error_deleting",), gone=True, many=self.many)
        return [*find, ready, Call("DELETE", "/volumes/{id}", accept=(404,)), gone]

    def preserve(self, subject: Subject) -> Sequence[Step]:
        backup = {"volume_id": "{id}", "name": "{name}", "force": True}
        return [Call("POST", "/backups", {"backup": backup}, save={"backup": "backup.id"}),
                Until("/backups/{backup}", "backup", ok=("available",), busy=("creating",), message="fail_reason")]

    def check(self, subject: Subject) -> Sequence[Step]:
        return [self.until(*STEADY)]

    # -- what others see -----------------------------------------------------------------------------------------------

    def attribute(self, subject: Subject, name: str) -> Any:
        value = super().attribute(subject, name)
        if name == "metadata":
            return None if value is None else dumps(value)
        return str(value) if name in TEXTS and value is not None else value

    def decode(self, subject: Subject) -> dict[str, Any]:
        """The service shows keys of its own among the metadata."""
        told = super().decode(subject)
        own = told.pop("metadata", None) or {}
        return told | {"metadata": {key: value for key, value in own.items() if key not in SERVICE_METADATA}}

    def validate(self, properties: Values) -> list[Problem]:
        """Where its content and its size come from."""
        sources = [name for name in ("image", "imageRef", "source_volid", "snapshot_id") if properties.get(name) is not None]
        if len(sources) > 1:
            return [problem("properties-exclude-each-other", sources[1], f"{' and '.join(sources)} cannot be used together.",
                            "A volume has one source.")]
        sized = any(properties.get(name) is not None for name in ("size", "backup_id", "source_volid", "snapshot_id"))
        return [] if sized else [problem("property-missing", "size", "size must be set, unless the volume is made from a backup, "
                                         "another volume or a snapshot.")]


def action(verb: str, args: Any) -> Call:
    return Call("POST", "/volumes/{id}/action", {verb: args})
