"""Which campaigns sent a template, and what came of it; beside what went out from threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.models.campaigns import Campaign

MOST_CAMPAIGNS = 10

_COUNTS = text("""
SELECT count(*) FILTER (WHERE r.state IN ('accepted', 'held', 'sent', 'delivered', 'read')) AS sent,
  count(*) FILTER (WHERE r.state IN ('delivered', 'read')) AS delivered,
  count(*) FILTER (WHERE r.state = 'read') AS read,
  count(*) FILTER (WHERE r.state = 'failed') AS failed,
  count(*) FILTER (WHERE r.replied_at <= r.accepted_at + :within) AS replied,
  count(*) FILTER (WHERE r.taps <> '{}') AS tapped
FROM campaign c JOIN campaign_recipient r ON r.campaign_id = c.id
WHERE c.workspace_id = :workspace AND r.workspace_id = :workspace
  AND (CASE WHEN r.variant = 0 THEN c.template_id ELSE c.template_b_id END) = :template
  AND (c.template_id = :template OR c.template_b_id = :template)
  AND coalesce(r.accepted_at, r.failed_at) >= :since
""")


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """How many messages of a template campaigns sent, how far they came, and which they were.

    Attributes:
        campaigns: Ids and names, the newest first, for those who may see campaigns; few.
    """

    sent: int
    delivered: int
    read: int
    failed: int
    replied: int
    tapped: int
    campaigns: tuple[tuple[UUID, str], ...] = ()


async def read_template_use(
    session: AsyncSession,
    actor: Actor,
    *,
    template_id: UUID,
    since: datetime,
    replied_within: timedelta,
) -> TemplateUse:
    """Count what campaigns sent of a template since a moment.

    Args:
        replied_within: A reply that comes later is none.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    found = await (await session.connection()).execute(
        _COUNTS,
        {
            "workspace": actor.workspace_id,
            "template": template_id,
            "since": since,
            "within": replied_within,
        },
    )
    named: tuple[tuple[UUID, str], ...] = ()
    if actor.can(Permission.CAMPAIGNS_VIEW):
        campaigns = CampaignRepository(session, actor.workspace_id)
        rows = await campaigns.all(
            campaigns.scoped()
            .where(
                or_(
                    col(Campaign.template_id) == template_id,
                    col(Campaign.template_b_id) == template_id,
                )
            )
            .order_by(col(Campaign.id).desc())
            .limit(MOST_CAMPAIGNS)
        )
        named = tuple((row.id, row.name) for row in rows)
    return TemplateUse(**found.mappings().one(), campaigns=named)
