"""The tables of the first release.

As everything in a revision, this stays what it was when it was released, whatever `schema` says later.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

SERVERS = ("mysql", "mariadb")
OPTIONS: dict[str, Any] = {f"{server}_{name}": value for server in SERVERS for name, value in (
    ("engine", "InnoDB"), ("charset", "utf8mb4"), ("collate", "utf8mb4_bin"))}
Time = sa.BigInteger                                          # microseconds since 1970, UTC
Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")      # SQLite numbers rows by itself in an INTEGER only
Long = sa.Text().with_variant(mysql.LONGTEXT(), *SERVERS)
Bytes = sa.LargeBinary().with_variant(mysql.LONGBLOB(), *SERVERS)
metadata = sa.MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s"})


def upgrade() -> None:
    """Make what is not there yet: MariaDB keeps each statement of an upgrade that was interrupted."""
    for table in metadata.sorted_tables:
        table.create(op.get_bind(), checkfirst=True)
        for index in table.indexes:
            index.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Remove everything."""
    metadata.drop_all(op.get_bind())


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    sa.Table(name, metadata, *parts, **OPTIONS)



_table(
    "blob",
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", Bytes, nullable=False),
)

_table(
    "definition",
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("template_hash", sa.String(64), nullable=False),
    sa.Column("inputs", Long, nullable=False),
    sa.Column("files", Long, nullable=False),
    sa.Column("created_at", Time, nullable=False),
)

_table(
    "stack",
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("alive", sa.String(36), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Long, nullable=False),
    sa.Column("description", Long, nullable=False),
    sa.Column("definition_id", sa.String(36), nullable=False),
    sa.Column("previous_definition_id", sa.String(36)),
    sa.Column("traversal_id", sa.String(36)),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time),
    sa.Column("deleted_at", Time),
    sa.Column("disable_rollback", sa.Boolean, nullable=False),
    sa.Column("timeout_mins", sa.Integer),
    sa.Column("owner_id", sa.String(36)),
    sa.Column("root_id", sa.String(36), nullable=False),
    sa.Column("parent_resource", sa.String(255)),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("credential_id", sa.String(36)),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("user_name", sa.String(255), nullable=False),
    sa.Column("user_project_id", sa.String(64)),
    sa.UniqueConstraint("project_id", "name", "alive"),
    sa.Index(None, "owner_id"),
    sa.Index(None, "project_id", "created_at"),
    sa.Index(None, "root_id"),
    sa.Index(None, "user_project_id"),
)

_table(
    "tag",
    sa.Column("stack_id", sa.String(36), sa.ForeignKey("stack.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("tag", sa.String(80), nullable=False),
    sa.Index(None, "tag"),
)

_table(
    "traversal",
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("stack_id", sa.String(36), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("definition_id", sa.String(36), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("rollback", sa.Boolean, nullable=False),
    sa.Column("started_at", Time, nullable=False),
    sa.Column("ended_at", Time),
    sa.Index(None, "stack_id"),
)

_table(
    "resource",
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("stack_id", sa.String(36), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("type", sa.String(255), nullable=False),
    sa.Column("physical_name", sa.String(255), nullable=False),
    sa.Column("physical_id", sa.String(255)),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Long, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("replaces", sa.String(36)),
    sa.Column("replaced_by", sa.String(36)),
    sa.Column("requires", Long, nullable=False),
    sa.Column("deletion_policy", sa.String(10), nullable=False),
    sa.Column("external_id", sa.String(255)),
    sa.Column("facts", Long, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Index(None, "physical_id"),
    sa.Index(None, "stack_id", "name"),
)

_table(
    "node",
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("stack_id", sa.String(36), nullable=False),
    sa.Column("traversal_id", sa.String(36), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("resource_id", sa.String(36)),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("waiting_on", sa.Integer, nullable=False),
    sa.Column("due_at", Time, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("claim", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.String(64)),
    sa.Column("since", Time),
    sa.Column("requires", Long, nullable=False),
    sa.Column("hooks", sa.String(40), nullable=False),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("reason", Long),
    sa.Column("plan", Long),
    sa.Column("progress", Long),
    sa.Index(None, "stack_id"),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "traversal_id"),
)

_table(
    "edge",
    sa.Column("node_id", Big, primary_key=True, autoincrement=False),
    sa.Column("dependent_id", Big, primary_key=True, autoincrement=False),
    sa.Index(None, "dependent_id"),
)

_table(
    "event",
    sa.Column("id", Big, primary_key=True),
    sa.Column("uuid", sa.String(36), nullable=False),
    sa.Column("stack_id", sa.String(36), nullable=False),
    sa.Column("resource_name", sa.String(255), nullable=False),
    sa.Column("resource_type", sa.String(255), nullable=False),
    sa.Column("resource_id", sa.String(36)),
    sa.Column("physical_id", sa.String(255)),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", Long, nullable=False),
    sa.Column("at", Time, nullable=False),
    sa.UniqueConstraint("uuid"),
    sa.Index(None, "stack_id", "id"),
)

_table(
    "output",
    sa.Column("stack_id", sa.String(36), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("description", Long, nullable=False),
    sa.Column("value", Long, nullable=False),
    sa.Column("error", Long),
)

_table(
    "credential",
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("content", Long, nullable=False),
    sa.Column("created_at", Time, nullable=False),
)

_table(
    "software_config",
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("project_id", sa.String(64), nullable=False),
    sa.Column("name", Long),
    sa.Column("group", Long),
    sa.Column("content", Long, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Index(None, "project_id", "created_at"),
)

_table(
    "worker",
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("process", sa.String(100), nullable=False),
    sa.Column("started_at", Time, nullable=False),
    sa.Column("seen_at", Time, nullable=False),
)
