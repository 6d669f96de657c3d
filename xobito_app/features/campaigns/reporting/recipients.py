"""The recipients of a campaign, one by one: a list to look through, and a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.csv_lines import csv_lines
from xobito_app.core.errors import Invalid
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.repository import (
    PIECE,
    CampaignRepository,
    RecipientRepository,
)
from xobito_app.features.campaigns.schemas import RecipientLine, RecipientState
from xobito_app.features.campaigns.thread_entries import load_places
from xobito_app.models.campaigns import Campaign, CampaignRecipient
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.unit_of_work import unit_of_work

MOST_PER_PAGE = 100
LONGEST_SEARCH = 200
REPLIED = "replied"
OPTED_OUT = "opted_out"
TAPPED = "tapped"
"""Besides the states, what a list can be narrowed to."""
STEPS = {f"any_{step}": states for step, states in rules.REACHED.items()}
"""The steps of a report as lists, each with those who came further."""
_HEADINGS = (
    "Phone",
    "Name",
    "State",
    "Reason",
    "Error code",
    "Message id",
    "Sent (UTC)",
    "Delivered (UTC)",
    "Read (UTC)",
    "Replied (UTC)",
    "Opted out (UTC)",
)
_MOMENTS = ("accepted_at", "delivered_at", "read_at", "replied_at", "opted_out_at")


async def list_recipients(
    session: AsyncSession,
    actor: Actor,
    *,
    campaign_id: UUID,
    state: str = "",
    search: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[RecipientLine]:
    """Return a window of recipients in the order of the audience.

    Args:
        state: A word of `RecipientState`, `replied`, `tapped`, `opted_out` or a step of `STEPS`;
            empty for all.
        search: Part of a name or number.

    Raises:
        Forbidden: The actor may not see campaigns.
        Invalid: There is no such state, or the cursor is damaged.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id)
    size = max(1, min(limit, MOST_PER_PAGE))
    after = _position(cursor)
    rows = await _window(session, row, state, search, after, size + 1)
    window = rows[:size]
    more = paging.encode_words(str(window[-1].id)) if len(rows) > size else ""
    return Page(await load_recipient_lines(session, row.workspace_id, window), more)


async def load_recipient_lines(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[CampaignRecipient]
) -> tuple[RecipientLine, ...]:
    """Return recipients as lists show them, with their chats."""
    places = await load_places(session, workspace_id, [row.id for row in rows])
    return tuple(taken_from(row, RecipientLine, thread=places.get(row.id)) for row in rows)


def _position(cursor: str) -> UUID | None:
    if not cursor:
        return None
    (word,) = paging.decode_words(cursor, 1)
    try:
        return UUID(word)
    except ValueError:
        raise Invalid("This page link is damaged. Start again from the first page.") from None


async def _window(
    session: AsyncSession,
    row: Campaign,
    state: str,
    search: str,
    after: UUID | None,
    limit: int,
) -> Sequence[CampaignRecipient]:
    recipients = RecipientRepository(session, row.workspace_id)
    # Ids grow with time: from the launch on, the primary key is walked in order.
    first = after or _first_id(row.launched_at or row.created_at)
    statement = (
        recipients.scoped()
        .where(col(CampaignRecipient.campaign_id) == row.id)
        .where(col(CampaignRecipient.id) > first)
    )
    if state == REPLIED:
        statement = statement.where(col(CampaignRecipient.replied_at).is_not(None))
    elif state == TAPPED:
        statement = statement.where(text("taps <> '{}'"))
    elif state == OPTED_OUT:
        statement = statement.where(col(CampaignRecipient.opted_out_at).is_not(None))
    elif state:
        if state not in STEPS and state not in set(RecipientState):
            raise Invalid.field("state", f"Recipients have no state “{state}”.")
        states = STEPS.get(state, (state,))
        statement = statement.where(any_of(col(CampaignRecipient.state), states))
    word = one_line(search)[:LONGEST_SEARCH]
    digits = "".join(mark for mark in word if mark.isdigit())
    if word:
        is_meant = col(CampaignRecipient.name).icontains(word, autoescape=True)
        if digits and not any(mark.isalpha() for mark in word):
            is_meant |= col(CampaignRecipient.phone).contains(digits)
        statement = statement.where(is_meant)
    return await recipients.all(statement.order_by(col(CampaignRecipient.id)).limit(limit))


def _first_id(moment: datetime) -> UUID:
    # A launch takes a while and its clock may be another machine's.
    return UUID(int=int((moment.timestamp() - 3600) * 1000) << 80)


async def export_recipients(actor: Actor, *, campaign_id: UUID) -> AsyncIterator[str]:
    """Yield all recipients as CSV, a piece at a time; opens its own transactions.

    Raises:
        Forbidden: The actor may see campaigns or export contacts, but not both.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    require(actor, Permission.CONTACTS_EXPORT)
    async with unit_of_work(actor.workspace_id) as uow:
        row = await CampaignRepository(uow.session, actor.workspace_id).get(campaign_id)
        activity.record(
            uow.session,
            actor,
            "campaign.exported",
            about="campaign",
            object_id=row.id,
            name=row.name,
        )
    yield csv_lines([_HEADINGS])
    after: UUID | None = None
    while True:
        async with unit_of_work(actor.workspace_id) as uow:
            rows = await _window(uow.session, row, "", "", after, PIECE)
        yield csv_lines(_cells(one) for one in rows)
        if len(rows) < PIECE:
            return
        after = rows[-1].id


def _cells(row: CampaignRecipient) -> tuple[object, ...]:
    moments = (getattr(row, name) for name in _MOMENTS)
    return (
        row.phone,
        row.name,
        row.state,
        row.reason,
        row.error_code,
        row.wamid,
        *(f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "" for moment in moments),
    )
