"""Campaigns at speed: what a change of a recipient's state has to write to."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = "campaign_recipient"
WAITING = "state IN ('queued', 'claimed')"
BEGUN = "state = 'dispatching'"
ACCEPTED = "accepted_at IS NOT NULL"
ATTEMPTED = "attempt_id IS NOT NULL"
COUNTED = "state <> 'excluded'"
HELD = "state IN ('claimed', 'dispatching')"

# Claiming asks for those that wait and for those whose worker died: an index of the former alone
# was of no use to it, and every claim sorted all that waited.
NEW: Mapping[str, tuple[list[str], dict[str, object]]] = {
    "ix_campaign_recipient_due": (
        ["campaign_id", "due_at", "id"],
        {"postgresql_where": sa.text(WAITING)},
    ),
    "ix_campaign_recipient_begun": (
        ["workspace_id", "claimed_at"],
        {"postgresql_where": sa.text(BEGUN)},
    ),
    "uq_campaign_recipient_phone": (
        ["phone", "campaign_id", "NULLIF(exclusion = '' AND phone <> '', false)"],
        {"unique": True},
    ),
    "uq_campaign_recipient_contact": (
        ["contact_id", "campaign_id", "NULLIF(exclusion = '', false)"],
        {"unique": True},
    ),
    "uq_campaign_recipient_attempt": (
        ["attempt_id"],
        {"unique": True, "postgresql_where": sa.text(ATTEMPTED)},
    ),
}
OLD: Mapping[str, tuple[list[str], dict[str, object]]] = {
    "ix_campaign_recipient_due": (
        ["campaign_id", "due_at", "id"],
        {"postgresql_where": sa.text("state = 'queued'")},
    ),
    "ix_campaign_recipient_held": (
        ["workspace_id", "claimed_at"],
        {"postgresql_where": sa.text(HELD)},
    ),
    "uq_campaign_recipient_phone": (
        ["campaign_id", "phone"],
        {"unique": True, "postgresql_where": sa.text(f"{COUNTED} AND phone <> ''")},
    ),
    "uq_campaign_recipient_contact": (
        ["campaign_id", "contact_id"],
        {"unique": True, "postgresql_where": sa.text(f"{COUNTED} AND contact_id IS NOT NULL")},
    ),
    "uq_campaign_recipient_attempt": (["attempt_id"], {"unique": True}),
    "ix_campaign_recipient_contact": (["contact_id", "id DESC"], {}),
    "ix_campaign_recipient_phone": (
        ["workspace_id", "phone", "accepted_at DESC"],
        {"postgresql_where": sa.text(ACCEPTED)},
    ),
}


def upgrade() -> None:
    _replace(OLD, NEW)


def downgrade() -> None:
    _replace(NEW, OLD)


def _replace(
    before: Mapping[str, tuple[list[str], dict[str, object]]],
    after: Mapping[str, tuple[list[str], dict[str, object]]],
) -> None:
    for name in before:
        op.drop_index(name, TABLE)
    for name, (columns, options) in after.items():
        named = [one if one.isidentifier() else sa.text(one) for one in columns]
        op.create_index(name, TABLE, named, **options)
