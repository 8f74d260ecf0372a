"""Images: their bits, and the ways bits get in."""

from __future__ import annotations

import base64
import hashlib

from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict, Forbidden, NotFound, OverLimit
from isotherm.sim.image.images import find, make, owned
from isotherm.sim.storage import Body

MOST = 64 * 2**20
"""Bytes of an image that are kept; a simulator is no store for real disks."""
IMPORTS = ("glance-direct", "web-download", "copy-image")


def fill(cloud: Cloud, image: Body, data: bytes) -> None:
    """Give an image its data and make it active."""
    kept = {"id": image["id"], "project_id": image["project_id"], "data": base64.b64encode(data).decode()}
    if cloud.get("image_data", image["id"]):
        cloud.remove("image_data", image["id"])
    cloud.add("image_data", kept)
    cloud.update("image", image, size=len(data), virtual_size=len(data), status="active", os_hash_algo="sha512",
                 os_hash_value=hashlib.sha512(data).hexdigest(), updated_at=cloud.stamp(), stores="file",
                 checksum=hashlib.md5(data, usedforsecurity=False).hexdigest())


def _ready(image: Body) -> None:
    if image["status"] not in ("queued", "uploading"):
        raise Conflict(f"Image status transition from {image['status']} to saving is not allowed")
    if not image["disk_format"] or not image["container_format"]:
        raise BadRequest("Properties disk_format, container_format must be set prior to saving data.")


def _sized(call: Call) -> bytes:
    if len(call.raw) > MOST:
        raise OverLimit(f"Image exceeds the {MOST} bytes the simulator keeps.")
    return call.raw


def upload(call: Call, image_id: str) -> None:
    image = owned(call, image_id, "upload data for")
    _ready(image)
    fill(call.cloud, image, _sized(call))


def download(call: Call, image_id: str) -> Answer:
    image = find(call, image_id)
    if image["status"] == "deactivated" and not call.ctx.is_admin:
        raise Forbidden("The requested image has been deactivated. Image data download is forbidden.")
    kept = call.cloud.get("image_data", image_id)
    if kept is None:
        return Answer(204)
    headers = {"Content-MD5": image["checksum"] or ""}
    return Answer(200, base64.b64decode(kept["data"]), headers, "application/octet-stream")


def stage(call: Call, image_id: str) -> None:
    image = owned(call, image_id, "stage data for")
    _ready(image)
    call.cloud.update("image", image, status="uploading", _staged=base64.b64encode(_sized(call)).decode())


def start_import(call: Call, image_id: str) -> Answer:
    """POST .../import. What a web-download would fetch is made up: its URI is the data."""
    image = owned(call, image_id, "import")
    method = call.part("method")
    name = method.get("name")
    if name not in IMPORTS:
        raise BadRequest(f"Unknown import method name '{name}'.")
    if not image["disk_format"] or not image["container_format"]:
        raise Conflict("'disk_format' and 'container_format' needs to be set before import")
    if name == "glance-direct":
        if image["status"] != "uploading":
            raise Conflict(f"Image needs to be staged before '{name}' method can be used")
        data = image.pop("_staged")
    elif name == "web-download":
        if image["status"] != "queued":
            raise Conflict(f"Image needs to be in 'queued' state to use '{name}' method")
        uri = str(method.get("uri", ""))
        if not uri.startswith(("http://", "https://")):
            raise BadRequest(f"URI for web-download does not pass filtering: {uri}")
        data = base64.b64encode(uri.encode()).decode()
    else:
        return Answer(202)
    call.cloud.update("image", image, status="importing", _incoming=data)
    call.cloud.later("image", image, effect="image.imported", fail={"status": "queued"})
    return Answer(202)


def imported(cloud: Cloud, image: Body) -> None:
    """An import has ended."""
    fill(cloud, image, base64.b64decode(image.pop("_incoming")))


def deactivate(call: Call, image_id: str) -> None:
    image = find(call, image_id)
    if image["status"] not in ("active", "deactivated"):
        raise Forbidden(f"Not allowed to deactivate image in status '{image['status']}'")
    call.cloud.update("image", image, status="deactivated")


def reactivate(call: Call, image_id: str) -> None:
    image = find(call, image_id)
    if image["status"] not in ("active", "deactivated"):
        raise Forbidden(f"Not allowed to reactivate image in status '{image['status']}'")
    call.cloud.update("image", image, status="active")


def show_imports(call: Call) -> Body:
    return {"import-methods": {"description": "Import methods available.", "type": "array", "value": [*IMPORTS]}}


def show_stores(call: Call) -> Body:
    raise NotFound("Multi backend is not supported at this site.")


def seed(cloud: Cloud) -> None:
    """The images of a new cloud."""
    admin = cloud.first("project", name="admin")
    assert admin is not None
    for name, size in (("cirros", 4096), ("ubuntu-24.04", 8192)):
        image = make(cloud, admin["id"], name=name, disk_format="qcow2", container_format="bare", visibility="public")
        fill(cloud, image, name.encode().ljust(size, b"\0"))


ROUTES = [
    ("PUT", "/images/{image_id}/file", upload, 204),
    ("GET", "/images/{image_id}/file", download),
    ("PUT", "/images/{image_id}/stage", stage, 204),
    ("POST", "/images/{image_id}/import", start_import, 202),
    ("POST", "/images/{image_id}/actions/deactivate", deactivate, 204, "admin"),
    ("POST", "/images/{image_id}/actions/reactivate", reactivate, 204, "admin"),
    ("GET", "/info/import", show_imports),
    ("GET", "/info/stores", show_stores),
]
