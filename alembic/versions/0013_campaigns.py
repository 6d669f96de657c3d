"""Campaigns, their recipients and what messages cost."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("message_rate", "campaign", "campaign_count", "campaign_recipient")

# How many recipients are in which state moves in the statement that moves them, whoever writes it.
# A backend has a shard of its own, so that workers do not wait for one another.
COUNT = """
CREATE FUNCTION count_campaign_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO campaign_count AS kept (workspace_id, campaign_id, shard, state, count)
    SELECT workspace_id, campaign_id, pg_backend_pid() % 16, state, count(*) FROM after_rows
    GROUP BY 1, 2, 4 ORDER BY 2, 4
    ON CONFLICT (campaign_id, shard, state) DO UPDATE SET count = kept.count + excluded.count;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO campaign_count AS kept (workspace_id, campaign_id, shard, state, count)
    SELECT r.workspace_id, r.campaign_id, pg_backend_pid() % 16, r.state, -count(*)
    FROM before_rows r JOIN campaign ON campaign.id = r.campaign_id
    GROUP BY 1, 2, 4 ORDER BY 2, 4
    ON CONFLICT (campaign_id, shard, state) DO UPDATE SET count = kept.count + excluded.count;
  ELSE
    INSERT INTO campaign_count AS kept (workspace_id, campaign_id, shard, state, count)
    SELECT workspace_id, campaign_id, pg_backend_pid() % 16, state, sum(step) FROM (
      SELECT workspace_id, campaign_id, state, -1 AS step FROM before_rows
      UNION ALL SELECT workspace_id, campaign_id, state, 1 FROM after_rows
    ) AS moved
    GROUP BY 1, 2, 4 HAVING sum(step) <> 0 ORDER BY 2, 4
    ON CONFLICT (campaign_id, shard, state) DO UPDATE SET count = kept.count + excluded.count;
  END IF;
  RETURN NULL;
END $$
"""
COUNTING = (
    COUNT,
    "CREATE TRIGGER count_inserted AFTER INSERT ON campaign_recipient"
    " REFERENCING NEW TABLE AS after_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_campaign_recipients()",
    "CREATE TRIGGER count_updated AFTER UPDATE ON campaign_recipient"
    " REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_campaign_recipients()",
    "CREATE TRIGGER count_deleted AFTER DELETE ON campaign_recipient"
    " REFERENCING OLD TABLE AS before_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION count_campaign_recipients()",
)


def upgrade() -> None:
    op.create_table(
        "message_rate",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_message_rate_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_rate")),
    )
    op.create_index(
        "uq_message_rate",
        "message_rate",
        ["workspace_id", "category", "country", "valid_from"],
        unique=True,
    )
    op.create_table(
        "campaign",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=True),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("template_b_id", sa.Uuid(), nullable=True),
        sa.Column("template_name", sa.String(length=512), nullable=False),
        sa.Column("template_language", sa.String(length=16), nullable=False),
        sa.Column("template", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("template_b", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("audience", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("variables", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("header_media_id", sa.Uuid(), nullable=True),
        sa.Column("skip_seconds", sa.Integer(), nullable=False),
        sa.Column("canary", sa.Integer(), nullable=False),
        sa.Column("spend_cap", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("launched_by", sa.Uuid(), nullable=True),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("guarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["header_media_id"],
            ["media.id"],
            name=op.f("fk_campaign_header_media_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["launched_by"],
            ["app_user.id"],
            name=op.f("fk_campaign_launched_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["wa_number.id"], name=op.f("fk_campaign_number_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["template_b_id"],
            ["template.id"],
            name=op.f("fk_campaign_template_b_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["template.id"],
            name=op.f("fk_campaign_template_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_campaign_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(
        "ix_campaign_at_work",
        "campaign",
        ["workspace_id", "number_id"],
        postgresql_where=sa.text("status IN ('scheduled', 'sending')"),
    )
    op.create_index(
        "ix_campaign_list",
        "campaign",
        [
            "workspace_id",
            "status",
            sa.literal_column("created_at DESC"),
            sa.literal_column("id DESC"),
        ],
    )
    op.create_index(op.f("ix_campaign_number_id"), "campaign", ["number_id"])
    op.create_index(op.f("ix_campaign_template_id"), "campaign", ["template_id"])
    op.create_table(
        "campaign_count",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_count_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_campaign_count_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "shard", "state", name=op.f("pk_campaign_count")),
    )
    op.create_table(
        "campaign_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("values", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("exclusion", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("error_code", sa.BigInteger(), nullable=True),
        sa.Column("wamid", sa.String(length=255), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pricing", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("history", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_recipient_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_campaign_recipient_contact_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["number_id"],
            ["wa_number.id"],
            name=op.f("fk_campaign_recipient_number_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_campaign_recipient_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_recipient")),
    )
    op.create_index(
        "ix_campaign_recipient_contact",
        "campaign_recipient",
        ["contact_id", sa.literal_column("id DESC")],
    )
    op.create_index(
        "ix_campaign_recipient_due",
        "campaign_recipient",
        ["campaign_id", "due_at", "id"],
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_campaign_recipient_held",
        "campaign_recipient",
        ["workspace_id", "claimed_at"],
        postgresql_where=sa.text("state IN ('claimed', 'dispatching')"),
    )
    op.create_index(
        "ix_campaign_recipient_list", "campaign_recipient", ["campaign_id", "state", "id"]
    )
    op.create_index(
        "ix_campaign_recipient_phone",
        "campaign_recipient",
        ["workspace_id", "phone", sa.literal_column("accepted_at DESC")],
        postgresql_where=sa.text("accepted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_campaign_recipient_settled",
        "campaign_recipient",
        ["campaign_id", sa.literal_column("settled_at DESC")],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    op.create_index(
        "uq_campaign_recipient_attempt", "campaign_recipient", ["attempt_id"], unique=True
    )
    op.create_index(
        "uq_campaign_recipient_phone",
        "campaign_recipient",
        ["campaign_id", "phone"],
        unique=True,
        postgresql_where=sa.text("state <> 'excluded' AND phone <> ''"),
    )
    op.create_index(
        "uq_campaign_recipient_contact",
        "campaign_recipient",
        ["campaign_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'excluded' AND contact_id IS NOT NULL"),
    )
    op.create_index(
        "uq_campaign_recipient_wamid",
        "campaign_recipient",
        ["number_id", "wamid"],
        unique=True,
        postgresql_where=sa.text("wamid IS NOT NULL"),
    )
    for table in TABLES:
        for statement in enable_rls(table):
            op.execute(statement)
    for statement in COUNTING:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION count_campaign_recipients")
