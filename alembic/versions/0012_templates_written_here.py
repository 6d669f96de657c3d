"""Templates are written here too: drafts, samples, their history, and which message used which."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WORDS = ("previous_category", "upcoming_category", "source")
_LONG = ("rejection_advice", "submit_error")
_MOMENTS = ("upcoming_category_at", "status_at", "submitted_at", "name_blocked_until")


def upgrade() -> None:
    for name in _WORDS:
        op.add_column("template", sa.Column(name, sa.String(40), nullable=False, server_default=""))
    for name in _LONG:
        op.add_column("template", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in _MOMENTS:
        op.add_column("template", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("pause", "submission"):
        op.add_column("template", sa.Column(name, sa.Text(), nullable=False, server_default="none"))
    for name in ("draft", "samples"):
        op.add_column("template", _document(name))
    op.add_column(
        "template", sa.Column("draft_rev", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("template", "rejected_reason", type_=sa.Text(), server_default="")
    op.drop_constraint("uq_template_connection_id_name_language", "template")
    op.create_index(
        "uq_template_present",
        "template",
        ["connection_id", "name", "language"],
        unique=True,
        postgresql_where=sa.text("status <> 'DRAFT' AND gone_at IS NULL"),
    )
    op.create_index("ix_template_connection_id", "template", ["connection_id"])
    op.drop_index("ix_template_list", table_name="template")
    op.create_index("ix_template_list", "template", ["workspace_id", "name", "language", "id"])
    op.create_index(
        "ix_template_submission",
        "template",
        ["workspace_id", "submitted_at"],
        postgresql_where=sa.text("submission <> 'none'"),
    )
    _add_tables()
    _tie_messages()


def _add_tables() -> None:
    op.create_table(
        "template_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _workspace(),
        sa.Column(
            "template_id",
            sa.Uuid(),
            sa.ForeignKey("template.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", sa.String(40), nullable=False),
        sa.Column("after", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("actor_name", sa.String(191), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    order = ["template_id", sa.text("at DESC"), sa.text("id DESC")]
    op.create_index("ix_template_event_template", "template_event", order)
    op.create_index("ix_template_event_old", "template_event", ["workspace_id", "at"])
    op.create_table(
        "template_sample",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _workspace(),
        sa.Column(
            "uploaded_by",
            sa.Uuid(),
            sa.ForeignKey("app_user.id", ondelete="SET NULL"),
            nullable=True,
        ),
        sa.Column("mime", sa.String(191), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_template_sample_old", "template_sample", ["workspace_id", "created_at"])
    for table in ("template_event", "template_sample"):
        for statement in enable_rls(table):
            op.execute(statement)


def _tie_messages() -> None:
    op.add_column(
        "message",
        sa.Column(
            "template_id",
            sa.Uuid(),
            sa.ForeignKey("template.id", ondelete="SET NULL"),
            nullable=True,
        ),
    )
    # The policies hold for the owner of the tables too.
    for table in ("message", "template"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE message SET template_id = template.id FROM template "
        "WHERE message.kind = 'template' AND message.workspace_id = template.workspace_id "
        "AND message.content -> 'template' ->> 'id' = template.id::text"
    )
    for table in ("message", "template"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.create_index(
        "ix_message_template",
        "message",
        ["template_id", sa.text("at DESC")],
        postgresql_where=sa.text("template_id IS NOT NULL"),
    )


def _document(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb"))


def _workspace() -> sa.Column:
    key = sa.ForeignKey("workspace.id", ondelete="CASCADE")
    return sa.Column("workspace_id", sa.Uuid(), key, nullable=False)


def downgrade() -> None:
    op.drop_column("message", "template_id")
    op.drop_table("template_sample")
    op.drop_table("template_event")
    op.execute("ALTER TABLE template NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM template WHERE status = 'DRAFT' OR gone_at IS NOT NULL")
    op.execute("ALTER TABLE template FORCE ROW LEVEL SECURITY")
    for name in ("ix_template_submission", "ix_template_list", "ix_template_connection_id"):
        op.drop_index(name, table_name="template")
    op.drop_index("uq_template_present", table_name="template")
    op.create_unique_constraint(
        "uq_template_connection_id_name_language", "template", ["connection_id", "name", "language"]
    )
    op.create_index("ix_template_list", "template", ["workspace_id", "status", "name", "language"])
    for name in (*_WORDS, *_LONG, *_MOMENTS, "pause", "submission", "draft", "samples"):
        op.drop_column("template", name)
    op.drop_column("template", "draft_rev")
    op.alter_column("template", "rejected_reason", type_=sa.String(), server_default=None)
