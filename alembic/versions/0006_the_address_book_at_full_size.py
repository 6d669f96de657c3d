"""the address book at full size."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from xobito_app.persistence.rls import enable_rls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _emails()
    _orders()
    _distinct_pairs()


def _emails() -> None:
    # Every door writes addresses in lower case; what an own script did otherwise is mended here.
    op.execute("ALTER TABLE contact NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE contact SET email = lower(email) WHERE email <> lower(email)")
    op.execute("ALTER TABLE contact FORCE ROW LEVEL SECURITY")
    op.drop_index("uq_contact_email", "contact")
    op.create_index(
        "uq_contact_email",
        "contact",
        ["workspace_id", "email"],
        unique=True,
        postgresql_where=sa.text("email <> ''"),
    )


def _orders() -> None:
    # Sorting 100,000 contacts by these took five times as long as by the name.
    op.create_index("ix_contact_email", "contact", ["workspace_id", "email", "id"])
    op.add_column(
        "contact",
        sa.Column(
            "sort_company", sa.Text(), sa.Computed("lower(company)", persisted=True), nullable=True
        ),
    )
    op.create_index("ix_contact_company", "contact", ["workspace_id", "sort_company", "id"])


def _distinct_pairs() -> None:
    op.create_table(
        "distinct_pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=191), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_distinct_pair_in_order")),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["contact.id"],
            name=op.f("fk_distinct_pair_first_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["contact.id"],
            name=op.f("fk_distinct_pair_second_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_distinct_pair_user_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_distinct_pair_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinct_pair")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_distinct_pair_first_id_second_id")
        ),
    )
    op.create_index(
        "ix_distinct_pair_newest",
        "distinct_pair",
        ["workspace_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
    )
    op.create_index(op.f("ix_distinct_pair_second_id"), "distinct_pair", ["second_id"])
    for statement in enable_rls("distinct_pair"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("distinct_pair")
    op.drop_index("ix_contact_company", "contact")
    op.drop_column("contact", "sort_company")
    op.drop_index("ix_contact_email", "contact")
    op.drop_index("uq_contact_email", "contact")
    op.create_index(
        "uq_contact_email",
        "contact",
        ["workspace_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text("email <> ''"),
    )
