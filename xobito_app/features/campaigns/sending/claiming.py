"""Taking recipients in hand: fairly between campaigns, with what it takes to send to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.sending.allowance import allowance
from xobito_app.features.connection import service as connection_service
from xobito_app.models.campaigns import Campaign, CampaignRecipient, RecipientState
from xobito_app.models.connection import Connection, ConnectionState, Number
from xobito_app.persistence.leased_work import Claimed, LeasedTable
from xobito_app.whatsapp.templates import Template

LEASE = timedelta(seconds=90)
"""Longer than any request lasts: whoever had the recipient in hand is gone."""

RECIPIENTS = LeasedTable(
    CampaignRecipient,
    waiting=(RecipientState.QUEUED,),
    held=RecipientState.CLAIMED,
    lease=LEASE,
    due="due_at",
    order=("due_at", "id"),
)
"""Until its request begins, a recipient may be taken up by the next worker."""

BEGUN = LeasedTable(
    CampaignRecipient,
    waiting=(),
    held=RecipientState.DISPATCHING,
    lease=LEASE,
    unknown=RecipientState.UNRESOLVED,
)
"""From then on it may have reached Meta: nobody sends it again by themselves."""


@dataclass(frozen=True, slots=True)
class Course:
    """A campaign at work with all that is the same for its recipients.

    Attributes:
        templates: As they were at launch: one, or two in an A/B test.
        stopped: Why nothing of it may leave; empty when it may.
    """

    campaign: Campaign
    number: Number
    connection: Connection
    templates: tuple[Template, ...]
    stopped: str = ""

    @property
    def rate(self) -> float:
        """Messages a second Meta lets the number send and receive."""
        return connection_service.messages_a_second(
            self.number.throughput_level, is_on_biz_app=self.number.is_on_biz_app
        )


@dataclass(frozen=True, slots=True)
class Addressed:
    """What of a recipient is read to send to them."""

    campaign_id: UUID
    phone: str
    user_id: str | None
    values: Mapping[str, str]
    variant: int
    attempts: int


@dataclass(slots=True)
class ClaimedRecipient(Claimed[Addressed]):
    """A recipient in hand, and the campaign it belongs to.

    Attributes:
        attempt_id: What Meta's webhooks will call this attempt.
        mark: Of its turn to be sent.
    """

    course: Course
    attempt_id: UUID = field(default_factory=ids.new)
    mark: str = ""

    @property
    def template(self) -> Template:
        """What they get."""
        return self.course.templates[min(self.row.variant, len(self.course.templates) - 1)]


async def list_courses(session: AsyncSession, workspace_id: UUID) -> list[Course]:
    """Return the campaigns whose requests may leave now."""
    campaigns = await CampaignRepository(session, workspace_id).list_at_work()
    lines = await connection_service.lines_of(
        session, workspace_id, [one.number_id for one in campaigns if one.number_id]
    )
    return [
        _course(campaign, *line)
        for campaign in campaigns
        if campaign.number_id and (line := lines.get(campaign.number_id))
    ]


def _course(campaign: Campaign, number: Number, connection: Connection) -> Course:
    templates = [Template.of(raw) for raw in (campaign.template, campaign.template_b) if raw]
    is_connected = connection.state == ConnectionState.CONNECTED
    stopped = "" if is_connected else "The WhatsApp number was disconnected."
    return Course(campaign, number, connection, tuple(templates), stopped)


async def claim(
    session: AsyncSession,
    workspace_id: UUID,
    courses: Sequence[Course],
    free: Mapping[UUID, int],
    *,
    first: int = 0,
) -> list[ClaimedRecipient]:
    """Take due recipients in hand, as many of each campaign of a number.

    Args:
        free: How many more of each number may be in hand.
        first: Which campaign comes first this time, so that none always does.
    """
    claimed: list[ClaimedRecipient] = []
    for course, share in _shares(courses, free, first):
        share = min(share, await allowance(session, course.campaign, most=share))
        rows = await RECIPIENTS.claim_columns(
            session,
            workspace_id,
            share,
            [one.name for one in fields(Addressed)],
            col(CampaignRecipient.campaign_id) == course.campaign.id,
        )
        claimed += [
            ClaimedRecipient(lease=lease, row=Addressed(*columns), course=course)
            for lease, columns in rows
        ]
    return claimed


def _shares(
    courses: Sequence[Course], free: Mapping[UUID, int], first: int
) -> Iterator[tuple[Course, int]]:
    by_number: dict[UUID, list[Course]] = {}
    for course in courses:
        by_number.setdefault(course.number.id, []).append(course)
    for number_id, beside in by_number.items():
        share = math.ceil(free.get(number_id, 0) / len(beside))
        start = first % len(beside)
        if share > 0:
            for course in (*beside[start:], *beside[:start]):
                yield course, share
