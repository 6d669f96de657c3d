"""Columns under the words of the specification and of the code: `last_msg_time`, `color`."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_RENAMED = (
    ("contact", "last_inbound_at", "last_msg_time"),
    ("conversation", "last_inbound_at", "last_msg_time"),
    ("contact_status", "colour", "color"),
    ("wa_number", "colour", "color"),
    ("segment", "narrowed", "contact_filter"),
    ("contact_job", "narrowed", "contact_filter"),
    ("contact_job", "told_at", "progress_sent_at"),
    ("contact_import", "told_at", "progress_sent_at"),
)


def upgrade() -> None:
    for table, old, new in _RENAMED:
        op.alter_column(table, old, new_column_name=new)
    _rename_in_merges("last_inbound_at", "last_msg_time")


def _rename_in_merges(old: str, new: str) -> None:
    # A merge keeps the rows as they were, by the names of their columns: undoing needs the new.
    op.execute("ALTER TABLE contact_merge NO FORCE ROW LEVEL SECURITY")
    renamed = "UPDATE contact_merge SET moved = replace(moved::text, :old, :new)::jsonb"
    op.execute(sa.text(renamed).bindparams(old=f'"{old}"', new=f'"{new}"'))
    op.execute("ALTER TABLE contact_merge FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    _rename_in_merges("last_msg_time", "last_inbound_at")
    for table, old, new in _RENAMED:
        op.alter_column(table, new, new_column_name=old)
