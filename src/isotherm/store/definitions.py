"""Definitions: a template with all that goes with it. Text is stored once, however many definitions hold it."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from isotherm.model.records import DefinitionRow
from isotherm.store.dialect import insert_absent
from isotherm.store.schema import blob, definition, stack, traversal
from isotherm.store.vault import seal, unseal

ENCODING = ("utf-8", "surrogatepass")         # whatever a string of JSON can say comes back as it was
_FIND = sa.select(definition).where(definition.c.id == sa.bindparam("id"))
_INPUTS = sa.select(definition.c.inputs).where(definition.c.id == sa.bindparam("id"))
_BLOBS = sa.select(blob.c.hash, blob.c.content).where(blob.c.hash.in_(sa.bindparam("hashes", expanding=True)))
_HOLD = (sa.select(blob.c.hash).where(blob.c.hash.in_(sa.bindparam("hashes", expanding=True)))
         .order_by(blob.c.hash).with_for_update(read=True))
_LOCK = (sa.select(blob.c.hash).where(blob.c.hash.in_(sa.bindparam("hashes", expanding=True)))
         .order_by(blob.c.hash).with_for_update())


def save(conn: sa.Connection, template: str, environment: Mapping[str, Any], parameters: Mapping[str, Any],
         files: Mapping[str, str], outer: Mapping[str, Any] | None = None, new_id: str = "") -> str:
    """Store a definition; its id, a new one unless it is given. files: name -> text; outer: as in DefinitionRow."""
    texts = {name: _encode(text) for name, text in files.items()}
    hashes = {name: _digest(content) for name, content in texts.items()}
    whole = _encode(template)
    _keep(conn, {_digest(content): content for content in (whole, *texts.values())})
    new_id = new_id or str(uuid.uuid4())
    inputs = {"environment": dict(environment), "parameters": dict(parameters)} | ({"outer": dict(outer)} if outer else {})
    conn.execute(definition.insert(), {
        "id": new_id, "template_hash": _digest(whole), "inputs": seal(conn, inputs),
        "files": json.dumps(hashes), "created_at": datetime.now(UTC)})
    return new_id


def load(conn: sa.Connection, definition_id: str) -> DefinitionRow:
    """A stored definition. LookupError when there is none of that id."""
    row = conn.execute(_FIND, {"id": definition_id}).one_or_none()
    if row is None:
        raise LookupError(f"no definition {definition_id}")
    hashes: dict[str, str] = json.loads(row.files)
    found = conn.execute(_BLOBS, {"hashes": sorted({row.template_hash, *hashes.values()})})
    texts = {digest: content.decode(*ENCODING) for digest, content in found}
    inputs = unseal(conn, row.inputs, "The stack's definition")
    return DefinitionRow(
        id=row.id, template=texts[row.template_hash], environment=inputs["environment"],
        parameters=inputs["parameters"], outer=inputs.get("outer", {}), files={name: texts[digest] for name, digest in hashes.items()})


def load_environment(conn: sa.Connection, definition_id: str) -> dict[str, Any]:
    """The environment alone of a stored definition. LookupError when there is none of that id."""
    sealed = conn.scalar(_INPUTS, {"id": definition_id})
    if sealed is None:
        raise LookupError(f"no definition {definition_id}")
    environment: dict[str, Any] = unseal(conn, sealed)["environment"]
    return environment


def delete_unused(conn: sa.Connection, before: datetime, limit: int = 200) -> int:
    """Delete definitions older than `before` that no stack and no traversal names, and texts that no other holds.

    Returns how many definitions went; call again while that is `limit`.
    """
    named = (definition.c.id == stack.c.definition_id) | (definition.c.id == stack.c.previous_definition_id)
    unused = (sa.select(definition.c.id, definition.c.template_hash, definition.c.files)
              .where(definition.c.created_at < before,
                     ~sa.exists().where(named), ~sa.exists().where(traversal.c.definition_id == definition.c.id))
              .limit(limit))
    rows = conn.execute(unused).all()
    if rows:
        conn.execute(definition.delete().where(definition.c.id.in_([row.id for row in rows])))
        _drop(conn, _hashes(rows))
    return len(rows)


def _keep(conn: sa.Connection, texts: Mapping[str, bytes]) -> None:
    """Make sure the texts are there, and hold them until the commit, so that `_drop` elsewhere cannot take them."""
    wanted = sorted(texts)
    missing = wanted
    while missing:
        insert_absent(conn, blob, [{"hash": digest, "content": texts[digest]} for digest in missing])
        missing = sorted(set(missing).difference(conn.scalars(_HOLD, {"hashes": wanted})))


def _drop(conn: sa.Connection, hashes: Collection[str]) -> None:
    """Delete the texts that no definition holds. The lock comes first and the look after it, in a statement of its
    own: whoever saves a definition with one of them has then either finished, and is seen, or waits and saves it anew."""
    locked = set(conn.scalars(_LOCK, {"hashes": sorted(hashes)}))
    others = sa.select(definition.c.template_hash, definition.c.files).execution_options(yield_per=100)
    free = locked - _hashes(conn.execute(others))
    if free:
        conn.execute(blob.delete().where(blob.c.hash.in_(sorted(free))))


def _hashes(rows: Iterable[Any]) -> set[str]:
    return {digest for row in rows for digest in (row.template_hash, *json.loads(row.files).values())}


def _encode(text: str) -> bytes:
    return text.encode(*ENCODING)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
