"""Actions on volumes: POST /volumes/{id}/action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isotherm.sim import attaching
from isotherm.sim.call import Answer, Call
from isotherm.sim.errors import BadRequest
from isotherm.sim.storage import Body
from isotherm.sim.volume import attachments, limits, types
from isotherm.sim.volume.answers import Row, flag, invalid, pairs_of_text, require_admin, whole
from isotherm.sim.volume.volumes import force_delete, own, stamp

STATUSES = ("creating", "available", "deleting", "error", "error_deleting", "attaching", "detaching", "in-use",
            "maintenance", "reserved")  # fmt: skip
Action = Callable[[Call, Body, Body], Any]


def _given(args: Body, name: str) -> Any:
    if name not in args:
        raise invalid("action", args, f"'{name}' is a required property")
    return args[name]


def extend(call: Call, volume: Body, args: Body) -> None:
    size, cloud = whole("new_size", _given(args, "new_size")), call.cloud
    usual = ("available", "in-use") if call.at_least(3, 42) else ("available",)
    if volume["status"] not in usual:
        raise BadRequest(f"Invalid volume: Volume {volume['id']} status must be '{{'status': 'available'}}' to extend, "
                         f"currently {volume['status']}.")
    if size <= volume["size"]:
        raise BadRequest("Invalid input received: New size for extend must be greater than current size. (current: "
                         f"{volume['size']}, extended: {size}).")
    limits.check_size(cloud, volume["project_id"], size - volume["size"], size)
    before = volume["status"]
    cloud.update("volume", volume, status="extending", updated_at=stamp(cloud))
    cloud.later("volume", volume, {"status": before, "size": size}, fail={"status": "error_extending"})


def retype(call: Call, volume: Body, args: Body) -> None:
    cloud = call.cloud
    kind = types.named(cloud, str(_given(args, "new_type")), call.ctx.project_id)
    if volume["status"] not in ("available", "in-use"):
        raise BadRequest(f"Invalid volume: Retype needs volume to be in available or in-use state, not be part of an "
                         f"active migration or a consistency group, and requested type has to be different than the one "
                         f"from the volume. Status is {volume['status']}.")
    before = volume["status"]
    cloud.update("volume", volume, status="retyping", updated_at=stamp(cloud))
    done = {"status": before, "volume_type": kind["name"], "volume_type_id": kind["id"], "multiattach": types.multiattach(kind)}
    cloud.later("volume", volume, done, fail={"status": before})


def set_readonly(call: Call, volume: Body, args: Body) -> None:
    readonly = flag("readonly", _given(args, "readonly"))
    call.cloud.update("volume", volume, metadata={**volume["metadata"], "readonly": str(readonly)})


def set_bootable(call: Call, volume: Body, args: Body) -> Answer:
    bootable = flag("bootable", _given(args, "bootable"))
    call.cloud.update("volume", volume, bootable=str(bootable).lower(), updated_at=stamp(call.cloud))
    return Answer(200)


def reset_status(call: Call, volume: Body, args: Body) -> None:
    require_admin(call, "volume_extension:volume_admin_actions:reset_status")
    status = args.get("status")
    if status is not None and status not in STATUSES:
        raise invalid("status", status, f"{status!r} is not one of {list(STATUSES)}")
    if status == "in-use" and not volume["attachments"]:
        raise BadRequest("Cannot reset-state to in-use because volume does not have any attachments.")
    if status:
        call.cloud.cancel("volume", volume)
        call.cloud.update("volume", volume, status=status, updated_at=stamp(call.cloud))


def force(call: Call, volume: Body, args: Body) -> None:
    require_admin(call, "volume_extension:volume_admin_actions:force_delete")
    force_delete(call.cloud, volume)


def set_image_metadata(call: Call, volume: Body, args: Body) -> Answer:
    given = pairs_of_text("metadata", _given(args, "metadata"))
    call.cloud.update("volume", volume, _image_metadata={**volume["_image_metadata"], **given})
    return Answer(200, {"metadata": volume["_image_metadata"]})


def show_image_metadata(call: Call, volume: Body, args: Body) -> Answer:
    return Answer(200, {"metadata": volume["_image_metadata"]})


def unset_image_metadata(call: Call, volume: Body, args: Body) -> Answer:
    kept = {name: value for name, value in volume["_image_metadata"].items() if name != args.get("key")}
    call.cloud.update("volume", volume, _image_metadata=kept)
    return Answer(200)


def reserve(call: Call, volume: Body, args: Body) -> None:
    attachments.check(call.cloud, volume, None)
    call.cloud.update("volume", volume, status="attaching", updated_at=stamp(call.cloud))


def unreserve(call: Call, volume: Body, args: Body) -> None:
    if volume["status"] == "attaching":
        call.cloud.update("volume", volume, status="available", updated_at=stamp(call.cloud))


def begin_detaching(call: Call, volume: Body, args: Body) -> None:
    if volume["status"] != "in-use":
        raise BadRequest(f"Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must "
                         f"be 'attached' to detach. Status is {volume['status']}.")
    call.cloud.update("volume", volume, status="detaching", updated_at=stamp(call.cloud))


def attach(call: Call, volume: Body, args: Body) -> None:
    row = attachments.reserve(call.cloud, volume, args.get("instance_uuid"))
    attachments.connect(call.cloud, row, {"host": args.get("host_name"), "mountpoint": args.get("mountpoint")})
    attaching.finish_attach(call.cloud, row)


def detach(call: Call, volume: Body, args: Body) -> None:
    wanted = args.get("attachment_id")
    for row in call.cloud.where("volume_attachment", volume_id=volume["id"]):
        if wanted in (None, row["id"]):
            attaching.detach(call.cloud, row, at_once=True)
    attaching.show(call.cloud, volume)


ACTIONS: dict[str, Action] = {
    "os-extend": extend, "os-retype": retype, "os-update_readonly_flag": set_readonly, "os-set_bootable": set_bootable,
    "os-reset_status": reset_status, "os-force_delete": force, "os-set_image_metadata": set_image_metadata,
    "os-show_image_metadata": show_image_metadata, "os-unset_image_metadata": unset_image_metadata,
    "os-reserve": reserve, "os-unreserve": unreserve, "os-begin_detaching": begin_detaching, "os-roll_detaching": unreserve,
    "os-attach": attach, "os-detach": detach, "os-force_detach": detach,
}  # fmt: skip


def act(call: Call, volume_id: str) -> Any:
    """Run the one action the body names."""
    name, args = next(iter(call.json.items()), ("", None)) if isinstance(call.json, dict) else ("", None)
    if name not in ACTIONS:
        raise BadRequest(f"There is no such action: {name}. Verify the request body and Content-Type header and try again.")
    return ACTIONS[name](call, own(call, volume_id), args if isinstance(args, dict) else {})


ROUTES: list[Row] = [("POST", "/volumes/{volume_id}/action", act, 202)]
