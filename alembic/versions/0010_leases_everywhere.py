"""One kind of lease for all background work: `claimed_at` beside the state."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("outgoing_mail", "media", "contact_job", "contact_import")
_DUE = ("endpoint_id", "next_try_at", "position")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    _index_due("state IN ('pending', 'sending')")


def downgrade() -> None:
    _index_due("state = 'pending'")
    for table in _TABLES:
        op.drop_column(table, "claimed_at")


def _index_due(where: str) -> None:
    # What a dead worker had in hand is due too, without a sweep putting it back first.
    op.drop_index("ix_webhook_delivery_due", table_name="webhook_delivery")
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        list(_DUE),
        postgresql_where=sa.text(where),
    )
