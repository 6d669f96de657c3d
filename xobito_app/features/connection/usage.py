"""How many people were written to first in the last day, which is what Meta's tier counts.

Meta's messaging limit: unique people written to outside a customer service window in a rolling day,
for all numbers of a business portfolio (`whatsapp_business_manager_messaging_limit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.features.connection import rules
from xobito_app.features.connection.schemas import TierUse
from xobito_app.models.inbox import Direction, Message, MessageStatus

DAY = timedelta(hours=24)
_REACHED = (
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
)


async def count_recipients(session: AsyncSession, workspace_id: UUID, since: datetime) -> int:
    """Return how many people got a template outside an open window since a moment."""
    heard = aliased(Message)
    had_window = exists().where(
        col(heard.workspace_id) == col(Message.workspace_id),
        col(heard.conversation_id) == col(Message.conversation_id),
        col(heard.direction) == Direction.IN,
        col(heard.at) <= col(Message.at),
        col(heard.at) > col(Message.at) - DAY,
    )
    statement = (
        select(func.count(func.distinct(Message.contact_id)))
        .where(col(Message.workspace_id) == workspace_id)
        # Ids grow with time: the day's rows are one range of the primary key.
        .where(col(Message.id) >= _first_id(since))
        .where(col(Message.direction) == Direction.OUT, col(Message.kind) == "template")
        .where(col(Message.status).in_(_REACHED), ~had_window)
    )
    return (await session.exec(statement)).one()


def _first_id(moment: datetime) -> UUID:
    return UUID(int=int(moment.timestamp() * 1000) << 80)


async def load_tier_use(session: AsyncSession, workspace_id: UUID, tiers: Sequence[str]) -> TierUse:
    """Return the use of the last 24 hours against the tier.

    Meta holds the tier per business portfolio, so all numbers share the largest one reported.
    """
    limits = {tier: rules.tier_limit(tier) for tier in tiers}
    known = {tier: limit for tier, limit in limits.items() if limit is not None}
    unlimited = next((tier for tier in tiers if "UNLIMITED" in tier.upper()), "")
    tier = unlimited or max(known, key=lambda name: known[name], default="")
    used = await count_recipients(session, workspace_id, clock.business_now() - DAY)
    return TierUse(tier=tier, limit=None if unlimited else known.get(tier), used=used)
