"""Images: their records."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from isotherm.sim import listing
from isotherm.sim.call import Answer, Call
from isotherm.sim.cloud import Cloud, new_id, public
from isotherm.sim.errors import BadRequest, Conflict, Forbidden, NotFound
from isotherm.sim.storage import Body

DISK_FORMATS = (None, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop")
CONTAINER_FORMATS = (None, "ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed")
VISIBILITIES = ("public", "private", "shared", "community")
READ_ONLY = frozenset({"status", "size", "checksum", "created_at", "updated_at", "self", "file", "schema", "direct_url",
                       "os_hash_algo", "os_hash_value", "virtual_size", "locations", "stores"})
KEPT = frozenset({"id", "owner", "project_id"})
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def make(cloud: Cloud, project_id: str, **more: Any) -> Body:
    """Keep a new image record; it is queued until data arrives."""
    id_ = more.pop("id", None) or new_id()
    now = cloud.stamp()
    return cloud.add("image", {
        "name": None, "disk_format": None, "container_format": None, "visibility": "shared", "size": None,
        "virtual_size": None, "status": "queued", "checksum": None, "protected": False, "min_ram": 0, "min_disk": 0,
        "os_hidden": False, "os_hash_algo": None, "os_hash_value": None, **more, "owner": project_id,
        "project_id": project_id, "id": id_, "created_at": now, "updated_at": now, "tags": list(more.get("tags", ())),
        "self": f"/v2/images/{id_}", "file": f"/v2/images/{id_}/file", "schema": "/v2/schemas/image",
    })  # fmt: skip


def view(image: Body) -> Body:
    """An image as it is sent: Glance says owner, not project_id."""
    body = public(image)
    del body["project_id"]
    return body


def visible(call: Call, image: Body) -> bool:
    """Whether the project may see an image."""
    return image["visibility"] in ("public", "community") or call.ctx.sees(image)


def find(call: Call, image_id: str) -> Body:
    """An image the project may see, or 404."""
    image = call.cloud.get("image", image_id)
    if image is None or not visible(call, image):
        raise NotFound(f"No image found with ID {image_id}")
    return image


def owned(call: Call, image_id: str, verb: str) -> Body:
    """An image the project may change, or 404 or 403."""
    image = find(call, image_id)
    if not call.ctx.sees(image):
        raise Forbidden(f"You are not permitted to {verb} this image.")
    return image


def _check(call: Call, fields: Body) -> None:
    """400 or 403 for values an image cannot have."""
    for name in fields:
        if name in READ_ONLY:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    choices = (("disk_format", DISK_FORMATS), ("container_format", CONTAINER_FORMATS), ("visibility", VISIBILITIES))
    for name, allowed in choices:
        if name in fields and fields[name] not in allowed:
            text = f"Provided object does not match schema 'image': {fields[name]!r} is not one of {[*allowed]}"
            raise BadRequest(text.replace("'", "&#x27;"))
    for name in ("min_disk", "min_ram"):
        if name in fields and (not isinstance(fields[name], int) or fields[name] < 0):
            raise BadRequest(f"Provided object does not match schema &#x27;image&#x27;: {name} must be an integer from 0 on")
    if fields.get("visibility") == "public" and not call.ctx.is_admin:
        raise Forbidden("You are not authorized to complete publicize_image action.")


def _matches(call: Call, image: Body) -> bool:
    for name, wanted in call.pairs:
        if name in ("limit", "marker", "sort", "sort_key", "sort_dir", "member_status", "os_hidden"):
            continue
        if name == "tag":
            passes = wanted in image["tags"]
        elif name in ("size_min", "size_max"):
            size = image["size"] or 0
            passes = size >= int(wanted) if name == "size_min" else size <= int(wanted)
        elif name == "visibility" and wanted == "all":
            passes = True
        elif wanted.startswith("in:"):
            passes = str(image.get(name)) in [word.strip('"') for word in wanted[3:].split(",")]
        else:
            found = image.get(name)
            passes = (str(found).lower() == wanted.lower()) if isinstance(found, bool) else str(found) == wanted
        if not passes:
            return False
    if image["visibility"] == "community" and "visibility" not in call.query and not call.ctx.sees(image):
        return False
    return bool(image["os_hidden"]) == (call.query.get("os_hidden", "false").lower() == "true")


def list_images(call: Call) -> Body:
    query = call.query
    found = [image for image in call.cloud.where("image") if visible(call, image) and _matches(call, image)]
    keys = [value for name, value in call.pairs if name == "sort_key"] or ["created_at"]
    directions = [value for name, value in call.pairs if name == "sort_dir"] or ["desc"]
    if "sort" in query:
        words = [word.partition(":") for word in query["sort"].split(",")]
        keys, directions = [word[0] for word in words], [word[2] or "desc" for word in words]
    if query.get("marker") and call.cloud.get("image", query["marker"]) is None:
        raise BadRequest("Marker {} could not be found.".format(query["marker"]))
    found.reverse()  # newest first among those of one second
    rows, more = listing.page(listing.order(found, keys, directions), query, 25)
    rest = [(name, value) for name, value in call.pairs if name != "marker"]
    first = "/v2/images" + ("?" + urlencode(rest) if rest else "")
    body: Body = {"images": [view(image) for image in rows], "first": first, "schema": "/v2/schemas/images"}
    if more:
        body["next"] = listing.next_url("/v2/images", call.pairs, rows[-1]["id"])
    return body


def create_image(call: Call) -> Answer:
    asked = dict(call.json)
    _check(call, asked)
    id_ = asked.pop("id", None)
    if id_ is not None:
        if not UUID.fullmatch(str(id_)):
            raise BadRequest("Provided object does not match schema &#x27;image&#x27;: id is no UUID")
        if call.cloud.get("image", id_):
            raise Conflict(f"Image ID {id_} already exists!")
    owner = asked.pop("owner", None)
    if owner and owner != call.ctx.project_id and not call.ctx.is_admin:
        raise Forbidden(f"You are not permitted to create images owned by '{owner}'.")
    image = make(call.cloud, owner or call.ctx.project_id or "", id=id_, **asked)
    imports = "glance-direct,web-download,copy-image"
    return Answer(201, view(image), {"Location": f"{call.url}/v2/images/{image['id']}", "OpenStack-image-import-methods": imports})


def show_image(call: Call, image_id: str) -> Body:
    return view(find(call, image_id))


def update_image(call: Call, image_id: str) -> Body:
    """PATCH with a JSON patch of add, replace and remove."""
    image = owned(call, image_id, "modify")
    if not isinstance(call.json, list):
        raise BadRequest("Request body must be a JSON array of operation objects.")
    changes: Body = {}
    removed = []
    for step in call.json:
        operation = next((op for op in ("add", "replace", "remove") if op in (step.get("op"), *step)), None)
        path = step.get("path") or step.get(operation or "")
        if operation is None or not isinstance(path, str) or not path.startswith("/"):
            raise BadRequest("Unable to find 'op' in JSON Schema change. It must be one of the following: add, remove, replace.")
        name = path[1:].split("/")[0].replace("~1", "/").replace("~0", "~")
        if operation == "remove":
            if name in KEPT | READ_ONLY or name not in image:
                raise (Forbidden if name in image else Conflict)(f"Property {name} may not be removed.")
            removed.append(name)
        elif operation == "replace" and name not in image and name not in changes:
            raise Conflict(f"Property {name} does not exist.")
        else:
            changes[name] = step.get("value")
    _check(call, changes)
    if KEPT & set(changes) and not call.ctx.is_admin:
        raise Forbidden("Attribute 'owner' is read-only.")
    image.update(changes, updated_at=call.cloud.stamp())
    for name in removed:
        image.pop(name, None)
    return view(call.cloud.save("image", image))


def delete_image(call: Call, image_id: str) -> None:
    image = owned(call, image_id, "delete")
    if image["protected"]:
        raise Forbidden(f"Image {image_id} is protected and cannot be deleted.")
    call.cloud.remove("image", image_id)
    call.cloud.remove("image_data", image_id)


def add_tag(call: Call, image_id: str, tag: str) -> None:
    image = owned(call, image_id, "modify")
    if tag not in image["tags"]:
        image["tags"].append(tag)
        call.cloud.save("image", image)


def delete_tag(call: Call, image_id: str, tag: str) -> None:
    image = owned(call, image_id, "modify")
    if tag not in image["tags"]:
        raise NotFound(f"Image tag {tag} not found")
    image["tags"].remove(tag)
    call.cloud.save("image", image)


ROUTES = [
    ("GET", "/images", list_images),
    ("POST", "/images", create_image, 201),
    ("GET", "/images/{image_id}", show_image),
    ("PATCH", "/images/{image_id}", update_image),
    ("DELETE", "/images/{image_id}", delete_image, 204),
    ("PUT", "/images/{image_id}/tags/{tag}", add_tag, 204),
    ("DELETE", "/images/{image_id}/tags/{tag}", delete_tag, 204),
]
