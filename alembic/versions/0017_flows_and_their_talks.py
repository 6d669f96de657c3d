"""Flows, their versions, and the talks that run on them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


TABLES = (
    "flow",
    "flow_secret",
    "flow_change",
    "flow_talk",
    "flow_version",
    "flow_input",
    "flow_session",
    "flow_request",
    "flow_step",
)


def upgrade() -> None:
    op.create_table(
        "flow",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("graph", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("published_id", sa.Uuid(), nullable=True),
        sa.Column("published_rev", sa.Integer(), nullable=False),
        sa.Column("triggers", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("calls", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow")),
    )
    op.create_index(
        "uq_flow_name", "flow", ["workspace_id", sa.literal_column("lower(name)")], unique=True
    )
    op.create_table(
        "flow_secret",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_secret_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_secret")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_flow_secret_workspace_id_name")),
    )
    op.create_table(
        "flow_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.String(length=40), nullable=False),
        sa.Column("operations", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=191), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
            name=op.f("fk_flow_change_author_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_flow_change_flow_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_change_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_change")),
        sa.UniqueConstraint("flow_id", "change_id", name=op.f("uq_flow_change_flow_id_change_id")),
        sa.UniqueConstraint("flow_id", "rev", name=op.f("uq_flow_change_flow_id_rev")),
    )
    op.create_table(
        "flow_talk",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("talk", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_flow_talk_flow_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_talk_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_talk")),
    )
    op.create_index("ix_flow_talk_flow", "flow_talk", ["flow_id", "created_at"], unique=False)
    op.create_table(
        "flow_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("graph", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("changes", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=191), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
            name=op.f("fk_flow_version_author_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_flow_version_flow_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_version_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_version")),
        sa.UniqueConstraint("flow_id", "number", name=op.f("uq_flow_version_flow_id_number")),
    )
    op.create_table(
        "flow_input",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("content", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_flow_input_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_flow_input_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_input_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_input")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_flow_input_workspace_id_key")),
    )
    op.create_index(op.f("ix_flow_input_contact_id"), "flow_input", ["contact_id"], unique=False)
    op.create_index(
        op.f("ix_flow_input_conversation_id"), "flow_input", ["conversation_id"], unique=False
    )
    op.create_index(
        "ix_flow_input_waiting",
        "flow_input",
        ["workspace_id", "conversation_id", "rank", "at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "flow_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("state", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_flow_session_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_flow_session_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_flow_session_flow_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["flow_version.id"],
            name=op.f("fk_flow_session_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_session_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_session")),
    )
    op.create_index(
        "ix_flow_session_contact", "flow_session", ["contact_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_flow_session_conversation",
        "flow_session",
        ["conversation_id", "started_at"],
        unique=False,
    )
    op.create_index(
        "ix_flow_session_due",
        "flow_session",
        ["workspace_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'active' AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_flow_session_list",
        "flow_session",
        ["flow_id", sa.literal_column("started_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        op.f("ix_flow_session_version_id"), "flow_session", ["version_id"], unique=False
    )
    op.create_index(
        "uq_flow_session_live",
        "flow_session",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('active', 'handed_over')"),
    )
    op.create_table(
        "flow_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("result", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_flow_request_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_flow_request_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["flow_session.id"],
            name=op.f("fk_flow_request_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_request_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_request")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_flow_request_workspace_id_key")),
    )
    op.create_index(
        op.f("ix_flow_request_contact_id"), "flow_request", ["contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_flow_request_conversation_id"), "flow_request", ["conversation_id"], unique=False
    )
    op.create_index(
        "ix_flow_request_open",
        "flow_request",
        ["workspace_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'working')"),
    )
    op.create_index(
        op.f("ix_flow_request_session_id"), "flow_request", ["session_id"], unique=False
    )
    op.create_table(
        "flow_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("variables", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("effects", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["flow_session.id"],
            name=op.f("fk_flow_step_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flow_step_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_step")),
        sa.UniqueConstraint(
            "session_id", "turn", "seq", name=op.f("uq_flow_step_session_id_turn_seq")
        ),
    )
    op.create_index(
        "ix_flow_step_counts", "flow_step", ["version_id", "node", "port"], unique=False
    )
    for table in TABLES:
        for statement in enable_rls(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
