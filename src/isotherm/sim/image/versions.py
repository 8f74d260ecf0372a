"""Version discovery and schemas of the image service."""

from __future__ import annotations

from isotherm.sim.call import Answer, Call
from isotherm.sim.image.images import CONTAINER_FORMATS, DISK_FORMATS, VISIBILITIES
from isotherm.sim.routing import PUBLIC, Route
from isotherm.sim.storage import Body

IMAGE_SCHEMA: Body = {
    "name": "image",
    "properties": {
        "id": {"type": "string", "description": "An identifier for the image"},
        "name": {"type": ["null", "string"], "description": "Descriptive name for the image", "maxLength": 255},
        "status": {"type": "string", "readOnly": True, "description": "Status of the image",
                   "enum": ["queued", "saving", "active", "killed", "deleted", "uploading", "importing", "deactivated"]},
        "visibility": {"type": "string", "description": "Scope of image accessibility", "enum": [*VISIBILITIES]},
        "disk_format": {"type": ["null", "string"], "description": "Format of the disk", "enum": [*DISK_FORMATS]},
        "container_format": {"type": ["null", "string"], "description": "Format of the container",
                             "enum": [*CONTAINER_FORMATS]},
        "min_disk": {"type": "integer", "description": "Amount of disk space (in GB) required to boot image."},
        "min_ram": {"type": "integer", "description": "Amount of ram (in MB) required to boot image."},
        "protected": {"type": "boolean", "description": "If true, image will not be deletable."},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 255}},
    },
    "additionalProperties": {"type": "string"},
    "links": [{"rel": "self", "href": "{self}"}, {"rel": "enclosure", "href": "{file}"},
              {"rel": "describedby", "href": "{schema}"}],
}  # fmt: skip


def list_versions(call: Call) -> Answer:
    rows = [("v2.17", "CURRENT"), ("v2.16", "SUPPORTED"), ("v2.15", "SUPPORTED"), ("v2.9", "SUPPORTED"), ("v2.0", "SUPPORTED")]
    links = [{"rel": "self", "href": f"{call.url}/v2/"}]
    return Answer(300, {"versions": [{"id": id_, "status": status, "links": links} for id_, status in rows]})


def show_image_schema(call: Call) -> Body:
    return IMAGE_SCHEMA


def show_images_schema(call: Call) -> Body:
    return {"name": "images", "properties": {"images": {"type": "array", "items": IMAGE_SCHEMA}}}


ROUTES = (
    Route("GET", "/", list_versions, policy=PUBLIC),
    Route("GET", "/versions", list_versions, policy=PUBLIC),
    Route("GET", "/v2/schemas/image", show_image_schema),
    Route("GET", "/v2/schemas/images", show_images_schema),
)
