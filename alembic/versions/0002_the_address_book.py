"""the address book."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from xobito_app.persistence.rls import fence

revision = "0002"
down_revision = "0001"
FENCED = ("custom_field",)

branch_labels = None
depends_on = None


def upgrade() -> None:
    _custom_fields()
    _contact_lists()
    for table in FENCED:
        for statement in fence(table):
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


def downgrade() -> None:
    op.drop_index("ix_contact_haystack", table_name="contact")
    op.drop_index("ix_contact_assignee", table_name="contact")
    op.drop_index("ix_contact_name", table_name="contact")
    op.drop_index("ix_contact_changed", table_name="contact")
    op.drop_column("contact", "haystack")
    op.drop_column("contact", "sort_name")
    op.drop_table("custom_field")
