"""Imports make statuses, sources and groups only when told to, and a dry run says which."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "contact_import",
        sa.Column("may_create_labels", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "contact_import",
        sa.Column("missing_labels", JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
    )


def downgrade() -> None:
    op.drop_column("contact_import", "missing_labels")
    op.drop_column("contact_import", "may_create_labels")
