"""What Meta counts of templates by day, and which quick replies of campaigns were pressed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("template", sa.Column("insights_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "template", sa.Column("insights_problem", sa.Text(), server_default="", nullable=False)
    )
    op.create_table(
        "template_insight",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("clicks", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["template.id"],
            name=op.f("fk_template_insight_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_template_insight_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_insight")),
        sa.UniqueConstraint("template_id", "day", name=op.f("uq_template_insight_template_id_day")),
    )
    for statement in enable_rls("template_insight"):
        op.execute(statement)
    op.add_column(
        "campaign_recipient",
        sa.Column("taps", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.create_index(
        "ix_campaign_recipient_tapped",
        "campaign_recipient",
        ["campaign_id"],
        postgresql_where=sa.text("taps <> '{}'"),
    )


def downgrade() -> None:
    op.drop_index("ix_campaign_recipient_tapped", "campaign_recipient")
    op.drop_column("campaign_recipient", "taps")
    op.drop_table("template_insight")
    op.drop_column("template", "insights_problem")
    op.drop_column("template", "insights_at")
