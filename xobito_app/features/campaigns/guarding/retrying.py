"""Trying again those of a campaign it did not reach, within what Meta lets the portfolio send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.permissions import Actor
from xobito_app.features.campaigns.guarding.steering import changed, go_on, lock_campaign
from xobito_app.features.campaigns.launching.limits import allot, lock_headroom
from xobito_app.features.campaigns.repository import PIECE
from xobito_app.features.campaigns.schemas import CampaignView, RetryPlan
from xobito_app.features.connection import service as connection
from xobito_app.models.campaigns import Campaign, CampaignStatus

_ENDED = frozenset({CampaignStatus.COMPLETED, CampaignStatus.CANCELLED, CampaignStatus.PAUSED})

# Who may be tried again. After 131049 Meta wants a day of silence, of all campaigns together one
# try a day, and none after a week.
_REPEATABLE = """
  FROM campaign_recipient o
  WHERE o.workspace_id = :workspace_id AND o.campaign_id = :campaign_id
    AND o.state IN ('failed', 'expired', 'cancelled') AND o.updated_at < :now
    AND NOT EXISTS (
      SELECT FROM contact p WHERE p.workspace_id = :workspace_id AND :is_marketing
        AND p.opted_out_at IS NOT NULL
        AND (p.id = o.contact_id OR (o.contact_id IS NULL AND p.phone = o.phone)))
    AND (o.error_code IS DISTINCT FROM 131049 OR (
      coalesce(o.failed_at, o.updated_at) <= CAST(:now AS timestamptz) - interval '24 hours'
      AND :launched_at > CAST(:now AS timestamptz) - interval '7 days'
      AND NOT EXISTS (
        SELECT FROM campaign_recipient d
        WHERE d.workspace_id = :workspace_id AND d.id <> o.id
          AND d.phone = o.phone AND d.phone <> ''
          AND (d.accepted_at > CAST(:now AS timestamptz) - interval '24 hours'
            OR d.state IN ('queued', 'claimed', 'dispatching')))))
"""
_COUNT = text(f"SELECT count(*) {_REPEATABLE}")

# Each keeps what became of the try before.
_RETRY = text(f"""
UPDATE campaign_recipient r SET state = 'queued', due_at = :due_at, attempts = 0, reason = '',
  history = r.history || jsonb_build_array(jsonb_build_object(
    'wamid', r.wamid, 'state', r.state, 'reason', r.reason, 'error_code', r.error_code,
    'at', coalesce(r.failed_at, r.updated_at))),
  wamid = NULL, attempt_id = NULL, error_code = NULL, claimed_at = NULL, accepted_at = NULL,
  sent_at = NULL, delivered_at = NULL, read_at = NULL, failed_at = NULL, settled_at = NULL,
  pricing = '{{}}', updated_at = :now
WHERE r.id IN (
  SELECT o.id {_REPEATABLE}
  ORDER BY o.id LIMIT :most FOR UPDATE)
""")  # noqa: S608 - our own words


async def plan_retry(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> RetryPlan:
    """Return how many may be tried again, and how many of them Meta lets through today.

    Raises:
        Conflict: It is a draft, or being sent.
        Invalid: Nobody of it may be tried again now.
        Forbidden, NotFound: As `pause_campaign`.
    """
    return (await _plan(session, actor, campaign_id))[1]


async def retry_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, splits_days: bool = False
) -> CampaignView:
    """Try again those that failed, expired or were cancelled; earlier tries stay known.

    Meta's marketing cap (131049) is left alone for a day, tried once a day for all campaigns, and
    not at all after a week.

    Args:
        splits_days: Who is over Meta's limit of 24 hours is tried on a later day.

    Raises:
        Conflict: It is a draft, or being sent.
        Invalid: Nobody of it may be tried again now; or, of `splits_days`, Meta lets through fewer
            than are to be tried.
        Forbidden, NotFound: As `pause_campaign`.
    """
    row, plan = await _plan(session, actor, campaign_id)
    if plan.over and not (splits_days or row.splits_days):
        raise Invalid.field("splits_days", over_limit(plan))
    now = clock.now()
    count = await _queue(session, row, await _rooms(session, row, now, splits_days=True), now)
    row.finished_at = None
    go_on(session, row)
    return await changed(session, actor, "campaign.retried", row, people=count)


def over_limit(plan: RetryPlan) -> str:
    """Say in one sentence why not all can be tried again today, and what to do."""
    return (
        f"{plan.people:,} would be tried again, and Meta lets you write to {plan.free:,} more "
        "people in 24 hours. Spread them over the days to come."
    )


async def _plan(
    session: AsyncSession, actor: Actor, campaign_id: UUID
) -> tuple[Campaign, RetryPlan]:
    # One launch or retry of a workspace after another: each sees whom the one before has queued.
    await lock_headroom(session, actor.workspace_id)
    row = await lock_campaign(session, actor, campaign_id)
    if row.status not in _ENDED:
        raise Conflict("Wait until the campaign is over, or pause it first.")
    now = clock.now()
    counted = await (await session.connection()).execute(_COUNT, _given(row, now))
    people = int(counted.scalar_one())
    if not people:
        raise Invalid("Nobody of this campaign may be tried again now.")
    (free,) = (await _rooms(session, row, now, splits_days=False)).values()
    return row, RetryPlan(people, free)


async def _rooms(
    session: AsyncSession, row: Campaign, now: datetime, *, splits_days: bool
) -> Mapping[datetime, int | None]:
    """Return how many may be tried again at each moment; None is any number."""
    lines = await connection.lines_of(
        session, row.workspace_id, [row.number_id] if row.number_id else []
    )
    if not lines:
        raise Invalid("The number of this campaign is gone. Connect it again first.")
    ((number, _),) = lines.values()
    _, allotment = await allot(session, row, number, now, splits_days=splits_days, counts_own=True)
    return allotment.rooms


async def _queue(
    session: AsyncSession, row: Campaign, rooms: Mapping[datetime, int | None], now: datetime
) -> int:
    """Queue in pieces whom there is room for, the earliest moments first; return how many."""
    connected = await session.connection()
    total = 0
    for moment, room in rooms.items():
        left = room
        while left is None or left > 0:
            most = PIECE if left is None else min(PIECE, left)
            given = {**_given(row, now), "due_at": moment, "most": most}
            met = (await connected.execute(_RETRY, given)).rowcount
            total += met
            if met < most:
                return total
            left = None if left is None else left - met
    return total


def _given(row: Campaign, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": row.workspace_id,
        "campaign_id": row.id,
        "now": now,
        "is_marketing": row.category == "MARKETING",
        "launched_at": row.launched_at or now,
    }
