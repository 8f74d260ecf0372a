"""Glance: records, bits, tags, filters."""

from __future__ import annotations

import hashlib


def make(images, later, name, **more):
    made = images("POST", "/v2/images", {"name": name, "disk_format": "raw", "container_format": "bare", **more}, 201).json()
    later.callback(images, "DELETE", "/v2/images/" + made["id"])
    return made


def put(images, image, data):
    return images("PUT", f"/v2/images/{image['id']}/file", data=data, headers={"Content-Type": "application/octet-stream"})


def test_from_queued_to_active(api, later, name):
    images = api("image")
    image = make(images, later, name, flavour="vanilla")
    assert (image["status"], image["size"], image["visibility"], image["flavour"]) == ("queued", None, "shared", "vanilla")
    assert put(images, image, b"bits").status_code == 204
    shown = images("GET", image["self"]).json()
    assert (shown["status"], shown["size"]) == ("active", 4)
    assert shown["checksum"] == hashlib.md5(b"bits").hexdigest()
    assert shown["os_hash_value"] == hashlib.sha512(b"bits").hexdigest()
    assert images("GET", image["file"]).content == b"bits"
    assert put(images, image, b"more").status_code == 409


def test_patch_and_tags(api, later, name):
    images = api("image")
    image = make(images, later, name, a="1")
    content = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    steps = [{"op": "replace", "path": "/name", "value": name + "-x"}, {"op": "add", "path": "/b", "value": "2"},
             {"op": "remove", "path": "/a"}, {"op": "replace", "path": "/min_disk", "value": 3}]
    changed = images("PATCH", image["self"], steps, 200, headers=content).json()
    assert (changed["name"], changed["b"], changed["min_disk"], "a" in changed) == (name + "-x", "2", 3, False)
    missing = [{"op": "replace", "path": "/nothing", "value": "x"}]
    images("PATCH", image["self"], missing, 409, headers=content)
    images("PUT", image["self"] + "/tags/blue", None, 204)
    assert images("GET", image["self"]).json()["tags"] == ["blue"]
    assert [found["id"] for found in images("GET", "/v2/images?tag=blue&name=" + name + "-x").json()["images"]] == [image["id"]]
    images("DELETE", image["self"] + "/tags/blue", None, 204)
    images("DELETE", image["self"] + "/tags/blue", None, 404)


def test_refusals(api, later, name):
    images = api("image")
    answer = images("GET", "/v2/images/nope", None, 404)
    assert "No image found with ID nope" in answer.text
    images("POST", "/v2/images", {"name": name, "disk_format": "bogus"}, 400)
    images("POST", "/v2/images", {"name": name, "visibility": "public"}, 403)
    protected = make(images, later, name, protected=True)
    images("DELETE", protected["self"], None, 403)
    steps = [{"op": "replace", "path": "/protected", "value": False}]
    content = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    images("PATCH", protected["self"], steps, 200, headers=content)
    images("DELETE", protected["self"], None, 204)
    images("GET", protected["self"], None, 404)


def test_others_private_images_are_not_there(api, later, name):
    mine, theirs = api("image"), api("image", who="admin")
    image = make(theirs, later, name, visibility="private")
    mine("GET", image["self"], None, 404)
    assert not mine("GET", "/v2/images?name=" + name).json()["images"]
    shared = make(theirs, later, name + "-public", visibility="public")
    mine("GET", shared["self"], None, 200)
    mine("DELETE", shared["self"], None, 403)


def test_pages(api, later, name):
    images = api("image")
    made = [make(images, later, name)["id"] for _ in range(3)]
    first = images("GET", f"/v2/images?name={name}&limit=2&sort_key=id&sort_dir=asc").json()
    assert [image["id"] for image in first["images"]] == sorted(made)[:2]
    rest = images("GET", first["next"]).json()
    assert [image["id"] for image in rest["images"]] == sorted(made)[2:]
    assert "next" not in rest


def test_import_methods(api):
    methods = api("image")("GET", "/v2/info/import", None, 200).json()["import-methods"]["value"]
    assert "web-download" in methods
