"""From a request for a server to a server that runs."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from typing import Any

from isotherm.sim import quotas
from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud, new_id
from isotherm.sim.compute import flavors, hosts, ports, volumes
from isotherm.sim.compute.history import record
from isotherm.sim.compute.rendering import MICROSECONDS, flag, links, missing, unknown
from isotherm.sim.errors import ApiError, BadRequest, Forbidden, NotFound
from isotherm.sim.image.images import visible
from isotherm.sim.storage import Body

FIELDS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("name", "imageRef", "flavorRef", "adminPass", "metadata", "networks", "OS-DCF:diskConfig", "accessIPv4",
                     "accessIPv6", "personality", "availability_zone", "block_device_mapping", "block_device_mapping_v2",
                     "config_drive", "key_name", "min_count", "max_count", "return_reservation_id", "security_groups",
                     "user_data", "os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"), (2, 1)),
    "description": (2, 19), "tags": (2, 52), "trusted_image_certificates": (2, 63), "host": (2, 74),
    "hypervisor_hostname": (2, 74), "hostname": (2, 90),
}  # fmt: skip
"""Fields of a request for a server and the microversion each came with."""
USER_DATA_MOST = 65535
META_MOST = 128


def create_server(call: Call) -> Answer:
    """POST /servers: check everything that Nova checks before it answers, then start building."""
    asked = call.part("server")
    hints = call.json.get("os:scheduler_hints") or call.json.get("OS-SCH-HNT:scheduler_hints") or {}
    hints = {**(asked.get("os:scheduler_hints") or {}), **hints}
    _fields(call, asked)
    flavor = _flavor(call, asked)
    image = _image(call, asked)
    _fits(flavor, image, asked)
    key_name = asked.get("key_name")
    if key_name is not None and call.cloud.get("keypair", f"{call.ctx.user_id}:{key_name}") is None:
        raise BadRequest("Invalid key_name provided.")
    group = _group(call, hints)
    zone = _zone(asked)
    devices = volumes.plan(call, asked, image)
    nics = ports.plan(call, asked.get("networks"))
    group_ids = ports.find_groups(call, asked.get("security_groups"))
    count = max(int(asked.get("min_count", 1)), int(asked.get("max_count") or asked.get("min_count", 1)))
    _quota(call, flavor, count, group)
    reservation = "r-" + secrets.token_hex(4)
    made = [
        _record(call, asked, flavor, image, launch_index=number, name=_name(asked["name"], number, count), key_name=key_name,
                zone=zone, group=group, devices=devices, nics=nics, group_ids=group_ids, reservation=reservation)
        for number in range(count)
    ]  # fmt: skip
    if flag(asked.get("return_reservation_id", False), "return_reservation_id"):
        return Answer(202, {"reservation_id": reservation})
    server = made[0]
    body = {"id": server["id"], "links": links(call, "servers", server["id"]), "OS-DCF:diskConfig": server["_disk_config"],
            "security_groups": asked.get("security_groups") or [{"name": "default"}],
            "adminPass": asked.get("adminPass") or secrets.token_urlsafe(9)}
    return Answer(202, {"server": body}, {"Location": f"{call.url}/v2.1/servers/{server['id']}"})


def _fields(call: Call, asked: Body) -> None:
    extra = {name for name in asked if name not in FIELDS or not call.at_least(*FIELDS[name])}
    if "personality" in asked and call.at_least(2, 57):
        extra.add("personality")
    if extra:
        raise unknown("server", asked, extra)
    for field in ("name", "flavorRef", *(["networks"] if call.at_least(2, 37) else [])):
        if field not in asked:
            raise missing("server", asked, field)
    name = asked["name"]
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 255:
        raise BadRequest(f"Invalid input for field/attribute name. Value: {name}. {name!r} is too long or empty")
    check_metadata(asked.get("metadata") or {})
    check_user_data(asked.get("user_data"))


def check_metadata(metadata: Any) -> None:
    """400 or 403 for metadata Nova does not take."""
    if not isinstance(metadata, dict):
        raise BadRequest(f"Invalid input for field/attribute metadata. Value: {metadata}. {metadata!r} is not of type 'object'")
    for key, value in metadata.items():
        if not isinstance(value, str) or len(value) > 255 or not 0 < len(key) <= 255:
            raise BadRequest(f"Invalid input for field/attribute {key}. Value: {value}. {value!r} is not of type 'string'"
                             if not isinstance(value, str) else
                             f"Invalid input for field/attribute {key}. Value: {value}. {value!r} is too long")
    if len(metadata) > META_MOST:
        raise Forbidden(f"Maximum number of metadata items exceeds {META_MOST}")


def check_user_data(data: Any) -> None:
    """400 unless user data is absent, or base64 and short enough."""
    if data is None:
        return
    if not isinstance(data, str) or len(data) > USER_DATA_MOST:
        raise BadRequest("Invalid input for field/attribute user_data: is too long or not a string")
    try:
        base64.b64decode(data, validate=False)
    except (ValueError, binascii.Error):
        raise BadRequest(f"Invalid input for field/attribute user_data. Value: {data}. {data!r} is not a 'base64'") from None


def _flavor(call: Call, asked: Body) -> Body:
    reference = str(asked["flavorRef"]).rsplit("/", 1)[-1]
    try:
        return flavors.find(call, reference)
    except NotFound as error:
        raise BadRequest(error.message) from None


def _image(call: Call, asked: Body) -> Body | None:
    reference = asked.get("imageRef")
    if not reference:
        devices = asked.get("block_device_mapping_v2") or ()
        bootable = next((d for d in devices if str(d.get("boot_index")) == "0" and d.get("source_type") == "image"), None)
        if bootable is None:
            return None
        found = call.cloud.get("image", bootable.get("uuid"))
        return found if found and bootable.get("destination_type") == "local" else None
    return find_image(call, reference)


def find_image(call: Call, reference: Any) -> Body:
    """The image a server is to be made of; 400 unless it is there and active."""
    image = call.cloud.get("image", str(reference).rsplit("/", 1)[-1])
    if image is None or not visible(call, image):
        raise BadRequest("Can not find requested image")
    if image["status"] != "active":
        raise BadRequest(f"Image {image['id']} is not active.")
    return image


def _fits(flavor: Body, image: Body | None, asked: Body) -> None:
    """400 when the flavor is too small for the image."""
    if image is None:
        return
    if flavor["ram"] < int(image["min_ram"]):
        raise BadRequest("Flavor's memory is too small for requested image.")
    if flavor["disk"] and flavor["disk"] < int(image["min_disk"]):
        raise BadRequest(f"Flavor's disk is too small for requested image. Flavor disk is {flavor['disk'] * 2**30} bytes, "
                         f"image is {image['min_disk'] * 2**30} bytes.")


def _group(call: Call, hints: Body) -> Body | None:
    wanted = hints.get("group")
    if wanted is None:
        return None
    wanted = wanted[0] if isinstance(wanted, list) else wanted
    group = call.cloud.get("server_group", str(wanted))
    if group is None or not call.ctx.sees(group):
        raise BadRequest(f"Instance group {wanted} could not be found.")
    return group


def _zone(asked: Body) -> str | None:
    """The availability zone asked for (None: any); zone:host is allowed."""
    zone = asked.get("availability_zone")
    if zone is not None and str(zone).split(":")[0] != hosts.ZONE:
        raise BadRequest("The requested availability zone is not available")
    return str(zone).split(":")[0] if zone is not None else None


def _quota(call: Call, flavor: Body, count: int, group: Body | None) -> None:
    cloud, project_id = call.cloud, call.ctx.project_id or ""
    held = cloud.where("server", project_id=project_id)
    uses = {"instances": (count, len(held)),
            "cores": (flavor["vcpus"] * count, sum(s["_flavor"]["vcpus"] for s in held)),
            "ram": (flavor["ram"] * count, sum(s["_flavor"]["ram"] for s in held))}
    for resource, (wanted, used) in uses.items():
        if quotas.exceeded(cloud, "compute", project_id, resource, used + wanted):
            most = quotas.limit(cloud, "compute", project_id, resource)
            raise Forbidden(f"Quota exceeded for {resource}: Requested {wanted}, but already used {used} of {most} {resource}")
    if group and quotas.exceeded(cloud, "compute", project_id, "server_group_members", len(group["_members"]) + count):
        raise Forbidden("Quota exceeded, too many servers in group")


def _name(name: str, number: int, count: int) -> str:
    return name if count == 1 else f"{name}-{number + 1}"


def hostname_of(name: str) -> str:
    """A host name made of a server's name."""
    text = "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "-" for c in name.replace("_", "-").lower())
    return text.strip("-.")[:63]


def _record(call: Call, asked: Body, flavor: Body, image: Body | None, *, launch_index: int, name: str,
            key_name: str | None, zone: str | None, group: Body | None, devices: list[Body], nics: list[Body],
            group_ids: Iterable[str], reservation: str) -> Body:
    """Keep the new server and start building it."""
    cloud, id_, now = call.cloud, new_id(), call.cloud.stamp()
    project_id = call.ctx.project_id
    server = cloud.add("server", {
        "id": id_, "name": name, "project_id": project_id, "tenant_id": project_id, "user_id": call.ctx.user_id,
        "status": "BUILD", "task_state": "scheduling", "created": now, "updated": now, "launched_at": None, "progress": 0,
        "metadata": dict(asked.get("metadata") or {}), "tags": list(asked.get("tags") or ()), "key_name": key_name,
        "description": asked.get("description"), "image": image["id"] if image else None,
        "config_drive": "True" if flag(asked.get("config_drive") or False, "config_drive") else "",
        "accessIPv4": asked.get("accessIPv4", ""), "accessIPv6": asked.get("accessIPv6", ""), "locked": False,
        "locked_reason": None, "hostname": asked.get("hostname") or hostname_of(name), "user_data": asked.get("user_data"),
        "_flavor": snapshot(flavor), "_disk_config": asked.get("OS-DCF:diskConfig", "MANUAL"), "_zone": hosts.ZONE,
        "_asked_zone": zone, "_host": "", "_group": group["id"] if group else None, "_launch_index": launch_index,
        "_reservation": reservation, "_certificates": asked.get("trusted_image_certificates"), "_made_ports": [],
        "_nics": nics, "_devices": devices, "_group_ids": list(group_ids),
    })  # fmt: skip
    if group:
        group["_members"].append(id_)
        cloud.save("server_group", group)
    record(call, server, "create")
    volumes.reserve_planned(cloud, server)
    cloud.later("server", server, {"task_state": "spawning"}, after=cloud.delay("server") / 2, effect="compute.spawn")
    return server


def snapshot(flavor: Body) -> Body:
    """The facts of a flavor a server keeps, whatever becomes of the flavor."""
    names = ("id", "name", "vcpus", "ram", "disk", "ephemeral", "swap")
    return {**{name: flavor[name] for name in names}, "extra_specs": dict(flavor["extra_specs"])}


def spawn(cloud: Cloud, server: Body) -> None:
    """Half-way through a build: choose a host, provide disks and ports; an error ends the build."""
    group = cloud.get("server_group", server["_group"])
    members = [m for id_ in (group["_members"] if group else ()) if (m := cloud.get("server", id_))]
    try:
        server["_host"] = hosts.choose(cloud, server["id"], group, members)
        for device in server["_devices"]:
            volumes.boot(cloud, server, device)
        for nic in server["_nics"]:
            ports.plug(cloud, server, nic, server["_group_ids"])
    except (ApiError, hosts.NoValidHost) as error:
        fail(cloud, server, str(error) if isinstance(error, hosts.NoValidHost) else error.message)
        return
    done = {"status": "ACTIVE", "task_state": None, "progress": 0, "launched_at": cloud.stamp(MICROSECONDS),
            "updated": cloud.stamp()}
    bad = {"status": "ERROR", "task_state": None, "fault": fault(cloud, "Injected by a fault rule of the simulated cloud.")}
    cloud.later("server", server, done, after=cloud.delay("server") / 2, fail=bad)


def fault(cloud: Cloud, message: str) -> Body:
    """What an ERROR server says about itself."""
    return {"code": 500, "created": cloud.stamp(), "message": message, "details": ""}


def fail(cloud: Cloud, server: Body, message: str) -> None:
    """Put a server in ERROR: its ports stay until it is deleted, its reserved volumes become free."""
    volumes.release_reserved(cloud, server)
    cloud.update("server", server, status="ERROR", task_state=None, fault=fault(cloud, message), updated=cloud.stamp())


EFFECTS = {"compute.spawn": spawn}
ROUTES = [("POST", "/servers", create_server, 202)]
