"""What a launch would do, without doing it: counted, listed, previewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, paging
from xobito_app.core.csv_lines import csv_lines
from xobito_app.core.errors import Conflict, Invalid, NotFound
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.phone import E164, country_of
from xobito_app.features.activity import service as activity
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.launching import people
from xobito_app.features.campaigns.launching.allotting import Allotment
from xobito_app.features.campaigns.launching.judging import Candidate, Judgement, judge
from xobito_app.features.campaigns.launching.limits import allot, rate_of
from xobito_app.features.campaigns.rates import load_rates
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import (
    DryRun,
    ExcludedLine,
    Exclusion,
    Headroom,
    Preview,
)
from xobito_app.features.campaigns.views import audience_of, load_templates, problems_of
from xobito_app.features.connection import service as connection
from xobito_app.features.contacts import service as contacts
from xobito_app.models.campaigns import Campaign, CampaignFileRow
from xobito_app.models.connection import Number
from xobito_app.persistence.unit_of_work import unit_of_work

UNDO = timedelta(seconds=5)
"""So long after a launch nothing leaves: it can be undone."""
OVER_LIMIT = "Meta's limit of people a day is used up."
_HEADINGS = ("Position", "Name", "Phone", "Reason", "Explanation")


@dataclass(slots=True)
class Course:
    """An audience on its way to being sent to: every person judged, and given a moment.

    Attributes:
        countries: People who get it, by country.
    """

    session: AsyncSession
    row: Campaign
    number: Number
    headroom: Headroom
    allotment: Allotment
    excluded: Counter[str] = field(default_factory=Counter[str])
    countries: Counter[str] = field(default_factory=Counter[str])
    audience: int = 0

    @property
    def will_send(self) -> int:
        """How many get it so far."""
        return self.countries.total()

    async def walk(self) -> AsyncIterator[list[tuple[Judgement, datetime | None]]]:
        """Yield everybody with the moment they are due; None for who gets nothing."""
        brief = await people.load_brief(self.session, self.row)
        async for piece in people.walk_judged(self.session, self.row, brief):
            yield [self._place(judged) for judged in piece]

    def _place(self, judged: Judgement) -> tuple[Judgement, datetime | None]:
        self.audience += 1
        due = None if judged.exclusion else self.allotment.take()
        if due is None and judged.exclusion is None:
            judged = replace(judged, exclusion=Exclusion.OVER_LIMIT, sentence=OVER_LIMIT)
        if judged.exclusion:
            self.excluded[str(judged.exclusion)] += 1
        else:
            self.countries[country_code(judged.candidate)] += 1
        return judged, due


def country_code(candidate: Candidate) -> str:
    """Return the country Meta prices somebody's messages by: that of the number."""
    return (country_of(E164(candidate.phone)) or "") if candidate.phone else ""


async def begin_course(session: AsyncSession, row: Campaign) -> Course:
    """Make sure that a campaign is whole, and stand at the beginning of its audience.

    Raises:
        Invalid: `fields` names what is missing.
    """
    lines = await connection.lines_of(
        session, row.workspace_id, [row.number_id] if row.number_id else []
    )
    chosen = await load_templates(session, row)
    problems: dict[str, list[str]] = {}
    for name, sentence in problems_of(row, chosen, has_number=bool(lines)):
        problems.setdefault(name, []).append(sentence)
    if problems or not row.number_id:
        raise Invalid(next(iter(problems.values()))[0], problems)
    number, _ = lines[row.number_id]
    begins_at = max(row.scheduled_at or clock.now(), clock.now()) + (
        timedelta(0) if row.scheduled_at else UNDO
    )
    room, allotment = await allot(session, row, number, begins_at, splits_days=row.splits_days)
    return Course(session, row, number, room, allotment)


async def dry_run(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> DryRun:
    """Return what a launch would do now: everybody is judged and every message built.

    Raises:
        Conflict: It has begun.
        Forbidden: The actor may not see campaigns.
        Invalid: `fields` names what is missing.
        NotFound: The workspace has no such campaign.
    """
    row = await _get(session, actor, campaign_id)
    course = await begin_course(session, row)
    async for _ in course.walk():
        pass
    rates = await load_rates(session, row.workspace_id)
    rate = rate_of(course.number)
    return DryRun(
        audience=course.audience,
        will_send=course.will_send,
        excluded={str(reason): course.excluded[str(reason)] for reason in Exclusion},
        estimate=rates.estimate(row.category, course.countries),
        seconds=course.allotment.seconds(rate),
        headroom=course.headroom,
        days=course.allotment.shares(),
    )


async def _get(session: AsyncSession, actor: Actor, campaign_id: UUID) -> Campaign:
    require(actor, Permission.CAMPAIGNS_VIEW)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id)
    if row.status not in rules.CHANGEABLE:
        raise Conflict("This campaign has begun. Its report says what came of it.")
    return row


async def list_excluded(
    session: AsyncSession,
    actor: Actor,
    *,
    campaign_id: UUID,
    reason: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[ExcludedLine]:
    """Return a window of those who would get nothing, in the order of the audience.

    Raises:
        Conflict, Forbidden, Invalid, NotFound: As `dry_run`; or the cursor is damaged.
    """
    row = await _get(session, actor, campaign_id)
    course = await begin_course(session, row)
    after = _position(cursor)
    found: list[ExcludedLine] = []
    async for piece in course.walk():
        found += [line for line in _lines(piece, reason) if line.position > after]
        if len(found) > limit:
            return Page(tuple(found[:limit]), paging.encode_words(str(found[limit - 1].position)))
    return Page(tuple(found))


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    (word,) = paging.decode_words(cursor, 1)
    if not word.isdigit():
        raise Invalid("This page link is damaged. Start again from the first page.")
    return int(word)


def _lines(piece: Sequence[tuple[Judgement, datetime | None]], reason: str) -> list[ExcludedLine]:
    return [
        ExcludedLine(
            judged.candidate.position,
            judged.candidate.name,
            judged.candidate.phone,
            judged.candidate.contact_id,
            judged.exclusion,
            judged.sentence,
        )
        for judged, _ in piece
        if judged.exclusion and reason in {"", str(judged.exclusion)}
    ]


async def export_excluded(actor: Actor, *, campaign_id: UUID) -> AsyncIterator[str]:
    """Yield those who would get nothing as CSV, while they are found.

    Raises:
        Conflict, Invalid, NotFound: As `dry_run`, before the first line.
        Forbidden: The actor may see campaigns or export contacts, but not both.
    """
    require(actor, Permission.CONTACTS_EXPORT)
    async with unit_of_work(actor.workspace_id) as uow:
        row = await _get(uow.session, actor, campaign_id)
        course = await begin_course(uow.session, row)
        activity.record(
            uow.session,
            actor,
            "campaign.excluded_exported",
            about="campaign",
            object_id=row.id,
            name=row.name,
        )
        yield csv_lines([_HEADINGS])
        async for piece in course.walk():
            yield csv_lines(
                (line.position, line.name, line.phone, line.reason, line.sentence)
                for line in _lines(piece, "")
            )


async def preview(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, position: int = 1, variant: int = 0
) -> Preview:
    """Return what the person at a position of the audience would get.

    Raises:
        Forbidden: The actor may not see campaigns.
        Invalid: There is no template yet.
        NotFound: Nobody stands there.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id)
    brief = await people.load_brief(session, row)
    if not brief.templates:
        raise Invalid.field("template_id", "Choose a template.")
    candidate = await _find(session, row, brief.placeholders, max(1, position))
    judged = judge(
        brief,
        candidate,
        is_repeated=await _is_repeated(session, row, candidate),
        was_contacted=False,
    )
    template = brief.templates[min(max(0, variant), len(brief.templates) - 1)]
    return Preview(
        position=candidate.position,
        name=candidate.name,
        phone=candidate.phone,
        contact_id=candidate.contact_id,
        exclusion=judged.exclusion,
        sentence=judged.sentence,
        values=judged.values,
        template=template.raw,
    )


async def _find(
    session: AsyncSession, row: Campaign, placeholders: frozenset[str], position: int
) -> Candidate:
    audience = audience_of(row)
    if audience.file is None:
        contact_filter = await people.filter_of(session, row.workspace_id, audience)
        if contact_filter is not None:
            found = await contacts.walk_addressees(
                session,
                row.workspace_id,
                contact_filter=contact_filter,
                except_group_ids=audience.except_group_ids,
                placeholders=placeholders,
                skip=position - 1,
                limit=1,
            )
            if found:
                return people.candidate_of(position, found[0])
    else:
        async for piece in people.walk(session, row, placeholders, after=position - 1):
            if piece:
                return piece[0]
    raise NotFound("Nobody stands there in the audience.")


async def _is_repeated(session: AsyncSession, row: Campaign, candidate: Candidate) -> bool:
    if audience_of(row).file is None or not candidate.phone:
        return False
    statement = (
        select(CampaignFileRow.position)
        .where(col(CampaignFileRow.workspace_id) == row.workspace_id)
        .where(col(CampaignFileRow.campaign_id) == row.id)
        .where(col(CampaignFileRow.position) < candidate.position)
        .where(col(CampaignFileRow.phone) == candidate.phone)
        .limit(1)
    )
    return (await session.exec(statement)).first() is not None
