"""mentions in notes, avatar photos and workspace logos."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_mention_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_mention_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_mention_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_mention_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("user_id", "message_id", name=op.f("uq_mention_user_id_message_id")),
    )
    op.create_index(op.f("ix_mention_conversation_id"), "mention", ["conversation_id"])
    op.create_index(op.f("ix_mention_message_id"), "mention", ["message_id"])
    op.create_index(
        "ix_mention_person",
        "mention",
        ["workspace_id", "user_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
    )
    op.create_index(
        "ix_mention_unseen",
        "mention",
        ["workspace_id", "user_id", "conversation_id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    for statement in enable_rls("mention"):
        op.execute(statement)
    op.add_column(
        "app_user",
        sa.Column("picture", sa.String(length=40), server_default="", nullable=False),
    )
    op.add_column(
        "workspace", sa.Column("logo", sa.String(length=40), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("workspace", "logo")
    op.drop_column("app_user", "picture")
    op.drop_table("mention")
