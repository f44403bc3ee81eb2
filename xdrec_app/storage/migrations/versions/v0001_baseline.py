"""The baseline: every table as `schema.py` has it. Edited in place until version 0.1 is out, frozen from then on."""

from __future__ import annotations

from alembic import op

from xdrec_app.storage.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables and indexes."""
    metadata.create_all(op.get_bind())
