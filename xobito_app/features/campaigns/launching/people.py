"""The people of an audience, judged, in bounded pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import NotFound
from xobito_app.features.campaigns.launching.judging import (
    MARKETING,
    Brief,
    Candidate,
    Judgement,
    judge,
)
from xobito_app.features.campaigns.repository import PIECE
from xobito_app.features.campaigns.schemas import Audience
from xobito_app.features.campaigns.views import audience_of, load_templates, values_of
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.schemas import Addressee, ContactFilter
from xobito_app.models.campaigns import Campaign, CampaignFileRow, CampaignRecipient
from xobito_app.persistence.arrays import any_of


async def load_brief(session: AsyncSession, row: Campaign) -> Brief:
    """Return what a campaign says."""
    templates = await load_templates(session, row)
    return Brief(
        templates=templates,
        values=values_of(row),
        media_id=row.header_media_id,
        is_marketing=any(template.category == MARKETING for template in templates),
    )


async def walk_judged(
    session: AsyncSession, row: Campaign, brief: Brief
) -> AsyncIterator[list[Judgement]]:
    """Yield everybody of the audience in its order, a piece at a time.

    What is kept of those before is one number each.
    """
    seen: set[int] = set()
    since = clock.now() - timedelta(seconds=row.skip_seconds) if row.skip_seconds else None
    async for piece in walk(session, row, brief.placeholders):
        contacted: set[UUID | str] = set()
        if since is not None:
            contacted = await _contacted(session, row, piece, since)
        judged: list[Judgement] = []
        for candidate in piece:
            mark = hash(candidate.key)
            is_reachable = bool(candidate.phone or candidate.user_id)
            judged.append(
                judge(
                    brief,
                    candidate,
                    is_repeated=is_reachable and mark in seen,
                    was_contacted=candidate.phone in contacted or candidate.contact_id in contacted,
                )
            )
            if is_reachable:
                seen.add(mark)
        yield judged


async def walk(
    session: AsyncSession, row: Campaign, placeholders: Collection[str], *, after: int = 0
) -> AsyncIterator[list[Candidate]]:
    """Yield the audience in its order, a piece at a time.

    Args:
        after: Of a file: the position to go on behind.
    """
    audience = audience_of(row)
    if audience.file is not None:
        pieces = _walk_file(session, row, audience, placeholders, after)
    else:
        pieces = _walk_contacts(session, row, audience, placeholders)
    async for piece in pieces:
        yield piece


async def filter_of(
    session: AsyncSession, workspace_id: UUID, audience: Audience
) -> ContactFilter | None:
    """Return which contacts are meant; None for nobody, as with a segment that is gone."""
    if audience.group_ids:
        return ContactFilter(group_ids=audience.group_ids)
    if audience.contact_ids:
        return ContactFilter(ids=audience.contact_ids)
    if audience.segment_id:
        try:
            return await contacts.load_segment(session, workspace_id, audience.segment_id)
        except NotFound:
            return None
    return audience.contact_filter


async def _walk_contacts(
    session: AsyncSession, row: Campaign, audience: Audience, placeholders: Collection[str]
) -> AsyncIterator[list[Candidate]]:
    contact_filter = await filter_of(session, row.workspace_id, audience)
    last, position = None, 0
    while contact_filter is not None:
        found = await contacts.walk_addressees(
            session,
            row.workspace_id,
            contact_filter=contact_filter,
            except_group_ids=audience.except_group_ids,
            placeholders=placeholders,
            after=last,
            limit=PIECE,
        )
        yield [candidate_of(position + place, one) for place, one in enumerate(found, start=1)]
        if len(found) < PIECE:
            return
        position, last = position + len(found), found[-1].id


def candidate_of(position: int, one: Addressee) -> Candidate:
    """Take a contact over into an audience."""
    return Candidate(
        position=position,
        contact_id=one.id,
        phone=one.phone,
        user_id=None if one.phone else one.user_id,
        name=one.name,
        is_enabled=one.is_enabled,
        is_opted_out=one.opted_out_at is not None,
        texts=one.texts,
    )


async def _walk_file(
    session: AsyncSession,
    row: Campaign,
    audience: Audience,
    placeholders: Collection[str],
    after: int,
) -> AsyncIterator[list[Candidate]]:
    last = after
    while True:
        statement = (
            select(CampaignFileRow)
            .where(col(CampaignFileRow.workspace_id) == row.workspace_id)
            .where(col(CampaignFileRow.campaign_id) == row.id)
            .where(col(CampaignFileRow.position) > last)
            .order_by(col(CampaignFileRow.position))
            .limit(PIECE)
        )
        found = (await session.exec(statement)).all()
        known = await contacts.find_addressees(
            session,
            row.workspace_id,
            {one.phone for one in found if one.phone},
            except_group_ids=audience.except_group_ids,
            placeholders=placeholders,
        )
        pairs = [(one, known.get(one.phone)) for one in found]
        yield [
            _of_file(one, contact)
            for one, contact in pairs
            if contact is None or not contact.is_excepted
        ]
        if len(found) < PIECE:
            return
        last = found[-1].position


def _of_file(one: CampaignFileRow, contact: Addressee | None) -> Candidate:
    return Candidate(
        position=one.position,
        contact_id=contact.id if contact else None,
        phone=one.phone,
        name=contact.name if contact else one.phone or one.written,
        is_enabled=contact.is_enabled if contact else True,
        is_opted_out=contact is not None and contact.opted_out_at is not None,
        problem=one.problem,
        texts=contact.texts if contact else {},
        columns=one.columns,
    )


async def _contacted(
    session: AsyncSession, row: Campaign, piece: Sequence[Candidate], since: object
) -> set[UUID | str]:
    """Return the numbers and contacts of a piece that got a campaign since a moment."""
    recent = (
        select(col(CampaignRecipient.phone), col(CampaignRecipient.contact_id))
        .where(col(CampaignRecipient.workspace_id) == row.workspace_id)
        .where(col(CampaignRecipient.campaign_id) != row.id)
        .where(col(CampaignRecipient.accepted_at) >= since)
    )
    found: set[UUID | str] = set()
    phones = [one.phone for one in piece if one.phone]
    for phone, _ in await session.exec(recent.where(any_of(col(CampaignRecipient.phone), phones))):
        found.add(phone)
    ids = [one.contact_id for one in piece if one.contact_id]
    for _, contact_id in await session.exec(
        recent.where(any_of(col(CampaignRecipient.contact_id), ids))
    ):
        if contact_id:
            found.add(contact_id)
    return found
