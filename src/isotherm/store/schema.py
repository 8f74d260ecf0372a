"""The tables: the only description of the database."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from isotherm.store.dialect import Utc, Words

metadata = sa.MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s"})

Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Long = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Bytes = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
Id = sa.String(36)
Name = sa.String(255)
Physical = sa.String(255)

# Text compares byte by byte on every database; MariaDB's default would make "Web" and "web" one stack.
_SERVER_OPTIONS: dict[str, Any] = {f"{dialect}_{name}": value for dialect in ("mysql", "mariadb") for name, value in (
    ("engine", "InnoDB"), ("charset", "utf8mb4"), ("collate", "utf8mb4_bin"))}


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *parts, **_SERVER_OPTIONS)


blob = _table(
    "blob",
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", Bytes, nullable=False),            # UTF-8; text columns cannot hold all that a file may
)

definition = _table(
    "definition",
    sa.Column("id", Id, primary_key=True),
    sa.Column("template_hash", sa.String(64), nullable=False),
    sa.Column("inputs", Long, nullable=False),               # sealed {"environment": {...}, "parameters": {...}}
    sa.Column("files", Long, nullable=False),                # {name: blob hash}
    sa.Column("created_at", Utc, nullable=False),
)

stack = _table(
    "stack",
    sa.Column("id", Id, primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("alive", sa.String(36), nullable=False),       # "" while it lives, its id once deleted: keeps names unique among the living
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("description", Words, nullable=False),
    sa.Column("definition_id", Id, nullable=False),
    sa.Column("previous_definition_id", Id),
    sa.Column("traversal_id", Id),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("updated_at", Utc),
    sa.Column("deleted_at", Utc),
    sa.Column("disable_rollback", sa.Boolean, nullable=False),
    sa.Column("timeout_mins", sa.Integer),
    sa.Column("owner_id", Id),
    sa.Column("root_id", Id, nullable=False),
    sa.Column("parent_resource", sa.String(255)),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("credential_id", Id),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("user_name", sa.String(255), nullable=False),
    sa.Column("user_project_id", sa.String(64)),
    sa.UniqueConstraint("project_id", "name", "alive"),
    sa.Index(None, "project_id", "created_at"),
    sa.Index(None, "owner_id"),
    sa.Index(None, "root_id"),
    sa.Index(None, "user_project_id"),
)

tag = _table(
    "tag",
    sa.Column("stack_id", Id, sa.ForeignKey("stack.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("tag", sa.String(80), nullable=False, index=True),
)

traversal = _table(
    "traversal",
    sa.Column("id", Id, primary_key=True),
    sa.Column("stack_id", Id, nullable=False, index=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("definition_id", Id, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),       # running, expired, complete, failed, superseded
    sa.Column("rollback", sa.Boolean, nullable=False),       # whether a failure starts a rollback
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
)

resource = _table(
    "resource",
    sa.Column("id", Id, primary_key=True),
    sa.Column("stack_id", Id, nullable=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("type", sa.String(255), nullable=False),
    sa.Column("physical_name", sa.String(255), nullable=False),
    sa.Column("physical_id", Physical, index=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("replaces", Id),
    sa.Column("replaced_by", Id),
    sa.Column("requires", Long, nullable=False),             # JSON list of names
    sa.Column("deletion_policy", sa.String(10), nullable=False),
    sa.Column("external_id", Physical),
    sa.Column("facts", Long, nullable=False),                # sealed {"properties", "data", "attributes", "metadata"}
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("updated_at", Utc, nullable=False),
    sa.Index(None, "stack_id", "name"),
)

node = _table(
    "node",
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("stack_id", Id, nullable=False, index=True),
    sa.Column("traversal_id", Id, nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),        # converge, cleanup, remove, end, deadline
    sa.Column("name", Name, nullable=False),
    sa.Column("resource_id", Id),
    sa.Column("state", sa.String(10), nullable=False),       # waiting, ready, done, failed, skipped, dropped
    sa.Column("waiting_on", sa.Integer, nullable=False),     # unfinished nodes this one needs
    sa.Column("due_at", Utc, nullable=False),                # not before; a claim moves it forward
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("claim", sa.Integer, nullable=False),          # fencing token
    sa.Column("claimed_by", sa.String(64)),
    sa.Column("since", Utc),
    sa.Column("requires", Long, nullable=False),             # JSON list of the names it needs, implied ones too
    sa.Column("hooks", sa.String(40), nullable=False),       # yet to be passed, in order, with commas between
    sa.Column("paused", sa.Boolean, nullable=False),         # at the first of them
    sa.Column("reason", Words),
    sa.Column("plan", Long),                                 # sealed
    sa.Column("progress", Long),                             # sealed
    sa.Index(None, "state", "due_at"),
)

edge = _table(
    "edge",
    sa.Column("node_id", Big, primary_key=True, autoincrement=False),
    sa.Column("dependent_id", Big, primary_key=True, autoincrement=False, index=True),
)

event = _table(
    "event",
    sa.Column("id", Big, primary_key=True),
    sa.Column("uuid", Id, nullable=False, unique=True),
    sa.Column("stack_id", Id, nullable=False),
    sa.Column("resource_name", Name, nullable=False),
    sa.Column("resource_type", sa.String(255), nullable=False),
    sa.Column("resource_id", Id),
    sa.Column("physical_id", Physical),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "stack_id", "id"),
)

output = _table(
    "output",
    sa.Column("stack_id", Id, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("description", Words, nullable=False),
    sa.Column("value", Long, nullable=False),                # sealed
    sa.Column("error", Words),
)

credential = _table(
    "credential",
    sa.Column("id", Id, primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("content", Long, nullable=False),              # sealed
    sa.Column("created_at", Utc, nullable=False),
)

software_config = _table(
    "software_config",
    sa.Column("id", Id, primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("name", Words),
    sa.Column("group", Words),
    sa.Column("content", Long, nullable=False),              # sealed {"config", "inputs", "outputs", "options"}
    sa.Column("created_at", Utc, nullable=False),
    sa.Index(None, "project_id", "created_at"),
)

worker = _table(
    "worker",
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("process", sa.String(100), nullable=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
)
