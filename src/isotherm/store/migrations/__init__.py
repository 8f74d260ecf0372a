"""Alembic's revisions of the schema, in `versions`. `isotherm.store.migrating` runs them."""
