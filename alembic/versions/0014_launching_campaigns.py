"""Rows of a campaign's file, its canary, and splitting over days."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "campaign", sa.Column("canary_passed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "campaign", sa.Column("splits_days", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column(
        "campaign",
        sa.Column("number_quality", sa.String(length=32), server_default="", nullable=False),
    )
    op.create_table(
        "campaign_file_row",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("written", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("columns", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_file_row_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_campaign_file_row_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "position", name=op.f("pk_campaign_file_row")),
    )
    for moment in ("replied", "opted_out"):
        op.create_index(
            f"ix_campaign_recipient_{moment}",
            "campaign_recipient",
            ["campaign_id", f"{moment}_at"],
            postgresql_where=sa.text(f"{moment}_at IS NOT NULL"),
        )
    for statement in enable_rls("campaign_file_row"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("campaign_file_row")
    for moment in ("replied", "opted_out"):
        op.drop_index(f"ix_campaign_recipient_{moment}", "campaign_recipient")
    op.drop_column("campaign", "number_quality")
    op.drop_column("campaign", "splits_days")
    op.drop_column("campaign", "canary_passed_at")
