"""Alembic's environment: runs the revisions on the connection it is handed, inside the caller's transaction."""

from __future__ import annotations

from alembic import context

from xdrec_app.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transaction_per_migration=False
)
context.run_migrations()
