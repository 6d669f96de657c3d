"""the address book at full size."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _emails()


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


def downgrade() -> None:
    op.drop_index("uq_contact_email", "contact")
    op.create_index(
        "uq_contact_email",
        "contact",
        ["workspace_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text("email <> ''"),
    )
