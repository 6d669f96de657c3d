"""who made links and tokens, and passwords that are not their owner's own."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add("app_user", "password_is_own", default="true")
    _add("user_session", "is_held", default="false")
    _add("api_token", "by_operator", default="false")
    # Nobody signs in on the command line: a token without a person was made there.
    op.execute("ALTER TABLE api_token NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE api_token SET by_operator = true WHERE created_by IS NULL")
    op.execute("ALTER TABLE api_token FORCE ROW LEVEL SECURITY")
    op.add_column("one_time_link", sa.Column("made_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_one_time_link_made_by"),
        "one_time_link",
        "app_user",
        ["made_by"],
        ["id"],
        ondelete="SET NULL",
    )
    # Whether whoever made a link may still make it cannot be told of those that are out.
    op.execute("UPDATE one_time_link SET used_at = now() WHERE used_at IS NULL")


def _add(table: str, column: str, *, default: str) -> None:
    op.add_column(
        table, sa.Column(column, sa.Boolean(), server_default=sa.text(default), nullable=False)
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_one_time_link_made_by"), "one_time_link", type_="foreignkey")
    op.drop_column("one_time_link", "made_by")
    op.drop_column("api_token", "by_operator")
    op.drop_column("user_session", "is_held")
    op.drop_column("app_user", "password_is_own")
