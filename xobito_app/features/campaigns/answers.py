"""What people do after a campaign reached them: they answer, they opt out, they become others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import ChangeType, MessageReceived, RecordsChanged, RecordType, Topic
from xobito_app.core.permissions import Actor, Permission
from xobito_app.core.text import shorten
from xobito_app.features.contacts.schemas import TimelineEntry
from xobito_app.models.campaigns import Campaign, CampaignRecipient
from xobito_app.persistence.unit_of_work import announce

ANSWERS_WITHIN = timedelta(days=7)
"""A message within this time after a campaign counts as an answer to it."""
MOST_SHOWN = 50
LONGEST_TITLE = 100

# The newest campaign they got counts; of a file, people are known by their number alone.
_LATEST = """
SELECT DISTINCT ON (p.id) r.id FROM contact p
JOIN campaign_recipient r ON r.workspace_id = :workspace_id AND r.accepted_at > :since
  AND r.accepted_at <= :at AND (r.contact_id = p.id
    OR (r.contact_id IS NULL AND p.phone IS NOT NULL AND r.phone = p.phone))
WHERE p.workspace_id = :workspace_id AND p.id = ANY(CAST(:contacts AS uuid[]))
ORDER BY p.id, r.accepted_at DESC
"""
_REPLIED = text(
    "UPDATE campaign_recipient SET replied_at = :at"  # noqa: S608 - our own words
    f" WHERE id IN ({_LATEST}) AND replied_at IS NULL RETURNING campaign_id"
)
_OPTED_OUT = text(
    "UPDATE campaign_recipient SET opted_out_at = :at"  # noqa: S608 - our own words
    f" WHERE id IN ({_LATEST}) AND opted_out_at IS NULL RETURNING campaign_id"
)


# Of the message that was answered: an older campaign's button may be pressed too.
_TAPPED = text(
    "UPDATE campaign_recipient SET"
    " taps = taps || jsonb_build_object(CAST(:title AS text), CAST(:at AS text))"
    " WHERE workspace_id = :workspace_id AND number_id = :number_id AND wamid = :wamid"
    " AND NOT taps ? CAST(:title AS text) RETURNING campaign_id"
)


async def hear_answer(session: AsyncSession, event: MessageReceived) -> None:
    """Note the first answer to the newest campaign somebody got, and which button they pressed."""
    if event.is_group:
        return
    await _note(session, _REPLIED, event.workspace_id, [event.contact_id], event.at)
    if event.answers and event.tapped:
        number_id, wamid = event.answers
        given = {
            "workspace_id": event.workspace_id,
            "number_id": number_id,
            "wamid": wamid,
            "title": shorten(event.tapped, LONGEST_TITLE),
            "at": event.at.isoformat(),
        }
        await _tell(session, event.workspace_id, _TAPPED, given)


async def hear_opt_out(session: AsyncSession, event: RecordsChanged) -> None:
    """Count an opt-out for the campaign it followed, however it was said."""
    if (event.record, event.change_type) != (RecordType.CONTACT, ChangeType.UPDATED):
        return
    asking = [
        change.record_id
        for change in event.changes
        if "opted_out_at" in change.original and change.original["opted_out_at"] is None
    ]
    if asking:
        await _note(session, _OPTED_OUT, event.workspace_id, asking, clock.now())


async def _note(
    session: AsyncSession, statement: Any, workspace_id: UUID, contacts: list[UUID], at: Any
) -> None:
    # Meta tells the second of a message, we know the microsecond of sending.
    given = {
        "workspace_id": workspace_id,
        "contacts": contacts,
        "at": at + timedelta(seconds=1),
        "since": at - ANSWERS_WITHIN,
    }
    await _tell(session, workspace_id, statement, given)


async def _tell(
    session: AsyncSession, workspace_id: UUID, statement: Any, given: Mapping[str, Any]
) -> None:
    """Do what a statement says, and tell the screens of the campaigns it returns."""
    for campaign_id in (await (await session.connection()).execute(statement, given)).scalars():
        announce(session, workspace_id, Topic.CAMPAIGN, campaign_id)


async def take_recipients(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID
) -> dict[str, Any]:
    """Give what one contact got to another; of a campaign both got, each row stays by itself."""
    found = await (await session.connection()).execute(
        text("""
UPDATE campaign_recipient r SET contact_id = :keep_id
WHERE r.workspace_id = :workspace_id AND r.contact_id = :drop_id AND NOT EXISTS (
  SELECT FROM campaign_recipient k
  WHERE k.workspace_id = :workspace_id AND k.campaign_id = r.campaign_id
    AND k.contact_id = :keep_id)
RETURNING r.id"""),
        {"workspace_id": workspace_id, "keep_id": keep_id, "drop_id": drop_id},
    )
    return {"recipients": [str(row_id) for row_id in found.scalars()]}


async def give_recipients_back(
    session: AsyncSession,
    workspace_id: UUID,
    keep_id: UUID,
    drop_id: UUID,
    moved: Mapping[str, Any],
) -> None:
    """Undo `take_recipients`."""
    await (await session.connection()).execute(
        text(
            "UPDATE campaign_recipient SET contact_id = :drop_id"
            " WHERE workspace_id = :workspace_id AND contact_id = :keep_id"
            " AND id = ANY(CAST(:ids AS uuid[]))"
        ),
        {
            "workspace_id": workspace_id,
            "keep_id": keep_id,
            "drop_id": drop_id,
            "ids": moved["recipients"],
        },
    )


async def count_recipients(
    session: AsyncSession, workspace_id: UUID, contact_id: UUID
) -> Mapping[str, int]:
    """Return how many campaigns a contact was part of."""
    rows = await session.exec(
        select(col(CampaignRecipient.id))
        .where(col(CampaignRecipient.workspace_id) == workspace_id)
        .where(col(CampaignRecipient.contact_id) == contact_id)
        .limit(1000)
    )
    return {"campaigns": len(rows.all())}


async def tell_timeline(
    session: AsyncSession, actor: Actor, contact_id: UUID
) -> list[TimelineEntry]:
    """Return the campaigns a contact got and answered, for those who may see campaigns."""
    if not actor.can(Permission.CAMPAIGNS_VIEW):
        return []
    statement = (
        select(CampaignRecipient, Campaign.name)
        .join(Campaign, col(Campaign.id) == col(CampaignRecipient.campaign_id))
        .where(col(CampaignRecipient.workspace_id) == actor.workspace_id)
        .where(col(CampaignRecipient.contact_id) == contact_id)
        .where(
            or_(
                col(CampaignRecipient.accepted_at).is_not(None),
                col(CampaignRecipient.replied_at).is_not(None),
            )
        )
        .order_by(col(CampaignRecipient.id).desc())
        .limit(MOST_SHOWN)
    )
    entries: list[TimelineEntry] = []
    for row, name in await session.exec(statement):
        line = shorten(name, 160)
        if row.accepted_at:
            entries.append(TimelineEntry("campaign_got", row.accepted_at, text=line, id=row.id))
        if row.replied_at:
            # One row, two entries: ids tell entries of the same moment apart.
            answer_id = UUID(int=row.id.int ^ 1)
            entries.append(
                TimelineEntry("campaign_answered", row.replied_at, text=line, id=answer_id)
            )
    return entries
