"""What campaigns sent, as it stands in the threads of those who got it.

It is read from the recipients, and so has one truth: a thread that is opened shows the ticks the
report counts, and nothing is written twice while a campaign runs at full speed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select as sa_select, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.core.feature import ThreadSource
from xobito_app.features.campaigns.repository import RecipientRepository
from xobito_app.features.inbox.schemas import SentEntry, ThreadPlace
from xobito_app.features.templates import service as templates
from xobito_app.models.campaigns import Campaign, CampaignRecipient, RecipientState
from xobito_app.models.contacts import Contact
from xobito_app.models.inbox import Conversation, MessageStatus
from xobito_app.persistence.arrays import any_of, chunks
from xobito_app.whatsapp.templates import Template

ORIGIN = "campaign"
_STATUSES = {
    RecipientState.SENT: MessageStatus.SENT,
    RecipientState.DELIVERED: MessageStatus.DELIVERED,
    RecipientState.READ: MessageStatus.READ,
    RecipientState.FAILED: MessageStatus.FAILED,
    RecipientState.EXPIRED: MessageStatus.FAILED,
}
# Replies carry Meta's time in whole seconds, ours is of another clock: Meta's counts once it told
# one. Within a second the id decides, and a recipient's is older than that of any reply.
_AT: ColumnElement[Any] = func.date_trunc(
    "second",
    func.coalesce(
        func.least(
            col(CampaignRecipient.sent_at),
            col(CampaignRecipient.delivered_at),
            col(CampaignRecipient.read_at),
        ),
        col(CampaignRecipient.accepted_at),
    ),
)
_WAS_TAKEN = col(CampaignRecipient.accepted_at).is_not(None)


def _by_contact(statement: Any, workspace_id: UUID) -> Any:
    """Join recipients with the threads of the contacts they are."""
    return statement.join(
        Conversation,
        and_(
            col(Conversation.number_id) == col(CampaignRecipient.number_id),
            col(Conversation.contact_id) == col(CampaignRecipient.contact_id),
        ),
    ).where(*_of_workspace(workspace_id))


def _by_phone(statement: Any, workspace_id: UUID) -> Any:
    """Join people of files, who are known by their number alone, with their threads."""
    return (
        statement.join(
            Contact,
            and_(
                col(Contact.workspace_id) == workspace_id,
                col(Contact.phone) == col(CampaignRecipient.phone),
            ),
        )
        .join(
            Conversation,
            and_(
                col(Conversation.number_id) == col(CampaignRecipient.number_id),
                col(Conversation.contact_id) == col(Contact.id),
            ),
        )
        .where(*_of_workspace(workspace_id), col(CampaignRecipient.contact_id).is_(None))
    )


def _of_workspace(workspace_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        col(CampaignRecipient.workspace_id) == workspace_id,
        col(Conversation.workspace_id) == workspace_id,
    )


_WAYS = (_by_contact, _by_phone)
"""How a recipient is in a thread; apart, as each has an index of its own."""


def positions(
    workspace_id: UUID, threads: ColumnElement[bool], campaign_ids: Collection[UUID] | None
) -> Any:
    """Return a SELECT of when what campaigns sent reached some threads."""
    keys = select(_AT.label("at"), col(CampaignRecipient.id).label("id")).where(threads, _WAS_TAKEN)
    if campaign_ids is not None:
        keys = keys.where(any_of(col(CampaignRecipient.campaign_id), campaign_ids))
    return union_all(*(way(keys, workspace_id) for way in _WAYS))


async def load(
    session: AsyncSession, workspace_id: UUID, entry_ids: Collection[UUID]
) -> list[SentEntry]:
    """Return what campaigns sent, by the recipients' ids; who has no thread is left out."""
    whole = sa_select(
        CampaignRecipient, _AT, col(Conversation.id), col(Conversation.contact_id), Campaign
    ).join(Campaign, col(Campaign.id) == col(CampaignRecipient.campaign_id))
    found: list[SentEntry] = []
    for some in chunks(entry_ids):
        for way in _WAYS:
            statement = way(whole, workspace_id).where(
                any_of(col(CampaignRecipient.id), some), _WAS_TAKEN
            )
            found += [_entry(*row) for row in await session.exec(statement)]
    return found


async def load_places(
    session: AsyncSession, workspace_id: UUID, recipient_ids: Collection[UUID]
) -> dict[UUID, ThreadPlace]:
    """Return where the chats of recipients are, of those who have one."""
    places = sa_select(
        col(CampaignRecipient.id), col(Conversation.id), col(Conversation.assignee_id)
    )
    found: dict[UUID, ThreadPlace] = {}
    for some in chunks(recipient_ids):
        for way in _WAYS:
            statement = way(places, workspace_id).where(any_of(col(CampaignRecipient.id), some))
            found |= {
                row_id: ThreadPlace(*place) for row_id, *place in await session.exec(statement)
            }
    return found


def _entry(
    row: CampaignRecipient, at: Any, thread_id: UUID, contact_id: UUID, campaign: Campaign
) -> SentEntry:
    raw, template_id = campaign.template, campaign.template_id
    if row.variant:
        raw, template_id = campaign.template_b, campaign.template_b_id
    sent = Template.of(raw)
    status = _STATUSES.get(row.state, MessageStatus.ACCEPTED)
    return SentEntry(
        id=row.id,
        conversation_id=thread_id,
        contact_id=contact_id,
        number_id=row.number_id,
        at=at,
        body=templates.words_of(sent, row.values),
        content={"template": templates.bubble_of(template_id, sent, row.values)},
        status=status,
        wamid=row.wamid or "",
        error_code=row.error_code,
        error_text=row.reason if status is MessageStatus.FAILED else "",
        origin=ORIGIN,
        sender_id=campaign.id,
        sender_name=campaign.name,
        media_id=campaign.header_media_id,
        changed_at=row.updated_at,
    )


async def find(
    session: AsyncSession, workspace_id: UUID, messages: Collection[tuple[UUID, str]]
) -> Mapping[tuple[UUID, str], UUID]:
    """Return whom these messages, by number and `wamid`, were sent to."""
    return await RecipientRepository(session, workspace_id).ids_by_wamid(messages)


SOURCE = ThreadSource(Topic.CAMPAIGN, positions, load, find)
