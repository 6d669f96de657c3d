"""the address book."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0002"
down_revision = "0001"
FENCED = (
    "contact_import",
    "contact_job",
    "contact_merge",
    "contact_note",
    "custom_field",
    "import_mapping",
    "segment",
)

branch_labels = None
depends_on = None


def upgrade() -> None:
    _custom_fields()
    _contact_lists()
    _work()
    _paths()
    for table in FENCED:
        for statement in enable_rls(table):
            op.execute(statement)


def _custom_fields() -> None:
    op.create_table(
        "custom_field",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=191), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("placeholder", sa.String(length=191), nullable=False),
        sa.Column("help", sa.String(length=500), nullable=False),
        sa.Column("default_value", sa.Text(), server_default="", nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("shows_in_table", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_custom_field_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("workspace_id", "slug", name=op.f("uq_custom_field_workspace_id_slug")),
    )


def _contact_lists() -> None:
    op.add_column(
        "contact",
        sa.Column(
            "sort_name",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(nullif(btrim(first_name || ' ' || last_name), ''), "
                "nullif(profile_name, ''), nullif(username, ''), phone, ''))",
                persisted=True,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "contact",
        sa.Column(
            "haystack",
            sa.Text(),
            sa.Computed(
                "left(lower(coalesce(phone, '') || ' ' || first_name || ' ' || last_name || ' ' "
                "|| email || ' ' || username || ' ' || profile_name || ' ' || company), 500)",
                persisted=True,
            ),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_contact_changed",
        "contact",
        ["workspace_id", sa.literal_column("updated_at DESC"), sa.literal_column("id DESC")],
    )
    op.create_index("ix_contact_name", "contact", ["workspace_id", "sort_name", "id"])
    op.create_index("ix_contact_assignee", "contact", ["workspace_id", "assignee_id"])
    op.create_index(
        "ix_contact_haystack",
        "contact",
        ["workspace_id", "id"],
        postgresql_include=["haystack"],
    )


def _work() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.String(length=40), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column(
            "columns",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_dry", sa.Boolean(), nullable=False),
        sa.Column("updates_existing", sa.Boolean(), nullable=False),
        sa.Column(
            "rights",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=191), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("error_bytes", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_contact_import_user_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_contact_import_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import")),
    )
    op.create_index(
        "ix_contact_import_newest",
        "contact_import",
        ["workspace_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_contact_import_open",
        "contact_import",
        ["workspace_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "contact_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "narrowed",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=191), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_contact_job_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_contact_job_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_job")),
    )
    op.create_index(
        "ix_contact_job_newest",
        "contact_job",
        ["workspace_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_contact_job_open",
        "contact_job",
        ["workspace_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "contact_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("dropped_id", sa.Uuid(), nullable=False),
        sa.Column("kept_name", sa.String(length=255), nullable=False),
        sa.Column("dropped_name", sa.String(length=255), nullable=False),
        sa.Column(
            "moved",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=191), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_contact_merge_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_contact_merge_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
    )
    op.create_index(
        "ix_contact_merge_kept",
        "contact_merge",
        ["workspace_id", "kept_id", sa.literal_column("merged_at DESC")],
        unique=False,
    )
    op.create_index(
        "ix_contact_merge_newest",
        "contact_merge",
        ["workspace_id", sa.literal_column("merged_at DESC")],
        unique=False,
    )
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("headings", sa.String(length=64), nullable=False),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_import_mapping_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint(
            "workspace_id", "headings", name=op.f("uq_import_mapping_workspace_id_headings")
        ),
    )
    op.create_table(
        "segment",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column(
            "narrowed",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["app_user.id"], name=op.f("fk_segment_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_segment_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_index(
        "uq_segment_name",
        "segment",
        ["workspace_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "contact_note",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=191), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
            name=op.f("fk_contact_note_author_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_note_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_contact_note_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_note")),
    )
    op.create_index(
        "ix_contact_note_list",
        "contact_note",
        ["contact_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )


def _paths() -> None:
    op.create_index(
        "ix_activity_object",
        "activity",
        ["workspace_id", "object_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.drop_index(op.f("ix_conversation_contact"), table_name="conversation")
    op.create_index("ix_conversation_contact", "conversation", ["contact_id"], unique=False)
    op.create_index("ix_media_conversation", "media", ["conversation_id"], unique=False)
    op.create_index("ix_message_contact", "message", ["contact_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_message_contact", table_name="message")
    op.drop_index("ix_media_conversation", table_name="media")
    op.drop_index("ix_conversation_contact", table_name="conversation")
    op.create_index(
        op.f("ix_conversation_contact"),
        "conversation",
        ["workspace_id", "contact_id"],
        unique=False,
    )
    op.drop_index("ix_activity_object", table_name="activity")
    op.drop_index("ix_contact_note_list", table_name="contact_note")
    op.drop_table("contact_note")
    op.drop_index("uq_segment_name", table_name="segment")
    op.drop_table("segment")
    op.drop_table("import_mapping")
    op.drop_index("ix_contact_merge_newest", table_name="contact_merge")
    op.drop_index("ix_contact_merge_kept", table_name="contact_merge")
    op.drop_table("contact_merge")
    op.drop_index(
        "ix_contact_job_open",
        table_name="contact_job",
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.drop_index("ix_contact_job_newest", table_name="contact_job")
    op.drop_table("contact_job")
    op.drop_index(
        "ix_contact_import_open",
        table_name="contact_import",
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.drop_index("ix_contact_import_newest", table_name="contact_import")
    op.drop_table("contact_import")
    op.drop_index("ix_contact_haystack", table_name="contact")
    op.drop_index("ix_contact_assignee", table_name="contact")
    op.drop_index("ix_contact_name", table_name="contact")
    op.drop_index("ix_contact_changed", table_name="contact")
    op.drop_column("contact", "haystack")
    op.drop_column("contact", "sort_name")
    op.drop_table("custom_field")
