"""Bringing a database to the newest schema."""

import sqlalchemy as sa

from isotherm.store.schema import metadata


def upgrade(engine: sa.Engine) -> None:
    """Create or change the tables until they are as `schema` describes them."""
    metadata.create_all(engine)
