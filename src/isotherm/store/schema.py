"""The tables: the only description of the database."""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from isotherm.store.dialect import Utc

metadata = sa.MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s"})

Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Long = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Id = sa.String(36)
# Names compare byte by byte on every database; MariaDB's default would make "Web" and "web" one stack.
Name = sa.String(255).with_variant(mysql.VARCHAR(255, collation="utf8mb4_bin"), "mysql", "mariadb")
Physical = sa.String(255)

blob = sa.Table(
    "blob", metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", Long, nullable=False),
)

definition = sa.Table(
    "definition", metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("template_hash", sa.String(64), nullable=False),
    sa.Column("inputs", Long, nullable=False),               # sealed {"environment": {...}, "parameters": {...}}
    sa.Column("files", Long, nullable=False),                # {name: blob hash}
    sa.Column("created_at", Utc, nullable=False),
)

stack = sa.Table(
    "stack", metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("alive", sa.String(36), nullable=False),       # "" while it lives, its id once deleted: keeps names unique among the living
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Long, nullable=False),
    sa.Column("description", Long, nullable=False),
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
)

tag = sa.Table(
    "tag", metadata,
    sa.Column("stack_id", Id, sa.ForeignKey("stack.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("tag", sa.String(80), nullable=False, index=True),
)

traversal = sa.Table(
    "traversal", metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("stack_id", Id, nullable=False, index=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("definition_id", Id, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),       # running, complete, failed, superseded
    sa.Column("rollback", sa.Boolean, nullable=False),       # whether a failure starts a rollback
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
)

resource = sa.Table(
    "resource", metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("stack_id", Id, nullable=False),
    sa.Column("name", Name, nullable=False),
    sa.Column("type", sa.String(255), nullable=False),
    sa.Column("physical_name", sa.String(255), nullable=False),
    sa.Column("physical_id", Physical, index=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Long, nullable=False),
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

node = sa.Table(
    "node", metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("stack_id", Id, nullable=False, index=True),
    sa.Column("traversal_id", Id, nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),        # converge, cleanup, end, deadline
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
    sa.Column("reason", Long),
    sa.Column("plan", Long),                                 # sealed
    sa.Column("progress", Long),                             # sealed
    sa.Index(None, "state", "due_at"),
)

edge = sa.Table(
    "edge", metadata,
    sa.Column("node_id", Big, primary_key=True, autoincrement=False),
    sa.Column("dependent_id", Big, primary_key=True, autoincrement=False, index=True),
)

event = sa.Table(
    "event", metadata,
    sa.Column("id", Big, primary_key=True),
    sa.Column("uuid", Id, nullable=False, unique=True),
    sa.Column("stack_id", Id, nullable=False),
    sa.Column("resource_name", Name, nullable=False),
    sa.Column("resource_type", sa.String(255), nullable=False),
    sa.Column("resource_id", Id),
    sa.Column("physical_id", Physical),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Long, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "stack_id", "id"),
)

output = sa.Table(
    "output", metadata,
    sa.Column("stack_id", Id, primary_key=True),
    sa.Column("name", Name, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("description", Long, nullable=False),
    sa.Column("value", Long, nullable=False),                # sealed
    sa.Column("error", Long),
)

credential = sa.Table(
    "credential", metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("content", Long, nullable=False),              # sealed
    sa.Column("created_at", Utc, nullable=False),
)

worker = sa.Table(
    "worker", metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
)
