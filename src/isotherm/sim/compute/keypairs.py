"""Key pairs: they belong to a user, not to a project."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from isotherm.sim import listing, quotas
from isotherm.sim.call import Answer, Call
from isotherm.sim.compute.rendering import MICROSECONDS, missing
from isotherm.sim.errors import BadRequest, Conflict, Forbidden, NotFound
from isotherm.sim.storage import Body

FIELDS = ("name", "public_key", "fingerprint")


def fingerprint(public_key: str) -> str:
    """MD5 of the key's blob, as Nova prints it; 400 when it is no key."""
    try:
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (IndexError, ValueError):
        raise BadRequest("Keypair data is invalid: failed to generate fingerprint") from None
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def generate() -> tuple[str, str]:
    """A new private and public key."""
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH,
                                serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private.decode(), public.decode() + " Generated-by-Nova"


def _user(call: Call) -> str:
    """Whose key pairs: the token's user's, or another's for an administrator (2.10)."""
    wanted = call.query.get("user_id")
    if wanted and wanted != call.ctx.user_id and call.at_least(2, 10):
        if not call.ctx.is_admin:
            raise Forbidden("Policy doesn't allow os_compute_api:os-keypairs:index to be performed.")
        return wanted
    return call.ctx.user_id


def _view(call: Call, keypair: Body) -> Body:
    kind = {"type": keypair["type"]} if call.at_least(2, 2) else {}
    return {**{field: keypair[field] for field in FIELDS}, **kind}


def find(call: Call, name: str, user_id: str | None = None) -> Body:
    """The user's key pair of this name, or 404."""
    user_id = user_id or call.ctx.user_id
    keypair = call.cloud.get("keypair", f"{user_id}:{name}")
    if keypair is None:
        raise NotFound(f"Keypair {name} not found for user {user_id}")
    return keypair


def list_keypairs(call: Call) -> Body:
    rows = sorted(call.cloud.where("keypair", user_id=_user(call)), key=lambda row: row["name"])
    more = False
    if call.at_least(2, 35):
        pages, more = listing.page([{**row, "id": row["name"]} for row in rows], call.query)
        rows = pages
    body: Body = {"keypairs": [{"keypair": _view(call, row)} for row in rows]}
    if more:
        url = listing.next_url(call.url + call.path, call.pairs, rows[-1]["name"])
        body["keypairs_links"] = [{"rel": "next", "href": url}]
    return body


def create_keypair(call: Call) -> Answer:
    """POST /os-keypairs: import a key or generate one; the private half is shown only here."""
    asked = call.part("keypair")
    name = asked.get("name")
    if not isinstance(name, str) or not name.strip():
        raise missing("keypair", asked, "name")
    kind = asked.get("type", "ssh")
    if kind not in ("ssh", "x509"):
        raise BadRequest(f"Invalid input for field/attribute type. Value: {kind}. {kind!r} is not one of ['ssh', 'x509']")
    user_id = call.ctx.user_id
    if call.ctx.is_admin and call.at_least(2, 10):
        user_id = asked.get("user_id") or user_id
    public_key, private_key = asked.get("public_key"), None
    if public_key is None:
        if call.at_least(2, 92):
            raise missing("keypair", asked, "public_key")
        private_key, public_key = generate()
    print_ = fingerprint(str(public_key))
    if call.cloud.get("keypair", f"{user_id}:{name}"):
        raise Conflict(f"Key pair '{name}' already exists.")
    held = len(call.cloud.where("keypair", user_id=user_id))
    if quotas.exceeded(call.cloud, "compute", call.ctx.project_id or "", "key_pairs", held + 1):
        raise Forbidden("Quota exceeded, too many key pairs.")
    keypair = call.cloud.add("keypair", {
        "id": f"{user_id}:{name}", "name": name, "user_id": user_id, "public_key": public_key, "fingerprint": print_,
        "type": kind, "created_at": call.cloud.stamp(MICROSECONDS), "_number": len(call.cloud.where("keypair")) + 1,
    })  # fmt: skip
    body = {**_view(call, keypair), "user_id": user_id}
    if private_key:
        body["private_key"] = private_key
    return Answer(201 if call.at_least(2, 2) else 200, {"keypair": body})


def show_keypair(call: Call, name: str) -> Body:
    keypair = find(call, name, _user(call))
    more = {"user_id": keypair["user_id"], "created_at": keypair["created_at"], "deleted": False, "deleted_at": None,
            "id": keypair["_number"], "updated_at": None}
    return {"keypair": {**_view(call, keypair), **more}}


def delete_keypair(call: Call, name: str) -> Answer:
    keypair = find(call, name, _user(call))
    call.cloud.remove("keypair", keypair["id"])
    return Answer(204 if call.at_least(2, 2) else 202)


ROUTES = [
    ("GET", "/os-keypairs", list_keypairs),
    ("POST", "/os-keypairs", create_keypair),
    ("GET", "/os-keypairs/{name}", show_keypair),
    ("DELETE", "/os-keypairs/{name}", delete_keypair),
]
