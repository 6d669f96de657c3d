"""deliveries that stop nothing."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Meta's ids, as wide as whatever stands for an over-long one.
_IDS = (
    ("wa_route", "external_id", 64),
    ("wa_number", "phone_number_id", 64),
    ("contact_identity", "value", 191),
    ("media", "meta_media_id", 128),
)


def upgrade() -> None:
    _deliveries()
    for table, column, width in _IDS:
        op.alter_column(
            table, column, existing_type=sa.String(width), type_=sa.String(255), nullable=False
        )
    op.alter_column("message", "error_code", existing_type=sa.Integer(), type_=sa.BigInteger())
    op.add_column("conversation", sa.Column("group_id", sa.String(length=255), nullable=True))


def _deliveries() -> None:
    op.alter_column("inbound_event", "body", server_default=None)
    op.execute(
        "ALTER TABLE inbound_event ALTER COLUMN body TYPE bytea USING convert_to(body, 'UTF8')"
    )
    op.add_column(
        "inbound_event",
        sa.Column("signature", sa.String(length=64), nullable=False, server_default=""),
    )
    op.alter_column("inbound_event", "signature", server_default=None)
    op.add_column(
        "inbound_event",
        sa.Column("signers", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}"),
    )
    op.add_column(
        "inbound_event",
        sa.Column(
            "kinds",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'[]'::jsonb"),
        ),
    )
    op.add_column("inbound_event", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_inbound_event_parent_id"),
        "inbound_event",
        "inbound_event",
        ["parent_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_inbound_event_parent_id"), "inbound_event", ["parent_id"])
    # What came before was let in by any connection's secret; whose it was is not known any more.
    op.execute(
        "UPDATE inbound_event SET signers = ARRAY(SELECT connection_id FROM wa_route "
        "WHERE wa_route.workspace_id = inbound_event.workspace_id) WHERE workspace_id IS NOT NULL"
    )
    op.execute(
        "UPDATE inbound_event SET signers = ARRAY(SELECT connection_id FROM webhook_secret) "
        "WHERE workspace_id IS NULL"
    )


def downgrade() -> None:
    op.drop_column("conversation", "group_id")
    op.alter_column("message", "error_code", existing_type=sa.BigInteger(), type_=sa.Integer())
    for table, column, width in _IDS:
        op.alter_column(
            table, column, existing_type=sa.String(255), type_=sa.String(width), nullable=False
        )
    op.drop_index(op.f("ix_inbound_event_parent_id"), "inbound_event")
    op.drop_constraint(op.f("fk_inbound_event_parent_id"), "inbound_event")
    for column in ("parent_id", "kinds", "signers", "signature"):
        op.drop_column("inbound_event", column)
    op.execute(
        "ALTER TABLE inbound_event ALTER COLUMN body TYPE text "
        "USING replace(encode(body, 'escape'), '\\000', '')"
    )
    op.alter_column("inbound_event", "body", server_default="")
