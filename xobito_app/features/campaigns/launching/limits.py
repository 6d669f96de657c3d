"""Meta's daily limit as a launch sees it: for the whole portfolio, all numbers, a rolling day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.campaigns.launching.allotting import (
    DAY,
    Allotment,
    headroom,
    later_days,
)
from xobito_app.features.campaigns.schemas import Headroom
from xobito_app.features.connection import service as connection
from xobito_app.models.campaigns import Campaign
from xobito_app.models.connection import Number

# Sent within the day before, or still to be sent until a day later: whatever rolling day this
# launch falls into, it holds no more than these. A person of two campaigns counts twice, which
# keeps on the safe side.
_USED = text("""
SELECT count(*) FROM campaign_recipient r
JOIN campaign c ON c.id = r.campaign_id AND c.workspace_id = :workspace_id
WHERE r.workspace_id = :workspace_id AND (:counts_own OR r.campaign_id <> :campaign_id)
  AND c.status IN ('scheduled', 'sending', 'paused', 'completed', 'cancelled')
  AND (c.finished_at IS NULL OR c.finished_at > :since)
  AND ((r.accepted_at > :since AND r.state <> 'failed')
    OR (r.state IN ('queued', 'claimed', 'dispatching', 'unresolved')
        AND r.due_at < :until))
""")


async def lock_headroom(session: AsyncSession, workspace_id: UUID) -> None:
    """Let launches of a workspace reckon one after another until the transaction ends."""
    await (await session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"campaign headroom {workspace_id}"},
    )


async def load_headroom(
    session: AsyncSession, row: Campaign, begins_at: datetime, *, counts_own: bool = False
) -> Headroom:
    """Return how many people may be written to in the day that begins then."""
    tier = await connection.load_tier(session, row.workspace_id)
    if tier.limit is None:
        return headroom(None, tier.used)
    return headroom(tier.limit, tier.used + await _reserved(session, row, begins_at, counts_own))


async def allot(
    session: AsyncSession,
    row: Campaign,
    number: Number,
    begins_at: datetime,
    *,
    splits_days: bool,
    counts_own: bool = False,
) -> tuple[Headroom, Allotment]:
    """Return the headroom and the moments it leaves for this campaign.

    Args:
        counts_own: What the campaign itself has sent or still sends takes room too, as it does
            when others of it are tried again.
    """
    room = await load_headroom(session, row, begins_at, counts_own=counts_own)
    if room.limit is None or room.free is None:
        return room, Allotment({begins_at: None})
    if not splits_days:
        return room, Allotment({begins_at: room.free})
    rooms: dict[datetime, int | None] = {}
    for moment in later_days(begins_at, room.limit, rate_of(number)):
        used = (
            room.used if moment == begins_at else await _reserved(session, row, moment, counts_own)
        )
        rooms[moment] = max(0, room.limit - used)
    return room, Allotment(rooms)


async def _reserved(
    session: AsyncSession, row: Campaign, moment: datetime, counts_own: bool
) -> int:
    found = await (await session.connection()).execute(
        _USED,
        {
            "workspace_id": row.workspace_id,
            "campaign_id": row.id,
            "counts_own": counts_own,
            "since": moment - DAY,
            "until": moment + DAY,
        },
    )
    return int(found.scalar_one())


def rate_of(number: Number) -> float:
    """Return messages a second Meta lets the number send."""
    return connection.messages_a_second(number.throughput_level, is_on_biz_app=number.is_on_biz_app)
